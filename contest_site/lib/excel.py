"""Excel files that an office can print as they are and that no name typed by a person can turn into code.

Rows are streamed (openpyxl's write-only mode), so a list of a hundred thousand people needs little memory.
The same rows and the same `made_at` give the same bytes.
"""

import math
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.writer.excel import ExcelWriter

from contest_site.lib.errors import Invalid

CELL_LIMIT = 32_767  # characters of a cell, counted as Excel counts them (UTF-16 units)
TITLE_LIMIT = 31
ROW_LIMIT = 1_048_576
# What XML 1.0 cannot hold, with the C1 controls and DEL, which it can but nobody means.
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
FONT = "Times New Roman"
MAX_HEIGHT = 409.0  # points, Excel's own limit of a row
LINE_HEIGHT = 16.5  # points, one line of 12 pt type with room for Ẵ and Ễ


class Kind(Enum):
    """What a column holds, as the number format that shows it (the reader's locale sets . and ,)."""

    TEXT = "@"
    WHOLE = "#,##0"
    LABEL = "0"  # a number that names and does not count: a year, a place in a list
    DECIMAL = "#,##0.00"
    PERCENT = "0.00%"
    DATE = "dd/mm/yyyy"
    MOMENT = "dd/mm/yyyy hh:mm:ss"
    DURATION = "[m]:ss.000"


class Total(IntEnum):
    """Function numbers of SUBTOTAL, which leaves out the rows that a filter hides."""

    MEAN = 101
    COUNT = 103
    MAX = 104
    SUM = 109


@dataclass(frozen=True)
class Column:
    heading: str
    width: float  # in characters of the default font
    kind: Kind = Kind.TEXT
    total: Total | None = None


@dataclass(frozen=True)
class Indented:
    """A text set in by `depth` steps: a unit under its parent."""

    text: str
    depth: int


Value = str | int | float | Decimal | date | datetime | timedelta | Indented | None


@dataclass(frozen=True)
class Sheet:
    """One table under its headings.

    `letterhead` = pairs (left, right) such as the organiser and the national title; `title` = centred lines,
    the first one large; `notes` = lines in italics above the table. `first_row_is_whole`: the first row
    stands for all the others (bold). The row of totals appears when a column asks for one.
    """

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]
    letterhead: Sequence[tuple[str, str]] = ()
    title: Sequence[str] = ()
    notes: Sequence[str] = ()
    first_row_is_whole: bool = False
    total_label: str = ""
    frozen_columns: int = 0


def safe_text(text: str) -> str:
    """The text as a cell can hold it: nothing XML refuses, at most 32,767 UTF-16 units (cut with …)."""
    text = UNWRITABLE.sub("", text)
    if len(text) <= CELL_LIMIT // 2:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * CELL_LIMIT:
        return text
    # "ignore" drops half of a pair that the cut went through
    return units[: 2 * (CELL_LIMIT - 1)].decode("utf-16-le", "ignore") + "…"


def safe_title(text: str, taken: Iterable[str] = ()) -> str:
    """A sheet's name out of any text: without []:*?/\\, ≤ 31 characters, unlike every name in `taken`."""
    base = re.sub(r"\s+", " ", re.sub(r"[\[\]:*?/\\]", " ", UNWRITABLE.sub("", text))).strip(" '")
    base = base[:TITLE_LIMIT].rstrip(" '") or _("Bảng")
    used = {name.casefold() for name in taken}
    title, number = base, 2
    while title.casefold() in used or title.casefold() == "history":  # Excel keeps that name for itself
        suffix = f" ({number})"
        title, number = base[: TITLE_LIMIT - len(suffix)] + suffix, number + 1
    return title


