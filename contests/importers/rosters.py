"""A unit's staff or class list from Excel or CSV: everything is checked, nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, TypeVar

from django.utils.translation import gettext as _

from contest_site.lib.errors import DomainError, Invalid
from contest_site.lib.excel import Column, Kind, Sheet, write_workbook
from contest_site.lib.identity import national_id_hash, normal_phone
from contest_site.lib.text import fold
from contests.importers.nearest import Nearest
from contests.importers.table import Cell, Heading, Report, Table, read_csv, read_workbook
from contests.models import Contest, Unit
from contests.person import birth_date, person_name
from contests.queries import offered_units
from contests.rosters import folded_name
from questions.importers.report import Remark

NAME, BIRTH, PHONE, NATIONAL_ID, REFERENCE, UNIT = (
    "Họ và tên",
    "Ngày sinh",
    "Số điện thoại",
    "Số định danh cá nhân (CCCD)",
    "Mã, bộ phận",
    "Đơn vị",
)
HEADINGS = (
    Heading(NAME, ("ho ten", "ho va ten can bo", "ho va ten hoc sinh", "ten"), required=True),
    Heading(BIRTH, ("ngay thang nam sinh", "sinh ngay", "ngay thang sinh", "ns")),
    Heading(PHONE, ("dien thoai", "so dt", "sdt", "di dong", "so di dong", "dien thoai di dong")),
    Heading(
        NATIONAL_ID,
        ("so dinh danh ca nhan", "so dinh danh", "cccd", "so cccd", "can cuoc cong dan", "so can cuoc"),
    ),
    Heading(
        REFERENCE,
        (
            *("ma bo phan", "ma", "ma can bo", "ma nhan vien", "ma hoc sinh", "ma so", "ma dinh danh"),
            *("bo phan", "lop", "chuc vu", "to", "khoa"),
        ),
    ),
    Heading(UNIT, ("ma don vi", "ten don vi", "don vi cong tac", "truong", "phong ban", "co quan")),
)
EXAMPLE = ("Nguyễn Văn A (ví dụ, xóa dòng này)", "17/05/1990", "0912 345 678", None, "Phòng Tổng hợp", None)
REFERENCE_LENGTH = 60
Value = TypeVar("Value")


@dataclass(frozen=True)
class RosterRow:
    """One person as read: phone in E.164, of a national ID the hash alone."""

    row: int
    full_name: str
    unit_id: int
    reference: str = ""
    birth_date: date | None = None
    phone: str | None = None
    national_id_hash: str | None = None


def read_roster(
    file: IO[bytes], contest: Contest, unit: Unit, *, is_csv: bool, today: date
) -> Report[RosterRow]:
    """Every person of the file, or every fault with its row and column.

    A row without a unit belongs to `unit`; a unit named in it, by code or by name, must lie below that one.
    Raises UnreadableError for a file that is none.
    """
    table = (read_csv if is_csv else read_workbook)(file, HEADINGS)
    report: Report[RosterRow] = Report(table.sheet, problems=table.problems, notes=table.notes)
    if not table.problems and not any({BIRTH, PHONE, NATIONAL_ID} & set(cells) for _n, cells in table.rows):
        message = _("Cần ít nhất một trong ba cột: “%(birth)s”, “%(phone)s”, “%(id)s”.")
        names = {"birth": BIRTH, "phone": PHONE, "id": NATIONAL_ID}
        report.problems.append(Remark(message % names))
    if report.problems:
        return report
    units = _Units(contest, unit, table)
    for number, cells in table.rows:
        person = _Row(number, cells, report, units, today).person()
        if person:
            report.rows.append(person)
    _check_twice(report)
    return report


def write_template(file: IO[bytes], *, made_at: datetime) -> None:
    """The headings with one example row, which the importer refuses to take for a person."""
    columns = [
        Column(NAME, 34),
        Column(BIRTH, 16, Kind.TEXT),
        Column(PHONE, 18, Kind.TEXT),
        Column(NATIONAL_ID, 28, Kind.TEXT),
        Column(REFERENCE, 26),
        Column(UNIT, 34),
    ]
    notes = [
        _("Mỗi người cần ít nhất một trong ba: ngày sinh, số điện thoại, số định danh cá nhân."),
        _("Cột “Đơn vị” chỉ cần khi người thuộc đơn vị trực thuộc: ghi mã hoặc tên đơn vị đó."),
        _("Số định danh chỉ được lưu dạng mã băm để đối chiếu, không xem lại được."),
    ]
    title = _("Danh sách người của đơn vị")
    sheet = Sheet(name=_("Danh sách"), columns=columns, rows=[EXAMPLE], title=[title], notes=notes)
    write_workbook(file, [sheet], title=title, made_at=made_at)


class _Units:
    """The units that a row may name: the roster's own and those below it. One query, none without names."""

    def __init__(self, contest: Contest, unit: Unit, table: Table) -> None:
        self.own = unit
        self.codes: dict[str, int] = {}
        self.names: dict[str, list[int]] = {}
        self.shown: dict[str, str] = {}
        self.nearest = Nearest((), cutoff=0.7)
        if not any(cells[UNIT].text for _number, cells in table.rows if UNIT in cells):
            return
        below = Unit.objects.descendants(unit, include_self=True).values("pk")
        rows = offered_units(contest).filter(pk__in=below).values_list("pk", "code", "name", "folded")
        for pk, code, name, folded in rows:
            self.codes[code.casefold()] = pk
            self.names.setdefault(folded, []).append(pk)
            self.shown[folded] = name
        self.nearest = Nearest(self.shown, cutoff=0.7)

    def find(self, cell: Cell) -> int:
        text = cell.text if cell.whole is None else str(cell.whole)
        if not text:
            return self.own.pk
        codes = [text.casefold()]
        if cell.whole is not None:  # a number cell has lost the zeros that its code begins with
            codes += [text.zfill(width) for width in range(len(text) + 1, 21)]
        for code in codes:
            if code in self.codes:
                return self.codes[code]
        found = self.names.get(fold(text), [])
        if len(found) == 1:
            return found[0]
        words = {"name": text[:60], "unit": self.own.name}
        if found:
            raise Invalid(_("có nhiều đơn vị tên “%(name)s” trong %(unit)s; hãy ghi mã đơn vị") % words)
        message = _("không có đơn vị “%(name)s” trong %(unit)s") % words
        if near := self.nearest.of(fold(text)):
            message += "; " + _("có phải là “%(name)s”?") % {"name": self.shown[near]}
        raise Invalid(message)


