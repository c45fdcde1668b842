// Small helpers to build the page. Text is only ever set as text.

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "class") made.className = value;
    else if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function jsonDetails(title, value) {
  const text = JSON.stringify(value, null, 2);
  const size = new TextEncoder().encode(JSON.stringify(value)).length;
  return element("details", { class: "json" },
    element("summary", {}, `${title} `, element("span", { class: "quiet" }, bytes(size))),
    copyButton("Copy", () => text),
    element("pre", { tabIndex: 0, "aria-label": title }, text));
}

export function copyButton(label, text) {
  const button = element("button", { type: "button", class: "plain" }, label);
  button.addEventListener("click", () => copy(button, label, text()));
  return button;
}

export async function copy(button, label, text) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "The browser does not allow copying";
  }
  setTimeout(() => { button.textContent = label; }, 2000);
}

export function bytes(n) {
  return n < 1000 ? `${n} B` : n < 1e6 ? `${(n / 1000).toFixed(1)} kB` : `${(n / 1e6).toFixed(1)} MB`;
}

// A call and how it went: { method, url, status, ms, body }. Status 0: no answer at all.
export async function call(method, url, { json, form, accept = "application/json" } = {}) {
  const headers = { Accept: accept };
  if (json !== undefined) headers["Content-Type"] = "application/json";
  const body = json !== undefined ? JSON.stringify(json) : form;
  const began = performance.now();
  try {
    const response = await fetch(url, { method, headers, body });
    const text = await response.text();
    return { method, url, status: response.status, ms: Math.round(performance.now() - began), body: parsed(text) };
  } catch (problem) {
    return { method, url, status: 0, ms: Math.round(performance.now() - began), body: String(problem) };
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

// What went wrong, in words: the OperationOutcome's text if there is one.
export function trouble(answer) {
  if (answer.status === 0) return `no answer from ${answer.url}`;
  const issue = answer.body?.issue?.[0];
  const said = issue?.details?.text ?? issue?.diagnostics;
  return said ? `${answer.status}: ${said}` : `status ${answer.status}`;
}
