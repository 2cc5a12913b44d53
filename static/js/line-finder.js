// Shows the line of the cursor in a text area, and moves the cursor to the line that is typed. Messages name problems by line.
customElements.define("line-finder", class extends HTMLElement {
  connectedCallback() {
    document.addEventListener("selectionchange", () => this.#show());
    this.#input.addEventListener("change", () => this.#go());
    this.#input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // Enter would save the form
      this.#go();
    });
  }

  get #input() {
    return this.querySelector("input");
  }

  get #editor() {
    return document.getElementById(this.dataset.editor);
  }

  #show() {
    if (document.activeElement !== this.#editor) return;
    this.#input.value = this.#editor.value.slice(0, this.#editor.selectionStart).split("\n").length;
  }

  #go() {
    const lines = this.#editor.value.split("\n");
    const line = Math.min(Math.max(1, this.#input.valueAsNumber || 1), lines.length);
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1);
    this.#editor.setSelectionRange(start, start + lines[line - 1].length);
    this.#editor.focus(); // after the selection, so that the browser scrolls there
  }
});
