"""The named styles of one workbook, each made when first asked for, as the number that cells name it by."""

from __future__ import annotations

from functools import cache
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

from contest_site.lib.excel.parts import Kind

FONT = "Times New Roman"


class Styles:
    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        side = Side(style="thin", color="808080")
        self.grid = Border(left=side, right=side, top=side, bottom=side)
        # Asked for once per cell; gone with this object.
        self.cell = cache(self._cell)

    def line(self, name: str, size: float, *, bold: bool = False, italic: bool = False, to: str) -> int:
        alignment = Alignment(horizontal=to, vertical="center", wrap_text=True)
        return self._number(name, font=Font(FONT, size, bold=bold, italic=italic), alignment=alignment)

    def heading(self) -> int:
        return self._number(
            "contest heading",
            font=Font(FONT, 12, bold=True),
            alignment=Alignment(horizontal="center", vertical="center", wrap_text=True),
            border=self.grid,
            fill=PatternFill("solid", fgColor="EDEAE4"),
        )

    def _cell(self, kind: Kind, bold: bool = False, indent: int = 0, quoted: bool = False) -> int:
        """`quoted`: a text that stays one when somebody opens the cell for editing in Excel."""
        text = kind is Kind.TEXT
        across = "left" if text else "center" if kind in {Kind.DATE, Kind.MOMENT, Kind.LABEL} else "right"
        return self._number(
            f"contest {kind.name.lower()}{' whole' if bold else ''}{f' {indent}' if indent else ''}",
            quoted,
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

    def _number(self, name: str, quoted: bool = False, **parts: Any) -> int:
        if name not in self.workbook.named_styles:
            self.workbook.add_named_style(NamedStyle(name, **parts))
        cell: Any = WriteOnlyCell(self.workbook.worksheets[0])
        cell.style = name
        if quoted:
            cell.quotePrefix = True
        number: int = cell.style_id
        return number
