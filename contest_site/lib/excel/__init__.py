"""Excel files that an office can print as they are and that no name typed by a person can turn into code.

Rows are streamed, so a list of a million people needs little memory. openpyxl (write-only) makes the
workbook, its styles and each sheet's frame; the rows themselves are written as XML by `sheet`, because
openpyxl takes several times as long for a styled cell. The same rows and `made_at` give the same bytes.
"""

from contest_site.lib.excel.parts import (
    Column,
    Formula,
    Indented,
    Kind,
    Sheet,
    Signing,
    Total,
    Value,
)
from contest_site.lib.excel.text import safe_text, safe_title
from contest_site.lib.excel.workbook import rows_in, write_workbook

__all__ = [
    "Column",
    "Formula",
    "Indented",
    "Kind",
    "Sheet",
    "Signing",
    "Total",
    "Value",
    "rows_in",
    "safe_text",
    "safe_title",
    "write_workbook",
]
