// Keys for the board: everything they do can be done with the boxes and buttons of the form, too.

const KEYS_OFF = "board-keys-off";
const form = document.querySelector(".b-work");
const rows = [...form.querySelectorAll(".b-row")];
const tools = form.querySelector(".b-tools");
const count = form.querySelector(".b-count");
const help = document.querySelector(".b-help");
const words = document.getElementById("words").dataset;
let at = -1;
let reasoned = ""; // the act that the comment is being written for

const tickOf = (row) => row?.querySelector("[name=revision]");
const ticked = () => rows.filter((row) => tickOf(row)?.checked);
const button = (act) => form.querySelector(`button[name=act][value="${act}"]`);

function go(step) {
  const next = Math.min(rows.length - 1, Math.max(0, at + step));
  if (next === at) return;
  rows[at]?.classList.remove("b-here");
  at = next;
  rows[at].classList.add("b-here");
  (tickOf(rows[at]) ?? rows[at].querySelector("summary")).focus();
  rows[at].scrollIntoView({ block: "nearest" });
}

function showCount() {
  if (!count) return;
  const chosen = ticked().length;
  count.textContent = chosen ? [words.chosen.replace("{n}", chosen), words[reasoned]].filter(Boolean).join(" ") : "";
}

function tick(row, on) {
  const box = tickOf(row);
  if (box) box.checked = on ?? !box.checked;
  showCount();
}

/** With nothing ticked it is about the question in view. */
function choose() {
  if (!ticked().length && rows[at]) tick(rows[at], true);
  if (!ticked().length) count.textContent = words.none;
  return ticked().length > 0;
}

/** Presses the form's own button. */
function press(act) {
  if (button(act) && choose()) form.requestSubmit(button(act));
}

/** To the field of the comment first; Ctrl+Enter there presses the button. */
function reason(act) {
  if (!button(act) || !choose()) return;
  reasoned = act;
  showCount();
  form.elements.comment.focus();
}

const ACTS = {
  j: () => go(1),
  k: () => go(-1),
  x: () => tick(rows[at]),
  o: () => rows[at] && rows[at].querySelector("details").toggleAttribute("open"),
  a: () => press("approve"),
  r: () => reason("return"),
  d: () => reason("retire"),
  s: () => press("submit"),
  "?": () => help.showModal(),
};

if (tools) {
  tools.hidden = false;
  const keys = tools.querySelector(".b-keys");
  keys.checked = !localStorage.getItem(KEYS_OFF);
  keys.addEventListener("change", () => {
    if (keys.checked) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "1");
  });
  const all = tools.querySelector(".b-all");
  if (!form.querySelector("[name=revision]")) all.closest("label").hidden = true;
  all.addEventListener("change", () => rows.forEach((row) => tick(row, all.checked)));
  tools.querySelector("[data-do=help]").addEventListener("click", () => help.showModal());
  form.addEventListener("change", showCount);
  form.addEventListener("focusin", (event) => {
    const row = event.target.closest(".b-row");
    if (!row || row === rows[at]) return;
    rows[at]?.classList.remove("b-here");
    at = rows.indexOf(row);
    row.classList.add("b-here");
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("textarea, select, input:not([type=checkbox])") || event.target.isContentEditable;
    if (typing) {
      if (event.key === "Enter" && event.ctrlKey && event.target.name === "comment") {
        const act = button(reasoned) ?? button("return") ?? button("retire");
        if (choose()) form.requestSubmit(act);
      }
      return;
    }
    if (!keys.checked || help.open || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = ACTS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  showCount();
}
