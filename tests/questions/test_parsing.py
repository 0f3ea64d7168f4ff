"""Every bad file gets a sentence with its place, and a good one is read as a person reads it."""

import io
import re
import unicodedata
import zipfile
from datetime import date, datetime, time
from html import escape
from typing import Any

import pytest
from openpyxl import Workbook

from questions.enums import Difficulty, Kind
from questions.importers.checking import EXAMPLE, check_file
from questions.importers.container import UNPACKED_LIMIT
from questions.importers.report import ParsedQuestion, Report
from questions.importers.sheet import COLUMNS
from questions.rules import Content
from tests.questions.workbooks import HEADINGS, OLE, excel, repacked, row, saved, workbook

CONTENT = Content(
    "Cải cách thể chế", "Câu hỏi số 1?", ("Một", "Hai", "Ba", "Bốn"), (1,), "Vì thế.", "Điều 1 Luật A"
)


def read(file: io.BytesIO) -> Report:
    return check_file(file.getvalue(), "excel", {}, {})


def problems(file: io.BytesIO) -> list[str]:
    report = read(file)
    return [str(problem) for problem in report.problems]


def only_problem(file: io.BytesIO) -> str:
    (problem,) = problems(file)
    return problem


def notes(report: Report) -> list[str]:
    return [str(note) for note in report.notes]


def test_a_file_in_the_office_shape() -> None:
    report = read(excel(row(1), row(2, cau_hoi="Câu khác?", dap_an="d")))
    assert report.questions[0] == ParsedQuestion("Dòng 2", 1, CONTENT)
    assert report.questions[1].content.keys == (3,)
    assert (report.problems, report.notes, report.topics) == ([], [], {"Cải cách thể chế": 2})


def test_columns_are_found_by_their_headings_in_any_order_case_and_spelling() -> None:
    headings = [
        *("Số thứ tự", "chu de", unicodedata.normalize("NFD", "CÂU HỎI"), "A", "b", "C.", "Phương án D"),
        *("ĐÁP  ÁN:", " giải thích ", "Căn cứ"),
    ]
    report = read(excel(row(1)[::-1], headings=headings[::-1]))
    assert [question.content for question in report.questions] == [CONTENT]
    assert report.problems == []


def test_the_table_may_stand_below_a_title_on_another_sheet() -> None:
    book = Workbook()
    first = book.active
    assert first is not None
    first["A1"] = "Hướng dẫn"
    sheet = book.create_sheet("Ngân hàng")
    sheet["B1"] = "ỦY BAN NHÂN DÂN"
    sheet["B3"] = "BỘ CÂU HỎI"
    for place, values in enumerate((HEADINGS, row(1)), 5):
        for column, value in enumerate(values, 3):
            sheet.cell(place, column, value)
    report = read(saved(book))
    assert report.questions[0].place == "Dòng 6"


def test_up_to_seven_options() -> None:
    headings = [*HEADINGS[:7], "E", "F", "G", *HEADINGS[7:]]
    seven = [*row(1)[:7], "Năm", "Sáu", "Bảy", "G", "", ""]
    gap = [*row(2)[:7], "", "Sáu", None, "A", "", ""]
    four = [*row(3)[:7], None, None, None, "E", "", ""]
    report = read(excel(seven, gap, four, headings=headings))
    assert report.questions[0].content.options == ("Một", "Hai", "Ba", "Bốn", "Năm", "Sáu", "Bảy")
    assert report.questions[0].content.keys == (6,)
    assert [str(problem) for problem in report.problems] == [
        "Dòng 3, cột E: phương án còn trống",
        "Dòng 4, cột Đáp án: đáp án E không có trong các phương án",
    ]


# --- Files that are no workbook ----------------------------------------------------------------


def test_an_empty_file() -> None:
    assert only_problem(io.BytesIO()) == "Tệp rỗng (0 byte)."


def test_a_file_over_five_megabytes() -> None:
    assert "lớn hơn 5 MB" in only_problem(io.BytesIO(b"PK\x03\x04" + bytes(5 * 1024 * 1024)))


def test_an_old_xls_renamed() -> None:
    assert "Excel 97–2003 (.xls)" in only_problem(
        io.BytesIO(OLE + bytes(512) + "Workbook".encode("utf-16-le"))
    )


