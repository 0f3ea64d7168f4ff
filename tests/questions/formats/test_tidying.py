"""Items have one form, and a fault is a sentence."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from questions.enums import Difficulty, Kind
from questions.formats.exchange import Choice, Item
from questions.formats.tidying import difficulty_named, faults, tidy
from questions.rules import NOTE_LIMIT, OPTION_LIMIT, TEXT_LIMIT, TOPIC_LIMIT
from tests.questions.formats.samples import NAMES, item, items, truth


@given(items())
@settings(max_examples=25, deadline=None)
def test_tidying_twice_is_as_once(given_item: Item) -> None:
    assert tidy(given_item) == given_item
    assert faults(given_item) == []


def test_true_and_false_are_known_by_their_words() -> None:
    assert tidy(item(0, texts=("Đúng", "Sai"))) == truth(True)
    assert tidy(item(0, texts=("Sai", "Đúng"))).kind is Kind.SINGLE
    assert tidy(item(0, texts=("Sai", "Đúng"), kind=Kind.TRUE_FALSE)) == truth(False)
    assert tidy(item(0, texts=("Có", "Không"), kind=Kind.TRUE_FALSE)).kind is Kind.SINGLE


def weighed(*parts: tuple[bool, str], kind: Kind = Kind.MULTIPLE) -> Item:
    choices = tuple(Choice(f"c{n}", right, Decimal(part)) for n, (right, part) in enumerate(parts))
    return tidy(item(0, choices=choices, kind=kind))


def test_parts_of_the_mark_that_say_nothing_new_are_left_out() -> None:
    third = "33.33333"
    assert [
        choice.fraction
        for choice in weighed((True, third), (True, third), (True, third), (False, "0")).choices
    ] == [None] * 4
    assert [choice.fraction for choice in weighed((True, "60.0"), (True, "4E+1")).choices] == [
        Decimal(60),
        Decimal(40),
    ]
    assert str(weighed((True, "60"), (True, "4E+1")).choices[1].fraction) == "40"


@pytest.mark.parametrize(
    ("given_item", "fault"),
    [
        (weighed((True, "60"), (True, "30")), "tổng tỷ lệ điểm của các đáp án đúng là 90 %, phải là 100 %"),
        (weighed((True, "60"), (False, "40")), "tỷ lệ điểm không khớp với các đáp án đúng"),
        (weighed((True, "50"), (False, "0"), kind=Kind.SINGLE), "tỷ lệ điểm không khớp với đáp án đúng"),
        (weighed((True, "100"), (False, "-101")), "tỷ lệ điểm của phương án phải từ −100 đến 100 %"),
        (item(0, text=" <br> "), "chưa có nội dung câu hỏi"),
        (item(0, text="???"), "chưa có nội dung câu hỏi"),
        (item(0, text="a" * (TEXT_LIMIT + 1)), "nội dung câu hỏi: dài 2001 ký tự, tối đa là 2000"),
        (item(0, texts=("a" * (OPTION_LIMIT + 1), "b")), "phương án A: dài 1001 ký tự, tối đa là 1000"),
        (item(0, explanation="a " * NOTE_LIMIT), "giải thích: dài 7999 ký tự, tối đa là 4000"),
        (item(0, topics=("a" * (TOPIC_LIMIT + 1),)), "chủ đề: dài 201 ký tự, tối đa là 200"),
        (item(0, topics=tuple("abcdef")), "chủ đề có 6 cấp, tối đa là 5"),
        (item(0, tags=tuple(f"t{n}" for n in range(21))), "có quá 20 thẻ"),
        (item(0, tags=("a" * 51,)), "thẻ: dài 51 ký tự, tối đa là 50"),
        (item(0, source_link="javascript:alert(1)"), "liên kết của căn cứ phải là một địa chỉ"),
        (item(0, source_link="https://a.vn/" + "a" * 500), "liên kết của căn cứ phải là một địa chỉ"),
        (item(0, texts=("a",)), "có 1 phương án, cần từ 2 đến 7"),
        (item(0, texts=tuple("abcdefgh")), "có 8 phương án, cần từ 2 đến 7"),
        (item(0, texts=("a", "")), "phương án B còn trống"),
        (item(0, texts=("a b", "c", "a  b.")), "phương án C trùng với phương án A"),
        (item(texts=("a", "b")), "chưa có đáp án đúng"),
        (item(0, 1, kind=Kind.SINGLE), "có nhiều hơn một đáp án đúng (A, B)"),
    ],
)
def test_faults_are_sentences(given_item: Item, fault: str) -> None:
    (found,) = faults(tidy(given_item))
    assert found.startswith(fault)


def test_two_pictures_are_two_options() -> None:
    shown = [f'<img src="{name}" alt="Hình">' for name in NAMES]
    assert faults(tidy(item(0, texts=shown))) == []
    assert faults(tidy(item(0, texts=[shown[0], shown[0]]))) == ["phương án B trùng với phương án A"]


@pytest.mark.parametrize(
    ("words", "difficulty"),
    [
        ("Dễ", Difficulty.EASY),
        ("NHẬN BIẾT", Difficulty.EASY),
        ("thong hieu", Difficulty.MEDIUM),
        ("khó", Difficulty.HARD),
        ("vận dụng cao", Difficulty.VERY_HARD),
        ("kinh", None),
    ],
)
def test_difficulties_have_names(words: str, difficulty: Difficulty | None) -> None:
    assert difficulty_named(words) is difficulty


def test_a_tag_may_be_the_difficulty_and_a_last_line_the_link() -> None:
    tidied = tidy(item(0, tags=("Mức độ: Vận dụng", "luật", "LUẬT"), source="Điều 1\nhttps://a.vn/1"))
    assert (tidied.difficulty, tidied.tags) == (Difficulty.HARD, ("luật",))
    assert (tidied.source, tidied.source_link) == ("Điều 1", "https://a.vn/1")
    assert tidy(replace(tidied, number=10**9)).number is None
