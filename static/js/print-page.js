// Adds a button that prints the page.
customElements.define("print-page", class extends HTMLElement {
  connectedCallback() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = this.dataset.print;
    button.addEventListener("click", () => print());
    this.prepend(button);
  }
});
