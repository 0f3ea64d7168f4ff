# ruff: noqa: DTZ001  (a cell has no time zone)
"""Excel files: what a person typed stays text, and the printed page is the one that offices expect."""

import io
import tracemalloc
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet._writer import ALL_TEMP_FILES
from openpyxl.worksheet.worksheet import Worksheet

from contest_site.lib.errors import Invalid
from contest_site.lib.excel import (
    Column,
    Formula,
    Indented,
    Kind,
    Sheet,
    Signing,
    Total,
    rows_in,
    safe_text,
    safe_title,
    write_workbook,
)
from contest_site.lib.excel import sheet as excel_sheet

MADE_AT = datetime(2024, 11, 30, 17, 0, tzinfo=UTC)
HOSTILE = [
    '=HYPERLINK("http://example.org","Bấm vào đây")',
    "+84912345678",
    "-1+1",
    "@SUM(A1:A9)",
    "#N/A",
    "<b>Đậm</b> & 'nháy'",
    "0912345678",
    "=1+1\x00\x07",
]


def write(*sheets: Sheet) -> bytes:
    file = io.BytesIO()
    write_workbook(file, sheets, title="Báo cáo", made_at=MADE_AT)
    return file.getvalue()


def read(content: bytes, index: int = 0) -> Worksheet:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[index]
    assert isinstance(sheet, Worksheet)
    return sheet


def names(values: list[str]) -> Sheet:
    return Sheet("Danh sách", [Column("Họ và tên", 30)], [[value] for value in values])


def table(**extra: Any) -> Sheet:
    return Sheet(
        "Tham gia",
        [
            Column("Đơn vị", 40),
            Column("Số người", 12, Kind.WHOLE, Total.SUM),
            Column("Tỷ lệ", 12, Kind.PERCENT),
            Column("Ngày sinh", 14, Kind.DATE),
            Column("Nộp bài lúc", 22, Kind.MOMENT),
            Column("Thời gian", 14, Kind.DURATION, Total.MEAN),
        ],
        [
            [
                "Phường A",
                1234,
                Decimal("0.8765"),
                date(1990, 5, 1),
                datetime(2024, 11, 10, 0, 0, 0, 123000, tzinfo=UTC),
                timedelta(milliseconds=242315),
            ],
            [Indented("Tổ 1", 2), 6, None, date(2001, 2, 28), None, timedelta(seconds=60)],
        ],
        **extra,
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text(name: str) -> None:
    cell = read(write(names([name])))["A2"]
    assert cell.data_type == "s"
    assert cell.value == name.replace("\x00", "").replace("\x07", "")


def test_no_formula_is_in_the_file_unless_it_is_a_total() -> None:
    with zipfile.ZipFile(io.BytesIO(write(names(HOSTILE)))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_name_that_looks_like_a_formula_stays_text_when_it_is_edited() -> None:
    sheet = read(write(names(["=1+1", "Nguyễn Văn An"])))
    assert [sheet["A2"].quotePrefix, sheet["A3"].quotePrefix] == [True, False]


def test_hostile_headings_and_titles_stay_text() -> None:
    sheet = read(write(Sheet("=A", [Column("=B", 20)], [], title=["=C"], notes=["=D"])))
    assert [cell.data_type for row in sheet["A1:A4"] for cell in row if cell.value] == ["s"] * 3


@pytest.mark.parametrize("char", ["\x00", "\x08", "\x0b", "\x1f", "\x7f", "\x85", "\ud800", "\ufffe"])
def test_what_xml_cannot_hold_is_left_out(char: str) -> None:
    assert safe_text(f"Lê{char}Hoa") == "LêHoa"
    assert read(write(names([f"Lê{char}Hoa"])))["A2"].value == "LêHoa"


def test_long_cells_are_cut_at_the_limit_that_excel_counts() -> None:
    assert safe_text("đ" * 32_767) == "đ" * 32_767
    assert safe_text("đ" * 32_768) == "đ" * 32_766 + "…"
    # An emoji counts as two.
    cut = safe_text("😀" * 20_000)
    assert len(cut.encode("utf-16-le")) // 2 <= 32_767
    assert cut.endswith("😀…")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Khối [A]: sở/ban?", "Khối A sở ban"),
        ("'trích'", "trích"),
        ("", "Bảng"),
        ("*?/", "Bảng"),
        ("x" * 40, "x" * 31),
        ("History", "History (2)"),
        ("tham gia", "tham gia (2)"),
    ],
)
def test_sheet_titles_are_ones_that_excel_takes(text: str, title: str) -> None:
    assert safe_title(text, ["Tham gia"]) == title


