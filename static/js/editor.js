// The editor of rich text in the form of a question. Without it the text areas take plain text and simple tags;
// with it each text area is hidden behind an editable box whose HTML it sends. What is allowed is decided by the
// server (questions/formats/rich_reading.py); here only what is pasted is made fit to look at.

const MARKS = { B: "strong", STRONG: "strong", I: "em", EM: "em", U: "u", INS: "u", SUB: "sub", SUP: "sup" };
const KEPT = new Set(["P", "BR", "UL", "OL", "LI", "TABLE", "TBODY", "TR", "TD", "TH"]);
const PARAGRAPHS = new Set(["DIV", "H1", "H2", "H3", "H4", "H5", "H6", "PRE", "BLOCKQUOTE", "SECTION", "ARTICLE"]);
const DROPPED = new Set(["SCRIPT", "STYLE", "TITLE", "META", "LINK", "TEMPLATE", "O:P", "XML", "HEAD"]);

// --- What is pasted -----------------------------------------------------------------------------------------------

/** Fit markup of any HTML, Word's and LibreOffice's too: marks, paragraphs, lists and tables, nothing else. */
export function pasted(html) {
  const source = new DOMParser().parseFromString(html, "text/html").body;
  listsOfWord(source);
  const target = document.createElement("div");
  copy(source, target);
  for (const empty of target.querySelectorAll("p, li")) {
    if (!empty.textContent.trim() && !empty.querySelector("img")) empty.remove();
  }
  return target.innerHTML;
}

function copy(from, to) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.append(node.data.replace(/\s+/g, " "));
    else if (node.nodeType === Node.ELEMENT_NODE && !DROPPED.has(node.tagName)) copyElement(node, to);
  }
}

function copyElement(node, to) {
  if (node.tagName === "IMG") {
    // Pictures of ours keep their address; Word's lie on somebody's disk.
    const ours = /^\/hinh\/[0-9a-f]{32}\.[a-z]+$/.exec(new URL(node.src || "x:", location.href).pathname);
    if (!ours) return;
    const picture = document.createElement("img");
    picture.src = ours[0];
    picture.alt = node.alt;
    to.append(picture);
    return;
  }
  const name = PARAGRAPHS.has(node.tagName) ? "P" : node.tagName;
  let inner = to;
  if (KEPT.has(name)) {
    // A paragraph in a paragraph would end the outer one.
    inner = document.createElement(name === "P" && node.querySelector("p, div, ul, ol, table") ? "div" : name);
    for (const span of ["colspan", "rowspan"]) {
      if (node.hasAttribute(span)) inner.setAttribute(span, node.getAttribute(span));
    }
    to.append(inner);
  }
  for (const mark of marksOf(node)) {
    const element = document.createElement(mark);
    inner.append(element);
    inner = element;
  }
  copy(node, inner);
}

function marksOf(node) {
  const style = node.style;
  const weight = style.fontWeight;
  const marks = new Set();
  if (node.tagName in MARKS) marks.add(MARKS[node.tagName]);
  if (weight === "bold" || Number(weight) >= 600) marks.add("strong");
  else if (weight) marks.delete("strong"); // Google Docs wraps everything in <b style="font-weight:normal">
  if (style.fontStyle === "italic") marks.add("em");
  if (`${style.textDecoration} ${style.textDecorationLine}`.includes("underline")) marks.add("u");
  if (style.verticalAlign === "sub") marks.add("sub");
  if (style.verticalAlign === "super") marks.add("sup");
  return marks;
}

/** Word writes lists as paragraphs with the bullet typed in front; they become lists. */
function listsOfWord(body) {
  let list = null;
  for (const paragraph of [...body.querySelectorAll("p[class*='MsoListParagraph'], p[style*='mso-list']")]) {
    const marker = [...paragraph.querySelectorAll("span")].find((one) =>
      /mso-list:\s*Ignore/i.test(one.getAttribute("style") ?? ""),
    );
    const bullet = marker?.textContent.trim() ?? "";
    marker?.remove();
    const tag = /^[0-9a-z]{1,4}[.)]/i.test(bullet) ? "ol" : "ul";
    if (!list || list.tagName !== tag.toUpperCase() || paragraph.previousElementSibling !== list) {
      list = document.createElement(tag);
      paragraph.before(list);
    }
    const item = document.createElement("li");
    item.append(...paragraph.childNodes);
    list.append(item);
    paragraph.remove();
  }
}

