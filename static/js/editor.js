// The editor of rich text in the form of a question. Without it the text areas take plain text and simple tags;
// with it each text area is hidden behind an editable box whose HTML it sends. What is allowed is decided by the
// server (questions/formats/rich_reading.py); here only what is pasted is made fit to look at (pasting.js).
// Every change goes through execCommand: nothing else gets into the browser's own undo.

// --- The boxes ----------------------------------------------------------------------------------------------------

const form = document.querySelector(".w-form");
const words = document.getElementById("words").dataset;
const { pasted } = await import(form.dataset.pasting);
const notice = Object.assign(document.createElement("p"), { className: "w-notice" });
notice.setAttribute("role", "alert");
const boxes = new Map(); // editable box → its text area
let active = null;
let range = null; // the caret in the active box, kept while a dialog has the focus

function makeBox(area) {
  const label = area.labels[0];
  const box = document.createElement("div");
  box.className = "w-editor q-rich";
  box.contentEditable = "true";
  box.innerHTML = area.dataset.rich; // cleaned by the server
  box.dataset.first = written(box);
  // What was typed before this script came, or what the browser gives back after a step backwards.
  if (area.value !== area.defaultValue) fillBox(box, area.value);
  box.setAttribute("role", "textbox");
  box.setAttribute("aria-multiline", "true");
  box.setAttribute("aria-label", label ? label.textContent.trim() : area.name);
  if (area.rows > 1) box.dataset.tall = "";
  area.before(box);
  area.hidden = true;
  area.required = false;
  area.classList.add("w-hidden");
  label?.addEventListener("click", () => box.focus());
  box.addEventListener("focus", () => activate(box));
  box.addEventListener("keydown", (event) => {
    if (event.key === "F10" && event.altKey) {
      event.preventDefault();
      toolbar.querySelector("[tabindex='0']").focus();
    }
  });
  box.addEventListener("paste", (event) => paste(event, box));
  box.addEventListener("drop", (event) => event.preventDefault());
  box.addEventListener("click", (event) => {
    if (event.target.tagName === "IMG") openPicture(null, event.target);
  });
  boxes.set(box, area);
}

function fillBox(box, typed) {
  if (/<\/?[a-z]/i.test(typed)) box.innerHTML = pasted(typed).html;
  else box.innerText = typed;
}

function activate(box) {
  active = box;
  showState();
}

function paste(event, box) {
  event.preventDefault();
  if (box.getAttribute("aria-readonly") === "true") return;
  const data = event.clipboardData;
  const file = [...data.files].find((one) => one.type.startsWith("image/"));
  const source = data.getData("text/html");
  const { html, dropped } = source ? pasted(source) : { html: "", dropped: 0 };
  notice.remove();
  // A picture that is copied alone comes as a file and as a tag with somebody else's address.
  if (!html && file) return openPicture(file);
  if (html) document.execCommand("insertHTML", false, html);
  else if (!source) document.execCommand("insertText", false, data.getData("text/plain"));
  if (!dropped) return;
  notice.textContent = words.dropped.replace("{n}", dropped);
  box.after(notice);
}

function remember() {
  const selection = getSelection();
  if (selection.rangeCount && active?.contains(selection.anchorNode)) range = selection.getRangeAt(0).cloneRange();
}

function restore() {
  active ??= boxes.keys().next().value;
  active.focus();
  if (!range || !active.contains(range.startContainer)) return;
  choose(range);
}

/** An untouched box sends what the server had given, so that opening and saving changes nothing. */
function send() {
  for (const [box, area] of boxes) {
    const text = written(box);
    area.value = text === box.dataset.first ? area.defaultValue : text;
  }
}

function written(box) {
  return box.textContent.trim() || box.querySelector("img") ? box.innerHTML : "";
}

// --- The toolbar --------------------------------------------------------------------------------------------------

const toolbar = document.querySelector(".w-toolbar");
const tools = [...toolbar.querySelectorAll("[data-act]")];
const tableButton = toolbar.querySelector("[data-act=table]");
const inTable = toolbar.querySelector(".w-in-table");

function beginToolbar() {
  toolbar.hidden = false;
  for (const [at, button] of tools.entries()) {
    button.tabIndex = at ? -1 : 0;
    // The caret stays where it is when the mouse presses a button.
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => run(button.dataset.act));
  }
  toolbar.addEventListener("keydown", walk);
  document.execCommand("styleWithCSS", false, "false");
  document.execCommand("defaultParagraphSeparator", false, "p");
  document.addEventListener("selectionchange", () => {
    remember();
    showState();
  });
}

