// What is pasted into the editor of rich text (editor.js), made fit to look at. What is allowed is decided by the
// server (questions/formats/rich_reading.py).

const MARKS = { B: "strong", STRONG: "strong", I: "em", EM: "em", U: "u", INS: "u", SUB: "sub", SUP: "sup" };
const KEPT = new Set(["P", "BR", "UL", "OL", "LI", "TABLE", "TBODY", "TR", "TD", "TH"]);
const PARAGRAPHS = new Set(["DIV", "H1", "H2", "H3", "H4", "H5", "H6", "PRE", "BLOCKQUOTE", "SECTION", "ARTICLE"]);
const DROPPED = new Set(["SCRIPT", "STYLE", "TITLE", "META", "LINK", "TEMPLATE", "O:P", "XML", "HEAD"]);

/**
 * Fit markup of any HTML, Word's and LibreOffice's too: marks, paragraphs, lists and tables, nothing else.
 * `dropped`: how many pictures could not come along.
 */
export function pasted(html) {
  const source = new DOMParser().parseFromString(html, "text/html").body;
  const pictures = [...source.querySelectorAll("img")];
  listsOfWord(source);
  const target = document.createElement("div");
  copy(source, target);
  for (const empty of target.querySelectorAll("p, li")) {
    if (!empty.textContent.trim() && !empty.querySelector("img")) empty.remove();
  }
  return { html: target.innerHTML, dropped: pictures.filter((picture) => !addressOf(picture)).length };
}

/** Pictures of ours keep their address, "" for others: Word's lie on somebody's disk. */
function addressOf(picture) {
  try {
    const { pathname } = new URL(picture.getAttribute("src") ?? "", location.href);
    return /^\/hinh\/[0-9a-f]{32}\.[a-z]+$/.test(pathname) ? pathname : "";
  } catch {
    return "";
  }
}

function copy(from, to) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.append(node.data.replace(/\s+/g, " "));
    else if (node.nodeType === Node.ELEMENT_NODE && !DROPPED.has(node.tagName)) copyElement(node, to);
  }
}

function copyElement(node, to) {
  if (node.tagName === "IMG") {
    const address = addressOf(node);
    if (!address) return;
    const picture = document.createElement("img");
    picture.src = address;
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
