"""Items and the Excel file's content, there and back."""

import pytest
from hypothesis import given, settings

from questions.enums import Kind
from questions.formats.content import HOLDS, from_content, to_contents
from questions.formats.exchange import Item
from questions.rules import Content
from tests.questions.formats.samples import NAMES, item, papers, placeless, truth

CONTENT = Content(
    "Cải cách / Thể chế",
    "Một < hai?\nDòng hai",
    ("a", "b & c", "d", "e"),
    (1,),
    "Vì\nthế",
    "Điều 1\nhttps://a.vn",
)


def test_there_and_back() -> None:
    made = from_content(CONTENT, number=7, place="Dòng 9")
    assert (made.place, made.number, made.kind) == ("Dòng 9", 7, Kind.SINGLE)
    assert made.topics == ("Cải cách", "Thể chế")
    assert made.text == "Một &lt; hai?<br>Dòng hai"
    assert (made.source, made.source_link) == ("Điều 1", "https://a.vn")
    assert to_contents([made]) == ([(7, CONTENT)], [])


@pytest.mark.parametrize(
    ("given_item", "sentence"),
    [
        (
            item(0, 1, topics=("A",)),
            "không ghi được vào tệp Excel: định dạng này không có câu nhiều lựa chọn",
        ),
        (item(0), "không ghi được vào tệp Excel: câu hỏi chưa có chủ đề"),
        (item(0, topics=("a / b",)), "không ghi được vào tệp Excel: tên chủ đề có dấu “/”"),
        (item(0, topics=("A",), tags=("x",)), "tệp Excel không giữ được thẻ"),
        (
            item(0, topics=("A",), text=f'<b>x</b> <img src="{NAMES[0]}" alt="">'),
            "tệp Excel không giữ được hình ảnh, chữ đậm, nghiêng, danh sách, bảng",
        ),
    ],
)
def test_what_excel_cannot_hold_is_reported(given_item: Item, sentence: str) -> None:
    _contents, lost = to_contents([given_item])
    assert [each.text for each in lost] == [sentence]


def test_true_false_is_two_options() -> None:
    ((_number, content),), lost = to_contents([truth(True, topics=("A",))])
    assert (content.options, content.keys, lost) == (("Đúng", "Sai"), (0,), [])
    assert from_content(content).kind is Kind.TRUE_FALSE


@given(papers())
@settings(max_examples=10, deadline=None)
def test_a_content_says_the_same_when_it_comes_back(given_items: list[Item]) -> None:
    contents, _lost = to_contents(given_items)
    back = [from_content(content, number=number) for number, content in contents]
    again, lost = to_contents(back)
    assert (again, lost) == (contents, [])
    assert placeless(back) == back
    assert HOLDS.name == "Excel"