// --- The boxes ----------------------------------------------------------------------------------------------------

const form = document.querySelector(".w-form");
const boxes = new Map(); // editable box → its text area
let active = null;
let range = null; // the caret in the active box, kept while a dialog has the focus

function makeBox(area) {
  const label = area.labels[0];
  const box = document.createElement("div");
  box.className = "w-editor q-rich";
  box.contentEditable = "true";
  box.innerHTML = area.dataset.rich; // cleaned by the server
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
  box.addEventListener("paste", (event) => paste(event, box));
  box.addEventListener("drop", (event) => event.preventDefault());
  box.addEventListener("click", (event) => {
    if (event.target.tagName === "IMG") openPicture(null, event.target);
  });
  boxes.set(box, area);
  return box;
}

function activate(box) {
  active = box;
  showState();
}

function paste(event, box) {
  event.preventDefault();
  if (box.getAttribute("aria-readonly") === "true") return;
  const data = event.clipboardData;
  const picture = [...data.files].find((file) => file.type.startsWith("image/"));
  const html = data.getData("text/html");
  if (html) document.execCommand("insertHTML", false, pasted(html));
  else if (picture) openPicture(picture);
  else document.execCommand("insertText", false, data.getData("text/plain"));
}

function remember() {
  const selection = getSelection();
  if (selection.rangeCount && active?.contains(selection.anchorNode)) range = selection.getRangeAt(0).cloneRange();
}

