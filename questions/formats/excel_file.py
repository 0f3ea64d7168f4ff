"""Excel in the office shape: a row for each question, columns found by their headings.

Read: STT, Chủ đề ("A › B" is a path), Câu hỏi, A to G, Đáp án (a letter, or several: "A, C"), Giải thích,
Căn cứ, and if there are any Liên kết, Loại, Mức độ, Nhãn. Cells are plain text.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from contest_site.lib import excel
from contest_site.lib.excel import Column, Sheet, Value, write_workbook
from questions.enums import Kind
from questions.formats.exchange import Item, Lost, Note, Problem, Read
from questions.formats.holding import Holds, place_of, reduce
from questions.formats.rich_reading import to_plain
from questions.importers.container import UnreadableError
from questions.importers.parsing import Rows
from questions.importers.report import Remark
from questions.importers.sheet import (
    COLUMNS,
    EXPLANATION,
    KEY,
    KIND,
    LEVEL,
    LINK,
    NUMBER,
    SOURCE,
    TAGS,
    TEXT,
    TOPIC,
    open_table,
)
from questions.rules import LETTERS, MIN_OPTIONS, TOPIC_LIMIT, TOPIC_SEPARATOR

HOLDS = Holds("Excel", rich=False, pictures=False, feedback=False, fractions=False)
# Of files that say nothing of their own time, so that the same questions give the same bytes.
MADE_AT = datetime(2024, 10, 20, tzinfo=UTC)


def read(data: bytes) -> Read:
    """Questions of a workbook; places are rows and columns."""
    rows = Rows()
    problems: list[Remark] = []
    try:
        with open_table(io.BytesIO(data)) as table:
            problems, rows.notes = table.problems, table.notes
            for number, cells in table.rows:
                rows.take(number, cells)
    except UnreadableError as error:
        return Read(problems=(Problem("", str(error)),))
    rows.finish()
    problems += rows.problems
    return Read(
        items=tuple(rows.items),
        problems=tuple(Problem(_place(found), found.message) for found in sorted(problems, key=_order)),
        notes=tuple(Note(_place(found), found.message) for found in sorted(rows.notes, key=_order)),
        seen=tuple(rows.seen),
    )


def _order(remark: Remark) -> tuple[int, int]:
    return remark.row or 0, COLUMNS.index(remark.column) if remark.column else -1


def _place(remark: Remark) -> str:
    if remark.row is None:
        return ""
    place = _("Dòng %(row)d") % {"row": remark.row}
    return column_place(place, remark.column) if remark.column else place


def column_place(row: str, column: str) -> str:
    """Where a cell stands, for people, in a row whose own place is `row`."""
    return _("%(row)s, cột %(column)s") % {"row": row, "column": column}


def write(
    items: Sequence[Item], pictures: Mapping[str, bytes] | None = None, *, title: str = ""
) -> tuple[bytes, list[Lost]]:
    """A workbook that reads back the same, and what it cannot hold of each item."""
    kept, lost = reduce(items, pictures or {}, HOLDS, unfit)
    numbers = [item.number for item in kept]
    if None in numbers or len(set(numbers)) < len(numbers):
        lost += [
            Lost(place_of(item, ordinal), _("tệp Excel không giữ được số thứ tự, vì có số trống hoặc trùng"))
            for ordinal, item in enumerate(kept, 1)
            if item.number
        ]
        kept = [replace(item, number=None) for item in kept]
    return written(kept, title=title, made_at=MADE_AT), lost


def unfit(item: Item) -> str:
    """Why a row cannot say what the item says; "" when it can."""
    path = TOPIC_SEPARATOR.join(item.topics)
    sign = TOPIC_SEPARATOR.strip()
    if not item.topics:
        return _("câu hỏi chưa có chủ đề")
    if any(sign in topic for topic in item.topics):
        return _("tên chủ đề có dấu “%(sign)s”") % {"sign": sign}
    if len(path) > TOPIC_LIMIT:
        return _("đường dẫn chủ đề dài quá %(limit)d ký tự") % {"limit": TOPIC_LIMIT}
    if any(";" in tag for tag in item.tags):
        return _("có nhãn chứa dấu chấm phẩy")
    if all(choice.right for choice in item.choices):
        return _("mọi phương án đều là đáp án")
    return ""


def written(items: Sequence[Item], *, title: str, made_at: datetime) -> bytes:
    """The workbook of reduced items; columns that no question needs are left out."""
    columns = _columns(items)
    file = io.BytesIO()
    rows = (_row(item, columns) for item in items)
    sheet = Sheet(_("Câu hỏi"), [_column(name) for name in columns], rows, frozen_columns=1)
    write_workbook(file, [sheet], title=title, made_at=made_at)
    return file.getvalue()


def _columns(items: Sequence[Item]) -> list[str]:
    width = max([MIN_OPTIONS, *(len(item.choices) for item in items)])
    optional = {
        LINK: any(item.source_link for item in items),
        KIND: any(_is_special(item) for item in items),
        LEVEL: any(item.difficulty for item in items),
        TAGS: any(item.tags for item in items),
    }
    unneeded = {*LETTERS[width:], *(name for name, needed in optional.items() if not needed)}
    return [name for name in COLUMNS if name not in unneeded]


def _is_special(item: Item) -> bool:
    return item.kind is not Kind.SINGLE or len(item.choices) < MIN_OPTIONS


WIDTHS = {NUMBER: 6, TOPIC: 22, TEXT: 48, KEY: 9, EXPLANATION: 40, SOURCE: 34}
WIDTHS |= {LINK: 30, KIND: 14, LEVEL: 14, TAGS: 20}


def _column(name: str) -> Column:
    kind = excel.Kind.LABEL if name == NUMBER else excel.Kind.TEXT
    return Column(name, WIDTHS.get(name, 26), kind)


def _row(item: Item, columns: Sequence[str]) -> Sequence[Value]:
    values: dict[str, Value] = {
        NUMBER: item.number,
        TOPIC: TOPIC_SEPARATOR.join(item.topics),
        TEXT: to_plain(item.text),
        KEY: ", ".join(letter for letter, choice in zip(LETTERS, item.choices, strict=False) if choice.right),
        EXPLANATION: to_plain(item.explanation) or None,
        SOURCE: item.source or None,
        LINK: item.source_link or None,
        KIND: str(item.kind.label) if _is_special(item) else None,
        LEVEL: str(item.difficulty.label) if item.difficulty else None,
        TAGS: "; ".join(item.tags) or None,
        **{letter: to_plain(choice.text) for letter, choice in zip(LETTERS, item.choices, strict=False)},
    }
    return [values.get(name) for name in columns]