/** One stop for Tab, arrows inside; Escape goes back to the text. */
function walk(event) {
  const shown = tools.filter((button) => button.offsetParent && !button.disabled);
  const at = shown.indexOf(document.activeElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: shown.length - 1 }[event.key];
  if (event.key === "Escape") restore();
  else if (to === undefined) return;
  else shown.at(to % shown.length).focus();
  for (const button of tools) button.tabIndex = button === document.activeElement ? 0 : -1;
  if (!toolbar.contains(document.activeElement)) tools[0].tabIndex = 0;
  event.preventDefault();
}

function run(act) {
  restore();
  if (active.getAttribute("aria-readonly") === "true") return;
  if (act === "picture") openPicture(null, chosenPicture());
  else if (act === "table") tableDialog.showModal();
  else if (act in TABLE_ACTS) changeTable(act);
  else {
    // Chromium would put the list into the paragraph, where none may be.
    if (act.endsWith("List") && !partHere("li")) document.execCommand("formatBlock", false, "div");
    document.execCommand(act, false);
  }
  showState();
}

function showState() {
  for (const button of toolbar.querySelectorAll("[aria-pressed]")) {
    button.setAttribute("aria-pressed", String(Boolean(active) && document.queryCommandState(button.dataset.act)));
  }
  inTable.hidden = !cellHere();
  // A list or a cell holds no table.
  tableButton.disabled = Boolean(partHere("li, td, th"));
}

const cellHere = () => partHere("td, th");

