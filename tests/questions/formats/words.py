"""Word documents as offices write them, made with python-docx from a short notation.

A paragraph is a string in which **bold**, __underlined__, //italic//, [[highlighted]] and {{red}} parts are
marked, "\\t" is a tab and "\\n" a line break; or a `Para` that also has a style or a number of Word's own; or
a table as a list of rows.
"""

import io
import re
from dataclasses import dataclass
from typing import Any

import docx
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import RGBColor

PART = re.compile(r"\*\*(.+?)\*\*|__(.+?)__|//(.+?)//|\[\[(.+?)\]\]|\{\{(.+?)\}\}|([^*_/\[{]+|.)", re.DOTALL)

HIGHLIGHTED, RED, PLAIN = 4, 5, 6  # groups of PART; the first three are bold, underlined and italic


@dataclass(frozen=True)
class Para:
    """`numbered`: (list, level) of Word's own numbering; lists are those of LISTS."""

    text: str
    style: str = ""
    numbered: tuple[str, int] | None = None
    picture: bytes = b""


Content = str | Para | list[list[str]]
# By name: what its levels look like.
LISTS = {
    "decimal": [("decimal", "%1."), ("upperLetter", "%2."), ("bullet", "-")],
    "cau": [("decimal", "Câu %1:"), ("upperLetter", "%2)")],
    "letters": [("upperLetter", "%1."), ("lowerLetter", "%2)")],
    "small": [("lowerLetter", "%1)")],
    "bullets": [("bullet", "•")],
}


def word(*content: Content) -> bytes:
    document = docx.Document()
    lists = _lists(document)
    for part in content:
        if isinstance(part, list):
            _table(document, part)
            continue
        para = Para(part) if isinstance(part, str) else part
        paragraph = document.add_paragraph(style=para.style or None)
        _runs(paragraph, para.text)
        if para.picture:
            paragraph.add_run().add_picture(io.BytesIO(para.picture))
        if para.numbered:
            properties: Any = paragraph._p.get_or_add_pPr()
            numbered = properties.get_or_add_numPr()
            numbered.get_or_add_ilvl().val = para.numbered[1]
            numbered.get_or_add_numId().val = lists[para.numbered[0]]
    return saved(document)


def saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _runs(paragraph: Any, text: str, look: frozenset[int] = frozenset()) -> None:
    for found in PART.finditer(text):
        kind = found.lastindex or 0
        if kind < PLAIN:
            _runs(paragraph, found[kind], look | {kind})
            continue
        run = paragraph.add_run(found[kind])
        for mark, name in enumerate(("bold", "underline", "italic"), 1):
            setattr(run, name, True if mark in look else None)
        if HIGHLIGHTED in look:
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW
        if RED in look:
            run.font.color.rgb = RGBColor(0xFF, 0, 0)


def _table(document: Any, rows: list[list[str]]) -> None:
    table = document.add_table(len(rows), len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            _runs(cell.paragraphs[0], text)


def _lists(document: Any) -> dict[str, int]:
    numbering = document.part.numbering_part.element
    ids = {}
    for number, (name, levels) in enumerate(LISTS.items(), 70):
        described = "".join(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{style}"/>'
            f'<w:lvlText w:val="{text}"/></w:lvl>'
            for level, (style, text) in enumerate(levels)
        )
        abstract = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{number}">{described}</w:abstractNum>'
        numbering.insert(0, parse_xml(abstract))
        used = f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>'
        numbering.append(parse_xml(used))
        ids[name] = number
    assert numbering.find(qn("w:num")) is not None
    return ids
