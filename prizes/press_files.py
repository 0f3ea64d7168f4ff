"""The press summary as text to copy, as a Word document and as PDF: the same words in each."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import docx
from django.template.loader import render_to_string
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table

from contest_site.lib.language import in_vietnamese
from contest_site.lib.pdf import render_document
from prizes.press import Press
from prizes.rulebook.parts import Grid

LINE_CM, FIGURE_CM = 16, 2.9  # the width of a line, and of a column of figures
TITLE = "THÔNG CÁO BÁO CHÍ"
FONT = "Times New Roman"  # what Decree 30/2020/NĐ-CP, appendix I, asks of administrative papers
MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")


def as_text(press: Press) -> str:
    """Plain lines for an e-mail or a portal; a table's row is one line."""
    return "\n".join(_lines(press)) + "\n"


def _lines(press: Press) -> Iterator[str]:
    yield from (TITLE, press.subject, "", press.lead)
    for number, part in enumerate(press.parts, 1):
        yield from ("", f"{number}. {part.title}", *part.paragraphs)
        for caption, grid in part.grids:
            if caption:
                yield f"{caption}:"
            yield from (f"- {_row(grid, row)}" for row in grid.rows)
    yield from ("", press.closing, "", f"{press.place}, {press.date_line}", "TM. BAN TỔ CHỨC")


def _row(grid: Grid, row: Any) -> str:
    """ "Sở Nội vụ: người dự thi 120": figures bear their headings, since a line has no columns."""
    words = [
        f"{heading.lower()} {cell}" if at in grid.numbers else cell
        for at, (heading, cell) in enumerate(zip(grid.head, row, strict=True))
        if cell != "–"
    ]
    return f"{words[0]}: {', '.join(words[1:])}" if len(words) > 1 else words[0]


@in_vietnamese
def as_pdf(press: Press) -> bytes:
    """In the layout of administrative papers (Decree 30/2020/NĐ-CP, appendix I)."""
    return render_document(render_to_string("pdf/press.html", {"press": press}))


# --- Word ---------------------------------------------------------------------------------------------------
def as_docx(press: Press) -> bytes:
    """The same layout for editing in an office's word processor."""
    document = docx.Document()
    _set_up(document, press)
    _head(document, press)
    _line(document, TITLE, size=15, bold=True, centred=True)
    _line(document, press.subject, size=14, bold=True, centred=True, after=12)
    _line(document, press.lead, indented=True)
    for number, part in enumerate(press.parts, 1):
        heading = _line(document, f"{number}. {part.title}", bold=True, indented=True)
        heading.paragraph_format.keep_with_next = True
        for paragraph in part.paragraphs:
            told = _line(document, paragraph, indented=True)
            told.paragraph_format.keep_with_next = bool(part.grids) and paragraph == part.paragraphs[-1]
        for caption, grid in part.grids:
            if caption:
                _line(document, caption, bold=True).paragraph_format.keep_with_next = True
            _table(document, grid)
    _line(document, press.closing, indented=True)
    _signature(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _set_up(document: Document, press: Press) -> None:
    """A4 with the decree's margins, its type, and no trace of the template's author."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin = section.bottom_margin = Cm(2.2)
    section.left_margin, section.right_margin = Cm(3.2), Cm(1.8)
    normal: Any = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(13.5)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    normal.paragraph_format.space_after = Pt(6)
    about = document.core_properties
    about.title, about.author, about.comments = f"{TITLE}: {press.subject}"[:255], press.organiser[:255], ""
    about.language = "vi-VN"


def _head(document: Document, press: Press) -> None:
    table = document.add_table(rows=1, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    left, right = table.rows[0].cells
    _widths(table, (Cm(6.2), Cm(9.8)))
    _cell(left, (press.organiser.upper(), False), ("BAN TỔ CHỨC CUỘC THI", True))
    _add(left.add_paragraph(), "Số:        /TC-BTC", size=13, centred=True)
    _cell(right, (MOTTO[0], True), (MOTTO[1], True))
    dated = right.add_paragraph()
    _add(dated, f"{press.place}, {press.date_line}", size=13, centred=True).italic = True
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _cell(cell: Any, *lines: tuple[str, bool]) -> None:
    for at, (text, bold) in enumerate(lines):
        paragraph = cell.add_paragraph() if at else cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        _add(paragraph, text, size=12 if text.isupper() else 13, centred=True).bold = bold


def _line(
    document: Document,
    text: str,
    *,
    size: float = 13.5,
    bold: bool = False,
    centred: bool = False,
    indented: bool = False,
    after: int = 6,
) -> Any:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(after)
    if indented:
        paragraph.paragraph_format.first_line_indent = Cm(1)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    _add(paragraph, text, size=size, centred=centred).bold = bold
    return paragraph


def _add(paragraph: Any, text: str, *, size: float, centred: bool = False) -> Any:
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    return run


def _table(document: Document, grid: Grid) -> None:
    rows = [
        (grid.head, True),
        *((row, False) for row in grid.rows),
        *([(grid.foot, True)] if grid.foot else ()),
    ]
    table = document.add_table(rows=len(rows), cols=len(grid.head), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for row, (cells, bold) in zip(table.rows, rows, strict=True):
        for at, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
            _add(paragraph, text, size=12, centred=at in grid.numbers).bold = bold
    _widths(table, _shares(grid))
    _repeat_head(table)
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _shares(grid: Grid) -> tuple[Any, ...]:
    """Figures need little; what is left of the line belongs to the words."""
    words = len(grid.head) - len(grid.numbers)
    left = (LINE_CM - FIGURE_CM * len(grid.numbers)) / words
    return tuple(Cm(FIGURE_CM if at in grid.numbers else left) for at in range(len(grid.head)))


def _repeat_head(table: Table) -> None:
    """The heading again on every page that the table goes on to; no row is broken over two pages."""
    for at, row in enumerate(table.rows):
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if at == 0:
            properties.append(OxmlElement("w:tblHeader"))


def _widths(table: Table, widths: tuple[Any, ...]) -> None:
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width


def _signature(document: Document) -> None:
    table = document.add_table(rows=1, cols=2)
    _widths(table, (Cm(7.4), Cm(8.6)))
    _cell(table.rows[0].cells[1], ("TM. BAN TỔ CHỨC", True), ("TRƯỞNG BAN", True))
