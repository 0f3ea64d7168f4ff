"""Rich text: a small document model and its one written form, a safe subset of HTML.

A rich text is a string of HTML in exactly the form that `serialize` gives: only the elements named here, no
attribute but src and alt of a picture and colspan and rowspan of a cell, text in NFC with white space folded.
A text of one paragraph without marks is plain text with & < > escaped; its line breaks are <br>.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from django.utils.translation import gettext as _

from contest_site.lib.text import ORDINARY

MARKS = ("strong", "em", "u", "sub", "sup")  # from the outermost to the innermost
# The picture's content names it: 32 digits of its SHA-256, and its kind.
PICTURE_NAME = re.compile(r"[0-9a-f]{32}\.(png|jpg|gif|webp)")
SPACES = re.compile(r"\s+")
DROPPED = {"Cc", "Cf", "Cs", "Cn"}


@dataclass(frozen=True)
class Run:
    text: str
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Break:
    pass


@dataclass(frozen=True)
class Picture:
    name: str
    alt: str = ""


Atom = Run | Break | Picture
Inline = tuple[Atom, ...]


@dataclass(frozen=True)
class Paragraph:
    inline: Inline


@dataclass(frozen=True)
class ListItem:
    inline: Inline
    lists: tuple["ListBlock", ...] = ()


@dataclass(frozen=True)
class ListBlock:
    ordered: bool
    items: tuple[ListItem, ...]


@dataclass(frozen=True)
class Cell:
    inline: Inline = ()
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True)
class Row:
    """`cells`: those that begin in this row; what a cell above covers is left out."""

    cells: tuple[Cell, ...]
    heading: bool = False


@dataclass(frozen=True)
class Table:
    """Every row fills the table's width, with empty cells where nothing was said."""

    rows: tuple[Row, ...]


Block = Paragraph | ListBlock | Table
Flow = tuple[Block, ...]


def fold_text(text: str) -> str:
    """NFC, without invisible and control characters, each run of white space one space; edges are kept."""
    if ORDINARY.fullmatch(text):
        return SPACES.sub(" ", text) if "  " in text else text
    shown = "".join(
        " " if char.isspace() else char
        for char in text
        if char.isspace() or unicodedata.category(char) not in DROPPED
    )
    return SPACES.sub(" ", unicodedata.normalize("NFC", shown))


def based(text: str, *, spaced: bool = False) -> str:
    """Without combining marks at its start, which have no letter there and would sit on what stands before.

    Before a text stands the > of a tag, and > with such a mark is another character in NFC: no tag any more.
    `spaced`: spaces at its start go too.
    """
    start = 0
    while start < len(text) and (
        unicodedata.category(text[start]).startswith("M") or (spaced and text[start] == " ")
    ):
        start += 1
    return text[start:]


def line_text(text: str) -> str:
    """One line of text, folded, without spaces at its edges."""
    if ORDINARY.fullmatch(text):
        return (SPACES.sub(" ", text) if "  " in text else text).strip(" ")
    return based(fold_text(text), spaced=True).rstrip(" ")


def tidy_inline(atoms: Iterable[Atom]) -> Inline:
    """Neighbours with the same marks joined, white space folded across them, nothing empty."""
    runs: list[Atom] = []
    for atom in atoms:
        last = runs[-1] if runs else None
        if isinstance(atom, Run) and isinstance(last, Run) and last.marks == atom.marks:
            runs[-1] = Run(last.text + atom.text, atom.marks)
        else:
            runs.append(atom)
    tidied: list[Atom] = []
    spaced = True  # a space here would say nothing
    for atom in runs:
        if isinstance(atom, Run):
            text = based(fold_text(atom.text), spaced=spaced)
            if text:
                tidied.append(Run(text, atom.marks))
                spaced = text.endswith(" ")
            continue
        if isinstance(atom, Break):
            _strip_end(tidied)
        tidied.append(atom)
        spaced = isinstance(atom, Break)
    return _joined(_without_edge_breaks(tidied))


def _strip_end(atoms: list[Atom]) -> None:
    while atoms and isinstance(last := atoms[-1], Run):
        if text := last.text.rstrip(" "):
            atoms[-1] = Run(text, last.marks)
            return
        atoms.pop()


def _without_edge_breaks(atoms: list[Atom]) -> list[Atom]:
    while atoms and isinstance(atoms[0], Break):
        atoms.pop(0)
    _strip_end(atoms)
    while atoms and isinstance(atoms[-1], Break):
        atoms.pop()
        _strip_end(atoms)
    return atoms


