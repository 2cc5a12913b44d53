// Leaves the Tab key to the browser. markdownx turns it into a character: nobody could leave the editor by keyboard, and in Markdown a tab makes code.
document.addEventListener("keydown", (event) => {
  if (event.key === "Tab" && event.target.matches(".markdownx-editor")) event.stopImmediatePropagation();
}, { capture: true });
