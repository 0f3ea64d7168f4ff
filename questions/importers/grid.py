"""The cells of an Excel workbook, row after row, straight from its XML.

openpyxl says what the workbook is: its sheets, its styles, which formats are dates. The cells themselves it
reads by making an object of every element, which takes three times as long as this; tests hold the two to the
same answers. Nothing is kept but the row at hand, and a document type or an entity ends the reading.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any
from xml.parsers import expat

from openpyxl.cell.read_only import EMPTY_CELL, ReadOnlyCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

PIECE = 64 * 1024
DIGITS = "0123456789"
ROW, CELL, VALUE, FORMULA, INLINE, STRING, TEXT, PHONETIC = (
    f"{SHEET_MAIN_NS}}}{name}" for name in ("row", "c", "v", "f", "is", "si", "t", "rPh")
)

# openpyxl's types know neither a sheet of ours nor this function's.
make_cell: Callable[..., Any] = ReadOnlyCell
moment_of: Callable[[str], Any] = from_ISO8601

Cells = tuple[int, list[Any]]


@dataclass(frozen=True)
class Sheet:
    """A sheet with its cells still in the file. `visible`: not hidden by anybody."""

    title: str
    visible: bool
    path: str
    book: "Book"

    @property
    def parent(self) -> Any:
        """The workbook, where openpyxl's cells look for their formats."""
        return self.book.reader.wb

    def rows(self, width: int) -> Iterator[Cells]:
        """(number from 1, the first `width` cells as openpyxl has them) of each row that the file has.

        Ascending; a row that comes again is passed over. Raises what broken XML and broken values raise.
        """
        last = 0
        with self.book.reader.archive.open(self.path) as source:
            for number, cells in _pieces(source, _SheetReader(self, width)):
                if number > last:
                    last = number
                    yield number, cells


class Book:
    """An opened workbook; what of it is small is read at once, the cells are not. `close` it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.reader: Any = ExcelReader(file, read_only=True, keep_links=False)
        try:
            self.reader.read_manifest()
            self.reader.read_workbook()
            apply_stylesheet(self.reader.archive, self.reader.wb)
            self.strings = list(self._strings())
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.reader.archive.close()

    def sheets(self) -> Iterator[Sheet]:
        """The sheets with cells, in the workbook's order."""
        for sheet, relation in self.reader.parser.find_sheets():
            if relation.target in self.reader.valid_files and "chartsheet" not in relation.Type:
                yield Sheet(sheet.name, sheet.state == "visible", relation.target, self)

    def _strings(self) -> Iterator[str]:
        part = self.reader.package.find(SHARED_STRINGS)
        if part is not None:
            with self.reader.archive.open(part.PartName[1:]) as source:
                yield from _pieces(source, _StringReader())


