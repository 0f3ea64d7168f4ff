"""The paragraphs and tables of a document, in their order."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from docx.document import Document

from contest_site.lib.text import INVISIBLE
from questions.formats import limits
from questions.formats.exchange import UnreadableError
from questions.formats.rich import line_text
from questions.formats.word.model import (
    OBJECT,
    Drawing,
    Entry,
    Format,
    Line,
    TableCell,
    TableEntry,
)
from questions.formats.word.styles import Styles, flag, qn, value

PARAGRAPHS = 60_000
LONG_SPACES = re.compile(rf"\s{{{limits.SPACES + 1},}}")
SPACES = re.compile(r"[\n\r\v\f\x1c-\x1f\x85\u2028\u2029]")
W_P, W_TBL, W_R, W_T, W_TR, W_TC = (qn(f"w:{tag}") for tag in ("p", "tbl", "r", "t", "tr", "tc"))
# What wraps paragraphs or runs without being either. What was deleted or moved away is not among them.
WRAPPERS = {
    *(qn(f"w:{tag}") for tag in ("sdt", "sdtContent", "ins", "moveTo", "hyperlink", "smartTag", "customXml")),
    *(qn(f"w:{tag}") for tag in ("fldSimple", "dir", "bdo")),
}
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
CHART = ("/chart", "/diagram", "/chartex")
ALTERNATE, CHOICE = (
    f"{{http://schemas.openxmlformats.org/markup-compatibility/2006}}{tag}"
    for tag in ("AlternateContent", "Choice")
)
BLIP, GRAPHIC_DATA = qn("a:blip"), qn("a:graphicData")
VML_IMAGE = "{urn:schemas-microsoft-com:vml}imagedata"


def entries(document: Document) -> Iterator[Entry | TableEntry]:
    """Everything of the document's body. Raises UnreadableError when there is too much of it."""
    reader = _Reader(document)
    number = 0
    for element in _within(document.element.body):
        if element.tag == W_P:
            number += 1
            if number > PARAGRAPHS:
                raise UnreadableError(_("Văn bản dài quá 60.000 đoạn. Hãy chia thành nhiều tệp."))
            yield reader.paragraph(element, number)
        elif element.tag == W_TBL:
            yield reader.table(element, number)


def _within(parent: Any, depth: int = 0) -> Iterator[Any]:
    """Its children; those of a wrapper in the wrapper's place."""
    for element in parent:
        if element.tag in WRAPPERS:
            if depth < limits.XML_DEPTH:
                yield from _within(element, depth + 1)
        elif element.tag == ALTERNATE:
            choice = element.find(CHOICE)
            if choice is not None and depth < limits.XML_DEPTH:
                yield from _within(choice, depth + 1)
        else:
            yield element


def _shown(text: str) -> str:
    """The text of a run in NFC, so that patterns know it; what nobody sees is left out."""
    text = SPACES.sub(" ", INVISIBLE.sub("", text.replace(OBJECT, "")))
    return unicodedata.normalize("NFC", text)


def _narrowed(line: Line) -> Line:
    """The line with its long runs of white space cut, over which patterns would take long."""
    kept, start = Line(), 0
    for found in LONG_SPACES.finditer(line.text):
        kept += line[start : found.start() + limits.SPACES]
        start = found.end()
    return kept + line[start:] if start else line


