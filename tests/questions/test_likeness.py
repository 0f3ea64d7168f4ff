"""Near duplicates: all of them and nothing else, against comparing each with each."""

from collections.abc import Sequence
from itertools import combinations
from random import Random

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from questions.likeness import LEAST, Alike, likeness, most_alike, trigrams

WORDS = (
    "cai",
    "cach",
    "hanh",
    "chinh",
    "so",
    "de",
    "an",
    "06",
    "la",
    "gi",
    "nao",
    "co",
    "quan",
    "xa",
    "tinh",
    "o",
)


def each_with_each(forms: Sequence[str], known: int, limit: int) -> list[tuple[int, int]]:
    sets = [trigrams(form) for form in forms]
    pairs = [
        (-likeness(sets[a], sets[b]), a, b)
        for a, b in combinations(range(len(forms)), 2)
        if b >= known and likeness(sets[a], sets[b]) >= LEAST
    ]
    return [(a, b) for _likeness, a, b in sorted(pairs)][:limit]


def found(forms: Sequence[str], known: int = 0, limit: int = 10_000) -> list[tuple[int, int]]:
    return [(pair.a, pair.b) for pair in most_alike(forms, known=known, limit=limit)]


texts = st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join) | st.text("ab 1", max_size=5).map(
    lambda text: " ".join(text.split())
)


@settings(max_examples=150)
@given(st.lists(texts, max_size=40), st.integers(0, 40), st.integers(1, 50))
def test_none_is_missed_and_none_is_added(forms: list[str], known: int, limit: int) -> None:
    known = min(known, len(forms))
    assert found(forms, known, limit) == each_with_each(forms, known, limit)


@pytest.mark.parametrize(("count", "longest"), [(400, 2), (400, 4), (300, 14)])
def test_banks_of_short_and_of_long_questions(count: int, longest: int) -> None:
    """Two words, as "Thủ đô?": nothing in them is rare, and none of their pairs is missed."""
    random = Random(longest)
    forms = [" ".join(random.choices(WORDS, k=random.randint(1, longest))) for _form in range(count)]
    expected = each_with_each(forms, 0, 10_000)
    assert len(expected) > 50
    assert found(forms) == expected
    assert found(forms, count // 2) == each_with_each(forms, count // 2, 10_000)


def test_a_bank_of_one_phrase_ends_with_the_most_alike() -> None:
    forms = [f"theo nghi quyet so {number} cua chinh phu" for number in range(300)]
    assert found(forms, limit=20) == each_with_each(forms, 0, 20)


def test_what_says_nothing_is_like_nothing() -> None:
    assert most_alike(["", "", "a"], limit=9) == []
    assert most_alike(["a b", "b a"], limit=9) == [Alike(1.0, 0, 1, 4, 4)]


@pytest.mark.django_db
def test_it_is_the_databases_own_measure() -> None:
    random = Random(3)
    forms = [" ".join(random.choices(WORDS, k=random.randint(1, 8))) for _form in range(60)]
    with connection.cursor() as cursor:
        for one, other in zip(forms[::2], forms[1::2], strict=True):
            cursor.execute("SELECT similarity(%s, %s)", [one, other])
            (theirs,) = cursor.fetchone() or (None,)
            assert theirs == pytest.approx(float(likeness(trigrams(one), trigrams(other))), abs=1e-6)
