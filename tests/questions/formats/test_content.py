"""Items and what revisions hold of them, there and back; and the Excel file of the office."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from questions.enums import Difficulty, Kind
from questions.formats import excel_file
from questions.formats.content import from_content, rich_fingerprint, to_content
from questions.formats.exchange import Choice, Item
from questions.formats.tidying import tidy
from questions.rules import Content
from tests.questions.formats.roundtrip import round_trip
from tests.questions.formats.samples import NAMES, item, items, losing, papers, truth

CONTENT = Content(
    "Cải cách › Thể chế",
    "Một &lt; <strong>hai</strong>?",
    ("a", "b &amp; c", "d", "e"),
    (1, 2),
    f'Vì <img src="{NAMES[0]}" alt="thế">',
    "Điều 1",
    Kind.MULTIPLE,
    Difficulty.HARD,
    ("luật",),
    "https://a.vn",
)


def test_there_and_back() -> None:
    made = from_content(CONTENT, number=7, place="Dòng 9")
    assert (made.place, made.number, made.topics) == ("Dòng 9", 7, ("Cải cách", "Thể chế"))
    assert to_content(made) == CONTENT


@given(items())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_is_lost_but_what_only_files_know(given_item: Item) -> None:
    plain = replace(
        tidy(given_item),
        topics=given_item.topics or ("x",),
        choices=tuple(Choice(choice.text, choice.right) for choice in given_item.choices),
    )
    assert from_content(to_content(plain), number=plain.number) == plain


def test_a_question_about_a_picture_is_told_from_one_about_another() -> None:
    texts = [f'Hình nào? <img src="{name}" alt="">' for name in NAMES[:2]]
    assert len(set(map(rich_fingerprint, texts))) == 2
    assert rich_fingerprint("<p>Một &lt;b&gt;</p><p><em>HAI</em></p>") == "mot b hai"


@pytest.mark.parametrize(
    ("given_item", "sentence"),
    [
        (item(0), "không ghi được vào tệp Excel: câu hỏi chưa có chủ đề"),
        (item(0, topics=("a › b",)), "không ghi được vào tệp Excel: tên chủ đề có dấu “›”"),
        (item(0, topics=("A",), tags=("x;y",)), "không ghi được vào tệp Excel: có nhãn chứa dấu chấm phẩy"),
        (item(0, 1, 2, 3, topics=("A",)), "không ghi được vào tệp Excel: mọi phương án đều là đáp án"),
        (
            item(0, topics=("A",), text=f'<b>x</b> <img src="{NAMES[0]}" alt="">'),
            "tệp Excel không giữ được hình ảnh, chữ đậm, nghiêng, danh sách, bảng",
        ),
    ],
)
def test_what_excel_cannot_hold_is_reported(given_item: Item, sentence: str) -> None:
    _data, lost = excel_file.write([given_item])
    assert [each.text for each in lost] == [sentence]


def test_excel_holds_every_kind_with_all_that_is_plain() -> None:
    given_items = [
        item(1, number=3, topics=("A", "B"), difficulty=Difficulty.EASY, tags=("x", "y z")),
        item(0, 2, number=4, topics=("A",), text="Hai?", source="Điều 1", source_link="https://a.vn"),
        truth(False, number=9, topics=("A",), text="=1+1 là hai", explanation="a<br>b"),
        item(1, number=10, topics=("A",), text="Ba?", texts=("Huế", "Hà Nội", "Đà Nẵng")),
    ]
    assert round_trip(given_items, excel_file.write, excel_file.read, excel_file.HOLDS) == []


@given(papers())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_excel_holds_comes_back(given_items: list[Item]) -> None:
    numbered = [
        replace(each, number=number, topics=each.topics or ("x",))
        for number, each in enumerate(given_items, 1)
    ]
    round_trip(numbered, excel_file.write, excel_file.read, excel_file.HOLDS, excel_file.unfit)


def test_numbers_that_tell_nothing_apart_are_lost_and_said_to_be() -> None:
    given_items = [item(0, number=1, topics=("A",)), item(0, topics=("A",), text="Hai?")]
    data, lost = excel_file.write(given_items)
    assert losing(lost) == {"Câu 1"}
    assert [each.number for each in excel_file.read(data).items] == [None, None]
