"""What is wrong in a Word file is told with its place, and nothing is guessed."""

import pytest

from questions.formats.docx_file import read
from tests.questions.formats.samples import notes, problems
from tests.questions.formats.words import Content, word


def found(*content: Content) -> list[str]:
    return problems(read(word(*content)))


AB = ["A. a", "B. b"]


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["Câu 5: Hỏi?", *AB], "không tìm thấy đáp án: không có phương án nào được đánh dấu"),
        (
            ["Câu 5: Hỏi?", "*A. a", "**B. b**", "C. c"],
            "không rõ đáp án: phương án A có dấu *, phương án B có chữ đậm",
        ),
        (
            ["Câu 5: Hỏi?", "**A. a**", "**B. b**", "C. c"],
            "có nhiều phương án được đánh dấu (A, B); nếu là câu chọn nhiều",
        ),
        (["Câu 5: Hỏi?", "A. a", "**B. b**", "Đáp án: A"], "đáp án ghi là A nhưng phương án B có chữ đậm"),
        (["Câu 5: Hỏi?", *AB, "Đáp án: C"], "đáp án không có trong các phương án"),
        (["Câu 5: Hỏi?", *AB, "Đáp án: A, B đều đúng"], "dòng đáp án “A, B đều đúng” không đọc được"),
        (["Câu 5: Hỏi?", *AB, "Đáp án: A. và B."], "dòng đáp án “A. và B.” không đọc được"),
        (["Câu 5: Hỏi?", *AB, "Đáp án: A hoặc B"], "dòng đáp án “A hoặc B” không đọc được"),
        (["Câu 5: Hỏi?", *[f"{letter}. {letter}" for letter in "ABCDEFGH"], "Đáp án: A"], "có 8 phương án"),
        (["Câu 5: Hỏi?", *AB, "Đáp án: tất cả"], "dòng đáp án “tất cả” không đọc được"),
        (["Câu 5: Hỏi?", "A. a", "*C. c"], "thiếu phương án B trước phương án C"),
        (
            ["Câu 5: Hỏi?", "A. a", "*B. b", "Hỏi gì nữa?", "A. x", "*B. y"],
            "phương án A có hai lần; có thể câu sau thiếu số câu",
        ),
        (["Câu 5: Hỏi?", "*A. a"], "không tìm thấy đáp án"),
        (["Câu 5: Hỏi?"], "không có phương án nào"),
        (["Câu 5:", "*A. a", "B. b"], "chưa có nội dung câu hỏi"),
        (["Câu 5: Hỏi?", "*A. a", "B. a"], "phương án B trùng với phương án A"),
        (["Câu 5: Hỏi?", "*A. a", "B. b", "Độ khó: kinh"], "độ khó “kinh” không đọc được"),
    ],
)
def test_slips_are_told_with_their_place(lines: list[str], problem: str) -> None:
    told = found(*lines, *("Câu 6: Sau?", "*A. a", "B. b"))
    assert told
    assert told[0].startswith(f"Câu 5 (đoạn 1): {problem}")


def test_a_mark_that_the_document_hardly_uses_does_not_decide() -> None:
    usual = [(f"Câu {number}: Hỏi?", "**A. a**", "B. b") for number in range(1, 13)]
    told = found(*[part for parts in usual for part in parts], "Câu 13: Hỏi?", "A. a", "__B. b__")
    assert told == [
        "Câu 13 (đoạn 37): không rõ đáp án: phương án B có gạch chân, "
        "trong khi tệp đánh dấu đáp án bằng chữ đậm"
    ]


def test_lines_that_were_joined_to_an_option_are_noted() -> None:
    read_all = read(word("Câu 1: Hỏi?", "*A. a", "B. b", "còn tiếp", "Câu 2: Hỏi?", "*A. a", "B. b"))
    assert [choice.text for choice in read_all.items[0].choices] == ["a", "<p>b</p><p>còn tiếp</p>"]
    assert "Đoạn 4 được nối vào phương án B của Câu 1 (đoạn 1)" in notes(read_all)


def test_keys_of_doubled_numbers_are_refused() -> None:
    question = ["Câu 1: Hỏi?", "*A. a", "B. b"]
    assert found(*question, *question, "ĐÁP ÁN", "1.A")[0] == (
        "Bảng đáp án không dùng được vì có số câu bị trùng"
    )


def test_a_sheet_of_questions_in_word_is_refused() -> None:
    sheet = [["STT", "Câu hỏi", "A", "B", "Đáp án"], ["1", "Hỏi?", "a", "b", "A"]]
    assert found("Bộ câu hỏi", sheet) == [
        "Bảng sau đoạn 1: bảng câu hỏi trong Word chưa đọc được; hãy chép bảng sang Excel"
    ]


def test_a_document_without_questions() -> None:
    assert found("Kế hoạch tổ chức cuộc thi", "Kính gửi các đơn vị") == [
        "Không tìm thấy câu hỏi nào. Mỗi câu cần bắt đầu bằng “Câu 1:” hoặc “1.” ở đầu đoạn."
    ]
    assert read(b"PK\x03\x04").problems