def write_workbook(
    file: IO[bytes],
    sheets: Sequence[Sheet],
    *,
    title: str,
    made_at: datetime,
    told: Callable[[], None] = lambda: None,
) -> int:
    """Write the sheets as one .xlsx into `file` (binary, seekable). `made_at` is the data's own moment.

    `told` is called after every row of a table. Gives how many rows of the file are not a table's: headings,
    titles, totals. Raises Invalid when a table has more rows than a sheet can hold.
    """
    around = 0
    workbook = Workbook(write_only=True)
    utc = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    workbook.properties = DocumentProperties(creator="", title=safe_text(title), created=utc, modified=utc)
    taken: list[str] = []
    try:
        for sheet in sheets:
            taken.append(safe_title(sheet.name, taken))
            around += _SheetWriter(workbook, taken[-1], sheet, made_at).write(told)
    except BaseException:
        _discard(workbook)
        raise
    with _FixedZip(file, "w", zipfile.ZIP_DEFLATED) as archive:
        # Workbook.save() would stamp the file with the present moment.
        ExcelWriter(workbook, archive).write_data()
    return around


def rows_in(file: IO[bytes]) -> list[int]:
    """How many rows each sheet of an .xlsx has, read from the file itself in constant memory."""
    with zipfile.ZipFile(file) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        return [_count(archive, name, b"<row ") for name in sheets]


def _count(archive: zipfile.ZipFile, name: str, mark: bytes) -> int:
    found, rest = 0, b""
    with archive.open(name) as sheet:
        while part := sheet.read(1 << 16):
            part = rest + part
            found += part.count(mark)
            rest = part[-(len(mark) - 1) :]
    return found


def _discard(workbook: Workbook) -> None:
    """Remove the temporary files of sheets that will not be saved."""
    for sheet in workbook.worksheets:
        ws: Any = sheet
        if not ws.closed:
            ws.close()
        ws._writer.cleanup()


class _FixedZip(zipfile.ZipFile):
    """An archive without moments and owners of its own."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *args: Any, **options: Any) -> None:
        super().writestr(self._entry(zinfo_or_arcname), data, *args, **options)

    def write(self, filename: Any, arcname: Any = None, *args: Any, **options: Any) -> None:
        entry = self._entry(arcname or filename)
        entry.file_size = Path(filename).stat().st_size
        with Path(filename).open("rb") as source, self.open(entry, "w") as target:
            shutil.copyfileobj(source, target)

    @staticmethod
    def _entry(name: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o600 << 16
        return entry


class _Styles:
    """Named styles of one workbook, made when first asked for."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        self.names = set(workbook.named_styles)
        side = Side(style="thin", color="808080")
        self.grid = Border(left=side, right=side, top=side, bottom=side)

    def line(self, name: str, size: float, *, bold: bool = False, italic: bool = False, to: str) -> str:
        alignment = Alignment(horizontal=to, vertical="center", wrap_text=True)
        return self._add(name, font=Font(FONT, size, bold=bold, italic=italic), alignment=alignment)

    def heading(self) -> str:
        return self._add(
            "contest heading",
            font=Font(FONT, 12, bold=True),
            alignment=Alignment(horizontal="center", vertical="center", wrap_text=True),
            border=self.grid,
            fill=PatternFill("solid", fgColor="EDEAE4"),
        )

    def cell(self, kind: Kind, *, bold: bool, indent: int) -> str:
        text = kind is Kind.TEXT
        across = "left" if text else "center" if kind in {Kind.DATE, Kind.MOMENT, Kind.LABEL} else "right"
        return self._add(
            f"contest {kind.name.lower()}{' whole' if bold else ''}{f' {indent}' if indent else ''}",
            font=Font(FONT, 12, bold=bold),
            # A number keeps off the line to its right.
            alignment=Alignment(
                horizontal=across,
                vertical="center",
                wrap_text=text,
                indent=1 if across == "right" else indent,
            ),
            border=self.grid,
            number_format=kind.value,
        )

    def _add(self, name: str, **parts: Any) -> str:
        if name not in self.names:
            self.names.add(name)
            self.workbook.add_named_style(NamedStyle(name, **parts))
        return name


