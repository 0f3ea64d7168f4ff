// The paper with script: one question at a time on a phone, a palette, a clock, and every tap kept on this
// device until the server says that it has it. Without script the same form works by its buttons.
// The deadline is the server's; what is shown here follows the seconds that it last told.

const form = document.getElementById("bai-thi");
const words = document.getElementById("words").dataset;
const byId = (id) => document.getElementById(id);
const urls = form.dataset;
const SEND_AFTER = 600; // ms of quiet before taps are sent; the first unsent tap never waits longer than 1 s
const RETRY = [1000, 2000, 4000, 8000, 15000];
const phone = matchMedia("(max-width: 59.99rem)");
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const pad = (number) => String(number).padStart(2, "0");

// --- What is kept on this device -------------------------------------------------------------------------------
// {pending: {q3: "2", prediction: "123"}, flags: ["q3"], at: "q3"}; pending = not yet acknowledged by the server.
const KEY = `bai-thi:${urls.attempt}`;
let memory = { pending: {}, flags: [], at: "" };

function kept() {
  try {
    return { ...memory, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    return memory; // storage is off or full: kept for as long as the page lives
  }
}

function keep(change) {
  memory = kept();
  change(memory);
  try {
    localStorage.setItem(KEY, JSON.stringify(memory));
  } catch {
    // as above
  }
}

// --- Questions and answers -------------------------------------------------------------------------------------
const questions = [...form.querySelectorAll(".question")];
const names = questions.map((question) => question.dataset.name);
const cells = [...byId("palette").querySelectorAll("ol a")];
const predictionInput = byId("prediction");
let current = 0;

function answerOf(name) {
  if (name !== "prediction") return form.querySelector(`input[name="${name}"]:checked`)?.value ?? "";
  return predictionInput ? predictionInput.value.trim() : "bound";
}

function setAnswer(name, value) {
  if (name === "prediction") {
    if (predictionInput && document.activeElement !== predictionInput) predictionInput.value = value;
    return;
  }
  for (const radio of form.querySelectorAll(`input[name="${name}"]`)) radio.checked = radio.value === value;
}

function draw() {
  const { flags } = kept();
  const plain = names.filter((name) => name !== "prediction");
  const done = plain.filter((name) => answerOf(name)).length;
  questions.forEach((question, index) => {
    const [name, cell] = [names[index], cells[index]];
    const [answered, flagged] = [Boolean(answerOf(name)), flags.includes(name)];
    cell.classList.toggle("answered", answered);
    cell.classList.toggle("flagged", flagged);
    const title = name === "prediction" ? words.wherePrediction : fill(words.cell, { n: index + 1 });
    const state = [answered ? words.answered : words.empty, ...(flagged ? [words.flagged] : [])];
    cell.setAttribute("aria-label", [title, ...state].join(", "));
    if (index === current && form.classList.contains("one")) cell.setAttribute("aria-current", "true");
    else cell.removeAttribute("aria-current");
    question.classList.toggle("current", index === current);
    const flag = question.querySelector(".flag");
    if (!flag) return;
    flag.setAttribute("aria-pressed", String(flagged));
    flag.textContent = flagged ? words.unflag : words.flag;
  });
  const place = { n: current + 1, total: plain.length };
  byId("where").textContent = names[current] === "prediction" ? words.wherePrediction : fill(words.where, place);
  byId("done").textContent = fill(words.done, { n: done, total: plain.length });
  byId("palette-open").setAttribute("aria-label", fill(words.doneLabel, { n: done, total: plain.length }));
  byId("previous").disabled = current === 0;
  byId("next").textContent = current === questions.length - 1 ? words.finish : words.next;
}

function show(index, { focus = true } = {}) {
  current = Math.min(questions.length - 1, Math.max(0, index));
  keep((stored) => {
    stored.at = names[current];
  });
  draw();
  if (!focus) return;
  const heading = questions[current].querySelector("legend, h2");
  if (form.classList.contains("one")) scrollTo({ top: 0 });
  else questions[current].scrollIntoView();
  heading.focus({ preventScroll: true });
}

function palette(open) {
  byId("palette").classList.toggle("open", open);
  byId("palette-open").setAttribute("aria-expanded", String(open));
  if (open) cells[current].focus();
}

function arrange() {
  form.classList.toggle("one", phone.matches);
  byId("thumb").hidden = !phone.matches;
  byId("where").hidden = !phone.matches;
  byId("palette-close").hidden = !phone.matches;
  palette(false);
  draw();
}

// --- The state of saving, always in words and always true ------------------------------------------------------
let spoken = "";

function state(text, kind = "", link = null) {
  const node = byId("state");
  node.textContent = text;
  node.className = `state ${kind}`;
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = link.href;
    anchor.textContent = link.text;
    node.append(" ", anchor);
  }
  // A listener hears of trouble and of its end, not of every tap.
  const trouble = kind === "waiting" || kind === "problem";
  if (trouble && spoken !== text) say(text);
  if (kind === "" && spoken) say(words.back);
  if (trouble || kind === "") spoken = trouble ? text : "";
}

