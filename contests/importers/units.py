"""A list of units from Excel or CSV: rows as they are written. What they mean for the directory is decided in
`contests.domain.unit_import`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, TypeVar

from django.utils.translation import gettext as _

from contest_site.lib.errors import DomainError, Invalid
from contest_site.lib.excel import Column, Kind, Sheet, write_workbook
from contests.importers.table import Cell, Heading, Report, read_csv, read_workbook
from contests.person import unit_name
from questions.importers.report import Remark

CODE, NAME, KIND, PARENT_CODE, PARENT, FROM, TO = (
    "Mã đơn vị",
    "Tên đơn vị",
    "Loại",
    "Mã đơn vị cấp trên",
    "Đơn vị cấp trên",
    "Hoạt động từ ngày",
    "Chấm dứt từ ngày",
)
HEADINGS = (
    Heading(CODE, ("code", "ma", "ma so", "ma truong", "ma co quan", "ma xa", "ma dvhc", "ma dinh danh")),
    Heading(
        NAME,
        (
            *(
                "name",
                "ten",
                "ten truong",
                "ten co quan",
                "don vi",
                "co quan",
                "truong",
                "ten co quan don vi",
            ),
            *("co quan don vi", "ten don vi hanh chinh", "phong ban", "ten phong ban"),
        ),
        required=True,
    ),
    Heading(KIND, ("kind", "loai don vi", "loai hinh", "cap", "cap hoc", "cap hanh chinh")),
    Heading(PARENT_CODE, ("parent_code", "parent code", "ma cap tren", "ma don vi chu quan", "ma tinh")),
    Heading(
        PARENT,
        (
            *("parent", "cap tren", "truc thuoc", "thuoc", "thuoc don vi", "don vi chu quan"),
            *("co quan chu quan", "don vi quan ly", "ten don vi cap tren"),
        ),
    ),
    Heading(FROM, ("valid_from", "tu ngay", "ngay thanh lap", "co hieu luc tu ngay", "ngay hieu luc")),
    Heading(TO, ("valid_to", "den ngay", "ngay cham dut", "het hieu luc tu ngay", "ngay giai the")),
)
EXAMPLE = ("THPT-01", "Trường THPT A (ví dụ, xóa dòng này)", "Trường THPT", "", "Sở Giáo dục và Đào tạo")
CODE_LENGTH, KIND_LENGTH = 20, 60
CODE_FORM = re.compile(r"[\w./\-]+")
DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})|(\d{4})-(\d{1,2})-(\d{1,2})")
Value = TypeVar("Value")


@dataclass(frozen=True)
class ListedUnit:
    """One row. Empty texts and None: the file does not say, and what the directory has stays.

    `parent` is a code, a name, or a path of names ("Tỉnh A / Sở B"). `bare_code`, `bare_parent`: the digits
    of a number cell, which may lack the zeros that a code begins with.
    """

    row: int
    name: str
    code: str = ""
    kind: str = ""
    parent: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    bare_code: bool = False
    bare_parent: bool = False


def read_units(file: IO[bytes], *, is_csv: bool) -> Report[ListedUnit]:
    """Every row, or every fault with its row and column. Raises UnreadableError for a file that is none."""
    table = (read_csv if is_csv else read_workbook)(file, HEADINGS)
    report: Report[ListedUnit] = Report(table.sheet, problems=table.problems, notes=table.notes)
    if report.problems:
        return report
    for number, cells in table.rows:
        unit = _Row(number, cells, report).unit()
        if unit:
            report.rows.append(unit)
    return report


def write_template(file: IO[bytes], *, made_at: datetime) -> None:
    """The headings with one example row, which the importer refuses to take for a unit."""
    columns = [Column(CODE, 16), Column(NAME, 50), Column(KIND, 20), Column(PARENT_CODE, 20)]
    columns += [Column(PARENT, 50), Column(FROM, 18, Kind.TEXT), Column(TO, 18, Kind.TEXT)]
    notes = [
        _("Chỉ cột “Tên đơn vị” là bắt buộc. Đơn vị chưa có mã được tự đặt mã."),
        _("Cấp trên ghi bằng mã, bằng tên, hoặc bằng đường dẫn tên: Tỉnh A / Sở B."),
        _("Đơn vị đã có trong danh mục (cùng mã, hoặc cùng tên và cấp trên) được cập nhật theo tệp."),
    ]
    title = _("Danh mục đơn vị")
    rows = [(*EXAMPLE, None, None)]
    sheet = Sheet(name=_("Đơn vị"), columns=columns, rows=rows, title=[title], notes=notes)
    write_workbook(file, [sheet], title=title, made_at=made_at)


class _Row:
    """One row of the sheet, whose faults go into the report."""

    def __init__(self, number: int, cells: Mapping[str, Cell], report: Report[ListedUnit]) -> None:
        self.number = number
        self.cells = cells
        self.report = report
        self.faultless = True

    def unit(self) -> ListedUnit | None:
        """The row, or None when it has a fault."""
        found = ListedUnit(
            row=self.number,
            name=self._read(NAME, _name) or "",
            code=self._read(CODE, _code) or "",
            kind=self._read(KIND, _kind) or "",
            parent=self._read(PARENT_CODE, _code) or self._read(PARENT, lambda cell: cell.text) or "",
            valid_from=self._read(FROM, _day),
            valid_to=self._read(TO, _day),
            bare_code=_is_bare(self._cell(CODE)),
            bare_parent=_is_bare(self._cell(PARENT_CODE)),
        )
        if not self._cell(NAME).text and not self._cell(NAME).fault:
            self._fault(NAME, _("chưa có nội dung"))
        if found.valid_from and found.valid_to and found.valid_to <= found.valid_from:
            self._fault(TO, _("ngày chấm dứt phải sau ngày bắt đầu hoạt động"))
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

    def _fault(self, column: str, message: str) -> None:
        self.faultless = False
        self.report.problems.append(Remark(message, self.number, column))


def _is_bare(cell: Cell) -> bool:
    return cell.whole is not None and not cell.text.startswith("0")


def _name(cell: Cell) -> str:
    if cell.text == EXAMPLE[1]:
        raise Invalid(_("đây là dòng ví dụ của tệp mẫu; hãy xóa dòng này"))
    return unit_name(cell.text)


def _code(cell: Cell) -> str:
    """As written; of a number cell its digits."""
    if cell.odd:
        raise Invalid(_("ô không phải là mã đơn vị; hãy gõ lại dưới dạng văn bản"))
    code = str(cell.whole) if _is_bare(cell) else cell.text
    if len(code) > CODE_LENGTH or not CODE_FORM.fullmatch(code):
        raise Invalid(
            _("mã “%(code)s” phải gồm chữ, số, dấu - . / _ và không quá %(limit)d ký tự")
            % {"code": code[:40], "limit": CODE_LENGTH}
        )
    return code


def _kind(cell: Cell) -> str:
    if len(cell.text) > KIND_LENGTH:
        raise Invalid(_("dài hơn %(limit)d ký tự") % {"limit": KIND_LENGTH})
    return cell.text


def _day(cell: Cell) -> date:
    found = DAY.fullmatch(cell.text)
    if found:
        one = [int(part) for part in found.groups() if part]
        year, month, day = one if found[4] else reversed(one)
        try:
            return date(year, month, day)
        except ValueError:
            pass
    raise Invalid(
        _("“%(text)s” không phải là ngày; viết theo thứ tự ngày/tháng/năm") % {"text": cell.text[:20]}
    )