def test_a_workbook_with_a_password() -> None:
    data = OLE + bytes(512) + "EncryptedPackage".encode("utf-16-le")
    assert "đặt mật khẩu" in only_problem(io.BytesIO(data))


def test_parts_encrypted_inside_the_zip() -> None:
    data = bytearray(excel(row(1)).getvalue())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    assert "đặt mật khẩu" in only_problem(io.BytesIO(bytes(data)))


@pytest.mark.parametrize(
    "data", [b"STT,Ch\xe1\xbb\xa7 \xc4\x91\xe1\xbb\x81\n1,a\n", b"<html><table>", b"\x00" * 64]
)
def test_something_else_renamed(data: bytes) -> None:
    assert "không phải là Excel .xlsx" in only_problem(io.BytesIO(data))


def test_a_word_document_renamed() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    file.seek(0)
    assert "không phải là bảng tính" in only_problem(file)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_torn_file(share: float) -> None:
    data = excel(row(1)).getvalue()
    assert "Tệp bị hỏng" in only_problem(io.BytesIO(data[: int(len(data) * share)]))


def test_a_damaged_part() -> None:
    data = bytearray(excel(row(1)).getvalue())
    at = data.index(b"xl/worksheets/sheet1.xml") + 60
    data[at : at + 20] = bytes(20)
    assert "Tệp bị hỏng" in only_problem(io.BytesIO(bytes(data)))


def test_parts_that_make_no_workbook() -> None:
    broken = repacked(excel(row(1)), {"xl/workbook.xml": b"<workbook><sheets></wrong>"})
    assert only_problem(broken) == "Không đọc được bảng tính. Hãy lưu lại tệp bằng Excel rồi tải lên lại."


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = repacked(excel(row(1)), {"xl/worksheets/sheet1.xml": b" " * (UNPACKED_LIMIT + 1)})
    assert len(bomb.getvalue()) < 200_000
    assert "quá lớn (trên 50 MB)" in only_problem(bomb)


def test_a_zip_bomb_that_lies_about_its_size() -> None:
    bomb = repacked(excel(row(1)), {"xl/styles.xml": b" " * UNPACKED_LIMIT})
    data = bytearray(bomb.getvalue())
    size = UNPACKED_LIMIT.to_bytes(4, "little")
    assert data.count(size) == 2  # in the part's own header and in the directory
    assert "Tệp bị hỏng" in only_problem(io.BytesIO(bytes(data).replace(size, (1000).to_bytes(4, "little"))))


def test_two_parts_of_one_name() -> None:
    file = excel(row(1))
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/workbook.xml", "<workbook/>")
    file.seek(0)
    assert "Tệp bị hỏng" in only_problem(file)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_entity_bomb(encoding: str) -> None:
    sheet = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
    )
    bomb = repacked(excel(row(1)), {"xl/worksheets/sheet1.xml": sheet.encode(encoding)})
    assert "khai báo XML không được phép" in only_problem(bomb)


def test_a_sheet_that_says_its_row_is_the_last_of_a_trillion() -> None:
    file = excel(row(1))
    with zipfile.ZipFile(file) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    hostile = sheet.replace(b'<row r="2"', b'<row r="999999999999"').replace(b'2"', b'999999999999"')
    assert "sau dòng 50000" in only_problem(repacked(file, {"xl/worksheets/sheet1.xml": hostile}))


def test_more_than_five_thousand_rows() -> None:
    assert "hơn 5.000 dòng" in only_problem(excel(*[[n, "T", f"Câu {n}"] for n in range(5_001)]))


# --- Tables that are not the office's ----------------------------------------------------------


def test_an_empty_workbook() -> None:
    assert only_problem(excel(headings=None)) == "Bảng tính không có dữ liệu."


def test_a_table_without_headings() -> None:
    assert only_problem(excel(row(1), headings=None)).startswith("Không tìm thấy dòng tiêu đề.")


def test_headings_alone() -> None:
    assert only_problem(excel()) == "Bảng chỉ có dòng tiêu đề, chưa có câu hỏi nào."


def test_all_missing_columns_are_named() -> None:
    headings = [None if heading in {"Đáp án", "C"} else heading for heading in HEADINGS]
    assert problems(excel(row(1), headings=headings)) == ["Dòng 1: thiếu cột C", "Dòng 1: thiếu cột Đáp án"]


