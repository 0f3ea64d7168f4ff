"""What a workbook is described by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, IntEnum


class Kind(Enum):
    """What a column holds, as the number format that shows it (the reader's locale sets . and ,)."""

    TEXT = "@"
    WHOLE = "#,##0"
    LABEL = "0"  # a number that names and does not count: a year, a place in a list
    DECIMAL = "#,##0.00"
    EXACT = "#,##0.0000"
    PLAIN = "General"  # with as many places as the number has
    PERCENT = "0.00%"
    DATE = "dd/mm/yyyy"
    MOMENT = "dd/mm/yyyy hh:mm:ss"
    DURATION = "[m]:ss.000"


class Total(IntEnum):
    """Function numbers of SUBTOTAL, which leaves out the rows that a filter hides."""

    MEAN = 101
    COUNT = 103
    MAX = 104
    SUM = 109


@dataclass(frozen=True)
class Column:
    heading: str
    width: float  # in characters of the default font
    kind: Kind = Kind.TEXT
    total: Total | None = None


@dataclass(frozen=True)
class Indented:
    """A text set in by `depth` steps: a unit under its parent."""

    text: str
    depth: int


@dataclass(frozen=True)
class Formula:
    """A formula of this program's own, `{row}` for the row's number; `value` is what it comes to."""

    text: str
    value: int | float | Decimal | None


Value = str | int | float | Decimal | date | datetime | timedelta | Indented | Formula | None


@dataclass(frozen=True)
class Signing:
    """The lines for signatures under a table: place and day, and who signs, from left to right."""

    place: str
    signers: Sequence[str]


@dataclass(frozen=True)
class Sheet:
    """One table under its headings.

    `letterhead` = pairs (left, right) such as the organiser and the national title; `title` = centred lines,
    the first one large; `notes` = lines in italics above the table. `first_row_is_whole`: the first row
    stands for all the others (bold). The row of totals appears when a column asks for one.
    """

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]
    letterhead: Sequence[tuple[str, str]] = ()
    title: Sequence[str] = ()
    notes: Sequence[str] = ()
    first_row_is_whole: bool = False
    total_label: str = ""
    frozen_columns: int = 0
    signing: Signing | None = None
    row_height: float = 0  # points at least, for what is written by hand
