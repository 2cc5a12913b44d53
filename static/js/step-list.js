// Replaces the link above a list of steps with a button that opens or closes them all, and opens the step that contains the URL's target.
customElements.define("step-list", class extends HTMLElement {
  #button = document.createElement("button");

  connectedCallback() {
    const link = this.querySelector("a.button");
    this.#button.type = "button";
    this.#button.className = link.className;
    this.#button.addEventListener("click", () => this.#toggleAll());
    link.replaceWith(this.#button);
    // "toggle" does not bubble, so it is handled while capturing.
    this.addEventListener("toggle", () => this.#label(), { capture: true });
    addEventListener("hashchange", () => this.#openTarget());
    this.#label();
    this.#openTarget();
  }

  get #steps() {
    return [...this.querySelectorAll("details")];
  }

  get #allOpen() {
    return this.#steps.every((step) => step.open);
  }

  #label() {
    this.#button.textContent = this.#allOpen ? this.dataset.closeAll : this.dataset.openAll;
  }

  #toggleAll() {
    const open = !this.#allOpen;
    for (const step of this.#steps) step.open = open;
  }

  // Newer browsers open the step of a target themselves.
  #openTarget() {
    const target = document.getElementById(location.hash.slice(1));
    const step = this.contains(target) && target.closest("details");
    if (!step || step.open) return;
    step.open = true;
    target.scrollIntoView();
  }
});
