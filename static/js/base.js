// Size of text and contrast, remembered on this device, and printing. Without this file the page is whole:
// the buttons stay hidden.
const root = document.documentElement;
const SIZES = { min: -1, max: 3 };

function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // Storage switched off: the choice then lasts for the page.
  }
}

function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // As above.
  }
}

function setSize(size) {
  root.dataset.size = String(size);
  const smaller = document.querySelector("[data-reading=smaller]");
  const larger = document.querySelector("[data-reading=larger]");
  if (smaller) smaller.setAttribute("aria-disabled", String(size <= SIZES.min));
  if (larger) larger.setAttribute("aria-disabled", String(size >= SIZES.max));
}

function setContrast(contrast) {
  root.dataset.contrast = contrast;
  const button = document.querySelector("[data-reading=contrast]");
  if (button) button.setAttribute("aria-pressed", String(contrast === "high"));
}

function size() {
  const number = Number(stored("reading-size") ?? root.dataset.size ?? 0);
  return Number.isInteger(number) ? Math.min(SIZES.max, Math.max(SIZES.min, number)) : 0;
}

function contrast() {
  const preferred = matchMedia("(prefers-contrast: more)").matches ? "high" : "normal";
  return stored("reading-contrast") ?? root.dataset.contrast ?? preferred;
}

function act(name) {
  if (name === "contrast") {
    const next = root.dataset.contrast === "high" ? "normal" : "high";
    remember("reading-contrast", next);
    return setContrast(next);
  }
  const step = { smaller: -1, larger: 1 }[name] ?? 0;
  const next = step === 0 ? 0 : Math.min(SIZES.max, Math.max(SIZES.min, size() + step));
  remember("reading-size", String(next));
  return setSize(next);
}

root.classList.add("js");
setSize(size());
setContrast(contrast());
addEventListener("DOMContentLoaded", () => {
  setSize(size());
  setContrast(contrast());
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