/** The nearest element of that kind around the caret. */
function partHere(kind) {
  const node = getSelection().anchorNode;
  const part = (node?.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.(kind);
  return part && active?.contains(part) && part !== active ? part : null;
}

// --- Tables -------------------------------------------------------------------------------------------------------

const LINE = "<p><br></p>"; // to write on behind a table
const tableDialog = document.getElementById("table-dialog");

function insertTable() {
  const rows = Math.min(30, Math.max(1, Number(document.getElementById("table-rows").value) || 1));
  const columns = Math.min(10, Math.max(1, Number(document.getElementById("table-columns").value) || 1));
  const heading = document.getElementById("table-heading").checked;
  const lines = Array.from({ length: rows }, (_, at) => {
    const tag = heading && at === 0 ? "th" : "td";
    return `<tr>${`<${tag}><br></${tag}>`.repeat(columns)}</tr>`;
  });
  tableDialog.close();
  restore();
  const known = new Set(active.querySelectorAll("table"));
  document.execCommand("insertHTML", false, `<table><tbody>${lines.join("")}</tbody></table>${LINE}`);
  caretInto([...active.querySelectorAll("table")].find((table) => !known.has(table)), 0, 0);
}

function caretInto(table, row, column) {
  const cells = table?.rows[Math.min(row, table.rows.length - 1)]?.cells;
  if (!cells?.length) return;
  const caret = document.createRange();
  caret.setStart(cells[Math.min(column, cells.length - 1)], 0);
  choose(caret);
}

/** Each changes the table so, seen from the cell at (row, column), and says where the caret goes. */
const TABLE_ACTS = {
  row(table, row, column) {
    const added = table.insertRow(row + 1);
    for (let count = table.rows[row].cells.length; count > 0; count -= 1) added.insertCell().innerHTML = "<br>";
    return [row + 1, column];
  },
  column(table, row, column) {
    for (const one of table.rows) {
      const added = document.createElement(one.cells[0]?.tagName ?? "td");
      added.innerHTML = "<br>";
      if (one.cells[column]) one.cells[column].after(added);
      else one.append(added);
    }
    return [row, column + 1];
  },
  "no-row"(table, row, column) {
    table.deleteRow(row);
    return [row, column];
  },
  "no-column"(table, row, column) {
    for (const one of table.rows) one.cells[column]?.remove();
    return [row, column];
  },
};

function changeTable(act) {
  const cell = cellHere();
  if (!cell) return;
  const old = cell.closest("table");
  const number = [...active.querySelectorAll("table")].indexOf(old);
  const table = old.cloneNode(true);
  const [row, column] = TABLE_ACTS[act](table, cell.parentElement.rowIndex, cell.cellIndex);
  for (const empty of table.querySelectorAll("tr:empty")) empty.remove();
  const around = document.createRange();
  around.selectNode(old);
  choose(around);
  const behind = old.nextElementSibling;
  const last = !behind || (behind.innerHTML === "<br>" && !behind.nextElementSibling);
  const left = table.querySelector("td, th");
  document.execCommand("insertHTML", false, left ? table.outerHTML + (last ? LINE : "") : LINE);
  if (left) caretInto(active.querySelectorAll("table")[number], row, column);
}

function choose(chosen) {
  getSelection().removeAllRanges();
  getSelection().addRange(chosen);
}

// --- Pictures -----------------------------------------------------------------------------------------------------

const pictureDialog = document.getElementById("picture-dialog");
const altInput = document.getElementById("picture-alt");
const fileInput = Object.assign(document.createElement("input"), {
  id: "picture-file",
  type: "file",
  accept: "image/png,image/jpeg,image/gif,image/webp",
  hasChangeListener: true, // the admin's theme leaves it alone then; it looks for parts of its own around every other
});
pictureDialog.querySelector(".w-file").append(fileInput);
const wrong = pictureDialog.querySelector(".w-wrong");
const keepButton = pictureDialog.querySelector("[data-do=keep]");
let waiting = null; // a pasted file
let changed = null; // a picture whose description is changed

/** The one picture that is marked, with Shift and an arrow for instance: its description is changed. */
function chosenPicture() {
  if (!range || range.collapsed) return null;
  const marked = [...active.querySelectorAll("img")].filter((picture) => range.intersectsNode(picture));
  return marked.length === 1 && !range.toString().trim() ? marked[0] : null;
}

function openPicture(file = null, picture = null) {
  waiting = file;
  changed = picture;
  fileInput.value = "";
  altInput.value = picture?.alt ?? "";
  wrong.textContent = "";
  pictureDialog.querySelector(".w-file").hidden = Boolean(file || picture);
  keepButton.textContent = picture ? words.keepAlt : words.insert;
  pictureDialog.showModal();
}

async function keepPicture() {
  const alt = altInput.value.trim().replace(/\s+/g, " ");
  const file = waiting ?? fileInput.files[0];
  if (!changed && !file) return say(words.noFile);
  if (!alt) return say(words.noAlt);
  if (changed) {
    changed.alt = alt;
    return pictureDialog.close();
  }
  const data = new FormData();
  data.append("file", file);
  data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  let answer;
  keepButton.disabled = true; // pressed twice it would be there twice
  try {
    const response = await fetch(form.dataset.pictures, { method: "POST", body: data });
    answer = await response.json();
  } catch {
    return say(words.unreachable);
  } finally {
    keepButton.disabled = false;
  }
  if (answer.error) return say(answer.error);
  pictureDialog.close();
  restore();
  const picture = document.createElement("img");
  picture.src = answer.address;
  picture.alt = alt;
  document.execCommand("insertHTML", false, picture.outerHTML);
  notice.remove();
}

function say(words) {
  wrong.textContent = words;
}

// --- Kinds of questions -------------------------------------------------------------------------------------------

const options = [...form.querySelectorAll(".w-option")];
const more = form.querySelector(".w-more");
const before = new Map(); // texts of A and B while the question is a true/false one

function boxOf(option) {
  return option.querySelector(".w-editor");
}

function kindNow() {
  return form.querySelector("input[name=kind]:checked")?.value ?? "single";
}

function showKind() {
  const kind = kindNow();
  const fixed = kind === "true_false";
  let shown = fixed ? 2 : Math.max(4, Number(form.dataset.shown || 0));
  options.forEach((option, at) => {
    const box = boxOf(option);
    if (!fixed && at >= shown && box?.textContent.trim()) shown = at + 1;
  });
  options.forEach((option, at) => {
    const key = option.querySelector("[name=keys]");
    key.type = kind === "multiple" ? "checkbox" : "radio";
    option.hidden = at >= shown;
    if (option.hidden) key.checked = false;
    if (at < 2 && boxOf(option)) fix(boxOf(option), fixed, fixed ? ["Đúng", "Sai"][at] : "");
  });
  more.hidden = fixed || shown >= options.length;
  form.dataset.shown = fixed ? "" : shown;
}

function fix(box, fixed, word) {
  if (fixed && !before.has(box)) {
    before.set(box, box.innerHTML);
    box.textContent = word;
  } else if (!fixed && before.has(box)) {
    box.innerHTML = before.get(box);
    before.delete(box);
  }
  box.contentEditable = String(!fixed);
  box.setAttribute("aria-readonly", String(fixed));
}

// --- Beginning ----------------------------------------------------------------------------------------------------

for (const area of form.querySelectorAll("textarea[data-rich]")) makeBox(area);
form.querySelector(".w-plain-picture").remove();
beginToolbar();
showKind();
for (const radio of form.querySelectorAll("input[name=kind]")) radio.addEventListener("change", showKind);
more.querySelector("button").addEventListener("click", () => {
  form.dataset.shown = Number(form.dataset.shown) + 1;
  showKind();
  boxOf(options[Number(form.dataset.shown) - 1])?.focus();
});
form.addEventListener("submit", send);
for (const [dialog, keep] of [[pictureDialog, keepPicture], [tableDialog, insertTable]]) {
  dialog.querySelector("[data-do=close]").addEventListener("click", () => dialog.close());
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    keep();
  });
}