class _Row:
    """One row of the sheet, whose faults go into the report."""

    def __init__(
        self,
        number: int,
        cells: Mapping[str, Cell],
        report: Report[RosterRow],
        units: _Units,
        today: date,
    ) -> None:
        self.number = number
        self.cells = cells
        self.report = report
        self.units = units
        self.today = today
        self.faultless = True

    def person(self) -> RosterRow | None:
        """The person, or None when the row has a fault."""
        if not self._cell(NAME).text and not self._cell(NAME).fault:
            self._fault(NAME, _("chưa có nội dung"))
        found = RosterRow(
            row=self.number,
            full_name=self._read(NAME, _name) or "",
            unit_id=self._read(UNIT, self.units.find) or self.units.own.pk,
            reference=self._read(REFERENCE, _reference) or "",
            birth_date=self._read(BIRTH, lambda cell: birth_date(cell.text, today=self.today)),
            phone=self._read(PHONE, _phone),
            national_id_hash=self._read(NATIONAL_ID, self._national_id),
        )
        if self.faultless and not (found.birth_date or found.phone or found.national_id_hash):
            self._fault("", _("cần ít nhất một trong ba: ngày sinh, số điện thoại, số định danh cá nhân"))
        return found if self.faultless else None

    def _cell(self, column: str) -> Cell:
        return self.cells.get(column, Cell())

    def _read(self, column: str, read: Callable[[Cell], Value]) -> Value | None:
        cell = self._cell(column)
        if cell.fault:
            self._fault(column, cell.fault)
            return None
        if not cell.text:
            return None
        try:
            return read(cell)
        except DomainError as error:
            self._fault(column, str(error))
            return None

    def _national_id(self, cell: Cell) -> str:
        """A number cell has lost its leading zeros: codes of provinces begin with one or two of them."""
        if cell.odd:
            raise Invalid(_("ô không phải là số định danh; hãy gõ lại dưới dạng văn bản"))
        if cell.whole is None:
            return national_id_hash(cell.text)
        digits = str(cell.whole)
        if not (cell.whole > 0 and 10 <= len(digits) <= 12):
            raise Invalid(_("Số định danh cá nhân (CCCD) gồm đúng 12 chữ số."))
        if len(digits) < 12:
            message = _("ô có kiểu số nên mất số 0 ở đầu; được đọc là đủ 12 chữ số, hãy kiểm tra lại")
            self.report.notes.append(Remark(message, self.number, NATIONAL_ID))
        return national_id_hash(digits.zfill(12))

    def _fault(self, column: str, message: str) -> None:
        self.faultless = False
        self.report.problems.append(Remark(message, self.number, column))


def _name(cell: Cell) -> str:
    if cell.text == EXAMPLE[0]:
        raise Invalid(_("đây là dòng ví dụ của tệp mẫu; hãy xóa dòng này"))
    return person_name(cell.text)


def _reference(cell: Cell) -> str:
    if len(cell.text) > REFERENCE_LENGTH:
        raise Invalid(_("dài hơn %(limit)d ký tự") % {"limit": REFERENCE_LENGTH})
    return cell.text


def _phone(cell: Cell) -> str:
    if cell.odd:
        raise Invalid(_("ô không phải là số điện thoại; hãy gõ lại dưới dạng văn bản"))
    return normal_phone(cell.text if cell.whole is None else str(cell.whole))


def _check_twice(report: Report[RosterRow]) -> None:
    """The same ID twice is a fault; the same name with nothing that differs, too."""
    first: dict[tuple[object, ...], int] = {}
    for one in report.rows:
        name = folded_name(one.full_name)
        keys: list[tuple[object, ...]] = [(name, one.birth_date, one.phone, one.national_id_hash)]
        if one.national_id_hash:
            keys.append((one.national_id_hash,))
        for key in keys:
            if key in first:
                column = NATIONAL_ID if len(key) == 1 else ""
                message = _("trùng với dòng %(row)d") % {"row": first[key]}
                report.problems.append(Remark(message, one.row, column))
                break
            first[key] = one.row