def _joined(atoms: list[Atom]) -> Inline:
    """What became neighbours when something between them went."""
    joined: list[Atom] = []
    for atom in atoms:
        last = joined[-1] if joined else None
        if isinstance(atom, Run) and isinstance(last, Run) and last.marks == atom.marks:
            joined[-1] = Run(unicodedata.normalize("NFC", last.text + atom.text), atom.marks)
        else:
            joined.append(atom)
    return tuple(joined)


def serialize(flow: Flow) -> str:
    """The one written form of a tidied flow."""
    if len(flow) == 1 and isinstance(flow[0], Paragraph):
        return _inline(flow[0].inline)
    return "".join(_block(block) for block in flow)


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        return f"<p>{_inline(block.inline)}</p>"
    if isinstance(block, ListBlock):
        return _list(block)
    return f"<table><tbody>{''.join(map(_row, block.rows))}</tbody></table>"


def _list(block: ListBlock) -> str:
    tag = "ol" if block.ordered else "ul"
    items = (f"<li>{_inline(item.inline)}{''.join(map(_list, item.lists))}</li>" for item in block.items)
    return f"<{tag}>{''.join(items)}</{tag}>"


def _row(row: Row) -> str:
    tag = "th" if row.heading else "td"
    cells = []
    for cell in row.cells:
        columns = f' colspan="{cell.columns}"' if cell.columns > 1 else ""
        rows = f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
        cells.append(f"<{tag}{columns}{rows}>{_inline(cell.inline)}</{tag}>")
    return f"<tr>{''.join(cells)}</tr>"


def _inline(atoms: Inline) -> str:
    return _marked(list(atoms), 0)


def _marked(atoms: list[Atom], level: int) -> str:
    """Neighbours that share the mark of this level go into one element."""
    if level == len(MARKS) or not any(isinstance(atom, Run) and atom.marks for atom in atoms):
        return "".join(map(_atom, atoms))
    parts: list[str] = []
    start = 0
    for index in range(1, len(atoms) + 1):
        marked = _has(atoms[start], MARKS[level])
        if index == len(atoms) or _has(atoms[index], MARKS[level]) != marked:
            inner = _marked(atoms[start:index], level + 1)
            parts.append(f"<{MARKS[level]}>{inner}</{MARKS[level]}>" if marked else inner)
            start = index
    return "".join(parts)


def _has(atom: Atom, mark: str) -> bool:
    return isinstance(atom, Run) and mark in atom.marks


def _atom(atom: Atom) -> str:
    if isinstance(atom, Run):
        return escape(atom.text, quote=False)
    if isinstance(atom, Break):
        return "<br>"
    return f'<img src="{escape(atom.name)}" alt="{escape(atom.alt)}">'


def inlines(flow: Flow) -> Iterator[Inline]:
    """Every piece of running text of a flow, in reading order."""
    for block in flow:
        if isinstance(block, Paragraph):
            yield block.inline
        elif isinstance(block, ListBlock):
            yield from _list_inlines(block)
        else:
            yield from (cell.inline for row in block.rows for cell in row.cells)


def _list_inlines(block: ListBlock) -> Iterator[Inline]:
    for item in block.items:
        yield item.inline
        for inner in item.lists:
            yield from _list_inlines(inner)


def plain_flow(flow: Flow) -> str:
    """What a person reads, in lines; a picture is its alternative text in brackets."""
    lines: list[str] = []
    for block in flow:
        if isinstance(block, Paragraph):
            lines.append(_plain_inline(block.inline))
        elif isinstance(block, ListBlock):
            lines += _plain_list(block, "")
        else:
            lines += [" | ".join(_plain_inline(cell.inline) for cell in row.cells) for row in block.rows]
    return "\n".join(lines).strip("\n")


def _plain_list(block: ListBlock, indent: str) -> Iterator[str]:
    for number, item in enumerate(block.items, 1):
        yield f"{indent}{f'{number}.' if block.ordered else '–'} {_plain_inline(item.inline)}"
        for inner in item.lists:
            yield from _plain_list(inner, indent + "  ")


def _plain_inline(atoms: Inline) -> str:
    return "".join(map(_plain_atom, atoms))


def _plain_atom(atom: Atom) -> str:
    if isinstance(atom, Run):
        return atom.text
    return "\n" if isinstance(atom, Break) else picture_words(atom)


def picture_words(picture: Picture) -> str:
    """What stands for a picture where there can be none."""
    return f"[{_('Hình')}: {picture.alt}]" if picture.alt else f"[{_('Hình')}]"
