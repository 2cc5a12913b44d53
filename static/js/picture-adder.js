// Uploads a picture with words for those who can't see it, then puts both into a text area. Catches pictures dropped or pasted there.
customElements.define("picture-adder", class extends HTMLElement {
  connectedCallback() {
    this.querySelector("button").addEventListener("click", () => this.#add());
    this.#words.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // it would save the form
      this.#add();
    });
    // Before markdownx, which would insert the picture without words.
    document.addEventListener("drop", (event) => this.#take(event, event.dataTransfer), { capture: true });
    document.addEventListener("paste", (event) => this.#take(event, event.clipboardData), { capture: true });
  }

  get #editor() {
    return document.getElementById(this.dataset.editor);
  }

  get #file() {
    return this.querySelector("input[type=file]");
  }

  get #words() {
    return this.querySelector("input[type=text]");
  }

  #say(words) {
    this.querySelector("output").textContent = words;
  }

  #take(event, data) {
    if (event.target !== this.#editor || !data?.files.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#file.files = data.files;
    this.#say(this.dataset.chosen);
    this.#words.focus();
  }

  async #add() {
    const [picture] = this.#file.files;
    if (!picture) return this.#say(this.dataset.noFile);
    if (!this.#words.value.trim()) return this.#say(this.dataset.noWords);
    this.#say(this.dataset.waiting);
    const { image_code: code, error } = await this.#upload(picture).catch(() => ({ error: this.dataset.failed }));
    if (error) return this.#say(error);
    this.#insert(code);
    this.#file.value = this.#words.value = "";
    this.#say(this.dataset.done);
  }

  async #upload(picture) {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", this.closest("form").elements.csrfmiddlewaretoken.value);
    body.append("image", picture);
    body.append("alt", this.#words.value);
    const answer = await fetch(this.dataset.address, { method: "POST", body });
    return answer.json();
  }

  #insert(code) {
    this.#editor.setRangeText(code, this.#editor.selectionStart, this.#editor.selectionEnd, "end");
    this.#editor.dispatchEvent(new Event("input", { bubbles: true })); // so that the preview follows
  }
});