def test_a_column_twice() -> None:
    headings = [*HEADINGS[:9], "Đáp án"]
    assert only_problem(excel(row(1), headings=headings)) == (
        "Dòng 1: cột Đáp án có hai lần (H và J); hãy giữ lại một cột"
    )


def test_columns_that_may_be_missing_and_columns_of_no_use_are_noted() -> None:
    report = read(excel([*row(1)[1:8], "x"], headings=[*HEADINGS[1:8], "Người soạn"]))
    assert report.problems == []
    assert report.questions[0].number is None
    assert notes(report) == [
        "Dòng 1: không có cột Giải thích; nội dung này sẽ để trống",
        "Dòng 1: không có cột Căn cứ; nội dung này sẽ để trống",
        "Dòng 1: cột “Người soạn” không được dùng",
    ]


def test_headings_over_each_others_columns_show_in_every_row() -> None:
    headings = [*HEADINGS[:2], "Đáp án", *HEADINGS[3:7], "Câu hỏi", *HEADINGS[8:]]
    assert problems(excel(row(1), row(2), headings=headings)) == [
        "Dòng 2, cột Đáp án: “Câu hỏi số 1?” không phải là một chữ cái từ A đến G",
        "Dòng 3, cột Đáp án: “Câu hỏi số 2?” không phải là một chữ cái từ A đến G",
        "Dòng 3, cột Câu hỏi: trùng với câu hỏi ở dòng 2",
    ]


# --- Rows --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"dap_an": None}, "Dòng 2, cột Đáp án: chưa có đáp án"),
        ({"dap_an": "  "}, "Dòng 2, cột Đáp án: chưa có đáp án"),
        (
            {"dap_an": "a, b và c; D"},
            "Dòng 2, cột Đáp án: mọi phương án đều là đáp án; phải có ít nhất một phương án sai",
        ),
        ({"dap_an": "A hoặc B"}, "Dòng 2, cột Đáp án: “A hoặc B” không phải là một chữ cái từ A đến G"),
        ({"dap_an": "E"}, "Dòng 2, cột Đáp án: đáp án E không có trong các phương án"),
        ({"dap_an": 2}, "Dòng 2, cột Đáp án: “2” không phải là một chữ cái từ A đến G"),
        ({"dap_an": "Hai"}, "Dòng 2, cột Đáp án: “Hai” không phải là một chữ cái từ A đến G"),
        ({"dap_an": "=B2"}, "Dòng 2, cột Đáp án: ô chứa công thức; hãy dán lại ô dưới dạng giá trị"),
        ({"dap_an": "#N/A"}, "Dòng 2, cột Đáp án: ô báo lỗi #N/A"),
        ({"chu_de": None}, "Dòng 2, cột Chủ đề: chưa có nội dung"),
        ({"chu_de": "A\nB"}, "Dòng 2, cột Chủ đề: tên chủ đề phải nằm trên một dòng"),
        ({"cau_hoi": "\u200b \t"}, "Dòng 2, cột Câu hỏi: chưa có nội dung"),
        ({"cau_hoi": "…?"}, "Dòng 2, cột Câu hỏi: không có chữ nào"),
        ({"cau_hoi": "x" * 2001}, "Dòng 2, cột Câu hỏi: dài 2001 ký tự, tối đa là 2000"),
        ({"c": None}, "Dòng 2, cột C: phương án còn trống"),
        ({"c": "=1+1"}, "Dòng 2, cột C: ô chứa công thức; hãy dán lại ô dưới dạng giá trị"),
        ({"c": " Một ."}, "Dòng 2, cột C: trùng với phương án A"),
        (
            {"cau_hoi": "Nghò quyeát cuûa Chính phuû"},
            "Dòng 2, cột Câu hỏi: chữ dùng bảng mã cũ (TCVN3 hoặc VNI); hãy chuyển sang Unicode rồi nhập lại",
        ),
        (
            {"a": "C¶i c¸ch hµnh chÝnh"},
            "Dòng 2, cột A: chữ dùng bảng mã cũ (TCVN3 hoặc VNI); hãy chuyển sang Unicode rồi nhập lại",
        ),
        (
            {"giai_thich": "Cáº£i cÃ¡ch"},
            "Dòng 2, cột Giải thích: chữ bị hỏng do đọc sai bảng mã; "
            "hãy gõ lại hoặc lưu lại tệp bằng Unicode",
        ),
    ],
)
def test_a_fault_has_its_row_and_column(changes: dict[str, Any], problem: str) -> None:
    report = read(excel(row(1, **changes)))
    assert [str(each) for each in report.problems] == [problem]
    assert report.questions == []


