"""The trail as a file, row by row: any number of rows as CSV, as many as an office can use as Excel."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import IO, Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from contest_site.audit.models import Change, Seal
from contest_site.audit.wording import table_label
from contest_site.lib.excel.parts import Column, Kind, Sheet
from contest_site.lib.excel.text import safe_text
from contest_site.lib.excel.workbook import write_workbook

EXCEL_ROWS = 100_000
CHUNK = 2_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would work out


def headings() -> list[str]:
    return [
        _("Dòng"), _("Thời điểm"), _("Người thực hiện"), _("Nguồn"), _("Nơi thực hiện"), _("Địa chỉ mạng"),
        _("Mã yêu cầu"), _("Vai trò trong cơ sở dữ liệu"), _("Đối tượng"), _("Bảng"), _("Khóa"),
        _("Thao tác"), _("Thay đổi"),
    ]  # fmt: skip


def csv_lines(rows: QuerySet[Change]) -> Iterator[str]:
    """CSV for spreadsheets (a mark for UTF-8 first); texts cannot act as formulas."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(headings())
    for change in _by_key(rows):
        yield writer.writerow(
            f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else _safe(value)
            for value in _cells(change)
        )


def write_excel(file: IO[bytes], rows: QuerySet[Change], *, made_at: datetime) -> None:
    """The newest 100,000 rows of those searched for."""
    widths = (10, 20, 28, 20, 40, 16, 38, 16, 24, 28, 14, 10, 80)
    kinds = {0: Kind.LABEL, 1: Kind.MOMENT}
    columns = [
        Column(heading, width, kinds.get(place, Kind.TEXT))
        for place, (heading, width) in enumerate(zip(headings(), widths, strict=True))
    ]
    lines = (
        [value.replace(tzinfo=None) if isinstance(value, datetime) else value for value in _cells(change)]
        for change in islice(_by_key(rows), EXCEL_ROWS)
    )
    title = _("Nhật ký thay đổi dữ liệu")
    sheets = [Sheet(name=_("Nhật ký"), title=(title,), columns=columns, rows=lines), _seals()]
    write_workbook(file, sheets, title=title, made_at=made_at)


def _seals() -> Sheet:
    """With these at hand nobody can write the trail anew unnoticed (manage.py verify_trail --expect)."""
    columns = [
        Column(_("Nhật ký"), 24),
        Column(_("Thời điểm"), 20, Kind.MOMENT),
        Column(_("Sau dòng"), 14, Kind.LABEL),
        Column(_("Đến dòng"), 14, Kind.LABEL),
        Column("SHA-256", 70),
    ]
    seals = Seal.objects.defer("rows", "digests").order_by("-id")[:EXCEL_ROWS]
    rows: Iterator[list[Any]] = (
        [one.get_trail_display(), timezone.localtime(one.at).replace(tzinfo=None), one.after, one.upto,
         bytes(one.seal).hex()]
        for one in seals.iterator(CHUNK)
    )  # fmt: skip
    return Sheet(name=_("Niêm phong"), title=(_("Niêm phong nhật ký"),), columns=columns, rows=rows)


def _by_key(rows: QuerySet[Change]) -> Iterator[Change]:
    """The rows, the latest first, some at a time: not every pooler has cursors of the server."""
    rows = rows.order_by("-id")
    some = list(rows[:CHUNK])
    while some:
        yield from some
        some = list(rows.filter(pk__lt=some[-1].pk)[:CHUNK]) if len(some) == CHUNK else []


def _cells(change: Change) -> list[Any]:
    return [
        change.pk, timezone.localtime(change.at), change.actor_name, change.get_source_display(),
        change.place, change.address or "", str(change.request or ""), change.role,
        table_label(change.table_name),
        change.table_name, change.row_key, change.get_operation_display(),
        json.dumps(change.changes, ensure_ascii=False)[:32_000],
    ]  # fmt: skip


def _safe(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = safe_text(value)
    return f"'{text}" if text.startswith(FORMULA) else text


class _Echo:
    """A file that gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line