function restore() {
  active ??= boxes.keys().next().value;
  active.focus();
  if (!range || !active.contains(range.startContainer)) return;
  getSelection().removeAllRanges();
  getSelection().addRange(range);
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

const BUTTONS = [
  ["bold", "<strong>B</strong>", "Đậm (Ctrl+B)"],
  ["italic", "<em>I</em>", "Nghiêng (Ctrl+I)"],
  ["underline", "<u>U</u>", "Gạch chân (Ctrl+U)"],
  ["subscript", "x<sub>2</sub>", "Chỉ số dưới"],
  ["superscript", "x<sup>2</sup>", "Chỉ số trên"],
  ["insertUnorderedList", "• Danh sách", "Danh sách dấu chấm"],
  ["insertOrderedList", "1. Danh sách", "Danh sách đánh số"],
  ["table", "Bảng", "Chèn bảng"],
  ["picture", "Hình", "Chèn hình"],
];
const TABLE_BUTTONS = [
  ["row", "+ Dòng", "Thêm dòng dưới dòng này"],
  ["column", "+ Cột", "Thêm cột bên phải cột này"],
  ["no-row", "− Dòng", "Xóa dòng này"],
  ["no-column", "− Cột", "Xóa cột này"],
];
const toolbar = document.querySelector(".w-toolbar");
const inTable = document.createElement("span");

function makeButton([act, face, name]) {
  const button = document.createElement("button");
  button.type = "button";
  button.innerHTML = face;
  button.title = name;
  button.setAttribute("aria-label", name);
  button.dataset.act = act;
  // The caret stays where it is when the mouse presses a button.
  button.addEventListener("mousedown", (event) => event.preventDefault());
  button.addEventListener("click", () => run(act));
  return button;
}

function makeToolbar() {
  toolbar.hidden = false;
  toolbar.setAttribute("role", "toolbar");
  toolbar.setAttribute("aria-label", "Định dạng");
  inTable.className = "w-in-table";
  inTable.hidden = true;
  inTable.append(...TABLE_BUTTONS.map(makeButton));
  toolbar.append(...BUTTONS.map(makeButton), inTable);
  document.execCommand("styleWithCSS", false, "false");
  document.execCommand("defaultParagraphSeparator", false, "p");
  document.addEventListener("selectionchange", () => {
    remember();
    showState();
  });
}

function run(act) {
  restore();
  if (active.getAttribute("aria-readonly") === "true") return;
  if (act === "picture") openPicture();
  else if (act === "table") openTable();
  else if (TABLE_BUTTONS.some(([name]) => name === act)) changeTable(act);
  else document.execCommand(act, false);
  showState();
}

function showState() {
  for (const button of toolbar.querySelectorAll("[data-act]")) {
    const [act] = BUTTONS.find(([name]) => name === button.dataset.act) ?? [];
    if (!act || act === "table" || act === "picture") continue;
    button.setAttribute("aria-pressed", String(Boolean(active) && document.queryCommandState(act)));
  }
  inTable.hidden = !cellHere();
}

function cellHere() {
  const node = getSelection().anchorNode;
  const cell = (node?.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.("td, th");
  return cell && active?.contains(cell) ? cell : null;
}

// --- Tables -------------------------------------------------------------------------------------------------------

const tableDialog = document.getElementById("table-dialog");

function openTable() {
  tableDialog.showModal();
}

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
  document.execCommand("insertHTML", false, `<table><tbody>${lines.join("")}</tbody></table><p><br></p>`);
}

function changeTable(act) {
  const cell = cellHere();
  if (!cell) return;
  const row = cell.parentElement;
  const table = cell.closest("table");
  const at = [...row.cells].indexOf(cell);
  if (act === "row") {
    const added = table.insertRow(row.rowIndex + 1);
    for (let count = row.cells.length; count > 0; count -= 1) added.insertCell().append(document.createElement("br"));
  } else if (act === "column") {
    for (const one of table.rows) {
      const added = document.createElement(one.cells[0]?.tagName ?? "td");
      added.append(document.createElement("br"));
      if (one.cells[at]) one.cells[at].after(added);
      else one.append(added);
    }
  } else if (act === "no-row") {
    row.remove();
  } else {
    for (const one of table.rows) one.cells[at]?.remove();
  }
  if (!table.querySelector("td, th")) table.remove();
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
pictureDialog?.querySelector(".w-file").append(fileInput);
const wrong = pictureDialog?.querySelector(".w-wrong");
let waiting = null; // a pasted file
let changed = null; // a picture whose description is changed

function openPicture(file = null, picture = null) {
  waiting = file;
  changed = picture;
  fileInput.value = "";
  altInput.value = picture?.alt ?? "";
  wrong.textContent = "";
  pictureDialog.querySelector(".w-file").hidden = Boolean(file || picture);
  pictureDialog.querySelector("[data-do=keep]").textContent = picture ? "Lưu mô tả" : "Chèn hình";
  pictureDialog.showModal();
}

async function keepPicture() {
  const alt = altInput.value.trim().replace(/\s+/g, " ");
  const file = waiting ?? fileInput.files[0];
  if (!changed && !file) return say("Chưa chọn tệp hình.");
  if (!alt) return say("Chưa có mô tả hình.");
  if (changed) {
    changed.alt = alt;
    return pictureDialog.close();
  }
  const data = new FormData();
  data.append("file", file);
  data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  let answer;
  try {
    const response = await fetch(form.dataset.pictures, { method: "POST", body: data });
    answer = await response.json();
  } catch {
    return say("Chưa tải được hình lên. Kiểm tra kết nối rồi thử lại.");
  }
  if (answer.error) return say(answer.error);
  pictureDialog.close();
  restore();
  const picture = document.createElement("img");
  picture.src = answer.address;
  picture.alt = alt;
  document.execCommand("insertHTML", false, picture.outerHTML);
}

function say(words) {
  wrong.textContent = words;
}

// --- Kinds of questions -------------------------------------------------------------------------------------------

const options = [...(form?.querySelectorAll(".w-option") ?? [])];
const more = form?.querySelector(".w-more");
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

if (form) {
  for (const area of form.querySelectorAll("textarea[data-rich]")) {
    const box = makeBox(area);
    box.dataset.first = written(box);
  }
  makeToolbar();
  showKind();
  for (const radio of form.querySelectorAll("input[name=kind]")) radio.addEventListener("change", showKind);
  more.querySelector("button").addEventListener("click", () => {
    form.dataset.shown = Number(form.dataset.shown) + 1;
    showKind();
    boxOf(options[Number(form.dataset.shown) - 1])?.focus();
  });
  form.addEventListener("submit", send);
  for (const [dialog, keep] of [[pictureDialog, keepPicture], [tableDialog, insertTable]]) {
    dialog.querySelector("[data-do=keep]").addEventListener("click", keep);
    dialog.querySelector("[data-do=close]").addEventListener("click", () => dialog.close());
    dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      keep();
    });
  }
}
