// Moves the preview of a text into a shadow root, so that the site's styles and ids don't clash with the admin's.
customElements.define("document-preview", class extends HTMLElement {
  connectedCallback() {
    this.attachShadow({ mode: "open" }).append(...this.childNodes);
  }
});