function say(text) {
  byId("say").textContent = text;
}

// --- Sending: one request in flight, taps batched, own taps laid over what another device saved ------------------
let revision = Number(form.elements.revision.value);
let flying = null;
let timer = 0;
let firstTap = 0;
let failures = 0;
let stopped = false; // over, or waiting for a new login

function changed(name, value) {
  keep((stored) => {
    stored.pending[name] = value;
  });
  draw();
  schedule();
}

function schedule(delay = SEND_AFTER) {
  if (stopped || flying || !(Object.keys(kept().pending).length || failures)) return;
  clearTimeout(timer);
  const now = performance.now();
  firstTap ||= now;
  const wait = failures ? delay : Math.max(0, Math.min(delay, firstTap + 1000 - now));
  if (!failures) state(words.saving, "plain");
  timer = setTimeout(() => flush({ ask: failures > 0 }), secondsLeft() <= 3 ? 0 : wait);
}

/** Sends what is pending (or just asks how things stand); resolves to true when nothing is left to send. */
function flush({ ask = false } = {}) {
  clearTimeout(timer);
  if (stopped) return Promise.resolve(false);
  flying ??= send(ask).finally(() => {
    flying = null;
    firstTap = 0;
    schedule(pause());
  });
  return flying;
}

function pause() {
  return failures ? RETRY[Math.min(failures, RETRY.length) - 1] : 0;
}

async function send(ask, tries = 0) {
  const { pending } = kept();
  if (!Object.keys(pending).length && !ask) return true;
  let response;
  try {
    response = await post(urls.save, { revision: String(revision), ...pending });
  } catch {
    return waiting();
  }
  const data = await json(response);
  if (response.ok && data?.saved) return acknowledged(pending, data, response);
  if (response.status === 409 && data) return conflict(data, tries);
  if (response.status === 403 || response.redirected || (response.ok && !data)) {
    if (tries > 0) return halt(data?.error);
    return (await freshToken()) ? send(ask, 1) : false;
  }
  if (response.status === 429 || response.status >= 500) return waiting();
  if (data?.saved && data.field === "prediction") {
    const { prediction, ...others } = pending;
    acknowledged(others, data, response);
    return refusedPrediction(data.error, prediction);
  }
  // Refused for good: sending the same again would not help.
  forget(pending);
  return halt(data?.error);
}

/** Nothing more is sent from this page as it stands; what is pending stays on the device for the next load. */
function halt(error) {
  stopped = true;
  state(error ?? words.refused, "problem", { href: urls.paper, text: words.reload });
  return false;
}

function post(url, values) {
  return fetch(url, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    body: new URLSearchParams(values),
    credentials: "same-origin",
    cache: "no-store",
  });
}

