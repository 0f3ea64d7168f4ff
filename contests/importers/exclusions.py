"""Danh sách người không được dự thi from a workbook: everything is checked, nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import IO, TypeVar

from django.db.models import Q
from django.utils.translation import gettext as _

from contest_site.accounts.models import User
from contest_site.lib.errors import DomainError, Invalid
from contest_site.lib.excel import Column, Kind, Sheet, write_workbook
from contest_site.lib.identity import national_id_hash, normal_phone
from contest_site.lib.text import fold
from contests.domain.excluding import ListedPerson, already_listed, entered_already
from contests.enums import ExclusionRole
from contests.importers.table import Cell, Heading, Report, Table, read_workbook
from contests.models import Contest
from contests.person import person_name
from questions.importers.report import Remark

NAME, ROLE, PHONE, NATIONAL_ID, ACCOUNT = (
    "Họ và tên",
    "Vai trò",
    "Số điện thoại",
    "Số định danh cá nhân (CCCD)",
    "Tài khoản",
)
HEADINGS = (
    Heading(NAME, ("ho ten", "ho va ten nguoi khong duoc du thi", "ten"), required=True),
    Heading(ROLE, ("vai tro trong cuoc thi", "nhiem vu", "thanh phan"), required=True),
    Heading(PHONE, ("dien thoai", "so dt", "sdt", "di dong", "so di dong", "dien thoai di dong")),
    Heading(
        NATIONAL_ID,
        ("so dinh danh ca nhan", "so dinh danh", "cccd", "so cccd", "can cuoc cong dan", "so can cuoc"),
    ),
    Heading(ACCOUNT, ("ten dang nhap", "tai khoan dang nhap", "thu dien tu", "email")),
)
ROLES: Mapping[str, ExclusionRole] = {
    **{fold(str(role.label)): role for role in ExclusionRole},
    "to thu ki": ExclusionRole.SECRETARIAT,
    "thu ky": ExclusionRole.SECRETARIAT,
    "giam khao": ExclusionRole.JURY,
    "nguoi ra de": ExclusionRole.WRITERS,
    "nguoi tham dinh": ExclusionRole.APPRAISERS,
    "giup viec": ExclusionRole.HELPERS,
    "to giup viec": ExclusionRole.HELPERS,
}
EXAMPLE = ("Nguyễn Văn A (ví dụ, xóa dòng này)", "Ban Tổ chức", "0912 345 678", "001088000123", None)
Value = TypeVar("Value")


def read_exclusions(file: IO[bytes], contest: Contest) -> Report[ListedPerson]:
    """Every person of the file, or every fault with its row and column; phones and IDs already normal.

    An ID is a hash from here on. Notes say what is worth a look: numbers that Excel had cut, people who
    have entered. Raises UnreadableError for a file that is none.
    """
    table = read_workbook(file, HEADINGS)
    report: Report[ListedPerson] = Report(table.sheet, problems=table.problems, notes=table.notes)
    if not table.problems and not any({PHONE, NATIONAL_ID, ACCOUNT} & set(cells) for _n, cells in table.rows):
        message = _("Cần ít nhất một trong ba cột: “%(phone)s”, “%(id)s”, “%(account)s”.")
        report.problems.append(Remark(message % {"phone": PHONE, "id": NATIONAL_ID, "account": ACCOUNT}))
    if report.problems:
        return report
    accounts = _accounts(table)
    for number, cells in table.rows:
        person = _Row(number, cells, report).person(accounts)
        if person:
            report.rows.append(person)
    check_people(contest, report.rows, report.problems)
    if not report.problems:
        _note_entered(contest, report)
    return report


def check_people(contest: Contest, people: Sequence[ListedPerson], problems: list[Remark]) -> None:
    """Adds every repetition inside the file and with the contest's list, named."""
    first: dict[tuple[str, object], int] = {}
    for person in people:
        for column, key in _keys(person):
            if (column, key) in first:
                message = _("trùng với dòng %(row)d") % {"row": first[column, key]}
                problems.append(Remark(message, person.row, column))
            first.setdefault((column, key), person.row)
    for person, exclusion in already_listed(contest, people):
        message = _("đã có trong danh sách: %(person)s") % {"person": exclusion}
        problems.append(Remark(message, person.row))


