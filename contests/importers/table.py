"""The rows of a sheet or a CSV file, its columns found by their headings in any order.

Containers and cells are read as for questions (questions.importers): sizes are checked before anything is
unpacked, formulas and error cells are faults, and no fault of the file is ever a crash.
"""

from __future__ import annotations

import csv
import io
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Generic, TypeVar

from django.utils.translation import gettext as _

from contest_site.lib.text import clean, fold
from questions.importers.cells import read_cell
from questions.importers.container import FILE_LIMIT, UnreadableError, open_container
from questions.importers.report import SHOWN_PROBLEMS, Remark

ROW_LIMIT = 5_000  # rows with something in them
LAST_ROW = 50_000  # rows looked at; what lies deeper is formatting somebody left behind, or hostile
LAST_COLUMN = 64
HEADING_ROWS = 20  # offices put the name of the body and a title above the table

Row = TypeVar("Row")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Heading:
    """A column: its name as the template writes it, and other ways of writing it, folded."""

    name: str
    others: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class Cell:
    """`text` as the sheet shows it; `fault` says why it cannot be taken.

    `whole` is the number of a cell that holds a whole one: the digits that Excel kept, without the zeros
    that it took off the front. `odd` = a fraction, a date, a yes/no: nothing that an office means as a name.
    """

    text: str = ""
    fault: str = ""
    whole: int | None = None
    odd: bool = False


@dataclass
class Table:
    """`rows`: (row number in the file, cell by column name) of every row that has something in it."""

    sheet: str
    rows: list[tuple[int, dict[str, Cell]]] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)


@dataclass
class Report(Generic[Row]):
    """What a file holds: `rows` without a fault; nothing may be written while there are problems."""

    sheet: str = ""
    rows: list[Row] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)

    @property
    def sentences(self) -> list[str]:
        """The problems by row, at most 200 of them, and how many more there are."""
        found = sorted(self.problems, key=lambda one: one.row or 0)
        shown = [str(problem) for problem in found[:SHOWN_PROBLEMS]]
        if more := len(found) - len(shown):
            shown.append(_("… và %(count)d lỗi khác.") % {"count": more})
        return shown


def read_workbook(file: IO[bytes], headings: Sequence[Heading]) -> Table:
    """The first visible sheet that has the headings. Raises UnreadableError with a sentence."""
    from openpyxl import load_workbook  # takes long to load: not for every process of the site

    container = open_container(file)
    try:
        workbook = load_workbook(container, read_only=True, data_only=False, keep_links=False)
        try:
            sheets = (
                (sheet.title, _sheet_rows(sheet))
                for sheet in workbook.worksheets
                if sheet.sheet_state == "visible"
            )
            return _first_table(sheets, headings)
        finally:
            workbook.close()
    except UnreadableError:
        raise
    except Exception as error:
        # A container can be broken in more ways than openpyxl has exceptions for: none of them is a crash.
        log.warning("An uploaded workbook could not be parsed: %s", type(error).__name__)
        raise UnreadableError(
            _("Không đọc được bảng tính. Hãy lưu lại tệp bằng Excel rồi tải lên lại.")
        ) from error