class _SheetWriter:
    def __init__(self, workbook: Workbook, name: str, sheet: Sheet, made_at: datetime) -> None:
        self.sheet = sheet
        self.styles = _Styles(workbook)
        self.made_at = made_at
        self.last = 0  # number of the last row written
        created = workbook.create_sheet(name)
        assert isinstance(created, WriteOnlyWorksheet)
        # The stubs of the write-only sheet lack what it shares with the ordinary one.
        self.ws: Any = created

    def write(self, told: Callable[[], None]) -> int:
        """How many rows are not the table's own."""
        sheet, rows = self.sheet, 0
        width = len(sheet.columns)
        above = len(sheet.letterhead) + len(sheet.title) + len(sheet.notes)
        # An empty line parts the table from what stands above it.
        header = above + 2 if above else 1
        self._set_up(header)
        self._lines()
        if above:
            self._append([])
        self._append(
            [self._text(column.heading, self.styles.heading()) for column in sheet.columns],
            max(_height(column.heading, column.width) for column in sheet.columns),
        )
        for row in sheet.rows:
            if self.last >= ROW_LIMIT - 1:
                raise Invalid(_("Danh sách quá dài cho một tệp Excel. Chọn từng đơn vị cấp dưới để tải về."))
            whole = sheet.first_row_is_whole and self.last == header
            cells = [self._cell(i, value, bold=whole) for i, value in enumerate(row)]
            self._append(cells, self._row_height(row))
            rows += 1
            told()
        self.ws.auto_filter.ref = f"A{header}:{get_column_letter(width)}{self.last}"
        if self.last > header and any(column.total for column in sheet.columns):
            self._totals(header + 1, self.last)
        return self.last - rows

    def _set_up(self, header: int) -> None:
        """Everything that the file holds before its rows, and the page: A4 lying, as wide as the table."""
        ws = self.ws
        for index, column in enumerate(self.sheet.columns, 1):
            ws.column_dimensions[get_column_letter(index)].width = column.width
        ws.freeze_panes = f"{get_column_letter(self.sheet.frozen_columns + 1)}{header + 1}"
        ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        ws.page_setup.paperSize = 9
        ws.page_setup.orientation = "landscape"
        ws.page_setup.fitToWidth = 1
        ws.page_setup.fitToHeight = 0
        ws.print_title_rows = f"{header}:{header}"
        ws.print_options.horizontalCentered = True
        # Margins of administrative papers, in inches: 20 mm all round, 30 mm where it is bound (the top).
        margins = ws.page_margins
        margins.left = margins.right = margins.bottom = 20 / 25.4
        margins.top = 30 / 25.4
        margins.header = margins.footer = 10 / 25.4
        ws.oddFooter.left.text = _footer(ws.title)
        ws.oddFooter.center.text = _footer(_("Trang")) + " &P/&N"
        ws.oddFooter.right.text = f"{timezone.localtime(self.made_at):%d/%m/%Y %H:%M}"

    def _lines(self) -> None:
        columns = self.sheet.columns
        total = sum(column.width for column in columns)
        half = _half(columns)
        for pair in self.sheet.letterhead:
            style = self.styles.line("contest letterhead", 12, bold=True, to="center")
            cells: list[Any] = [None] * len(columns)
            cells[0] = self._text(pair[0], style)
            widths = [total]
            if len(columns) > 1:
                cells[half] = self._text(pair[1], style)
                self._merge(0, half - 1)
                self._merge(half, len(columns) - 1)
                left = sum(column.width for column in columns[:half])
                widths = [left, total - left]
            self._append(cells, max(_height(t, w) for t, w in zip(pair, widths, strict=False)))
        for number, line in enumerate(self.sheet.title):
            size = 15.0 if number == 0 else 13.0
            style = self.styles.line(f"contest title {size:.0f}", size, bold=True, to="center")
            self._wide(line, style, total, size)
        for line in self.sheet.notes:
            self._wide(line, self.styles.line("contest note", 12, italic=True, to="left"), total, 12)

    def _wide(self, line: str, style: str, width: float, size: float) -> None:
        self._merge(0, len(self.sheet.columns) - 1)
        self._append([self._text(line, style)], _height(line, width, size))

    def _merge(self, first: int, last: int) -> None:
        """Columns `first` to `last` (from 0) of the row that is written next."""
        if last > first:
            row = self.last + 1
            self.ws.merged_cells.add(
                f"{get_column_letter(first + 1)}{row}:{get_column_letter(last + 1)}{row}"
            )

    def _totals(self, first: int, last: int) -> None:
        cells: list[Any] = []
        for index, column in enumerate(self.sheet.columns):
            letter = get_column_letter(index + 1)
            if column.total:
                # A count is a whole number whatever it counts.
                kind = Kind.WHOLE if column.total is Total.COUNT else column.kind
                cell = WriteOnlyCell(
                    self.ws, f"=SUBTOTAL({column.total.value},{letter}{first}:{letter}{last})"
                )
                cell.style = self.styles.cell(kind, bold=True, indent=0)
            else:
                cell = self._text(
                    self.sheet.total_label if index == 0 else "",
                    self.styles.cell(Kind.TEXT, bold=True, indent=0),
                )
            cells.append(cell)
        self._append(cells)

    def _cell(self, index: int, value: Value, *, bold: bool) -> Any:
        kind = self.sheet.columns[index].kind
        if isinstance(value, str | Indented):
            depth = value.depth if isinstance(value, Indented) else 0
            text = value.text if isinstance(value, Indented) else value
            return self._text(text, self.styles.cell(Kind.TEXT, bold=bold, indent=min(depth, 15)))
        if isinstance(value, datetime) and value.tzinfo:
            value = timezone.localtime(value).replace(tzinfo=None)
        cell = WriteOnlyCell(self.ws)
        # Assigning a date would also set openpyxl's own format, so the style comes after the value.
        cell.value = value
        cell.style = self.styles.cell(kind, bold=bold, indent=0)
        return cell

    def _row_height(self, row: Sequence[Value]) -> float:
        """Room for the longest text of the row: not every program grows a row with wrapped text by itself."""
        heights = [LINE_HEIGHT + 3]
        for column, value in zip(self.sheet.columns, row, strict=False):
            if isinstance(value, Indented):
                heights.append(_height(value.text, max(5.0, column.width - 1.5 * value.depth)))
            elif isinstance(value, str):
                heights.append(_height(value, column.width))
        return min(max(heights), MAX_HEIGHT)

    def _text(self, text: str, style: str) -> Any:
        cell = WriteOnlyCell(self.ws, safe_text(text))
        cell.style = style
        # openpyxl takes "=…" for a formula and "#N/A" for an error: here a text is always a text …
        cell.data_type = "s"
        if text.startswith(("=", "+", "-", "@")):
            # … and stays one when somebody opens the cell for editing in Excel.
            cell.quotePrefix = True
        return cell

    def _append(self, cells: list[Any], height: float | None = None) -> None:
        self.last += 1
        if height:
            self.ws.row_dimensions[self.last].height = height
        self.ws.append(cells)


def _half(columns: Sequence[Column]) -> int:
    """How many columns make about the left half of the table's width; at least 1."""
    total, left = sum(column.width for column in columns), 0.0
    for index, column in enumerate(columns):
        if index and left + column.width / 2 > total / 2:
            return index
        left += column.width
    return max(1, len(columns) - 1)


def _height(text: str, width: float, size: float = 12) -> float:
    """Points that a wrapped line needs: merged cells and headings do not grow by themselves."""
    per_line = max(1.0, width * 11 / size * 0.95)
    lines = sum(max(1, math.ceil(len(part) / per_line)) for part in text.split("\n"))
    return lines * LINE_HEIGHT * size / 12 + 3


def _footer(text: str) -> str:
    return text.replace("&", "&&")