def test_sheets_of_the_same_long_name_are_told_apart() -> None:
    content = write(
        Sheet("y" * 40, [Column("A", 9)], []),
        Sheet("y" * 50, [Column("A", 9)], []),
        Sheet("Y" * 31, [Column("A", 9)], []),
    )
    assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames == [
        "y" * 31,
        "y" * 27 + " (2)",
        "Y" * 27 + " (3)",
    ]


def test_values_keep_their_types_and_formats() -> None:
    sheet = read(write(table()))
    assert [cell.value for cell in sheet[2]] == [
        "Phường A",
        1234,
        0.8765,
        datetime(1990, 5, 1),
        datetime(2024, 11, 10, 7, 0, 0, 123000),  # Asia/Ho_Chi_Minh
        timedelta(seconds=242, microseconds=315000),
    ]
    assert [cell.number_format for cell in sheet[2]] == [
        "@",
        "#,##0",
        "0.00%",
        "dd/mm/yyyy",
        "dd/mm/yyyy hh:mm:ss",
        "[m]:ss.000",
    ]
    assert sheet["C3"].value is None


def test_units_are_set_in_under_their_parents() -> None:
    sheet = read(write(table()))
    assert [sheet["A2"].alignment.indent, sheet["A3"].alignment.indent] == [0, 2]


def test_totals_are_formulas_over_the_rows_shown() -> None:
    sheet = read(write(table(total_label="Cộng")))
    assert [sheet["A4"].value, sheet["B4"].value, sheet["F4"].value] == [
        "Cộng",
        "=SUBTOTAL(109,B2:B3)",
        "=SUBTOTAL(101,F2:F3)",
    ]


def test_a_table_without_rows_has_no_totals() -> None:
    sheet = read(write(Sheet("A", [Column("Số", 9, Kind.WHOLE, Total.SUM)], [])))
    assert sheet.max_row == 1


def test_the_header_is_bold_frozen_filtered_and_repeated_on_every_page() -> None:
    sheet = read(write(table(title=["BÁO CÁO"], notes=["Số liệu tạm tính"], frozen_columns=1)))
    assert [cell.value for cell in sheet[4]][:2] == ["Đơn vị", "Số người"]
    assert all(cell.font.bold for cell in sheet[4])
    assert sheet.freeze_panes == "B5"
    assert sheet.auto_filter.ref == "A4:F6"
    assert sheet.print_title_rows == "$4:$4"


def test_the_printed_page_is_a4_lying_and_as_wide_as_the_table() -> None:
    sheet = read(write(table()))
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage is True
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    footer = sheet.oddFooter
    assert footer is not None
    assert footer.center is not None
    assert footer.center.text == "Trang &P/&N"
    assert footer.right is not None
    assert footer.right.text == "01/12/2024 00:00"
    assert sheet.column_dimensions["A"].width == 40


def test_titles_are_centred_over_the_table_under_the_letterhead() -> None:
    sheet = read(
        write(
            table(
                letterhead=[("UBND THÀNH PHỐ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")],
                title=["BÁO CÁO", "Phường A"],
            )
        )
    )
    merged = sorted(str(span) for span in sheet.merged_cells.ranges)
    assert merged == ["A1:B1", "A2:F2", "A3:F3", "C1:F1"]
    assert sheet["C1"].value == "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    assert sheet["A2"].font.size == 15
    assert sheet["A2"].alignment.horizontal == "center"


