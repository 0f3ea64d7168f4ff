"""Questions as a Word document that people can print and edit, and that is read back by its styles."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import docx
from django.utils.translation import gettext as _
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.image.image import Image
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt
from docx.text.paragraph import Paragraph as WordParagraph

from questions.enums import Kind
from questions.formats.container import pack
from questions.formats.exchange import Item, Lost
from questions.formats.holding import Holds, reduce
from questions.formats.rich import Break, Cell, Inline, ListBlock, Paragraph, Picture, Row, Table
from questions.formats.rich_reading import from_plain, parse
from questions.formats.tidying import DIFFICULTY_WORDS, letter
from questions.formats.word import patterns
from questions.formats.word.lists import NewLists
from questions.formats.word.model import Role
from questions.formats.word.styles import ROLE_STYLES, TOPIC_STYLE
from questions.rules import fingerprint

HOLDS = Holds("Word", fractions=False)
STYLE_OF = {role: name for name, role in ROLE_STYLES.items()}
FONT = "Times New Roman"
WIDEST = Cm(15)
NO_TOPIC = "—"
BOLD = frozenset({"strong"})
# In the order in which Word wants them.
RUN_MARKS: list[tuple[str, str, dict[str, str]]] = [
    ("strong", "w:b", {}),
    ("em", "w:i", {}),
    ("u", "w:u", {"val": "single"}),
    ("sub", "w:vertAlign", {"val": "subscript"}),
    ("sup", "w:vertAlign", {"val": "superscript"}),
]
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
INDENTED = {Role.OPTION, Role.FEEDBACK}


def write(
    items: Sequence[Item], pictures: Mapping[str, bytes] | None = None, *, title: str = ""
) -> tuple[bytes, list[Lost]]:
    """A Word document of the questions with their keys. The same questions give the same bytes."""
    usable = {name: data for name, data in (pictures or {}).items() if _fits(data)}
    kept, lost = reduce(items, usable, HOLDS, _unfit)
    writer = _Writer(usable, title)
    for item in kept:
        writer.write(item)
    return writer.saved(), lost


def _fits(data: bytes) -> bool:
    """Whether Word can show the picture (it knows no WebP)."""
    try:
        Image.from_blob(data)
    except Exception:
        return False
    return True


def _unfit(item: Item) -> str:
    return "" if all(map(fingerprint, item.topics)) else _("tên chủ đề không có chữ")


class _Writer:
    def __init__(self, pictures: Mapping[str, bytes], title: str) -> None:
        self.pictures = pictures
        self.document: Document = docx.Document()
        self.topics: tuple[str, ...] = ()
        _set_page(self.document, title)
        _add_styles(self.document)
        self.lists = NewLists(self.document)
        self.style_ids = {style.name: style.style_id for style in self.document.styles}
        self.end: Any = self.document.element.body.sectPr
        if title:
            _add_run(self._paragraph(STYLE_OF[Role.TITLE]), " ".join(title.split()), BOLD)

    def write(self, item: Item) -> None:
        self._headings(item.topics)
        remark = f" ({patterns.OWN_SEVERAL})" if item.kind is Kind.MULTIPLE else ""
        name = f"Câu {item.number}" if item.number else "Câu hỏi"
        self._part(Role.QUESTION, f"{name}{remark}:", item.text)
        for place, choice in enumerate(item.choices):
            self._part(Role.OPTION, f"{letter(place)}.", choice.text)
            if choice.feedback:
                self._part(Role.FEEDBACK, "Nhận xét:", choice.feedback)
        right = ", ".join(letter(place) for place, choice in enumerate(item.choices) if choice.right)
        self._part(Role.KEY, "Đáp án:", right)
        for role, label, text in (
            (Role.EXPLANATION, "Giải thích:", item.explanation),
            (Role.SOURCE, "Căn cứ:", from_plain(item.source)),
            (Role.LINK, "Liên kết:", from_plain(item.source_link)),
            (Role.DIFFICULTY, "Độ khó:", DIFFICULTY_WORDS[item.difficulty][0] if item.difficulty else ""),
            *((Role.TAG, "Thẻ:", from_plain(tag)) for tag in item.tags),
        ):
            if text:
                self._part(role, label, text)

    def _headings(self, topics: tuple[str, ...]) -> None:
        """Headings from the first level at which the path changes."""
        if topics == self.topics:
            return
        common = next(
            (level for level, (new, old) in enumerate(zip(topics, self.topics, strict=False)) if new != old),
            min(len(topics), len(self.topics)),
        )
        # A path that only becomes shorter says its last level again; that ends the deeper ones.
        start = common if len(topics) > common else max(common - 1, 0)
        for level, name in enumerate(topics or (NO_TOPIC,), 1):
            if level > start:
                _add_run(self._paragraph(TOPIC_STYLE % level), name)
        self.topics = topics

    def _paragraph(self, style: str) -> Any:
        """A new paragraph at the end."""
        # Made by hand, because python-docx looks for the style and for the end of the document each time.
        element = OxmlElement("w:p")
        _child(_child(element, "w:pPr"), "w:pStyle", val=self.style_ids[style])
        self.end.addprevious(element)
        return element

    def _part(self, role: Role, label: str, rich: str) -> None:
        """A label and a text; what is not its first paragraph follows in paragraphs of their own."""
        first = self._paragraph(STYLE_OF[role])
        _add_run(first, f"{label} ", BOLD)
        for place, block in enumerate(parse(rich)):
            if isinstance(block, Paragraph):
                paragraph = first if place == 0 else self._paragraph(STYLE_OF[Role.MORE])
                self._inline(paragraph, block.inline)
            elif isinstance(block, ListBlock):
                self._list(block, 0)
            else:
                self._table(block)

    def _list(self, block: ListBlock, level: int) -> None:
        list_id = self.lists.add(ordered=block.ordered)
        for item in block.items:
            paragraph = self._paragraph(STYLE_OF[Role.MORE])
            numbered = _child(paragraph[0], "w:numPr")
            _child(numbered, "w:ilvl", val=str(level))
            _child(numbered, "w:numId", val=str(list_id))
            self._inline(paragraph, item.inline)
            for inner in item.lists:
                self._list(inner, level + 1)

    def _inline(self, paragraph: Any, inline: Inline) -> None:
        for atom in inline:
            if isinstance(atom, Break):
                _child(_child(paragraph, "w:r"), "w:br")
            elif isinstance(atom, Picture):
                self._picture(paragraph, atom)
            else:
                _add_run(paragraph, atom.text, atom.marks)

    def _picture(self, paragraph: Any, picture: Picture) -> None:
        run = WordParagraph(paragraph, self.document._body).add_run()
        shape = run.add_picture(io.BytesIO(self.pictures[picture.name]))
        if shape.width > WIDEST:
            shape.height, shape.width = Emu(shape.height * WIDEST // shape.width), WIDEST
        properties = shape._inline.docPr
        properties.set("name", picture.name)
        properties.set("descr", picture.alt)

    def _table(self, table: Table) -> None:
        """Cells joined over rows go on as empty cells below, as Word has it."""
        width = sum(cell.columns for cell in table.rows[0].cells)
        element = OxmlElement("w:tbl")
        properties = _child(element, "w:tblPr")
        _child(properties, "w:tblStyle", val=self.style_ids["Table Grid"])
        _child(properties, "w:tblW", w="0", type="auto")
        grid = _child(element, "w:tblGrid")
        for _column in range(width):
            _child(grid, "w:gridCol")
        joined: dict[int, tuple[int, int]] = {}  # by column: (rows to go on, columns)
        for row in table.rows:
            self._row(_child(element, "w:tr"), row, width, joined)
        self.end.addprevious(element)

    def _row(self, element: Any, row: Row, width: int, joined: dict[int, tuple[int, int]]) -> None:
        if row.heading:
            _child(_child(element, "w:trPr"), "w:tblHeader")
        cells = iter(row.cells)
        column = 0
        while column < width:
            rows, columns = joined.get(column, (0, 1))
            if rows:
                self._cell(element, Cell((), columns), goes_on=True)
                joined[column] = rows - 1, columns
            else:
                cell = next(cells)
                columns = cell.columns
                self._cell(element, cell)
                joined[column] = cell.rows - 1, columns
            column += columns

    def _cell(self, row: Any, cell: Cell, *, goes_on: bool = False) -> None:
        element = _child(row, "w:tc")
        properties = _child(element, "w:tcPr")
        if cell.columns > 1:
            _child(properties, "w:gridSpan", val=str(cell.columns))
        if goes_on or cell.rows > 1:
            _child(properties, "w:vMerge", **({} if goes_on else {"val": "restart"}))
        self._inline(_child(element, "w:p"), cell.inline)

    def saved(self) -> bytes:
        """The file, without the moment at which it was made."""
        made, target = io.BytesIO(), io.BytesIO()
        self.document.save(made)
        with zipfile.ZipFile(made) as source:
            pack({name: source.read(name) for name in source.namelist()}, target)
        return target.getvalue()


def _child(parent: Any, tag: str, **attributes: str) -> Any:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    parent.append(element)
    return element


def _add_run(paragraph: Any, text: str, marks: frozenset[str] = frozenset()) -> None:
    run = _child(paragraph, "w:r")
    if marks:
        properties = _child(run, "w:rPr")
        for mark, tag, attributes in RUN_MARKS:
            if mark in marks:
                _child(properties, tag, **attributes)
    said = _child(run, "w:t")
    said.set(XML_SPACE, "preserve")
    said.text = text


def _set_page(document: Document, title: str) -> None:
    """A4 with the margins of Decree 30/2020/NĐ-CP."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin = section.bottom_margin = Cm(2)
    section.left_margin, section.right_margin = Cm(3), Cm(2)
    document.core_properties.title = " ".join(title.split())[:200]
    document.core_properties.author = ""
    document.core_properties.comments = ""
    document.core_properties.language = "vi-VN"


def _add_styles(document: Document) -> None:
    normal: Any = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(13)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    normal.paragraph_format.space_after = Pt(3)
    for role, name in STYLE_OF.items():
        style: Any = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        style.quick_style = True
        style.paragraph_format.left_indent = Cm(1) if role in INDENTED else None
        style.paragraph_format.space_before = Pt(9) if role is Role.QUESTION else None
        style.paragraph_format.keep_with_next = role in {Role.QUESTION, Role.OPTION}
    for level in range(1, 6):
        style = document.styles.add_style(TOPIC_STYLE % level, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles[f"Heading {level}"]
        style.font.name = FONT
        style.quick_style = True
