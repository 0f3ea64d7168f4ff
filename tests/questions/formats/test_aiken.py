"""Aiken: the least of all formats, and its usual slips."""

import pytest
from hypothesis import given, settings

from questions.enums import Kind
from questions.formats.aiken import HOLDS, _unfit, read, write
from questions.formats.exchange import Item, Read
from tests.questions.formats.roundtrip import round_trip
from tests.questions.formats.samples import item, papers, problems, truth


def text(*lines: str) -> Read:
    return read("\n".join(lines).encode())


def test_questions_with_both_ways_of_lettering() -> None:
    read_all = text(
        "Thủ đô của Việt Nam là?",
        *("A) Huế", "B) Hà Nội", "C) Đà Nẵng", "ANSWER: B", ""),
        "Điều 5 < Điều 6 & <html>?",
        *("A. Đúng", "B. Sai", "Answer: a."),
        "Câu nhiều dòng",
        "dòng hai:",
        *("A.Một", "B.Hai", "ĐÁP ÁN: B"),
    )
    first, second, third = read_all.items
    assert (first.place, first.kind, first.text) == ("Dòng 1", Kind.SINGLE, "Thủ đô của Việt Nam là?")
    assert [(choice.text, choice.right) for choice in first.choices] == [
        *(("Huế", False), ("Hà Nội", True), ("Đà Nẵng", False))
    ]
    assert (second.kind, second.text) == (Kind.TRUE_FALSE, "Điều 5 &lt; Điều 6 &amp; &lt;html&gt;?")
    assert (third.place, third.text) == ("Dòng 11", "Câu nhiều dòng<br>dòng hai:")
    assert problems(read_all) == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Câu?", "A. x", "ANSWER: A"], ["Dòng 1: có 1 phương án, cần từ 2 đến 7"]),
        (["A. x", "B. y", "ANSWER: A"], ["Dòng 1: phương án không thuộc câu hỏi nào"]),
        (["ANSWER: A"], ["Dòng 1: dòng đáp án không thuộc câu hỏi nào"]),
        (["Câu?", "A. x", "B. y"], ["Dòng 1: câu hỏi thiếu dòng đáp án (ANSWER: …)"]),
        (
            ["Câu?", "A. x", "B. y", "", "Câu 2?"],
            [
                "Dòng 1: câu hỏi thiếu dòng đáp án (ANSWER: …)",
                "Dòng 5: câu hỏi không có phương án nào",
            ],
        ),
        (["Câu?", "A. x", "C. y", "ANSWER: A"], ["Dòng 3: phương án C không đúng thứ tự, ở đây phải là B"]),
        (["Câu?", "A. x", "B. y", "ANSWER: C"], ["Dòng 1: đáp án C không có trong các phương án"]),
        (["Câu?", "A. x", "B. y", "ANSWER: hai"], ["Dòng 1: đáp án “hai” không phải là một chữ cái"]),
        (["Câu?", "A. x", "B. x", "ANSWER: A"], ["Dòng 1: phương án B trùng với phương án A"]),
        (["Tiêu đề", "", "Câu?", "A. x", "B. y", "ANSWER: A"], ["Dòng 1: câu hỏi không có phương án nào"]),
    ],
)
def test_slips_are_told_by_their_line(lines: list[str], expected: list[str]) -> None:
    assert problems(text(*lines)) == expected


def test_what_it_cannot_hold_is_reported() -> None:
    given_items = [
        item(0, 2, number=3),
        item(
            1, number=4, topics=("Thể chế",), text="Hai<br>dòng <b>đậm</b>", explanation="Vì", source="Điều 1"
        ),
        item(1, number=5, text="A. Lincoln là ai?"),
        truth(False, text="Đúng hay sai?"),
    ]
    data, lost = write(given_items)
    assert [str(each) for each in lost] == [
        "Câu 3: không ghi được vào tệp Aiken: định dạng này không có câu nhiều lựa chọn",
        "Câu 4: tệp Aiken không giữ được số thứ tự, chủ đề, chữ đậm, nghiêng, danh sách, bảng, "
        "chỗ xuống dòng, giải thích, căn cứ",
        "Câu 5: không ghi được vào tệp Aiken: câu hỏi bắt đầu như một phương án hoặc một dòng đáp án",
    ]
    assert data.decode().split("\n")[:6] == [
        "Hai dòng đậm",
        "A. Một",
        "B. Hai",
        "C. Ba",
        "D. Bốn",
        "ANSWER: B",
    ]


@given(papers())
@settings(max_examples=16, deadline=None)
def test_what_was_written_is_read_again(given_items: list[Item]) -> None:
    round_trip(given_items, write, read, HOLDS, _unfit)
