// Shows the quiz one question at a time: number keys, back and next, progress. The tab remembers answers until they are sent.
import { rememberAnswers } from "./tab-memory.js";

const SECONDS = 6; // for one statement

customElements.define("quiz-form", class extends HTMLElement {
  #at = 0;
  #last = this.querySelectorAll("fieldset").length; // after the questions, the two ways to send
  #bar = document.createElement("progress");
  #words = document.createElement("span");
  #keys = document.createElement("span");
  #back = this.#button("back", -1);
  #next = this.#button("next", +1);

  connectedCallback() {
    rememberAnswers(this.#form, this.dataset.rememberedAs);
    this.#addControls();
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("keydown", (event) => this.#pressed(event));
    this.#show(this.#firstOpen());
    addEventListener("pageshow", () => this.#at || this.#show(this.#firstOpen()), { once: true }); // after Back the browser fills in late
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
    progress.append(this.#words, this.#bar);
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
    this.#words.textContent = this.#progress();
    this.#back.hidden = at === 0;
    this.#keys.hidden = at === 0 || at === this.#last;
    this.#next.hidden = at === this.#last;
  }

  #go(at) {
    this.#show(Math.min(Math.max(0, at), this.#last));
    this.querySelector(".errors")?.remove(); // read by now, and it would push the question out of sight
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

  // A pointer on an answer goes on by itself. Arrow keys click too, without a pointer, and only choose.
  #clicked(event) {
    const { target, detail } = event;
    if (target.type === "radio" && detail) this.#go(this.#at + 1);
    const link = target.closest("a[href^='#']");
    const page = link && document.getElementById(link.hash.slice(1))?.closest("fieldset");
    if (!page) return;
    event.preventDefault();
    this.#go(this.#pages.indexOf(page));
  }

  #pressed(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || !target.closest("fieldset")) return;
    const radio = [...this.#pages[this.#at].querySelectorAll("input")].find((input) => input.value === key);
    if (!radio && key !== "Enter") return;
    event.preventDefault(); // Enter would send the form
    radio?.click();
    this.#go(this.#at + 1);
  }

  #firstOpen() {
    return this.#pages.findIndex((page) => !page.querySelector("input:checked"));
  }
});
