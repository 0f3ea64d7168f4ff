"""What this site writes as Word it reads back the same."""

import io
from decimal import Decimal

import docx
from hypothesis import given, settings

from questions.formats.docx_file import HOLDS, read, write
from questions.formats.exchange import Choice, Item
from questions.formats.pictures import read_picture
from questions.formats.tidying import tidy
from questions.formats.word.writing import _unfit
from tests.questions.formats.roundtrip import round_trip
from tests.questions.formats.samples import WEBP, item, papers, placeless, truth


def test_people_see_numbers_letters_and_keys() -> None:
    given_items = [
        item(1, number=7, topics=("Thể chế", "Luật"), explanation="Vì thế", source="Điều 1"),
        item(0, 2, number=8, topics=("Thể chế",)),
        truth(False, text="Đất vuông."),
    ]
    document = docx.Document(io.BytesIO(write(given_items, title="Bộ câu hỏi")[0]))
    assert [paragraph.text for paragraph in document.paragraphs] == [
        *("Bộ câu hỏi", "Thể chế", "Luật"),
        *("Câu 7: Câu hỏi?", "A. Một", "B. Hai", "C. Ba", "D. Bốn", "Đáp án: B"),
        *("Giải thích: Vì thế", "Căn cứ: Điều 1"),
        *("Thể chế", "Câu 8 (chọn nhiều): Câu hỏi?", "A. Một", "B. Hai", "C. Ba", "D. Bốn", "Đáp án: A, C"),
        *("—", "Câu hỏi: Đất vuông.", "A. Đúng", "B. Sai", "Đáp án: B"),
    ]
    assert document.core_properties.title == "Bộ câu hỏi"


def test_the_same_questions_give_the_same_bytes() -> None:
    assert write([item(0)], title="x") == write([item(0)], title="x")


def test_what_people_add_in_their_own_way_is_read_too() -> None:
    document = docx.Document(io.BytesIO(write([item(1, number=7)])[0]))
    for text in ("Câu 8: Thêm?", "A. a", "B. b", "Đáp án: B"):
        document.add_paragraph(text)
    file = io.BytesIO()
    document.save(file)
    again = read(file.getvalue()).items
    assert [(each.number, each.text) for each in again] == [(7, "Câu hỏi?"), (8, "Thêm?")]
    assert [each.choices[1].right for each in again] == [True, True]


def test_nothing_inside_our_own_parts_is_taken_for_something_else() -> None:
    cells = "<td>Câu 3: x</td><td>A. y</td><td>Đáp án</td><td>Câu hỏi</td>"
    tricky = item(
        1,
        number=1,
        text=f"<p>Đáp án: C</p><p>Câu 9: z</p><table><tbody><tr>{cells}</tr></tbody></table>",
        texts=("<p>* a *</p><p>B. b</p>", "Giải thích: c", "<ol><li>A. d</li></ol>"),
        explanation="<p>Căn cứ: e</p><p>----- HẾT -----</p><p>ĐÁP ÁN</p><p>1.A 2.B</p>",
    )
    assert placeless(read(write([tricky, truth(True)])[0]).items) == [tricky, truth(True)]


def test_bold_in_our_own_files_is_only_bold() -> None:
    """There the key is written, and an emphasised option is neither the key nor stripped."""
    bold = item(1, number=1, text="<strong>Đậm?</strong>", texts=("<strong>a</strong>", "b", "c"))
    (again,) = read(write([bold])[0]).items
    assert again.text == "<strong>Đậm?</strong>"
    assert [(choice.text, choice.right) for choice in again.choices] == [
        *(("<strong>a</strong>", False), ("b", True), ("c", False))
    ]


def test_what_word_cannot_hold_is_reported() -> None:
    webp = read_picture(WEBP)
    shown = item(0, number=1, text=f'Hình <img src="{webp.name}" alt="Cờ"> gì?')
    halves = tidy(
        item(0, number=2, choices=(Choice("a", True), Choice("b", False, Decimal(50)), Choice("c", False)))
    )
    data, lost = write([shown, halves], {webp.name: webp.data})
    assert [str(each) for each in lost] == [
        "Câu 1: tệp Word không giữ được một số hình ảnh",
        "Câu 2: tệp Word không giữ được tỷ lệ điểm của từng phương án",
    ]
    assert read(data).items[0].text == "Hình [Hình: Cờ] gì?"


@given(papers())
@settings(max_examples=10, deadline=None)
def test_what_was_written_is_read_again(given_items: list[Item]) -> None:
    round_trip(given_items, write, read, HOLDS, _unfit)
