"""Tổng số người from Excel or CSV, by the codes of the units: all is checked, nothing written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.utils.translation import gettext as _

from contest_site.lib.errors import Invalid
from contest_site.lib.excel import Column, Kind, Sheet, write_workbook
from contests.domain.headcounts import check_people
from contests.importers.table import Cell, Heading, Report, read_csv, read_workbook
from contests.models import Contest
from contests.queries import contest_units, offered_units
from questions.importers.report import Remark

CODE, UNIT, PEOPLE = "Mã đơn vị", "Tên đơn vị", "Tổng số người"
HEADINGS = (
    Heading(CODE, ("ma", "ma so", "ma dv"), required=True),
    Heading(UNIT, ("don vi", "ten", "co quan don vi", "ten co quan don vi")),
    Heading(PEOPLE, ("so nguoi", "tong so", "tong so can bo", "headcount", "so luong"), required=True),
)


@dataclass(frozen=True)
class UnitPeople:
    """A unit of the contest with the number that the file gives it, and the one that it has now."""

    row: int
    unit_id: int
    name: str
    people: int
    before: int | None


def read_headcounts(file: IO[bytes], contest: Contest, *, is_csv: bool = False) -> Report[UnitPeople]:
    """The numbers by unit, or every fault with its row and column. Raises UnreadableError."""
    table = read_csv(file, HEADINGS) if is_csv else read_workbook(file, HEADINGS)
    report: Report[UnitPeople] = Report(table.sheet, problems=table.problems, notes=table.notes)
    if report.problems:
        return report
    units = {code: (pk, name) for pk, code, name in contest_units(contest).values_list("pk", "code", "name")}
    now = dict(contest.headcounts.values_list("unit", "people"))
    seen: dict[str, int] = {}
    for number, cells in table.rows:
        if cells[PEOPLE] == Cell():
            continue  # a line of the template that nobody filled in
        code = _code(cells[CODE], units)
        faults = [*_code_faults(cells[CODE], code, units, seen, number), *_people_faults(cells[PEOPLE])]
        report.problems += [Remark(message, number, column) for column, message in faults]
        seen.setdefault(code, number)
        if not faults:
            unit_id, name = units[code]
            people = _people(cells[PEOPLE])
            assert people is not None
            report.rows.append(UnitPeople(number, unit_id, name, people, now.get(unit_id)))
    return report


def write_template(file: IO[bytes], contest: Contest, *, made_at: datetime) -> None:
    """Every unit of the contest's area with its number, to be filled in and imported again."""
    columns = [Column(CODE, 20), Column(UNIT, 60), Column(PEOPLE, 18, Kind.WHOLE)]
    now = dict(contest.headcounts.values_list("unit", "people"))
    rows = (
        (code, name, now.get(pk))
        for pk, code, name in offered_units(contest).order_by("code").values_list("pk", "code", "name")
    )
    title = _("Tổng số người của các đơn vị")
    notes = [_("Ghi số người của chính đơn vị, không kể đơn vị trực thuộc. Đơn vị để trống được giữ nguyên.")]
    sheet = Sheet(name=_("Đơn vị"), columns=columns, rows=rows, title=[title, contest.name], notes=notes)
    write_workbook(file, [sheet], title=title, made_at=made_at)


def _code(cell: Cell, units: Mapping[str, tuple[int, str]]) -> str:
    """As the directory writes it: a number cell may have lost zeros that the codes begin with."""
    if cell.whole is None or cell.text in units:
        return cell.text
    digits = str(cell.whole)
    found = [digits.zfill(width) for width in range(len(digits), 21) if digits.zfill(width) in units]
    return found[0] if len(found) == 1 else cell.text


def _code_faults(
    cell: Cell, code: str, units: Mapping[str, object], seen: Mapping[str, int], number: int
) -> list[tuple[str, str]]:
    if cell.fault:
        return [(CODE, cell.fault)]
    if not code:
        return [(CODE, _("chưa có nội dung"))]
    if code not in units:
        return [(CODE, _("không có đơn vị mã “%(code)s” trong địa bàn của cuộc thi") % {"code": code[:40]})]
    if code in seen:
        return [(CODE, _("trùng với dòng %(row)d") % {"row": seen[code]})]
    return []


def _people_faults(cell: Cell) -> list[tuple[str, str]]:
    if cell.fault:
        return [(PEOPLE, cell.fault)]
    people = _people(cell)
    if people is None:
        return [(PEOPLE, _("“%(text)s” không phải là số nguyên") % {"text": cell.text[:40]})]
    try:
        check_people(people)
    except Invalid as error:
        return [(PEOPLE, str(error))]
    return []


def _people(cell: Cell) -> int | None:
    """1250, "1.250" and "1 250" are one; None for what is no whole number."""
    if cell.whole is not None:
        return cell.whole
    digits = cell.text.replace(" ", "").replace(".", "")
    grouped = cell.text.replace(" ", ".").split(".")
    well_grouped = all(len(part) == 3 for part in grouped[1:])
    if cell.odd or not (digits.isascii() and digits.isdigit() and well_grouped and len(digits) < 12):
        return None
    return int(digits)
