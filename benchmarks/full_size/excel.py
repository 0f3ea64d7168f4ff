"""The list of participants as an Excel file, beside openpyxl's write-only mode with the very same cells."""

from __future__ import annotations

import html
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from benchmarks.full_size.setting import ROOT, Clock, Cost
from benchmarks.rows import Row, compared

if TYPE_CHECKING:
    from benchmarks.full_size.scene import Scene
    from contest_site.accounts.models import User
    from contests.models import Round

CELL = re.compile(
    rb'<c r="[A-Z]+\d+" s="\d+"(?: t="inlineStr"><is><t[^>]*>([^<]*)</t></is></c>|><v>([^<]*)</v></c>|/>)'
)
TURNS = 2
AT_MOST, MEMORY = 1.2, 150


def rows(scene: Scene) -> list[Row]:
    """100,000 people some times beside the floor, and everybody once for the memory.

    The floor in a process of its own: its cells are a list, and what Python has had once it keeps.
    """
    pairs, most = [], 0.0
    for _turn in range(TURNS):
        with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
            cost = _report(scene, scene.few, file)
            most = max(most, cost.peak)
            command = [sys.executable, "-m", __name__, file.name]
            floor = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
            pairs.append((float(floor.stdout), cost.cpu))
    with tempfile.TemporaryFile() as file:
        every = _report(scene, scene.single, file)
    return [
        compared("Excel of 100,000 participants × 12 columns", pairs, unit="s CPU", at_most=AT_MOST),
        Row("… memory", most, "MB", target=f"≤ {MEMORY} MB", met=most <= MEMORY),
        Row("… memory with 400,000", every.peak, "MB", target=f"≤ {MEMORY} MB", met=every.peak <= MEMORY),
    ]


def _report(scene: Scene, round: Round, file: IO[bytes]) -> Cost:
    """Everything that the worker does for the report, reading it back included."""
    from django.db import transaction

    from contest_site.lib.clock import database_now
    from contest_site.lib.excel import rows_in, write_workbook
    from contest_site.reports.book import Order
    from contest_site.reports.kinds.people import participants

    order = Order(
        contest=scene.contest, unit=None, round=round, by=_organiser(), at=database_now(), national_ids=True
    )
    with Clock() as clock, transaction.atomic():
        book = participants(order)
        sheets = [table.sheet for table in book.tables]
        around = write_workbook(file, sheets, title=book.title, made_at=order.at)
        assert sum(rows_in(file)) - around == book.rows
    return clock.cost


def _organiser() -> User:
    from contest_site.accounts.models import User

    return User.objects.filter(is_superuser=True).first() or User.objects.create_superuser(username="do")


def floor(path: str) -> float:
    """openpyxl alone: the same cells, without a style, a height or a width; seconds of CPU."""
    from openpyxl import Workbook

    with zipfile.ZipFile(path) as archive, archive.open("xl/worksheets/sheet1.xml") as sheet:
        cells = list(_cells(sheet.read()))
    with Clock() as clock, tempfile.TemporaryFile() as target:
        workbook = Workbook(write_only=True)
        ws = workbook.create_sheet("a")
        for row in cells:
            ws.append(row)
        workbook.save(target)
    return clock.cost.own


def _cells(sheet: bytes) -> Iterator[list[str | float | None]]:
    for row in sheet.split(b"<row ")[1:]:
        yield [
            html.unescape(text.decode()) if text else float(number) if number else None
            for text, number in CELL.findall(row)
        ]


if __name__ == "__main__":
    print(floor(sys.argv[1]))
