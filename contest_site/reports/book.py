"""What a kind of report is made from, and what it makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from contest_site.lib.excel import Sheet
from contests.models import Contest, Round, Unit

if TYPE_CHECKING:
    from contest_site.accounts.models import User


@dataclass(frozen=True)
class Order:
    """What was asked for, as a writer needs it; `at` is the database's moment of the figures."""

    contest: Contest
    unit: Unit | None
    round: Round | None
    by: User
    at: datetime
    national_ids: bool = False


@dataclass(frozen=True)
class Table:
    """A sheet, and how many rows SQL says that it must have."""

    sheet: Sheet
    rows: int


@dataclass(frozen=True)
class Book:
    """A workbook to be written; its sheets are streamed while they are written."""

    title: str
    tables: Sequence[Table]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


@dataclass(frozen=True)
class Paper:
    """A paper to be set as PDF."""

    html: str
