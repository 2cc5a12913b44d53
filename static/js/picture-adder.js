// Uploads a picture with its alternative text, then inserts its Markdown into a text area. Handles pictures dropped or pasted there.
customElements.define("picture-adder", class extends HTMLElement {
  connectedCallback() {
    this.querySelector("button").addEventListener("click", () => this.#add());
    this.#alt.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // Enter would save the form
      this.#add();
    });
    // Runs before markdownx, which would insert the picture without alternative text.
    document.addEventListener("drop", (event) => this.#receive(event, event.dataTransfer), { capture: true });
    document.addEventListener("paste", (event) => this.#receive(event, event.clipboardData), { capture: true });
  }

  get #editor() {
    return document.getElementById(this.dataset.editor);
  }

  get #file() {
    return this.querySelector("input[type=file]");
  }

  get #alt() {
    return this.querySelector("input[type=text]");
  }

  #report(message) {
    this.querySelector("output").textContent = message;
  }

  #receive(event, data) {
    if (event.target !== this.#editor || !data?.files.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#file.files = data.files;
    this.#report(this.dataset.chosen);
    this.#alt.focus();
  }

  async #add() {
    const [picture] = this.#file.files;
    if (!picture) return this.#report(this.dataset.noFile);
    if (!this.#alt.value.trim()) return this.#report(this.dataset.noAlt);
    this.#report(this.dataset.waiting);
    const { image_code: code, error } = await this.#upload(picture).catch(() => ({ error: this.dataset.failed }));
    if (error) return this.#report(error);
    this.#insert(code);
    this.#file.value = this.#alt.value = "";
    this.#report(this.dataset.done);
  }

  async #upload(picture) {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", this.closest("form").elements.csrfmiddlewaretoken.value);
    body.append("image", picture);
    body.append("alt", this.#alt.value);
    const response = await fetch(this.dataset.uploadUrl, { method: "POST", body });
    return response.json();
  }

  #insert(code) {
    this.#editor.setRangeText(code, this.#editor.selectionStart, this.#editor.selectionEnd, "end");
    this.#editor.dispatchEvent(new Event("input", { bubbles: true })); // updates the preview
  }
});
