// Keeps the chosen answers of a form in sessionStorage until it is submitted. If the browser refuses storage, nothing is kept and the form still works.
export function rememberAnswers(form, name) {
  restore(form, read(name));
  form.addEventListener("change", () => write(name, chosen(form)));
  form.addEventListener("submit", () => remove(name));
}

function chosen(form) {
  return Object.fromEntries([...form.querySelectorAll("input:checked")].map((radio) => [radio.name, radio.value]));
}

// Never overrides an answer that the server or the browser has filled in.
function restore(form, answers) {
  for (const [name, value] of Object.entries(answers)) {
    const radios = [...form.elements].filter((input) => input.name === name);
    const radio = radios.find((input) => input.value === value);
    if (radio && !radios.some((other) => other.checked)) radio.checked = true;
  }
}

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name)) ?? {};
  } catch {
    return {};
  }
}

function write(name, value) {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // The form still has the answers.
  }
}

function remove(name) {
  try {
    sessionStorage.removeItem(name);
  } catch {
    // Without storage there is nothing to remove.
  }
}
