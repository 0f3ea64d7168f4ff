"""A paper tells no answer; its key does."""

import dataclasses

from questions.formats.printing import key, paper
from tests.questions.formats.samples import NAMES, PICTURES, item, truth

ITEMS = [
    item(
        1,
        topics=("Thể chế",),
        explanation="Vì thế",
        source="Điều 1",
        text=f'Hình <img src="{NAMES[0]}" alt="">',
    ),
    item(0, 3, topics=("Thể chế",), explanation=f'<img src="{NAMES[1]}" alt="lộ đáp án">'),
    truth(False, topics=("Bộ máy",)),
]


def test_questions_are_numbered_and_options_lettered() -> None:
    made = paper(ITEMS, PICTURES, title="Đề số 1")
    assert [question.number for question in made.questions] == [1, 2, 3]
    assert made.questions[0].options == (("A", "Một"), ("B", "Hai"), ("C", "Ba"), ("D", "Bốn"))
    assert [question.several for question in made.questions] == [False, True, False]
    assert [question.topics for question in made.questions] == [("Thể chế",), (), ("Bộ máy",)]


def test_the_paper_tells_nothing_of_the_key() -> None:
    made = paper(ITEMS, PICTURES, title="Đề số 1")
    assert set(made.pictures) == {NAMES[0]}
    assert not {"Vì thế", "Điều 1", "lộ đáp án"} & set(str(dataclasses.asdict(made)))
    other = [item(2, topics=each.topics, text=each.text) for each in ITEMS[:1]]
    assert paper(other, PICTURES, title="").questions == paper(ITEMS[:1], PICTURES, title="").questions


def test_the_key() -> None:
    rows = key(ITEMS)
    assert [(row.number, row.letters) for row in rows] == [(1, ("B",)), (2, ("A", "D")), (3, ("B",))]
    assert (rows[0].explanation, rows[0].source) == ("Vì thế", "Điều 1")