@pytest.mark.parametrize("number", ["1e25", "-1e25", "1e28", "1e300", "inf", "nan", "9" * 400])
def test_a_number_beyond_all_sense_is_a_fault_of_its_cell(number: str) -> None:
    assert only_problem(with_cell("D2", f"<v>{number}</v>")) == (
        "Dòng 2, cột A: ô chứa số quá lớn; hãy gõ lại nội dung dưới dạng văn bản"
    )


@pytest.mark.parametrize("style", ["999", "-999"])
def test_a_cell_of_a_style_that_the_workbook_does_not_have_is_read_as_it_stands(style: str) -> None:
    report = read(with_cell("D2", "<v>912</v>", style=style))
    assert report.questions[0].content.options[0] == "912"


def with_cell(place: str, inside: str, *, style: str = "0") -> io.BytesIO:
    """A faultless row, but for one cell that no program writes so."""
    file, part = excel(row(1, a=7)), "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(file) as source:
        sheet = source.read(part).decode()
    changed = re.sub(f'<c r="{place}"[^>]*>.*?</c>', f'<c r="{place}" s="{style}">{inside}</c>', sheet)
    assert changed != sheet
    return repacked(file, {part: changed.encode()})


def test_all_faults_come_at_once_in_the_order_of_the_sheet() -> None:
    file = excel(
        row(1), row(2, dap_an="A;Z", chu_de=None, b="Một"), row(3, d=None), row(4, cau_hoi="CÂU HỎI SỐ 1")
    )
    assert problems(file) == [
        "Dòng 3, cột Chủ đề: chưa có nội dung",
        "Dòng 3, cột B: trùng với phương án A",
        "Dòng 3, cột Đáp án: “A;Z” không phải là một chữ cái từ A đến G",
        "Dòng 4, cột D: phương án còn trống",
        "Dòng 5, cột Câu hỏi: trùng với câu hỏi ở dòng 2",
    ]


def test_a_long_list_of_faults_is_cut_for_people_and_counted() -> None:
    report = read(excel(*[row(n, dap_an=None) for n in range(1, 251)]))
    assert len(report.sentences) == 201
    assert report.sentences[-1] == "… và 50 lỗi khác."


@pytest.mark.parametrize("other", ["CÂU  HỎI số 1", "Câu hỏi số 1.", "Câu\nhỏi số\u200b 1?", "Cau hoi so 1"])
def test_a_repeated_question_is_found_behind_case_accents_spaces_and_signs(other: str) -> None:
    decomposed = unicodedata.normalize("NFD", other)
    assert only_problem(excel(row(1), row(2, cau_hoi=decomposed))) == (
        "Dòng 3, cột Câu hỏi: trùng với câu hỏi ở dòng 2"
    )


def test_a_question_that_the_bank_has_already() -> None:
    report = check_file(excel(row(1)).getvalue(), "excel", {"cau hoi so 1": 17}, {})
    assert report.sentences == ["Dòng 2, cột Câu hỏi: trùng với câu số 17 đã có trong ngân hàng"]


def test_the_templates_example_is_no_question() -> None:
    file = excel(row(1, cau_hoi=EXAMPLE.text))
    assert only_problem(file) == "Dòng 2, cột Câu hỏi: đây là câu ví dụ của tệp mẫu; hãy xóa dòng này"


def test_blank_rows_and_rows_numbered_in_advance_are_passed_over() -> None:
    report = read(excel(row(1), [None] * 10, [2], ["", " ", ""], row(3)))
    assert [(question.place, question.number) for question in report.questions] == [
        ("Dòng 2", 1),
        ("Dòng 6", 3),
    ]


@pytest.mark.parametrize("second", [1, None, "x", 0, -1, "=A2+1"])
def test_numbers_that_tell_nothing_apart_give_way_to_the_order_of_rows(second: Any) -> None:
    report = read(excel(row(1), row(second, cau_hoi="Khác?")))
    assert [question.number for question in report.questions] == [None, None]
    assert notes(report) == [
        "Cột STT có số trống, trùng hoặc không phải là số; câu hỏi được đánh số theo thứ tự dòng."
    ]


