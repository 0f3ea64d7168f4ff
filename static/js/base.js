// How pages are shown, and printing. The server has read the cookie and written each choice on <html>; here it
// is changed at once and kept in the same cookie. Without script the page is whole: the style hides the buttons.
const root = document.documentElement;
const NAMES = ["size", "contrast", "theme", "width", "spacing"];
const AS_IT_COMES = { size: "0", contrast: "auto", theme: "auto", width: "normal", spacing: "normal" };
const SIZES = { min: -1, max: 3 };

// A page from the browser's own store may be older than the choice.
function remembered() {
  const text = /(?:^|; )reading=([\w:.-]+)/.exec(document.cookie)?.[1] ?? "";
  return { ...AS_IT_COMES, ...Object.fromEntries(text.split(".").map((pair) => pair.split(":"))) };
}

const chosen = remembered();

function keep() {
  const pairs = NAMES.filter((name) => chosen[name] !== AS_IT_COMES[name]).map((name) => `${name}:${chosen[name]}`);
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `reading=${pairs.join(".")}; path=/; max-age=31536000; samesite=lax${secure}`;
}

function isHigh() {
  return chosen.contrast === "auto" ? matchMedia("(prefers-contrast: more)").matches : chosen.contrast === "high";
}

function size() {
  const number = Number(chosen.size);
  return Number.isInteger(number) ? Math.min(SIZES.max, Math.max(SIZES.min, number)) : 0;
}

function show() {
  for (const name of NAMES) root.dataset[name] = chosen[name];
  root.dataset.contrast = isHigh() ? "high" : "normal";
  const button = (name) => document.querySelector(`[data-reading=${name}]`);
  button("smaller")?.setAttribute("aria-disabled", String(size() <= SIZES.min));
  button("larger")?.setAttribute("aria-disabled", String(size() >= SIZES.max));
  button("contrast")?.setAttribute("aria-pressed", String(isHigh()));
}

function act(name) {
  if (name === "contrast") chosen.contrast = isHigh() ? "normal" : "high";
  else {
    const step = { smaller: -1, larger: 1 }[name] ?? -size();
    chosen.size = String(Math.min(SIZES.max, Math.max(SIZES.min, size() + step)));
  }
  keep();
  show();
}

show();
addEventListener("DOMContentLoaded", show);
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  Object.assign(chosen, remembered());
  show();
});
document.addEventListener("change", (event) => {
  if (!event.target.closest?.("[data-reading-form]")) return;
  chosen[event.target.name] = event.target.value;
  show();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-reading]");
  if (button) return act(button.dataset.reading);
  if (event.target.closest?.("[data-print]")) return print();
  // A tap outside closes the account's menu.
  for (const menu of document.querySelectorAll("details.account[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  return undefined;
});
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details.account[open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
