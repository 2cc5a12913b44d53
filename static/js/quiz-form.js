// Shows the quiz one question at a time, with number keys, back and next, and progress. The tab keeps the answers until they are submitted.
import { rememberAnswers } from "./tab-memory.js";

const SECONDS = 6; // to answer one statement

customElements.define("quiz-form", class extends HTMLElement {
  #at = 0;
  #last = this.querySelectorAll("fieldset").length; // the section with the two submit buttons, after the questions
  #bar = document.createElement("progress");
  #status = document.createElement("span");
  #keys = document.createElement("span");
  #back = this.#button("back", -1);
  #next = this.#button("next", +1);

  connectedCallback() {
    rememberAnswers(this.#form, this.dataset.storageKey);
    this.#addControls();
    this.addEventListener("click", (event) => this.#onClick(event));
    this.addEventListener("keydown", (event) => this.#onKeydown(event));
    this.#show(this.#firstOpen());
    addEventListener("pageshow", () => this.#at || this.#show(this.#firstOpen()), { once: true }); // after Back, the browser restores answers late
  }

  get #form() {
    return this.querySelector("form");
  }

  get #pages() {
    return [...this.querySelectorAll("fieldset, .ending")];
  }

  #button(word, by) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: this.dataset[word] });
    button.addEventListener("click", () => this.#go(this.#at + by));
    return button;
  }

  #addControls() {
    const progress = Object.assign(document.createElement("label"), { className: "progress" });
    progress.append(this.#status, this.#bar);
    const move = Object.assign(document.createElement("div"), { className: "cluster quiz__move" });
    move.append(this.#back, this.#keys, this.#next);
    Object.assign(this.#keys, { className: "quiz__keys", textContent: this.dataset.keys });
    this.#pages[0].before(progress);
    this.#form.append(move);
  }

  #show(at) {
    this.#at = at;
    this.#pages.forEach((page, index) => { page.hidden = index !== at; });
    this.#bar.max = this.#last;
    this.#bar.value = at;
    this.#status.textContent = this.#progress();
    this.#back.hidden = at === 0;
    this.#keys.hidden = at === 0 || at === this.#last;
    this.#next.hidden = at === this.#last;
  }

  #go(at) {
    this.#show(Math.min(Math.max(0, at), this.#last));
    this.querySelector(".errors")?.remove(); // it would push the question out of view
    this.#pages[this.#at].focus();
  }

  #progress() {
    const left = this.#last - this.#at;
    if (!left) return this.dataset.end;
    if (!this.#at) return this.dataset.start;
    const minutes = Math.round((left * SECONDS) / 60);
    const time = minutes > 1 ? this.dataset.minutes.replace("{minutes}", minutes) : this.dataset.seconds;
    return `${this.dataset.progress.replace("{number}", this.#at).replace("{total}", this.#last - 1)}, ${time}`;
  }

  // A click on an answer shows the next question. Arrow keys fire clicks too, with detail 0, and only choose.
  #onClick(event) {
    const { target, detail } = event;
    if (target.type === "radio" && detail) this.#go(this.#at + 1);
    const link = target.closest("a[href^='#']");
    const page = link && document.getElementById(link.hash.slice(1))?.closest("fieldset");
    if (!page) return;
    event.preventDefault();
    this.#go(this.#pages.indexOf(page));
  }

  #onKeydown(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || !target.closest("fieldset")) return;
    const radio = [...this.#pages[this.#at].querySelectorAll("input")].find((input) => input.value === key);
    if (!radio && key !== "Enter") return;
    event.preventDefault(); // Enter would submit the form
    radio?.click();
    this.#go(this.#at + 1);
  }

  #firstOpen() {
    return this.#pages.findIndex((page) => !page.querySelector("input:checked"));
  }
});
