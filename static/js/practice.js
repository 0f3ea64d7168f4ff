// Practice without reloading: the same pages, of which only the part that changes is put in place. Without this
// file every step is a page of its own.
const ROOT = "[data-practice]";
let busy = false;

async function show(address, { back = false } = {}) {
  if (busy) return;
  busy = true;
  try {
    const response = await fetch(address, { credentials: "omit" });
    if (!response.ok) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const next = page.querySelector(ROOT);
    if (!next) throw new Error("no practice");
    document.querySelector(ROOT).replaceWith(document.adoptNode(next));
    document.title = page.title;
    if (!back) history.pushState(null, "", response.url);
    document.querySelector(`${ROOT} [data-focus]`)?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  } catch {
    location.href = address; // whatever went wrong, the ordinary page says it
  } finally {
    busy = false;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches(`${ROOT} form`)) return;
  event.preventDefault();
  const fields = new FormData(form);
  fields.set("tra-loi", "1"); // the button, which older browsers leave out
  show(`${location.pathname}?${new URLSearchParams(fields)}`);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest(`${ROOT} a[data-next]`);
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  show(link.href);
});

window.addEventListener("popstate", () => show(location.href, { back: true }));
