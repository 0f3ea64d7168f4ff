// Parts of a page (`data-live`, each with an id) are fetched anew while somebody looks, and swapped only where
// they changed: the place on the page, what is in focus and what was unfolded stay as they are.

const SECONDS = 20;

function scroller(element) {
  for (let at = element.parentElement; at; at = at.parentElement) {
    if (at.scrollHeight > at.clientHeight && /(auto|scroll)/.test(getComputedStyle(at).overflowY)) return at;
  }
  return document.scrollingElement;
}

function firstSeen(part) {
  return [...part.querySelectorAll("[id]")].find((one) => one.getBoundingClientRect().bottom > 0) ?? part;
}

function swap(old, fresh) {
  if (old.innerHTML === fresh.innerHTML) return;
  const focus = old.contains(document.activeElement) ? document.activeElement : null;
  const address = focus?.getAttribute("href");
  const open = [...old.querySelectorAll("details[open][id]")].map((one) => one.id);
  const seen = firstSeen(old);
  const [id, top] = [seen.id, seen.getBoundingClientRect().top];
  old.replaceChildren(...document.importNode(fresh, true).childNodes);
  for (const name of open) document.getElementById(name)?.setAttribute("open", "");
  const again = document.getElementById(id);
  if (again) scroller(again).scrollTop += again.getBoundingClientRect().top - top;
  if (address) {
    const same = [...old.querySelectorAll("a")].find((one) => one.getAttribute("href") === address);
    same?.focus({ preventScroll: true });
  }
}

async function look() {
  if (document.hidden) return;
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const old of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(old.id);
      if (fresh) swap(old, fresh);
    }
  } catch {
    // No network for the moment: the next look comes in a while.
  }
}

setInterval(look, SECONDS * 1000);
document.addEventListener("visibilitychange", look);
