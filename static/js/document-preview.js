// Draws the preview of a text apart from the page around it: the site's styles and ids must not meet the admin's, and only a shadow root keeps both out.
customElements.define("document-preview", class extends HTMLElement {
  connectedCallback() {
    this.attachShadow({ mode: "open" }).append(...this.childNodes);
  }
});