class _Reader:
    """Collects what is whole by now in `found`; `texts` is a list while text counts."""

    found: list[Any]

    def __init__(self) -> None:
        self.found = []
        self.texts: list[str] | None = None
        self.aside = False  # inside a reading aid, which is no part of the text

    def start(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        raise NotImplementedError

    def data(self, text: str) -> None:
        if self.texts is not None:
            self.texts.append(text)


def _pieces(source: IO[bytes], reader: _Reader) -> Iterator[Any]:
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _forbidden
    while piece := source.read(PIECE):
        parser.Parse(piece, False)
        yield from reader.found
        reader.found.clear()
    parser.Parse(b"", True)
    yield from reader.found


def _forbidden(*declared: object) -> None:
    raise ValueError("A sheet declares a document type or an entity.")


class _StringReader(_Reader):
    """The texts that cells share."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == TEXT:
            self.texts = None if self.aside else self.parts
        elif name == PHONETIC:
            self.aside = True

    def end(self, name: str) -> None:
        if name == TEXT:
            self.texts = None
        elif name == PHONETIC:
            self.aside = False
        elif name == STRING:
            self.found.append("".join(self.parts).replace("x005F_", ""))
            self.parts.clear()


class _SheetReader(_Reader):
    """The rows of a sheet; a cell is made where its element ends."""

    def __init__(self, sheet: Sheet, width: int) -> None:
        super().__init__()
        self.sheet, self.width, self.strings = sheet, width, sheet.book.strings
        book = sheet.parent
        self.dates, self.durations, self.epoch = book._date_formats, book._timedelta_formats, book.epoch
        self.row = self.column = 0
        self.cells: list[Any] = []
        self.attributes: dict[str, str] = {}
        self.value: list[str] = []
        self.inline: list[str] = []
        self.formula = self.has_inline = False
        self.starts: dict[str, Callable[[dict[str, str]], None]] = {
            ROW: self._row,
            CELL: self._cell,
            VALUE: self._value,
            FORMULA: self._formula,
            INLINE: self._inline,
            TEXT: self._text,
            PHONETIC: self._phonetic,
        }

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if act := self.starts.get(name):
            act(attributes)

    def _row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        self.row = self.row + 1 if given is None else _whole(given)
        self.column = 0
        self.cells = [EMPTY_CELL] * self.width

    def _cell(self, attributes: dict[str, str]) -> None:
        self.attributes = attributes
        self.value, self.inline = [], []
        self.formula = self.has_inline = False

    def _value(self, attributes: dict[str, str]) -> None:
        self.texts = self.value

    def _formula(self, attributes: dict[str, str]) -> None:
        self.formula = True

    def _inline(self, attributes: dict[str, str]) -> None:
        self.has_inline = True

    def _text(self, attributes: dict[str, str]) -> None:
        self.texts = self.inline if self.has_inline and not self.aside else None

    def _phonetic(self, attributes: dict[str, str]) -> None:
        self.aside = True

    def end(self, name: str) -> None:
        if name == CELL:
            self._end_cell()
        elif name in (VALUE, TEXT):
            self.texts = None
        elif name == ROW:
            self.found.append((self.row, self.cells))
            self.cells = []
        elif name == PHONETIC:
            self.aside = False

    def _end_cell(self) -> None:
        reference = self.attributes.get("r")
        self.column = column_index_from_string(reference.rstrip(DIGITS)) if reference else self.column + 1
        if self.column > self.width or not self.cells:
            return
        kind = self.attributes.get("t", "n")
        style = int(self.attributes.get("s") or 0)
        value: Any = None
        if self.formula:
            kind, value = "f", "="
        elif kind == "inlineStr":
            kind, value = ("s", "".join(self.inline)) if self.has_inline else (kind, None)
        elif self.value:
            kind, value = self._typed(kind, "".join(self.value), style)
        self.cells[self.column - 1] = make_cell(self.sheet, self.row, self.column, value, kind, style)

    def _typed(self, kind: str, text: str, style: int) -> tuple[str, Any]:
        """(openpyxl's letter for what it is, the value) of the text of a cell."""
        if kind == "s":
            return kind, self.strings[int(text)]
        if kind == "n":
            number = float(text) if not text.lstrip("-").isdecimal() else int(text)
            return self._moment(number, style) if style in self.dates else (kind, number)
        if kind == "b":
            return kind, bool(int(text))
        if kind == "d":
            return kind, moment_of(text)
        return ("s" if kind == "str" else kind), text

    def _moment(self, number: float, style: int) -> tuple[str, Any]:
        try:
            return "d", from_excel(number, self.epoch, timedelta=style in self.durations)
        except (OverflowError, ValueError):
            return "e", "#VALUE!"


def _whole(text: str) -> int:
    number = float(text)
    if not number.is_integer():
        raise ValueError("A row has a number that is no whole one.")
    return int(number)


def filled(row: Iterable[Any]) -> bool:
    """Whether a row has something in it that a person sees."""
    return any(cell.value is not None and str(cell.value).strip() for cell in row)
