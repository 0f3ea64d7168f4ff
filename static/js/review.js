// Sends the submission so that a lost network or a second tap does no harm: tried again until the server answers.
const form = document.getElementById("nop-bai");
const state = document.getElementById("trang-thai");
const button = form.querySelector("button");
let sending = false;
let renewed = false;

/** A login in another tab changes the token: read the new one, once. */
async function freshToken() {
  const page = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
  const html = new DOMParser().parseFromString(await page.text(), "text/html");
  const token = html.querySelector("#nop-bai [name=csrfmiddlewaretoken]");
  if (token) form.elements.csrfmiddlewaretoken.value = token.value;
  return Boolean(token);
}

async function submit() {
  sending = true;
  button.setAttribute("aria-disabled", "true");
  state.hidden = false;
  state.textContent = form.dataset.sending;
  const request = new AbortController();
  const patience = setTimeout(() => request.abort(), 10000); // one that hangs is sent again: the receipt is the same
  try {
    const response = await fetch(form.action, { signal: request.signal, method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" });
    if (response.status === 403 && !renewed) {
      renewed = true;
      if (await freshToken()) {
        clearTimeout(patience);
        return submit();
      }
    }
    if (response.status < 500 && response.status !== 429) {
      // The result; or the paper, which leads on to what is right now (a new login, the result).
      location.replace(response.ok && response.redirected && !response.url.includes(form.dataset.login) ? response.url : form.dataset.paper);
      return undefined;
    }
  } catch {
    // no network: again below
  }
  clearTimeout(patience);
  state.textContent = form.dataset.waiting;
  setTimeout(submit, 3000);
  return undefined;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!sending) submit();
});
