"""One sheet: its frame by openpyxl, its rows as XML into a file of their own."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.properties import PageSetupProperties

from contest_site.lib.errors import Invalid
from contest_site.lib.excel.parts import Column, Formula, Indented, Kind, Sheet, Signing, Total, Value
from contest_site.lib.excel.styles import Styles
from contest_site.lib.excel.text import cell_text

ROW_LIMIT = 1_048_576
MAX_HEIGHT = 409.0  # points, Excel's own limit of a row
LINE_HEIGHT = 16.5  # points, one line of 12 pt type with room for Ẵ and Ễ
UPRIGHT = 100  # a table of so many characters is read on a sheet standing upright
BUFFERED = 400  # rows
DAY_ZERO, MOMENT_ZERO, ONE_DAY = date(1899, 12, 30), datetime(1899, 12, 30), timedelta(days=1)  # noqa: DTZ001
FORMULA_SIGNS = ("=", "+", "-", "@")
TO_SIGN = 3  # empty lines for a signature


class SheetWriter:
    def __init__(
        self, workbook: Workbook, name: str, sheet: Sheet, styles: Styles, made_at: datetime, rows: IO[bytes]
    ) -> None:
        self.sheet, self.styles, self.made_at, self.rows = sheet, styles, made_at, rows
        self.last = 0  # number of the last row written
        self.buffer: list[str] = []
        self.letters = [get_column_letter(number) for number in range(1, len(sheet.columns) + 1)]
        self.sums = [_Sum(column.total) for column in sheet.columns]
        self.zone = timezone.get_current_timezone()
        created = workbook.create_sheet(name)
        assert isinstance(created, WriteOnlyWorksheet)
        # The stubs of the write-only sheet lack what it shares with the ordinary one.
        self.ws: Any = created

    def write(self, told: Callable[[], None]) -> int:
        """How many rows are not the table's own."""
        sheet, written = self.sheet, 0
        above = len(sheet.letterhead) + len(sheet.title) + len(sheet.notes)
        # An empty line parts the table from what stands above it.
        header = above + 2 if above else 1
        self._set_up(header)
        self._lines()
        if above:
            self._append([])
        self._heading()
        for row in sheet.rows:
            if self.last >= ROW_LIMIT - 1:
                raise Invalid(_("Danh sách quá dài cho một tệp Excel. Chọn từng đơn vị cấp dưới để tải về."))
            self._row(row, bold=sheet.first_row_is_whole and not written)
            written += 1
            told()
        self.ws.auto_filter.ref = f"A{header}:{self.letters[-1]}{self.last}"
        if written and any(column.total for column in sheet.columns):
            self._totals(header + 1, self.last)
        if sheet.signing:
            self._signing(sheet.signing)
        self._flush()
        return self.last - written

    def _set_up(self, header: int) -> None:
        """Everything that the file holds before its rows, and the page: A4, as wide as the table."""
        ws = self.ws
        for index, column in enumerate(self.sheet.columns, 1):
            ws.column_dimensions[get_column_letter(index)].width = column.width
        ws.freeze_panes = f"{get_column_letter(self.sheet.frozen_columns + 1)}{header + 1}"
        ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        ws.page_setup.paperSize = 9
        wide = sum(column.width for column in self.sheet.columns) > UPRIGHT
        ws.page_setup.orientation = "landscape" if wide else "portrait"
        ws.page_setup.fitToWidth = 1
        ws.page_setup.fitToHeight = 0
        ws.print_title_rows = f"{header}:{header}"
        ws.print_options.horizontalCentered = True
        # Margins of administrative papers, in inches: 20 mm all round, 30 mm where it is bound.
        margins = ws.page_margins
        margins.left = margins.right = margins.bottom = margins.top = 20 / 25.4
        if wide:
            margins.top = 30 / 25.4
        else:
            margins.left = 30 / 25.4
        margins.header = margins.footer = 10 / 25.4
        ws.oddFooter.left.text = _footer(ws.title)
        ws.oddFooter.center.text = _footer(_("Trang")) + " &P/&N"
        ws.oddFooter.right.text = f"{timezone.localtime(self.made_at):%d/%m/%Y %H:%M}"

    # --- Above and below the table --------------------------------------------------------------------------

    def _lines(self) -> None:
        columns = self.sheet.columns
        total = sum(column.width for column in columns)
        half = _half(columns)
        for left, right in self.sheet.letterhead:
            style = self.styles.line("contest letterhead", 12, bold=True, to="center")
            spans = [(0, half - 1, left), (half, len(columns) - 1, right)]
            self._spans(spans if len(columns) > 1 else [(0, 0, left)], style)
        for number, line in enumerate(self.sheet.title):
            size = 15.0 if number == 0 else 13.0
            style = self.styles.line(f"contest title {size:.0f}", size, bold=True, to="center")
            self._wide(line, style, total, size)
        for line in self.sheet.notes:
            self._wide(line, self.styles.line("contest note", 12, italic=True, to="left"), total, 12)

    def _wide(self, line: str, style: int, width: float, size: float) -> None:
        self._merge(0, len(self.sheet.columns) - 1)
        self._append([self._text(0, line, style)], _height(line, width, size))

    def _spans(self, spans: Sequence[tuple[int, int, str]], style: int) -> None:
        """Texts over the columns first … last (from 0), in one row."""
        heights = []
        for first, last, text in spans:
            self._merge(first, last)
            width = sum(column.width for column in self.sheet.columns[first : last + 1])
            heights.append(_height(text, width))
        self._append([self._text(first, text, style) for first, _last, text in spans], max(heights))

    def _merge(self, first: int, last: int) -> None:
        """Columns `first` to `last` (from 0) of the row that is written next."""
        if last > first:
            row = self.last + 1
            self.ws.merged_cells.add(f"{self.letters[first]}{row}:{self.letters[last]}{row}")

    def _heading(self) -> None:
        style = self.styles.heading()
        self._append(
            [self._text(index, column.heading, style) for index, column in enumerate(self.sheet.columns)],
            max(_height(column.heading, column.width) for column in self.sheet.columns),
        )

    def _totals(self, first: int, last: int) -> None:
        """Formulas, with what they come to: a file from elsewhere is shown before anything is counted."""
        cells = []
        label = self.styles.cell(Kind.TEXT, True)
        for index, column in enumerate(self.sheet.columns):
            if column.total:
                # A count is a whole number whatever it counts.
                kind = Kind.WHOLE if column.total is Total.COUNT else column.kind
                letter = self.letters[index]
                formula = f"SUBTOTAL({column.total.value},{letter}{first}:{letter}{last})"
                value = self.sums[index].value()
                cells.append(self._formula(index, formula, value, self.styles.cell(kind, True)))
            else:
                cells.append(self._text(index, self.sheet.total_label if index == 0 else "", label))
        self._append(cells, LINE_HEIGHT + 3)

    def _signing(self, signing: Signing) -> None:
        count = len(self.sheet.columns)
        spans = _spread(self.sheet.columns, len(signing.signers))
        italic = self.styles.line("contest signing", 12, italic=True, to="center")
        bold = self.styles.line("contest letterhead", 12, bold=True, to="center")
        self._append([])
        first = spans[-1][0]
        self._spans([(first, count - 1, signing.place)], italic)
        self._spans([(*span, who) for span, who in zip(spans, signing.signers, strict=True)], bold)
        self._spans([(*span, _("(Ký, ghi rõ họ tên)")) for span in spans], italic)
        for _empty in range(TO_SIGN):
            self._append([])

    # --- The table ------------------------------------------------------------------------------------------

    def _row(self, values: Sequence[Value], *, bold: bool) -> None:
        number, height = self.last + 1, max(LINE_HEIGHT + 3, self.sheet.row_height)
        cells = []
        for index, (value, column) in enumerate(zip(values, self.sheet.columns, strict=True)):
            if isinstance(value, str):
                style = self.styles.cell(Kind.TEXT, bold)
                cells.append(self._text(index, value, style, bold=bold))
                if len(value) > column.width * 0.8 or "\n" in value:
                    height = max(height, _height(value, column.width))
            elif isinstance(value, Indented):
                cells.append(self._indented(index, value, bold=bold))
                height = max(height, _height(value.text, max(5.0, column.width - 1.5 * value.depth)))
            elif isinstance(value, Formula):
                text = value.text.format(row=number)
                style = self.styles.cell(column.kind, bold)
                cells.append(self._formula(index, text, value.value, style))
                self.sums[index].add(value.value)
            else:
                cells.append(self._number(index, value, self.styles.cell(column.kind, bold)))
        self._append(cells, min(height, MAX_HEIGHT))

    def _number(self, index: int, value: int | float | Decimal | date | timedelta | None, style: int) -> str:
        place = f'<c r="{self.letters[index]}{self.last + 1}" s="{style}"'
        if value is None:
            return f"{place}/>"
        written = self._serial(value)
        self.sums[index].add(written)
        return f"{place}><v>{_shown(written)}</v></c>"

    def _serial(self, value: int | float | Decimal | date | timedelta) -> int | float | Decimal:
        """As Excel counts days and parts of days."""
        if isinstance(value, datetime):
            if value.tzinfo:
                value = value.astimezone(self.zone).replace(tzinfo=None)
            return (value - MOMENT_ZERO) / ONE_DAY
        if isinstance(value, date):
            return (value - DAY_ZERO).days
        return value / ONE_DAY if isinstance(value, timedelta) else value

    def _formula(self, index: int, formula: str, value: int | float | Decimal | None, style: int) -> str:
        known = "" if value is None else f"<v>{_shown(value)}</v>"
        return f'<c r="{self.letters[index]}{self.last + 1}" s="{style}"><f>{formula}</f>{known}</c>'

    def _indented(self, index: int, value: Indented, *, bold: bool) -> str:
        quoted = value.text.startswith(FORMULA_SIGNS)
        style = self.styles.cell(Kind.TEXT, bold, min(value.depth, 15), quoted)
        return self._inline(index, value.text, style)

    def _text(self, index: int, text: str, style: int, *, bold: bool | None = None) -> str:
        """A text is always a text, whatever it looks like; of the table (`bold` given) also while edited."""
        if bold is not None:
            self.sums[index].add(1)
            if text.startswith(FORMULA_SIGNS):
                style = self.styles.cell(Kind.TEXT, bold, 0, True)
        return self._inline(index, text, style)

    def _inline(self, index: int, text: str, style: int) -> str:
        place = f'<c r="{self.letters[index]}{self.last + 1}" s="{style}"'
        return f'{place} t="inlineStr"><is>{cell_text(text)}</is></c>' if text else f"{place}/>"

    def _append(self, cells: Sequence[str], height: float | None = None) -> None:
        self.last += 1
        high = f' ht="{height:g}" customHeight="1"' if height else ""
        self.buffer.append(f'<row r="{self.last}"{high}>{"".join(cells)}</row>')
        if len(self.buffer) >= BUFFERED:
            self._flush()

    def _flush(self) -> None:
        self.rows.write("".join(self.buffer).encode())
        self.buffer.clear()