class _Reader:
    def __init__(self, document: Document) -> None:
        self.part = document.part
        self.styles = Styles(document)
        self.faults: list[str] = []

    def paragraph(self, element: Any, number: int) -> Entry:
        properties = element.find(qn("w:pPr"))
        style_id = self.styles.paragraph_style(properties)
        role, level = self.styles.role(style_id)
        heading = level or (self.styles.heading(style_id, properties) if role is None else 0)
        mark = self.styles.list_mark(style_id, properties)
        line, faults = self._line(element, style_id)
        return Entry(number, line, role, heading, mark, faults)

    def _line(self, element: Any, style_id: str) -> tuple[Line, tuple[str, ...]]:
        self.faults = []
        text: list[str] = []
        formats: list[Format] = []
        for look, said in self._runs(element, style_id):
            kept = said[: limits.RICH - len(formats)]
            text.append(kept)
            formats += [look] * len(kept)
            if len(kept) < len(said):
                self._fault(_("có đoạn dài quá %(limit)d ký tự") % {"limit": limits.RICH})
                break
        return _narrowed(Line("".join(text), tuple(formats))), tuple(dict.fromkeys(self.faults))

    def _runs(self, element: Any, style_id: str) -> Iterator[tuple[Format, str]]:
        for child in _within(element):
            if child.tag == W_R:
                properties = child.find(qn("w:rPr"))
                if flag(properties, "w:vanish"):
                    continue
                look = self.styles.run_format(properties, style_id)
                for said, drawing in self._run(child):
                    yield look._replace(drawing=drawing) if drawing else look, said
            elif child.tag.startswith(MATH):
                self._fault(_("có công thức (Equation); hãy chèn công thức dưới dạng hình"))

    def _run(self, run: Any) -> Iterator[tuple[str, Drawing | None]]:
        """(text, picture) of the parts of a run; a picture's text is OBJECT."""
        for part in _within(run):
            tag = part.tag.rpartition("}")[2]
            if tag == "t":
                yield _shown(part.text or ""), None
            elif tag in {"tab", "ptab"}:
                yield "\t", None
            elif tag in {"br", "cr"}:
                yield "\n", None
            elif tag == "noBreakHyphen":
                yield "-", None
            elif tag in {"drawing", "pict", "object"}:
                yield from ((OBJECT, drawing) for drawing in self._drawings(part))
            elif part.tag.startswith(MATH):
                self._fault(_("có công thức (Equation); hãy chèn công thức dưới dạng hình"))

    def _fault(self, text: str) -> None:
        self.faults.append(text)

    def _drawings(self, element: Any) -> Iterator[Drawing]:
        words = next((found.get("descr") for found in element.iter(qn("wp:docPr"))), None)
        alt = line_text(words or "")[: limits.ALT].rstrip()
        for data in element.iter(GRAPHIC_DATA):
            if str(data.get("uri", "")).endswith(CHART):
                self._fault(_("có biểu đồ của Word; hãy chèn biểu đồ dưới dạng hình"))
        if any(
            (found.text or "").strip() for box in element.iter(qn("w:txbxContent")) for found in box.iter(W_T)
        ):
            self._fault(_("có khung chữ (Text Box); hãy chuyển chữ trong khung thành đoạn văn"))
        for blip in element.iter(BLIP):
            yield Drawing(self._bytes(blip.get(qn("r:embed"))), alt)
        for image in element.iter(VML_IMAGE):
            yield Drawing(self._bytes(image.get(qn("r:id"))), alt)

    def _bytes(self, relation_id: str | None) -> bytes:
        """What a relation leads to inside the file; b"" for the outside."""
        relation = self.part.rels.get(relation_id or "")
        if relation is None or relation.is_external:
            return b""
        return bytes(relation.target_part.blob)

    def table(self, element: Any, number: int) -> TableEntry:
        """Cells that Word joins downwards are one cell of several rows."""
        rows: list[tuple[bool, list[TableCell]]] = []
        above: dict[int, tuple[int, int]] = {}  # by column: (row, place in it) of the cell that may go on
        for row in _within(element):
            if row.tag != W_TR:
                continue
            heading = bool(flag(row.find(qn("w:trPr")), "w:tblHeader"))
            cells: list[TableCell] = []
            column = 0
            for cell in _within(row):
                if cell.tag != W_TC or column >= 1_000:
                    continue
                properties = cell.find(qn("w:tcPr"))
                wide = value(properties, "w:gridSpan") or "1"
                columns = int(wide) if wide.isdigit() and 0 < int(wide) <= 100 else 1
                joined = None if properties is None else properties.find(qn("w:vMerge"))
                if joined is not None and joined.get(qn("w:val")) != "restart" and column in above:
                    at, place = above[column]
                    one = rows[at][1][place]
                    rows[at][1][place] = TableCell(one.lines, one.columns, len(rows) - at + 1, one.faults)
                else:
                    above[column] = len(rows), len(cells)
                    cells.append(self._cell(cell, columns))
                column += columns
            rows.append((heading, cells))
        return TableEntry(number, tuple((heading, tuple(cells)) for heading, cells in rows))

    def _cell(self, element: Any, columns: int) -> TableCell:
        """A cell; of a table inside it the paragraphs, one after the other."""
        lines, faults = [], list[str]()
        for paragraph in element.iter(W_P):
            style_id = self.styles.paragraph_style(paragraph.find(qn("w:pPr")))
            line, found = self._line(paragraph, style_id)
            lines.append(line)
            faults += found
        return TableCell(tuple(lines), columns, 1, tuple(faults))
