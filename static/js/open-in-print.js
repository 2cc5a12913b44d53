// Opens every <details> inside it while the page is printed, for browsers in which a style sheet can't.
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