def write_template(file: IO[bytes], *, made_at: datetime) -> None:
    """The headings with one example row, which the importer refuses to take for a person."""
    columns = [
        Column(NAME, 34),
        Column(ROLE, 34),
        Column(PHONE, 18, Kind.TEXT),
        Column(NATIONAL_ID, 26, Kind.TEXT),
        Column(ACCOUNT, 26),
    ]
    notes = [
        _("Vai trò là một trong: %(roles)s.")
        % {"roles": "; ".join(str(role.label) for role in ExclusionRole)},
        _("Mỗi người cần ít nhất một trong ba: số điện thoại, số định danh cá nhân, tài khoản."),
    ]
    title = _("Danh sách người không được dự thi")
    sheet = Sheet(name=_("Danh sách"), columns=columns, rows=[EXAMPLE], title=[title], notes=notes)
    write_workbook(file, [sheet], title=title, made_at=made_at)


class _Row:
    """One row of the sheet, whose faults go into the report."""

    def __init__(self, number: int, cells: Mapping[str, Cell], report: Report[ListedPerson]) -> None:
        self.number = number
        self.cells = cells
        self.report = report
        self.faultless = True

    def person(self, accounts: Mapping[str, list[int]]) -> ListedPerson | None:
        """The person, or None when the row has a fault."""
        found = ListedPerson(
            row=self.number,
            full_name=self._read(NAME, _name) or "",
            role=self._read(ROLE, _role) or "",
            phone=self._read(PHONE, self._phone),
            national_id_hash=self._read(NATIONAL_ID, self._national_id),
            user_id=self._read(ACCOUNT, lambda cell: _account(cell, accounts)),
        )
        for column in (NAME, ROLE):
            if not self._cell(column).text and not self._cell(column).fault:
                self._fault(column, _("chưa có nội dung"))
        if self.faultless and not _keys(found):
            self._fault("", _("cần ít nhất một trong ba: số điện thoại, số định danh cá nhân, tài khoản"))
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

    def _phone(self, cell: Cell) -> str:
        if cell.odd:
            raise Invalid(_("ô không phải là số điện thoại; hãy gõ lại dưới dạng văn bản"))
        return normal_phone(cell.text if cell.whole is None else str(cell.whole))

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


def _role(cell: Cell) -> str:
    role = ROLES.get(" ".join(fold(cell.text).split()))
    if role is None:
        raise Invalid(
            _("“%(text)s” không phải là một vai trò; ghi một trong: %(roles)s")
            % {"text": cell.text[:60], "roles": "; ".join(str(one.label) for one in ExclusionRole)}
        )
    return role.value


def _account(cell: Cell, accounts: Mapping[str, list[int]]) -> int:
    found = accounts.get(cell.text.lower(), [])
    if not found:
        raise Invalid(_("không có tài khoản “%(name)s”") % {"name": cell.text[:60]})
    if len(found) > 1:
        raise Invalid(_("có nhiều tài khoản cùng thư điện tử “%(name)s”") % {"name": cell.text[:60]})
    return found[0]


def _accounts(table: Table) -> dict[str, list[int]]:
    """Ids of the accounts that the file names, by user name or e-mail in lower case. One query."""
    named = {cells[ACCOUNT].text for _number, cells in table.rows if ACCOUNT in cells and cells[ACCOUNT].text}
    if not named:
        return {}
    wanted = named | {name.lower() for name in named}
    users = User.objects.filter(Q(username__in=wanted) | Q(email__in=wanted))
    found: dict[str, list[int]] = {}
    for pk, username, email in users.values_list("pk", "username", "email"):
        for name in {username.lower(), email.lower()} - {""}:
            found.setdefault(name, []).append(pk)
    return found


def _keys(person: ListedPerson) -> list[tuple[str, object]]:
    keys = ((PHONE, person.phone), (NATIONAL_ID, person.national_id_hash), (ACCOUNT, person.user_id))
    return [(column, key) for column, key in keys if key]


def _note_entered(contest: Contest, report: Report[ListedPerson]) -> None:
    for person in entered_already(contest, report.rows):
        message = _("%(name)s đã đăng ký dự thi; từ nay kết quả không được tính") % {"name": person.full_name}
        report.notes.append(Remark(message, person.row))
