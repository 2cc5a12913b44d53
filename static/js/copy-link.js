// Adds a button that copies the link in the input.
customElements.define("copy-link", class extends HTMLElement {
  #button = document.createElement("button");

  connectedCallback() {
    this.#button.type = "button";
    this.#button.className = "button";
    this.#button.textContent = this.dataset.copy;
    this.#button.addEventListener("click", () => this.#copy());
    this.append(this.#button);
  }

  async #copy() {
    const field = this.querySelector("input");
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      this.#button.textContent = this.dataset.copied;
    } catch {
      this.#button.textContent = this.dataset.failed; // the link is selected already
    }
  }
});
