"""The rows of the sheet that holds the questions, with its columns found by their headings."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from contest_site.lib.work import TOO_MUCH
from questions.importers.cells import CellText, read_cell
from questions.importers.container import UnreadableError, open_container
from questions.importers.report import Remark
from questions.rules import LETTERS, MIN_OPTIONS, fingerprint

if TYPE_CHECKING:
    from questions.importers.grid import Book, Cells, Sheet

ROW_LIMIT = 5_000  # rows with something in them
LAST_ROW = 50_000  # rows looked at; what lies deeper is formatting somebody left behind, or hostile
LAST_COLUMN = 64
HEADING_ROWS = 20  # offices put the name of the body and a title above the table

NUMBER, TOPIC, TEXT, KEY, EXPLANATION, SOURCE = "STT", "Chủ đề", "Câu hỏi", "Đáp án", "Giải thích", "Căn cứ"
# Columns that a bank of plain questions does without.
KIND, LEVEL, TAGS, LINK = "Loại", "Mức độ", "Nhãn", "Liên kết"
COLUMNS = (NUMBER, TOPIC, TEXT, *LETTERS, KEY, EXPLANATION, SOURCE, LINK, KIND, LEVEL, TAGS)
OFFICE_SHAPE = (NUMBER, TOPIC, TEXT, *LETTERS[:MIN_OPTIONS], KEY, EXPLANATION, SOURCE)
REQUIRED = (TOPIC, TEXT, *LETTERS[:MIN_OPTIONS], KEY)
NAMES = {
    NUMBER: ("stt", "tt", "so tt", "so thu tu"),
    TOPIC: ("chu de", "chuyen de", "linh vuc", "ten chu de"),
    TEXT: ("cau hoi", "noi dung cau hoi"),
    KEY: ("dap an", "dap an dung", "phuong an dung"),
    EXPLANATION: ("giai thich", "giai thich dap an"),
    SOURCE: ("can cu", "can cu phap ly", "can cu phap luat"),
    KIND: ("loai", "loai cau", "loai cau hoi", "dang cau hoi", "kieu cau hoi"),
    LEVEL: ("muc do", "do kho", "muc do nhan thuc"),
    TAGS: ("nhan", "the", "tu khoa"),
    LINK: ("lien ket", "duong dan", "link", "lien ket van ban", "lien ket den van ban"),
    **{
        letter: tuple(f"{word}{letter.lower()}" for word in ("", "phuong an ", "dap an ", "lua chon ", "pa "))
        for letter in LETTERS
    },
}
COLUMN_OF = {name: column for column, names in NAMES.items() for name in names}

log = logging.getLogger(__name__)


Row = tuple[int, dict[str, CellText]]


@dataclass
class Table:
    """`rows`: (row number in the sheet, text by column) of every row that has something in it, read on the
    way and once only: a large sheet is never in memory as a whole. They may raise UnreadableError."""

    sheet: str
    columns: tuple[str, ...] = ()
    rows: Iterator[Row] = field(default_factory=lambda: iter(()))
    problems: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)


@contextmanager
def open_table(file: IO[bytes]) -> Iterator[Table]:
    """The first sheet that has the headings, to be read inside. Raises UnreadableError with a sentence."""
    from questions.importers.grid import (
        Book,
    )  # openpyxl takes long to load: not for every process of the site

    workbook: Book | None = None
    try:
        try:
            workbook = Book(open_container(file))
            table = _first_table(workbook)
        except (UnreadableError, *TOO_MUCH):
            raise
        except Exception as error:
            raise _unreadable(error) from error
        yield table
    finally:
        if workbook is not None:
            workbook.close()


def _unreadable(error: Exception) -> UnreadableError:
    """A container can be broken in more ways than openpyxl has exceptions for: none of them is a crash."""
    log.warning("An uploaded workbook could not be parsed: %s", type(error).__name__)
    return UnreadableError(_("Không đọc được bảng tính. Hãy lưu lại tệp bằng Excel rồi tải lên lại."))


def _first_table(workbook: Book) -> Table:
    empty = True
    for sheet in workbook.sheets():
        if not sheet.visible:
            continue
        rows = _filled_rows(sheet)
        above = []
        for number, row in rows:
            empty = False
            above.append((number, row))
            if len(_found(row)) >= 3:
                return _table(sheet.title, number, row, rows)
            if len(above) == HEADING_ROWS:
                break
    if empty:
        raise UnreadableError(_("Bảng tính không có dữ liệu."))
    raise UnreadableError(
        _("Không tìm thấy dòng tiêu đề. Bảng cần có các cột: %(columns)s.")
        % {"columns": ", ".join(OFFICE_SHAPE)}
    )


def _filled_rows(sheet: Sheet) -> Iterator[Cells]:
    from questions.importers.grid import filled

    for number, row in sheet.rows(LAST_COLUMN):
        if number > LAST_ROW:
            raise UnreadableError(
                _("Bảng tính có định dạng sau dòng %(row)d. Hãy xóa các dòng trống phía dưới bảng.")
                % {"row": LAST_ROW}
            )
        if filled(row):
            yield number, row


def _found(row: list[Any]) -> list[tuple[int, str]]:
    """(index in the row, column) of the cells that are headings."""
    headings = ((index, COLUMN_OF.get(_heading(cell))) for index, cell in enumerate(row))
    return [(index, column) for index, column in headings if column]


def _heading(cell: Any) -> str:
    return fingerprint(cell.value) if isinstance(cell.value, str) else ""


def _table(title: str, number: int, headings: list[Any], rows: Iterator[Cells]) -> Table:
    table = Table(title)
    places: dict[str, int] = {}
    for index, column in _found(headings):
        if column in places:
            first, second = headings[places[column]].column_letter, headings[index].column_letter
            message = _("cột %(column)s có hai lần (%(first)s và %(second)s); hãy giữ lại một cột")
            table.problems.append(
                Remark(message % {"column": column, "first": first, "second": second}, row=number)
            )
        places.setdefault(column, index)
    for column in REQUIRED:
        if column not in places:
            table.problems.append(Remark(_("thiếu cột %(column)s") % {"column": column}, row=number))
    _note_other_columns(table, number, headings, places)
    table.columns = tuple(places)
    if not table.problems:  # read by wrong columns, every row would only repeat the same fault
        table.rows = _question_rows(places, rows)
    return table


def _question_rows(places: dict[str, int], rows: Iterator[Cells]) -> Iterator[Row]:
    count = 0
    while (found := _next(rows)) is not None:
        number, row = found
        cells = {column: read_cell(row[index]) for column, index in places.items()}
        # Rows numbered in advance and left blank are not questions.
        if any(cell.text or cell.fault for column, cell in cells.items() if column != NUMBER):
            count += 1
            if count > ROW_LIMIT:
                raise UnreadableError(_("Bảng có hơn 5.000 dòng câu hỏi. Hãy chia thành nhiều tệp."))
            yield number, cells
    if not count:
        raise UnreadableError(_("Bảng chỉ có dòng tiêu đề, chưa có câu hỏi nào."))


def _next(rows: Iterator[Cells]) -> Cells | None:
    try:
        return next(rows, None)
    except (UnreadableError, *TOO_MUCH):
        raise
    except Exception as error:
        raise _unreadable(error) from error


def _note_other_columns(table: Table, number: int, headings: list[Any], places: dict[str, int]) -> None:
    for column in (EXPLANATION, SOURCE):
        if column not in places:
            message = _("không có cột %(column)s; nội dung này sẽ để trống") % {"column": column}
            table.notes.append(Remark(message, row=number))
    used = {index for index, _column in _found(headings)}
    for index, cell in enumerate(headings):
        if index not in used and cell.value is not None and str(cell.value).strip():
            message = _("cột “%(column)s” không được dùng") % {"column": read_cell(cell).text}
            table.notes.append(Remark(message, row=number))