def test_topics_that_differ_in_case_are_one_and_in_accents_are_noted() -> None:
    report = check_file(
        excel(
            row(1, chu_de="CẢI CÁCH  thể chế"),
            row(2, chu_de="Chính quyền số"),
            row(3, chu_de="chính quyền số"),
            row(4, chu_de="Chính quyên số"),
        ).getvalue(),
        "excel",
        {},
        {"cải cách thể chế": "Cải cách thể chế"},
    )
    assert report.topics == {"Cải cách thể chế": 1, "Chính quyền số": 2, "Chính quyên số": 1}
    assert len(report.notes) == 1


def test_options_that_differ_in_case_only_are_noted_but_taken() -> None:
    report = read(excel(row(1, a="Hà Nội", b="Hà nội")))
    assert len(report.questions) == 1
    assert notes(report) == ["Dòng 2, cột B: chỉ khác phương án A ở chữ hoa, chữ thường"]


# --- Cells -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (30, "General", "30"),
        (30.0, "General", "30"),
        (0.1 + 0.2, "General", "0,3"),
        (87.65432, "General", "87,65432"),
        (1000000, "General", "1000000"),
        (1e20, "General", "100000000000000000000"),
        (3000000, "#,##0", "3.000.000"),
        (3000000.5, "#,##0.00", "3.000.000,50"),
        (2, "0.0", "2,0"),
        (0.2, "0%", "20%"),
        (0.125, "0.0%", "12,5%"),
        (912345678, "0000000000", "0912345678"),
        (-5, "General", "-5"),
        (True, "General", "TRUE"),
    ],
)
def test_a_number_is_read_as_the_sheet_shows_it(value: Any, number_format: str, text: str) -> None:
    book = workbook(row(1, a=value))
    assert book.active is not None
    book.active["D2"].number_format = number_format
    report = read(saved(book))
    assert report.questions[0].content.options[0] == text


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (date(2021, 7, 15), "dd/mm/yyyy", "15/07/2021"),
        (datetime(2021, 7, 15, 7, 30), "dd/mm/yyyy hh:mm", "15/07/2021 07:30"),  # noqa: DTZ001
        (date(2026, 9, 1), "d-mmm", "01/09"),
        (date(2026, 9, 1), "mm/yyyy", "09/2026"),
        (time(7, 0), "hh:mm", "07:00"),
    ],
)
def test_a_date_is_read_as_shown_and_noted(value: Any, number_format: str, text: str) -> None:
    book = workbook(row(1, a=value))
    assert book.active is not None
    book.active["D2"].number_format = number_format
    report = read(saved(book))
    assert report.questions[0].content.options[0] == text
    assert notes(report) == [
        f"Dòng 2, cột A: ô có kiểu ngày, giờ, được đọc là “{text}”; nếu chưa đúng, gõ lại dưới dạng văn bản"
    ]


def test_decomposed_vietnamese_and_invisible_characters() -> None:
    text = unicodedata.normalize("NFD", "Thủ tục\u200b hành\u00a0 chính\u202e\ufeff là  gì?")
    report = read(excel(row(1, cau_hoi=text, giai_thich="Một_x000D_\nHai\t\tba\n\n")))
    assert report.questions[0].content.text == "Thủ tục hành chính là gì?"
    assert report.questions[0].content.explanation == "Một<br>Hai ba"


def test_markup_and_signs_stay_the_text_that_they_are() -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)> & \"'{{ 7*7 }}"
    report = read(excel(row(1, cau_hoi=hostile)))
    assert report.questions[0].content.text == escape(hostile, quote=False)


def test_a_text_that_begins_with_a_sign_of_equality_is_no_formula() -> None:
    book = workbook(row(1))
    assert book.active is not None
    book.active["D2"].value = "=x"
    book.active["D2"].data_type = "s"
    assert read(saved(book)).questions[0].content.options[0] == "=x"


def test_a_hidden_sheet_is_not_read() -> None:
    book = workbook(row(1))
    assert book.active is not None
    book.active.sheet_state = "hidden"
    book.create_sheet("Trống")
    book.active = 1
    assert only_problem(saved(book)) == "Bảng tính không có dữ liệu."


