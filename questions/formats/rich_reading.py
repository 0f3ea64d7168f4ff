"""Any HTML, made into rich text. nh3 decides what is HTML and what is safe; what it lets through becomes the
document model of `rich`, which can hold nothing but what is allowed, and is written anew."""

import re
from collections.abc import Callable, Iterable, MutableSequence
from functools import lru_cache
from html import escape
from html.parser import HTMLParser
from typing import Any, NoReturn

import nh3
from django.utils.translation import gettext as _

from contest_site.lib.text import ORDINARY
from questions.formats import limits
from questions.formats.rich import (
    MARKS,
    PICTURE_NAME,
    Atom,
    Block,
    Break,
    Cell,
    Flow,
    ListBlock,
    ListItem,
    Paragraph,
    Picture,
    Row,
    Run,
    Table,
    inlines,
    line_text,
    plain_flow,
    serialize,
    tidy_inline,
)

# The allow-list. What is an alias of a mark or of a paragraph comes in and is written as that.
ALIASES = {"b": "strong", "i": "em", "ins": "u", "cite": "em", "dfn": "em", "var": "em"}
PARAGRAPHS = {
    *("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "section", "article", "center"),
    *("dl", "dt", "dd", "figure", "figcaption", "caption", "address", "hr"),
}
STRUCTURE = {"br", "img", "ul", "ol", "li", "table", "tbody", "thead", "tfoot", "tr", "td", "th"}
CLEANER = nh3.Cleaner(
    tags={*MARKS, *ALIASES, *PARAGRAPHS, *STRUCTURE},
    clean_content_tags={"script", "style", "title", "template"},
    attributes={"img": {"src", "alt"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
    link_rel=None,
    url_schemes={"data"},  # a picture inside the text; every other address of a scheme goes
)
MARKUP = re.compile("[<>&]")
UNPAIRED = re.compile("[\ud800-\udfff]")
# Elements that stay open until they are closed; the others end by themselves.
OPENED = re.compile(r"<(?!(?:p|br|img|li|td|th|tr|hr|dt|dd|tbody|thead|tfoot)\b)[a-zA-Z]", re.IGNORECASE)
CLOSED = re.compile(r"</(?!(?:p|br|img|li|td|th|tr|hr|dt|dd|tbody|thead|tfoot)\b)[a-zA-Z]", re.IGNORECASE)
LEFT_OUT = re.compile(r"<(audio|video|iframe|object|embed|svg|math|form|input|script)\b", re.IGNORECASE)

Resolver = Callable[[str], str | None]


class TooComplexError(Exception):
    """A text that no question has; the message says why, as a sentence that goes on after the place."""


def known_name(src: str) -> str | None:
    """The resolver of a text that is rich already: names of bundled pictures stand for themselves."""
    return src if PICTURE_NAME.fullmatch(src) else None


def clean_rich(html: str, resolve: Resolver = known_name) -> str:
    """Safe rich text of any HTML; twice is as once.

    `resolve` gives the bundled picture's name for the src of an <img>, or None when there is no such picture;
    then the element goes. Raises TooComplexError.
    """
    if not MARKUP.search(html):
        if len(html) > limits.RICH:
            _refuse_length()
        return line_text(html)
    return serialize(parse(html, resolve))


def parse(html: str, resolve: Resolver = known_name) -> Flow:
    """The document that a piece of HTML says. Raises TooComplexError."""
    return _parsed_again(html) if resolve is known_name else _parsed(html, resolve)


@lru_cache(maxsize=256)
def _parsed_again(html: str) -> Flow:
    """One item's texts are looked at several times on their way."""
    return _parsed(html, known_name)


def _parsed(html: str, resolve: Resolver) -> Flow:
    if len(html) > limits.RICH and len(_without_data(html)) > limits.RICH:
        _refuse_length()
    if len(OPENED.findall(html)) - len(CLOSED.findall(html)) > limits.OPEN_TAGS:
        raise TooComplexError(_("có quá nhiều thẻ HTML lồng nhau"))
    builder = _Builder(resolve)
    builder.feed(CLEANER.clean(UNPAIRED.sub("", html)))
    builder.close()
    return builder.finished()


def _refuse_length() -> NoReturn:
    raise TooComplexError(_("nội dung dài quá %(limit)d ký tự") % {"limit": limits.RICH})


def _without_data(html: str) -> str:
    return re.sub(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=\s]+", "", html)


def from_plain(text: str) -> str:
    """Plain text as rich text: & < > escaped, a line break as <br>."""
    if ORDINARY.fullmatch(text):  # a single line, as most are
        line = line_text(text)
        return escape(line, quote=False) if MARKUP.search(line) else line
    lines = [line_text(line) for line in text.splitlines()]
    return "<br>".join(escape(line, quote=False) for line in "\n".join(lines).strip("\n").split("\n"))


def to_plain(rich: str) -> str:
    """What a person reads, in lines: for fingerprints, for formats without rich text."""
    return plain_flow(parse(rich)) if MARKUP.search(rich) else rich


def pictures_in(rich: str) -> tuple[str, ...]:
    """Names of the pictures of a rich text, in reading order, each once."""
    if "<img" not in rich:
        return ()
    atoms = (atom for inline in inlines(parse(rich)) for atom in inline)
    return tuple(dict.fromkeys(atom.name for atom in atoms if isinstance(atom, Picture)))


def is_plain(rich: str) -> bool:
    """Whether nothing is lost when only its text and line breaks are kept."""
    return from_plain(to_plain(rich)) == rich


def left_out(html: str) -> list[str]:
    """Names of the elements of a text that are not taken over and whose absence somebody should know of."""
    return sorted({name.lower() for name in LEFT_OUT.findall(html)})


def _append_list(above: MutableSequence[Any], block: ListBlock) -> None:
    """Bullets behind bullets are one list; numbers may begin anew."""
    last = above[-1] if above else None
    if isinstance(last, ListBlock) and not last.ordered and not block.ordered:
        above[-1] = ListBlock(False, last.items + block.items)
    else:
        above.append(block)


class _OpenList:
    def __init__(self, ordered: bool) -> None:
        self.ordered = ordered
        self.items: list[ListItem] = []
        self.item: list[Atom] | None = None
        self.inner: list[ListBlock] = []

    def close_item(self) -> None:
        if self.item is not None:
            inline = tidy_inline(self.item)
            if inline or self.inner:
                self.items.append(ListItem(inline, tuple(self.inner)))
        self.item, self.inner = None, []


class _Builder(HTMLParser):
    """Reads what nh3 wrote: balanced elements of the allow-list, attributes quoted, text escaped."""

    def __init__(self, resolve: Resolver) -> None:
        super().__init__(convert_charrefs=True)
        self.resolve = resolve
        self.flow: list[Block] = []
        self.atoms: list[Atom] = []
        self.marks: list[str] = []
        self.lists: list[_OpenList] = []
        self.tables = 0  # open ones; only the outermost is a table
        self.rows: list[tuple[bool, list[Cell]]] = []
        self.cell: tuple[int, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = ALIASES.get(tag, tag)
        if name in MARKS:
            self.marks.append(name)
        elif tag == "br":
            self._text_target().append(Break())
        elif tag == "img":
            self._picture(given)
        elif tag in PARAGRAPHS:
            self._separate()
        elif tag in {"ul", "ol"}:
            self._open_list(tag == "ol")
        elif tag == "li":
            self._open_item()
        else:
            self._open_table_part(tag, given)

    def handle_endtag(self, tag: str) -> None:
        name = ALIASES.get(tag, tag)
        if name in self.marks:
            del self.marks[len(self.marks) - 1 - self.marks[::-1].index(name)]
        elif tag in PARAGRAPHS:
            self._separate()
        elif tag in {"ul", "ol"}:
            self._close_list()
        elif tag == "li":
            if self.lists:
                self.lists[-1].close_item()
            else:
                self._separate()
        else:
            self._close_table_part(tag)

    def handle_data(self, data: str) -> None:
        self._text_target().append(Run(data, self._run_marks()))

    def _run_marks(self) -> frozenset[str]:
        marks = set(self.marks)
        if {"sub", "sup"} <= marks:
            innermost = next(mark for mark in reversed(self.marks) if mark in {"sub", "sup"})
            marks -= {"sub", "sup"} - {innermost}
        return frozenset(marks)

    def _text_target(self) -> list[Atom]:
        if self.cell is None and self.lists:
            if self.lists[-1].item is None:
                self.lists[-1].item = []
            return self.lists[-1].item
        return self.atoms

    def _picture(self, given: dict[str, str | None]) -> None:
        name = self.resolve(given.get("src") or "")
        if name is not None and PICTURE_NAME.fullmatch(name):
            alt = line_text(given.get("alt") or "")[: limits.ALT].rstrip(" ")
            self._text_target().append(Picture(name, alt))

    def _separate(self) -> None:
        """A paragraph ends; inside a cell or an item of a list that is a line break."""
        if self.cell is not None or self.lists:
            target = self._text_target()
            if not any(isinstance(atom, Break) for atom in target[-1:]):
                target.append(Break())
            return
        if inline := tidy_inline(self.atoms):
            self.flow.append(Paragraph(inline))
        self.atoms = []

    def _open_list(self, ordered: bool) -> None:
        if self.cell is not None:
            self._separate()
            return
        if not self.lists:
            self._separate()
        deep = len(self.lists) >= limits.LIST_DEPTH
        self.lists.append(self.lists[-1] if deep else _OpenList(ordered))

    def _close_list(self) -> None:
        if self.cell is not None:
            self._separate()
            return
        if not self.lists:
            return
        closed = self.lists.pop()
        if self.lists and self.lists[-1] is closed:
            return
        closed.close_item()
        if not closed.items:
            return
        block = ListBlock(closed.ordered, tuple(closed.items))
        if self.lists:
            self._text_target().append(Break())  # what follows in the item stands on its own line
        _append_list(self.lists[-1].inner if self.lists else self.flow, block)

    def _open_item(self) -> None:
        if self.cell is not None or not self.lists:
            self._separate()
            return
        self.lists[-1].close_item()
        self.lists[-1].item = []

    def _open_table_part(self, tag: str, given: dict[str, str | None]) -> None:
        if tag == "table":
            self._separate()
            self.tables += not self.lists
        if self.lists or self.tables != 1:
            self._separate() if tag in {"tr", "td", "th"} else None
        elif tag == "tr":
            self.rows.append((True, []))
        elif tag in {"td", "th"} and self.rows:
            self.cell = _span(given.get("colspan")), _span(given.get("rowspan"))
            self.rows[-1] = (self.rows[-1][0] and tag == "th", self.rows[-1][1])

    def _close_table_part(self, tag: str) -> None:
        if self.lists:
            return
        if self.tables == 1 and tag in {"td", "th"} and self.cell is not None:
            columns, rows = self.cell
            self.rows[-1][1].append(Cell(tidy_inline(self.atoms), columns, rows))
            self.cell, self.atoms = None, []
        elif tag == "table" and self.tables:
            self.tables -= 1
            if not self.tables:
                if table := tidy_table(self.rows):
                    self.flow.append(table)
                self.rows, self.atoms = [], []

    def finished(self) -> Flow:
        self._separate()
        return tuple(self.flow)


def _span(value: str | None) -> int:
    text = (value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 and int(text) else 1


def tidy_table(rows: Iterable[tuple[bool, list[Cell]]]) -> Table | None:
    """A table whose cells fill their rows, or None when there is nothing in it. Raises TooComplexError."""
    given = [(heading, cells) for heading, cells in rows if cells]
    if not any(cell.inline for _heading, cells in given for cell in cells):
        return None
    taken: set[tuple[int, int]] = set()
    placed: list[list[tuple[int, Cell]]] = []
    for at, (_heading, cells) in enumerate(given):
        line, column = [], 0
        for cell in cells:
            while (at, column) in taken:
                column += 1
            columns = next((n for n in range(1, cell.columns) if (at, column + n) in taken), cell.columns)
            height = min(cell.rows, len(given) - at)
            if column + columns > limits.TABLE_COLUMNS or len(given) > limits.TABLE_ROWS:
                raise TooComplexError(_("bảng quá lớn"))
            taken |= {(at + down, column + right) for down in range(height) for right in range(columns)}
            line.append((column, Cell(cell.inline, columns, height)))
        placed.append(line)
    width = max(column for _row, column in taken) + 1
    full: list[Row] = []
    for at, ((heading, _cells), line) in enumerate(zip(given, placed, strict=True)):
        line += [(column, Cell()) for column in range(width) if (at, column) not in taken]
        line.sort(key=lambda pair: pair[0])
        full.append(Row(tuple(cell for _column, cell in line), heading))
    return Table(tuple(full))
