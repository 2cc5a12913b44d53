// Lets the tab remember what is chosen in a form until it is sent or the tab is closed. A browser may refuse to store anything: then nothing is remembered, and nothing breaks.
export function rememberAnswers(form, name) {
  restore(form, read(name));
  form.addEventListener("change", () => write(name, chosen(form)));
  form.addEventListener("submit", () => remove(name));
}

function chosen(form) {
  return Object.fromEntries([...form.querySelectorAll("input:checked")].map((radio) => [radio.name, radio.value]));
}

// What the server or the browser has filled in already stays.
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
    // The page still holds what was chosen.
  }
}

function remove(name) {
  try {
    sessionStorage.removeItem(name);
  } catch {
    // Where nothing can be stored there is nothing to remove.
  }
}