def test_a_long_title_gets_the_lines_that_it_needs() -> None:
    sheet = read(write(table(title=["Ngắn", "Rất dài " * 40])))
    short, long = sheet.row_dimensions[1].height, sheet.row_dimensions[2].height
    assert short is not None
    assert long is not None
    assert long > 2 * short


def test_a_row_is_as_high_as_its_longest_text() -> None:
    sheet = read(write(names(["An", "Trường trung học cơ sở và phổ thông " * 3])))
    short, long = sheet.row_dimensions[2].height, sheet.row_dimensions[3].height
    assert short is not None
    assert long is not None
    assert 18 <= short < 25
    assert long > 3 * 16


def test_the_same_rows_give_the_same_bytes() -> None:
    assert write(table(title=["A"])) == write(table(title=["A"]))


def test_the_file_bears_the_moment_of_its_data() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(write(table())))
    assert workbook.properties.modified == datetime(2024, 11, 30, 17, 0)
    assert workbook.properties.title == "Báo cáo"


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel_sheet, "ROW_LIMIT", 10)
    with pytest.raises(Invalid, match="quá dài"):
        write(names(["An"]), names([str(number) for number in range(10)]))
    assert ALL_TEMP_FILES == []


def test_totals_say_what_they_come_to_before_anything_is_counted() -> None:
    content = io.BytesIO(write(table(total_label="Cộng")))
    shown = openpyxl.load_workbook(content, data_only=True).worksheets[0]
    assert [shown["B4"].value, shown["F4"].value] == [1240, timedelta(seconds=151, microseconds=158000)]


def test_a_formula_of_a_row_names_its_row_and_what_it_comes_to() -> None:
    columns = [Column("A", 9, Kind.WHOLE), Column("B", 9, Kind.WHOLE), Column("C", 9, Kind.PERCENT)]
    content = write(Sheet("A", columns, [[1, 4, Formula("A{row}/B{row}", Decimal("0.25"))]]))
    assert read(content)["C2"].value == "=A2/B2"
    assert openpyxl.load_workbook(io.BytesIO(content), data_only=True).worksheets[0]["C2"].value == 0.25


def test_who_signs_stands_below_the_table() -> None:
    signing = Signing("Quảng Ngãi, ngày … tháng … năm 2024", ["Người lập", "Kế toán", "Trưởng ban"])
    sheet = read(write(table(signing=signing, total_label="Cộng")))
    lines = [[cell.value for cell in row if cell.value] for row in sheet.iter_rows(min_row=5)]
    assert lines == [
        [],
        ["Quảng Ngãi, ngày … tháng … năm 2024"],
        ["Người lập", "Kế toán", "Trưởng ban"],
        ["(Ký, ghi rõ họ tên)"] * 3,
    ]


def test_a_narrow_table_stands_upright() -> None:
    assert read(write(names(["An"]))).page_setup.orientation == "portrait"


def test_rows_are_counted_from_the_file_itself() -> None:
    file = io.BytesIO()
    around = write_workbook(file, [table(title=["A"]), names(["An"] * 3000)], title="", made_at=MADE_AT)
    assert rows_in(file) == [6, 3001]
    assert sum(rows_in(file)) - around == 3002


def test_memory_does_not_grow_with_the_rows() -> None:
    def peak(rows: int) -> int:
        tracemalloc.reset_peak()
        people = ([f"Nguyễn Văn {number}"] for number in range(rows))
        write_workbook(io.BytesIO(), [Sheet("A", [Column("A", 9)], people)], title="", made_at=MADE_AT)
        return tracemalloc.get_traced_memory()[1]

    tracemalloc.start()
    peak(10)
    few, many = peak(500), peak(5000)
    tracemalloc.stop()
    assert many < few + 500_000
