"""The list of units beside a plan file (CSV): the tree, headcounts, and who competes in which block."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from django.utils.translation import gettext as _

from contest_site.lib.text import clean
from contests.fileschema import numbers
from contests.rules.facts import Fault, UnitRow

COLUMNS = tuple(one.name for one in fields(UnitRow))
LENGTHS = {"code": 20, "parent_code": 20, "kind": 60, "name": 200, "block": 200}
REQUIRED = ("code", "name")


def read_units(text: str, file: str, blocks: Sequence[str]) -> tuple[list[UnitRow], list[Fault]]:
    """The rows of the file's text and its faults, each with its line; `blocks` are the plan's blocks."""
    faults: list[Fault] = []
    lines = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        found = list(lines)
    except csv.Error as error:
        return [], [Fault(file, _("Tệp không đúng dạng CSV: %(error)s") % {"error": error})]
    known = list(lines.fieldnames or ())
    if missing := [column for column in COLUMNS if column not in known]:
        return [], [Fault(file, _("Thiếu cột: %(columns)s.") % {"columns": ", ".join(missing)})]
    faults += [
        Fault(file, _("Không có cột “%(column)s”.") % {"column": column})
        for column in known
        if column not in COLUMNS
    ]
    rows = []
    for number, line in enumerate(found, 2):
        row, sentences = _row(line, blocks)
        rows.append(row)
        faults += [Fault(f"{file}, dòng {number}", sentence) for sentence in sentences]
    return rows, [*faults, *_tree_faults(file, rows)]


def write_units(rows: Iterable[UnitRow]) -> str:
    """The text that `read_units` reads these rows from."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        cells = [getattr(row, column) for column in COLUMNS]
        writer.writerow(
            "" if cell is None else cell if isinstance(cell, int) else clean(cell) for cell in cells
        )
    return out.getvalue()


def _row(line: Mapping[str | None, Any], blocks: Sequence[str]) -> tuple[UnitRow, list[str]]:
    wrong: list[str] = []
    if None in line:
        wrong.append(_("Có nhiều ô hơn số cột."))
    cells: dict[str, str] = {}
    for column, length in LENGTHS.items():
        cells[column] = cell = clean(line.get(column) or "")
        if len(cell) > length:
            wrong.append(_("Cột %(column)s dài hơn %(limit)d ký tự.") % {"column": column, "limit": length})
        if not cell and column in REQUIRED:
            wrong.append(_("Cột %(column)s để trống.") % {"column": column})
    if cells["block"] and cells["block"] not in blocks:
        wrong.append(_("Không có khối “%(block)s” trong kế hoạch.") % {"block": cells["block"]})
    people = None
    if cell := clean(line.get("headcount") or ""):
        try:
            people = numbers(1, 100_000_000)(cell)
        except ValueError as error:
            wrong.append(str(error))
    return UnitRow(**cells, headcount=people), wrong


def _tree_faults(file: str, rows: Sequence[UnitRow]) -> list[Fault]:
    faults = []
    parents: dict[str, str] = {}
    for row in rows:
        if row.code in parents:
            faults.append(Fault(file, _("Mã đơn vị “%(code)s” bị lặp lại.") % {"code": row.code}))
        parents[row.code] = row.parent_code
    faults += [
        Fault(
            file,
            _("Đơn vị “%(name)s” thuộc mã “%(code)s” không có trong tệp.")
            % {"name": row.name, "code": row.parent_code},
        )
        for row in rows
        if row.parent_code and row.parent_code not in parents
    ]
    faults += [
        Fault(file, _("Đơn vị “%(code)s” nằm trong một vòng luẩn quẩn.") % {"code": code})
        for code in parents
        if _circular(code, parents)
    ]
    return faults


def _circular(code: str, parents: Mapping[str, str]) -> bool:
    seen = {code}
    above = parents.get(code, "")
    while above:
        if above in seen:
            return above == code
        seen.add(above)
        above = parents.get(above, "")
    return False