def test_the_columns_are_those_of_the_office_shape() -> None:
    assert set(HEADINGS) <= set(COLUMNS)


# --- Kinds, difficulty, tags, links ------------------------------------------------------------

MORE = [*HEADINGS, "Loại câu hỏi", "Mức độ", "Nhãn", "Liên kết"]


def more(kind: str = "", level: str = "", tags: str = "", link: str = "", **changes: Any) -> Report:
    return read(excel([*row(1, **changes), kind, level, tags, link], headings=MORE))


def test_the_further_columns() -> None:
    report = more("nhiều đáp án", "VẬN DỤNG CAO", "luật; nghị định\ntt", "https://a.vn/1", dap_an="c và A")
    (question,) = report.questions
    assert (question.content.kind, question.content.keys) == (Kind.MULTIPLE, (0, 2))
    assert question.content.difficulty is Difficulty.VERY_HARD
    assert question.content.tags == ("luật", "nghị định", "tt")
    assert question.content.source_link == "https://a.vn/1"
    assert (report.problems, report.notes) == ([], [])


def test_several_letters_make_a_question_with_several_keys_and_are_noted() -> None:
    report = read(excel(row(1, dap_an="AC")))
    assert (report.questions[0].content.kind, report.questions[0].content.keys) == (Kind.MULTIPLE, (0, 2))
    assert notes(report) == ["Dòng 2, cột Đáp án: có 2 đáp án (A, C), được nhập thành câu nhiều đáp án"]


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"a": "Đúng", "b": "SAI", "dap_an": "B"}, (1,)),
        ({"a": "Sai", "b": "đúng", "dap_an": "B"}, (0,)),
        ({"a": "Đúng", "b": "Sai", "dap_an": "đúng"}, (0,)),
        ({"kind": "Đúng/Sai", "a": None, "b": None, "dap_an": "Sai"}, (1,)),
    ],
)
def test_statements_that_are_true_or_false(changes: dict[str, Any], keys: tuple[int, ...]) -> None:
    report = more(**{"c": None, "d": None, **changes})
    assert problems_of(report) == []
    content = report.questions[0].content
    assert (content.kind, content.options, content.keys) == (Kind.TRUE_FALSE, ("Đúng", "Sai"), keys)


def problems_of(report: Report) -> list[str]:
    return [str(problem) for problem in report.problems]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"kind": "Tự luận"}, "cột Loại: “Tự luận” không phải là một loại câu hỏi; các loại: "),
        ({"kind": "Một đáp án", "dap_an": "A,B"}, "cột Đáp án: có nhiều hơn một đáp án (A, B), trong khi"),
        ({"kind": "Đúng – Sai"}, "cột A: câu đúng/sai chỉ có hai phương án"),
        ({"level": "Khủng"}, "cột Mức độ: “Khủng” không phải là một mức độ; các mức độ: Nhận biết, "),
        ({"link": "javascript:alert(1)"}, "cột Liên kết: liên kết phải là một địa chỉ bắt đầu bằng http"),
        ({"tags": "x" * 51}, "cột Nhãn: có nhãn dài quá 50 ký tự"),
        ({"tags": ";".join(str(n) for n in range(21))}, "cột Nhãn: có quá 20 nhãn"),
        ({"chu_de": "a›b›c›d›e›f"}, "cột Chủ đề: chủ đề có 6 cấp, tối đa là 5"),
    ],
)
def test_faults_of_the_further_columns(changes: dict[str, Any], problem: str) -> None:
    found = problems_of(more(**changes))
    assert found[0].startswith(f"Dòng 2, {problem}")


def test_fewer_options_are_an_omission_unless_the_row_says_its_kind() -> None:
    assert problems_of(more(d=None)) == ["Dòng 2, cột D: phương án còn trống"]
    report = more("Một đáp án", d=None)
    assert len(report.questions[0].content.options) == 3
    assert "1 câu có ít phương án hơn thường lệ" in notes(report)[0]


def test_a_topic_is_a_path_in_one_spelling() -> None:
    report = read(excel(row(1, chu_de="Đề án 06›Định  danh"), row(2, chu_de="đề án 06  ›  định danh")))
    assert report.topics == {"Đề án 06 › Định danh": 2}
