// Lets Tab move the focus. markdownx would insert a tab: a keyboard user couldn't leave the editor, and in Markdown a tab starts code.
document.addEventListener("keydown", (event) => {
  if (event.key === "Tab" && event.target.matches(".markdownx-editor")) event.stopImmediatePropagation();
}, { capture: true });
