// Draws the preview of a guide apart from the page around it: the site's styles and ids must not meet the admin's, and only a shadow root keeps both out.
customElements.define("guide-preview", class extends HTMLElement {
  connectedCallback() {
    this.attachShadow({ mode: "open" }).append(...this.childNodes);
  }
});
