"""Our way of reading the cells of a workbook says what openpyxl says, and ends where a file is hostile."""

import io
import zipfile
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from xml.parsers.expat import ExpatError

import pytest
from openpyxl import Workbook, load_workbook

from questions.importers.grid import Book, Sheet
from tests.questions.workbooks import repacked, saved

WIDTH = 5
SIGNS = "aáB <>&\"'\n\tđ_x0041x005F_=1 \u00a0\u2028\u0301\U0001f600"
SHEET = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<sheetData>%b</sheetData></worksheet>"
)
STRINGS = """<?xml version="1.0" encoding="UTF-8"?>
<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>Một</t></si>
<si><r><rPr><b/></rPr><t>Đậm</t></r><r><t xml:space="preserve"> và thường</t></r>
<rPh sb="0" eb="1"><t>phụ</t></rPh></si><si><t xml:space="preserve"> </t></si></sst>"""


def ours(file: io.BytesIO) -> list[list[tuple[Any, ...]]]:
    book = Book(io.BytesIO(file.getvalue()))
    try:
        (sheet,) = book.sheets()
        return [[seen(cell) for cell in row] for _number, row in sheet.rows(WIDTH)]
    finally:
        book.close()


def theirs(file: io.BytesIO) -> list[list[tuple[Any, ...]]]:
    book = load_workbook(io.BytesIO(file.getvalue()), read_only=True)
    sheet = book.worksheets[0]
    rows = [[seen(cell) for cell in row] for row in sheet.iter_rows(max_col=WIDTH, max_row=50)]
    book.close()
    return [row for row in rows if any(cell[1] is not None for cell in row)]


def seen(cell: Any) -> tuple[Any, ...]:
    value = "=" if cell.data_type == "f" else cell.value
    return (cell.data_type, value, cell.number_format) if value is not None else (None, None)


def some_value(random: Random) -> Any:
    text = "".join(random.choice(SIGNS) for _sign in range(random.randrange(12)))
    moment = datetime(2021, 7, 15, random.randrange(24), 30)  # noqa: DTZ001  as Excel has it
    values: list[Any] = [text, text, text, None, True, False, 0, -7, 12.5, 1e20, 10**16, "#N/A", "=A1+1"]
    return random.choice([*values, moment, date(2024, 2, 29), time(7, 30), timedelta(hours=30)])


@pytest.mark.filterwarnings("ignore:Cell .* is marked as a date")
@pytest.mark.parametrize("seed", range(25))
def test_any_cells_are_read_as_openpyxl_reads_them(seed: int) -> None:
    random = Random(seed)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for _row in range(6):
        row = [some_value(random) for _cell in range(WIDTH)]
        if any(value is not None for value in row):
            sheet.append(row)
    sheet["B2"].number_format = random.choice(["0%", "0000", "#,##0", "d-mmm", "[h]:mm", '"a"0.00'])
    file = saved(book)
    assert [row for row in ours(file) if any(cell[1] is not None for cell in row)] == theirs(file)


def with_cells(cells: str) -> io.BytesIO:
    book = Workbook()
    types = b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
    types += b'officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    file = repacked(saved(book), {"xl/sharedStrings.xml": STRINGS.encode()})
    content = zipfile.ZipFile(file).read("[Content_Types].xml")
    if b"sharedStrings" not in content:
        content = content.replace(b"</Types>", types)
    changes = {"xl/worksheets/sheet1.xml": SHEET % cells.encode(), "[Content_Types].xml": content}
    return repacked(file, changes)


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1" t="s"><v>1</v></c><c r="C1" t="s"><v>0</v></c></row>',
        '<row><c t="s"><v>0</v></c><c><v>3</v></c></row><row><c t="s"><v>2</v></c></row>',
        '<row r="3"><c r="B3" t="str"><v>chữ</v></c><c t="b"><v>1</v></c><c t="e"><v>#REF!</v></c></row>',
        '<row r="1"><c r="A1" t="d"><v>2021-07-15</v></c><c r="B1"><f>1+1</f><v>2</v></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t> b</t></r></is></c></row>',
        '<row r="1"><c r="A1"/><c r="B1"><v></v></c><c r="ZZ1"><v>1</v></c><c r="E1"><v>1E3</v></c></row>',
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>',
    ],
)
def test_other_programs_cells_too(cells: str) -> None:
    file = with_cells(cells)
    assert ours(file) == theirs(file)


def rows_of(content: bytes) -> list[Any]:
    book = Book(repacked(saved(Workbook()), {"xl/worksheets/sheet1.xml": content}))
    sheet: Sheet = next(book.sheets())
    return list(sheet.rows(WIDTH))


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + SHEET % b"",
        b"<!DOCTYPE worksheet>" + SHEET % b"",
        SHEET % b'<row r="1.5"/>',
        SHEET % b'<row r="1"><c r="1"><v>1</v></c></row>',
        SHEET % b'<row r="1"><c r="A1" t="s"><v>9</v></c></row>',
        SHEET % b'<row r="1"><c r="A1"><v>x</v></c></row>',
        SHEET % b"<row>",
        b" ",
    ],
)
def test_what_is_broken_or_hostile_ends_the_reading(content: bytes) -> None:
    with pytest.raises((ValueError, IndexError, ExpatError)):
        rows_of(content)
