"""What a Word document says, with what tells a right option by its look."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from questions.formats.rich import Atom, Break, Inline, Picture, Run, tidy_inline

OBJECT = "\ufffc"  # stands in a line's text where a picture is


class Drawing(NamedTuple):
    """A picture of the document; `data` is empty when it lies outside of the file."""

    data: bytes
    alt: str


class Format(NamedTuple):
    """How a character looks. `colour`, `highlight`: "" when black, or without."""

    marks: frozenset[str] = frozenset()
    bold: bool = False
    underline: bool = False
    colour: str = ""
    highlight: str = ""
    drawing: Drawing | None = None


@dataclass(frozen=True)
class Line:
    """Text, and the format of each of its characters; a line break is "\\n", a tab "\\t"."""

    text: str = ""
    formats: tuple[Format, ...] = ()

    def __getitem__(self, part: slice) -> "Line":
        return Line(self.text[part], self.formats[part])

    def __add__(self, other: "Line") -> "Line":
        return Line(self.text + other.text, self.formats + other.formats)

    def strip(self) -> "Line":
        start = len(self.text) - len(self.text.lstrip())
        return self[start : max(start, len(self.text.rstrip()))]

    @property
    def shown(self) -> list[Format]:
        """Formats of the letters, digits and pictures, which are what a person sees marked."""
        return [
            each for char, each in zip(self.text, self.formats, strict=True) if char.isalnum() or each.drawing
        ]

    def inline(self, named: Callable[[Drawing], str | None], without: frozenset[str] = frozenset()) -> Inline:
        """Its rich form, without those marks; `named` gives a picture's bundled name."""
        atoms: list[Atom] = []
        for char, each in zip(self.text, self.formats, strict=True):
            if each.drawing:
                name = named(each.drawing)
                if name:
                    atoms.append(Picture(name, each.drawing.alt))
            elif char == "\n":
                atoms.append(Break())
            elif atoms and isinstance(last := atoms[-1], Run) and last.marks == each.marks - without:
                atoms[-1] = Run(last.text + char, last.marks)
            else:
                atoms.append(Run(char, each.marks - without))
        return tidy_inline(atoms)


class Role(StrEnum):
    """What a paragraph is by its style, in documents that this site wrote."""

    TITLE = "title"
    TOPIC = "topic"
    QUESTION = "question"
    OPTION = "option"
    FEEDBACK = "feedback"
    KEY = "key"
    EXPLANATION = "explanation"
    SOURCE = "source"
    LINK = "link"
    DIFFICULTY = "difficulty"
    TAG = "tag"
    MORE = "more"


class ListKind(StrEnum):
    BULLET = "bullet"
    NUMBER = "number"
    QUESTION = "question"  # a number with the word "Câu"
    LETTER = "letter"
    SMALL_LETTER = "small letter"


@dataclass(frozen=True)
class ListMark:
    """Where a paragraph stands in a list that Word numbers by itself. `value`: its number there."""

    kind: ListKind
    list_id: int
    level: int
    value: int


@dataclass(frozen=True)
class Entry:
    """A paragraph. `number`: its place in the document, from 1. `heading`: its level, 0 for none."""

    number: int
    line: Line
    role: Role | None = None
    heading: int = 0
    mark: ListMark | None = None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableCell:
    lines: tuple[Line, ...]
    columns: int = 1
    rows: int = 1
    faults: tuple[str, ...] = ()

    @property
    def line(self) -> Line:
        """Its paragraphs, a line break between them."""
        whole = Line()
        for line in self.lines:
            whole += line if not whole.text else Line("\n", (Format(),)) + line
        return whole


@dataclass(frozen=True)
class TableEntry:
    """A table; `rows`: (whether it is a heading row, the cells that begin in it)."""

    number: int
    rows: tuple[tuple[bool, tuple[TableCell, ...]], ...]

    @property
    def cells(self) -> list[TableCell]:
        return [cell for _heading, cells in self.rows for cell in cells]


def texts(cells: Sequence[TableCell]) -> list[str]:
    return [" ".join(cell.line.text.split()) for cell in cells]