class _Sum:
    """What a column's total comes to."""

    def __init__(self, total: Total | None) -> None:
        self.total = total
        self.count, self.sum, self.most = 0, 0, None  # type: tuple[int, Any, Any]

    def add(self, value: int | float | Decimal | None) -> None:
        if self.total is None or value is None:
            return
        self.count += 1
        if self.total is Total.MAX:
            self.most = value if self.most is None else max(self.most, value)
        elif self.total is not Total.COUNT:
            self.sum += value

    def value(self) -> Any:
        """None where there is nothing to take the mean or the highest of."""
        if self.total is Total.COUNT:
            return self.count
        if self.total is Total.SUM:
            return self.sum
        if self.total is Total.MAX:
            return self.most
        return self.sum / self.count if self.count else None


def _shown(value: int | float | Decimal) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else repr(value)


def _half(columns: Sequence[Column]) -> int:
    """How many columns make about the left half of the table's width; at least 1."""
    total, left = sum(column.width for column in columns), 0.0
    for index, column in enumerate(columns):
        if index and left + column.width / 2 > total / 2:
            return index
        left += column.width
    return max(1, len(columns) - 1)


def _spread(columns: Sequence[Column], count: int) -> list[tuple[int, int]]:
    """The columns in `count` spans (first, last) of about one width, each at least one column."""
    total = sum(column.width for column in columns)
    ends: list[int] = []
    left = 0.0
    for index, column in enumerate(columns):
        left += column.width
        behind = len(columns) - 1 - index
        if len(ends) < count - 1 and (
            left + column.width / 2 >= total * (len(ends) + 1) / count or behind == count - 1 - len(ends)
        ):
            ends.append(index)
    firsts = [0, *(end + 1 for end in ends)]
    return list(zip(firsts, [*ends, len(columns) - 1], strict=True))


def _height(text: str, width: float, size: float = 12) -> float:
    """Points that a wrapped line needs: merged cells and headings do not grow by themselves."""
    per_line = max(1.0, width * 11 / size * 0.95)
    lines = sum(max(1, math.ceil(len(part) / per_line)) for part in text.split("\n"))
    return lines * LINE_HEIGHT * size / 12 + 3


def _footer(text: str) -> str:
    return text.replace("&", "&&")
