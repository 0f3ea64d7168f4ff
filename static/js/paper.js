// The paper with script: one question at a time on a phone, a palette, a clock, and every tap kept on this
// device until the server says that it has it. Without script the same form works by its buttons.
// The deadline is the server's; what is shown here follows the seconds that it last told.

const form = document.getElementById("bai-thi");
const words = document.getElementById("words").dataset;
const byId = (id) => document.getElementById(id);
const urls = form.dataset;
const phone = matchMedia("(max-width: 59.99rem)");
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const pad = (number) => String(number).padStart(2, "0");
// Its address carries the digest of its content, so the page tells it.
const { Store, Saver } = await import(urls.saving);
const store = new Store(urls.attempt);

// --- Questions and answers -------------------------------------------------------------------------------------
const questions = [...form.querySelectorAll(".question")];
const names = questions.map((question) => question.dataset.name);
const cells = [...byId("palette").querySelectorAll("ol a")];
const predictionInput = byId("prediction");
let current = 0;

const choicesOf = new Map(questions.map((question) => [question.dataset.name, [...question.querySelectorAll("input:is([type=radio], [type=checkbox])")]]));

/** One number as text, "" for none: the values ticked add up where several may be. */
function answerOf(name) {
  if (name === "prediction") return predictionInput ? predictionInput.value.trim() : "bound";
  const sum = choicesOf.get(name).reduce((total, choice) => total + (choice.checked ? Number(choice.value) : 0), 0);
  return sum ? String(sum) : "";
}

function setAnswer(name, value) {
  if (name === "prediction") {
    if (predictionInput && document.activeElement !== predictionInput) predictionInput.value = value;
    return;
  }
  const several = (choice) => choice.type === "checkbox";
  for (const choice of choicesOf.get(name) ?? []) {
    choice.checked = several(choice) ? (Number(value) & Number(choice.value)) !== 0 : choice.value === value;
  }
}

