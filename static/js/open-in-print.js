// Opens every <details> in it while the page is printed, for browsers that don't know ::details-content.
customElements.define("open-in-print", class extends HTMLElement {
  #opened = [];

  connectedCallback() {
    addEventListener("beforeprint", () => this.#open());
    addEventListener("afterprint", () => this.#close());
  }

  #open() {
    this.#opened = [...this.querySelectorAll("details:not([open])")];
    for (const details of this.#opened) details.open = true;
  }

  #close() {
    for (const details of this.#opened) details.open = false;
  }
});
