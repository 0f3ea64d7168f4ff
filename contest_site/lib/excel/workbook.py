"""The whole file: sheets one after another, packed without moments and owners of its own."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from contest_site.lib.excel.parts import Sheet
from contest_site.lib.excel.text import safe_text, safe_title

if TYPE_CHECKING:
    from openpyxl import Workbook

NO_ROWS = (b"<sheetData></sheetData>", b"<sheetData/>", b"<sheetData />")  # as openpyxl leaves their place


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
    # openpyxl takes long to load, and most of the site's processes never write a workbook.
    from openpyxl import Workbook
    from openpyxl.packaging.core import DocumentProperties
    from openpyxl.writer.excel import ExcelWriter

    from contest_site.lib.excel.sheet import SheetWriter
    from contest_site.lib.excel.styles import Styles

    workbook = Workbook(write_only=True)
    utc = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    workbook.properties = DocumentProperties(creator="", title=safe_text(title), created=utc, modified=utc)
    styles, taken, around = Styles(workbook), list[str](), 0
    with ExitStack() as stack:
        rows: dict[str, IO[bytes]] = {}
        try:
            for sheet in sheets:
                taken.append(safe_title(sheet.name, taken))
                own = stack.enter_context(tempfile.TemporaryFile())
                writer = SheetWriter(workbook, taken[-1], sheet, styles, made_at, own)
                around += writer.write(told)
                writer.ws.close()
                rows[writer.ws._writer.out] = own
        except BaseException:
            _discard(workbook)
            raise
        with _FixedZip(file, rows) as archive:
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
            whole = rest + part
            found += whole.count(mark)
            rest = whole[-(len(mark) - 1) :]
    return found


def _discard(workbook: Workbook) -> None:
    """Remove the temporary files of sheets that will not be saved."""
    for sheet in workbook.worksheets:
        ws: Any = sheet
        if not ws.closed:
            ws.close()
        ws._writer.cleanup()


class _FixedZip(zipfile.ZipFile):
    """An archive without moments and owners of its own; sheets get their rows on the way in.

    `rows`: by the temporary file of a sheet's frame, the rows that belong into it.
    """

    def __init__(self, file: IO[bytes], rows: dict[str, IO[bytes]]) -> None:
        super().__init__(file, "w", zipfile.ZIP_DEFLATED)
        self.rows = rows

    def writestr(self, zinfo_or_arcname: Any, data: Any, *args: Any, **options: Any) -> None:
        super().writestr(self._entry(zinfo_or_arcname), data, *args, **options)

    def write(self, filename: Any, arcname: Any = None, *args: Any, **options: Any) -> None:
        entry = self._entry(arcname or filename)
        frame = Path(filename).read_bytes()
        rows = self.rows.get(str(filename))
        if rows is None:
            super().writestr(entry, frame)
            return
        before, after = _around_rows(frame)
        entry.file_size = len(frame) + rows.tell()  # whether the entry is a large one
        rows.seek(0)
        with self.open(entry, "w") as target:
            target.write(before)
            shutil.copyfileobj(rows, target, 1 << 16)
            target.write(after)

    @staticmethod
    def _entry(name: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o600 << 16
        return entry


def _around_rows(frame: bytes) -> tuple[bytes, bytes]:
    """What stands in a sheet before its rows and after them."""
    place = next(mark for mark in NO_ROWS if mark in frame)
    before, after = frame.split(place)
    return before + b"<sheetData>", b"</sheetData>" + after