function draw() {
  const { flags } = store.read();
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
  delete form.dataset.from;
  current = Math.min(questions.length - 1, Math.max(0, index));
  store.change((stored) => {
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

function changed(name, value) {
  store.change((stored) => {
    stored.pending[name] = value;
  });
  draw();
}

/** Another tab or device saved meanwhile: show what the server has, with the taps of this page on top. */
function adopt(data, pending) {
  for (const name of names) {
    const stored = name === "prediction" ? data.prediction : (data.answers?.[name] ?? "");
    if (!(name in pending) && stored !== undefined && answerOf(name) !== stored) setAnswer(name, stored);
  }
  draw();
}

function predictionError(text) {
  const list = byId("prediction-error");
  if (!list) return;
  list.hidden = !text;
  list.firstElementChild.textContent = text;
  byId("prediction-field").classList.toggle("invalid", Boolean(text));
  predictionInput.setAttribute("aria-invalid", String(Boolean(text)));
}

// --- The clock ---------------------------------------------------------------------------------------------------
// The seconds count from the moment the server was asked, which on a slow link is well before its answer arrives:
// this clock may end a little early, never late. (performance.now() starts with the navigation.)
const loaded = performance.getEntriesByType("navigation")[0]?.requestStart ?? 0;
let ends = loaded + Number(urls.remaining) * 1000;
let announced = Infinity;
let over = false;

function secondsLeft() {
  return Math.max(0, (ends - performance.now()) / 1000);
}

function follow(seconds, asked) {
  if (Number.isFinite(seconds)) ends = asked + seconds * 1000;
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

const hurried = () => secondsLeft() <= 3;
const saver = new Saver({ form, words, store, page: { state, say, follow, adopt, predictionError, hurried } });

/** Time is up: the last taps go with the submission; tried again until the server has answered. */
async function finish() {
  over = true;
  saver.stop();
  for (const control of form.querySelectorAll("input, button")) control.disabled = control.type !== "hidden";
  state(words.over, "plain");
  saver.cut();
  await saver.flying;
  try {
    const response = await saver.post(urls.submit, store.pending);
    if (response.ok && response.redirected && !saver.isLogin(response.url)) return saver.leave(response.url);
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
  if (event.target.type !== "radio" && event.target.type !== "checkbox") return;
  const { name } = event.target.closest(".question").dataset;
  changed(name, answerOf(name) || "0");
  saver.schedule();
});
let typing = 0;
predictionInput?.addEventListener("input", () => {
  // Kept at once, sent when the typing pauses: half a number is no number.
  changed("prediction", predictionInput.value.trim());
  saver.unsaved();
  clearTimeout(typing);
  typing = setTimeout(() => saver.schedule(0), 1500);
});
predictionInput?.addEventListener("change", () => saver.schedule(0));

byId("questions").addEventListener("click", (event) => {
  const flag = event.target.closest(".flag");
  if (!flag) return;
  const { name } = flag.closest(".question").dataset;
  store.change((stored) => {
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
  while (saver.flying) await saver.flying;
  const asked = await saver.flush({ ask: true });
  if (predictionInput?.getAttribute("aria-invalid") === "true") {
    show(names.indexOf("prediction"));
    predictionInput.focus();
  } else if (asked) {
    location.assign(urls.review);
  } else if (saver.failures && !saver.stopped) {
    state(words.leave, "waiting");
  }
}

// --- Swiping: to the next question on a phone, never against scrolling, zooming or marking a text --------------
const EDGE = 24; // px at either side that belong to the phone's own "back"
const FAR = 60; // px across before it is meant
let touch = null;

/** Whether the browser itself would do something with a finger moving across here. */
function taken(target) {
  if (visualViewport && visualViewport.scale > 1.01) return true;
  if (target.closest?.("input[type=text]") || !getSelection().isCollapsed) return true;
  for (let node = target; node && node !== form; node = node.parentElement) {
    if (node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX !== "visible") return true;
  }
  return false;
}

byId("questions").addEventListener(
  "touchstart",
  (event) => {
    const [finger] = event.touches;
    const inside = finger.clientX > EDGE && finger.clientX < innerWidth - EDGE;
    const meant = event.touches.length === 1 && inside && form.classList.contains("one") && !taken(event.target);
    touch = meant ? { x: finger.clientX, y: finger.clientY, at: event.timeStamp } : null;
  },
  { passive: true },
);
byId("questions").addEventListener(
  "touchend",
  (event) => {
    if (!touch || event.touches.length || !getSelection().isCollapsed) return;
    const [across, down] = [event.changedTouches[0].clientX - touch.x, event.changedTouches[0].clientY - touch.y];
    const quick = event.timeStamp - touch.at < 800;
    touch = null;
    if (!quick || Math.abs(across) < FAR || Math.abs(across) < 2 * Math.abs(down)) return;
    const next = current + (across < 0 ? 1 : -1);
    if (next < 0 || next >= questions.length) return;
    show(next);
    form.dataset.from = across < 0 ? "end" : "start";
  },
  { passive: true },
);
byId("questions").addEventListener("touchcancel", () => (touch = null), { passive: true });

// --- Coming and going --------------------------------------------------------------------------------------------
addEventListener("pagehide", () => {
  if (!over) saver.beacon();
});
addEventListener("beforeunload", (event) => {
  // Without a network the paper could not be opened again now; what was tapped is kept either way.
  if (!over && !navigator.onLine) event.preventDefault();
});
addEventListener("online", () => saver.flush({ ask: saver.failures > 0 }));
let hidden = 0;
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") {
    hidden = Date.now();
    saver.flush();
  } else if (Date.now() - hidden > 10_000) {
    saver.flush({ ask: true }); // a phone that slept has lost count of the seconds
  }
});
addEventListener("pageshow", (event) => {
  if (event.persisted) saver.flush({ ask: true });
});
phone.addEventListener("change", arrange);

function begin() {
  form.elements.revision.disabled = true; // carried by every request of its own
  byId("save").hidden = true;
  for (const node of form.querySelectorAll(".flag, .for-flags")) node.hidden = false;
  // Pictures of questions not yet looked at as well: the network may be gone by then.
  for (const image of form.querySelectorAll("img[loading=lazy]")) image.loading = "eager";
  const { pending, at } = store.read();
  for (const [name, value] of Object.entries(pending)) setAnswer(name, value);
  const wanted = questions.findIndex((question) => `#${question.id}` === location.hash);
  const refused = predictionInput?.getAttribute("aria-invalid") === "true";
  current = Math.max(0, wanted >= 0 ? wanted : names.indexOf(refused ? "prediction" : at));
  arrange();
  if (location.hash) history.replaceState(null, "", location.pathname);
  if (refused) state(byId("prediction-error").textContent, "problem");
  else state(words.allSaved, "plain");
  saver.schedule(0);
  if (wanted >= 0) show(wanted);
  tick();
  setInterval(tick, 250);
}

begin();