def read_csv(file: IO[bytes], headings: Sequence[Heading]) -> Table:
    """A CSV in UTF-8 with commas, semicolons or tabs. Raises UnreadableError with a sentence."""
    data = file.read(FILE_LIMIT + 1)
    if len(data) > FILE_LIMIT:
        raise UnreadableError(_("Tệp lớn hơn 5 MB. Hãy chia thành nhiều tệp."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError(_("Tệp CSV phải lưu dạng “CSV UTF-8”. Hãy lưu lại bằng Excel.")) from None
    if "\x00" in text:
        raise UnreadableError(_("Tệp không phải là CSV."))
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        raise UnreadableError(_("Không đọc được tệp CSV. Hãy lưu lại bằng Excel dạng .xlsx.")) from None
    cells = ((number, [Cell(clean(one)) for one in row]) for number, row in enumerate(rows, 1))
    return _first_table([("CSV", _filled(cells))], headings)


def _sheet_rows(sheet: Any) -> Iterator[tuple[int, list[Cell]]]:
    rows = sheet.iter_rows(min_row=1, max_row=LAST_ROW + 1, min_col=1, max_col=LAST_COLUMN)
    return _filled((number, [_cell(cell) for cell in row]) for number, row in enumerate(rows, 1))


def _cell(cell: Any) -> Cell:
    read = read_cell(cell)
    value = cell.value
    if read.fault or value is None or isinstance(value, str):
        return Cell(clean(read.text), read.fault)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and float(value).is_integer():
        return Cell(clean(read.text), whole=int(value))
    return Cell(clean(read.text), odd=True)


def _filled(rows: Iterable[tuple[int, list[Cell]]]) -> Iterator[tuple[int, list[Cell]]]:
    for number, row in rows:
        if number > LAST_ROW:
            raise UnreadableError(
                _("Bảng tính có định dạng sau dòng %(row)d. Hãy xóa các dòng trống phía dưới bảng.")
                % {"row": LAST_ROW}
            )
        if any(cell.text or cell.fault for cell in row):
            yield number, row


def _first_table(
    sheets: Iterable[tuple[str, Iterator[tuple[int, list[Cell]]]]], headings: Sequence[Heading]
) -> Table:
    known = {_plain(name): one.name for one in headings for name in (one.name, *one.others)}
    empty = True
    for title, rows in sheets:
        for place, (number, row) in enumerate(rows, 1):
            empty = False
            found = [
                (index, known[_plain(cell.text)])
                for index, cell in enumerate(row)
                if _plain(cell.text) in known
            ]
            if len(found) >= 2:
                return _table(title, number, row, found, rows, headings)
            if place == HEADING_ROWS:
                break
    if empty:
        raise UnreadableError(_("Tệp không có dữ liệu."))
    raise UnreadableError(
        _("Không tìm thấy dòng tiêu đề. Bảng cần có các cột: %(columns)s.")
        % {"columns": ", ".join(one.name for one in headings)}
    )


def _table(
    title: str,
    number: int,
    header: list[Cell],
    found: list[tuple[int, str]],
    rows: Iterator[tuple[int, list[Cell]]],
    headings: Sequence[Heading],
) -> Table:
    table = Table(title)
    places: dict[str, int] = {}
    for index, name in found:
        if name in places:
            message = _("cột “%(column)s” có hai lần; hãy giữ lại một cột") % {"column": name}
            table.problems.append(Remark(message, row=number))
        places.setdefault(name, index)
    for one in headings:
        if one.required and one.name not in places:
            table.problems.append(Remark(_("thiếu cột “%(column)s”") % {"column": one.name}, row=number))
    used = {index for index, _name in found}
    for index, cell in enumerate(header):
        if index not in used and cell.text and _plain(cell.text) not in ("stt", "tt", "so tt", "so thu tu"):
            message = _("cột “%(column)s” không được dùng") % {"column": cell.text[:80]}
            table.notes.append(Remark(message, row=number))
    if table.problems:
        return table  # read by wrong columns, every row would only repeat the same fault
    for row_number, row in rows:
        cells = {name: row[index] if index < len(row) else Cell() for name, index in places.items()}
        if not any(cell.text or cell.fault for cell in cells.values()):
            continue  # numbered in advance and left blank
        if len(table.rows) == ROW_LIMIT:
            raise UnreadableError(_("Bảng có hơn 5.000 dòng. Hãy chia thành nhiều tệp."))
        table.rows.append((row_number, cells))
    if not table.rows:
        raise UnreadableError(_("Bảng chỉ có dòng tiêu đề, chưa có dòng nào."))
    return table


def _plain(text: str) -> str:
    """A heading without accents, case and punctuation: "Số ĐT (di động)" → "so dt di dong"."""
    return " ".join(re.findall(r"\w+", fold(text)))