async function json(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

function forget(sent) {
  keep((stored) => {
    for (const [name, value] of Object.entries(sent)) {
      if (stored.pending[name] === value) delete stored.pending[name];
    }
  });
}

function acknowledged(sent, data, response) {
  failures = 0;
  revision = data.revision;
  forget(sent);
  if ("prediction" in sent) predictionError("");
  follow(data.remaining);
  const left = Object.keys(kept().pending).length;
  const told = new Date(response.headers.get("Date") ?? NaN); // the server's clock, not this device's
  const time = Number.isNaN(told.getTime()) ? "" : told.toLocaleTimeString("vi", { timeZone: "Asia/Ho_Chi_Minh", hour12: false });
  if (!left) state(fill(words.saved, { time }).trim());
  return !left;
}

function conflict(data, tries) {
  if (data.finished) {
    leave(data.url);
    return false;
  }
  // Another tab or device saved meanwhile: take what the server has, with the taps of this page on top.
  revision = data.revision;
  follow(data.remaining);
  const { pending } = kept();
  for (const name of names) {
    const stored = name === "prediction" ? data.prediction : (data.answers?.[name] ?? "");
    if (!(name in pending) && stored !== undefined && answerOf(name) !== stored) setAnswer(name, stored);
  }
  draw();
  say(words.other);
  return tries < 5 ? send(true, tries + 1) : waiting();
}

function waiting() {
  failures += 1;
  state(words.waiting, "waiting");
  return false;
}

function refusedPrediction(error, value) {
  forget({ prediction: value });
  predictionError(error);
  state(error, "problem");
  return false;
}

function predictionError(text) {
  const list = byId("prediction-error");
  if (!list) return;
  list.hidden = !text;
  list.firstElementChild.textContent = text;
  byId("prediction-field").classList.toggle("invalid", Boolean(text));
  predictionInput.setAttribute("aria-invalid", String(Boolean(text)));
}

/** A login in another tab changes the token: fetch the page again and read the new one. */
async function freshToken() {
  try {
    const response = await fetch(urls.paper, { credentials: "same-origin", cache: "no-store" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const token = page.querySelector("#bai-thi [name=csrfmiddlewaretoken]");
    if (token) {
      form.elements.csrfmiddlewaretoken.value = token.value;
      return true;
    }
    if (isLogin(response.url)) {
      stopped = true;
      const href = `${urls.login}?next=${encodeURIComponent(urls.paper)}`;
      state(words.login, "problem", { href, text: words.loginLink });
      return false;
    }
    if (response.ok && response.redirected) leave(response.url);
    else if (response.status >= 500) waiting();
    else halt();
  } catch {
    waiting();
  }
  return false;
}

function isLogin(url) {
  return new URL(url).pathname.startsWith(urls.login);
}

function leave(url) {
  stopped = true;
  try {
    localStorage.removeItem(KEY);
  } catch {
    // nothing is kept there then
  }
  location.replace(url);
}

// --- The clock ---------------------------------------------------------------------------------------------------
// performance.now() starts with the navigation, so the seconds count from the moment the answer began to arrive.
const loaded = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;
let ends = loaded + Number(urls.remaining) * 1000;
let announced = Infinity;
let over = false;

function secondsLeft() {
  return Math.max(0, (ends - performance.now()) / 1000);
}

function follow(seconds) {
  if (Number.isFinite(seconds)) ends = performance.now() + seconds * 1000;
}

function tick() {
  const left = Math.ceil(secondsLeft());
  const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  byId("time").textContent = hours ? `${hours}:${pad(minutes)}:${pad(seconds)}` : `${pad(minutes)}:${pad(seconds)}`;
  byId("time").parentElement.classList.toggle("short", left <= 300);
  const whole = Math.ceil(left / 60);
  if (whole < announced && left > 0) {
    if (announced !== Infinity) say(whole === 1 ? words.lastMinute : whole === 5 ? words.fiveMinutes : fill(words.minutes, { n: whole }));
    announced = whole;
  }
  if (left <= 0 && !over) finish();
}

/** Time is up: the last taps go with the submission; tried again until the server has answered. */
async function finish() {
  over = true;
  stopped = true;
  clearTimeout(timer);
  for (const control of form.querySelectorAll("input, button")) control.disabled = control.type !== "hidden";
  state(words.over, "plain");
  await flying;
  try {
    const response = await post(urls.submit, kept().pending);
    if (response.ok && response.redirected && !isLogin(response.url)) return leave(response.url);
    if (response.status < 500 && response.status !== 429) return location.replace(urls.paper); // leads to the result
  } catch {
    // no network: again below
  }
  state(words.overWaiting, "waiting");
  setTimeout(finish, 3000);
  return undefined;
}

// --- Taps --------------------------------------------------------------------------------------------------------
form.addEventListener("change", (event) => {
  const { name, value, type } = event.target;
  if (type === "radio") changed(name, value);
});
let typing = 0;
predictionInput?.addEventListener("input", () => {
  // Kept at once, sent when the typing pauses: half a number is no number.
  keep((stored) => {
    stored.pending.prediction = predictionInput.value.trim();
  });
  draw();
  clearTimeout(typing);
  typing = setTimeout(schedule, 1500, 0);
});
predictionInput?.addEventListener("change", () => schedule(0));

byId("questions").addEventListener("click", (event) => {
  const flag = event.target.closest(".flag");
  if (!flag) return;
  const { name } = flag.closest(".question").dataset;
  keep((stored) => {
    stored.flags = stored.flags.includes(name) ? stored.flags.filter((one) => one !== name) : [...stored.flags, name];
  });
  draw();
});
byId("palette").addEventListener("click", (event) => {
  const index = cells.indexOf(event.target.closest("a"));
  if (index < 0) return;
  event.preventDefault();
  palette(false);
  show(index);
});
byId("palette-open").addEventListener("click", () => palette(!byId("palette").classList.contains("open")));
byId("palette-close").addEventListener("click", () => {
  palette(false);
  byId("palette-open").focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !byId("palette").classList.contains("open")) return;
  palette(false);
  byId("palette-open").focus();
});
byId("previous").addEventListener("click", () => show(current - 1));
byId("next").addEventListener("click", () => {
  if (current < questions.length - 1) show(current + 1);
  else review();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  review();
});

/** To the review only with everything saved; without a network the page stays, and says so. */
async function review() {
  while (flying) await flying;
  const asked = await flush({ ask: true });
  if (predictionInput?.getAttribute("aria-invalid") === "true") {
    show(names.indexOf("prediction"));
    predictionInput.focus();
  } else if (asked) {
    location.assign(urls.review);
  } else if (failures && !stopped) {
    state(words.leave, "waiting");
  }
}

// --- Coming and going --------------------------------------------------------------------------------------------
addEventListener("pagehide", () => {
  const { pending } = kept();
  if (!Object.keys(pending).length || over) return;
  const token = form.elements.csrfmiddlewaretoken.value;
  navigator.sendBeacon?.(urls.save, new URLSearchParams({ csrfmiddlewaretoken: token, ...pending }));
});
addEventListener("online", () => flush({ ask: failures > 0 }));
let hidden = 0;
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") {
    hidden = Date.now();
    flush();
  } else if (Date.now() - hidden > 10_000) {
    flush({ ask: true }); // a phone that slept has lost count of the seconds
  }
});
addEventListener("pageshow", (event) => {
  if (event.persisted) flush({ ask: true });
});
phone.addEventListener("change", arrange);

function begin() {
  form.elements.revision.disabled = true; // carried by every request of its own
  byId("save").hidden = true;
  for (const node of form.querySelectorAll(".flag, .for-flags")) node.hidden = false;
  const { pending, at } = kept();
  for (const [name, value] of Object.entries(pending)) setAnswer(name, value);
  const wanted = questions.findIndex((question) => `#${question.id}` === location.hash);
  const refused = predictionInput?.getAttribute("aria-invalid") === "true";
  current = Math.max(0, wanted >= 0 ? wanted : names.indexOf(refused ? "prediction" : at));
  arrange();
  if (location.hash) history.replaceState(null, "", location.pathname);
  if (refused) state(byId("prediction-error").textContent, "problem");
  else state(words.allSaved, "plain");
  if (Object.keys(pending).length) schedule(0);
  if (wanted >= 0) show(wanted);
  tick();
  setInterval(tick, 250);
}

begin();
