"""Synthetic people: the same from the same seed, and nobody real."""

import unicodedata
from collections import Counter
from datetime import date

import pytest

from contest_site.lib.identity import normal_phone
from contest_site.rehearsal.people import Habit, Person, make_people

TODAY = date(2026, 11, 21)


def people(count: int, seed: int = 1, taken: frozenset[str] = frozenset()) -> list[Person]:
    return make_people(
        count, seed, today=TODAY, is_free=lambda phone: phone not in taken, password="mật khẩu chung"
    )


def test_the_same_seed_makes_the_same_people() -> None:
    assert people(50, seed=7) == people(50, seed=7)
    assert people(50, seed=7) != people(50, seed=8)


def test_phones_are_right_and_everybody_has_another_one() -> None:
    phones = [normal_phone(person.phone) for person in people(500)]
    assert len(set(phones)) == 500


def test_phones_that_somebody_has_are_left_out() -> None:
    taken = frozenset(normal_phone(person.phone) for person in people(40))
    assert not taken & {normal_phone(person.phone) for person in people(40, taken=taken)}


def test_the_first_six_have_a_habit_each() -> None:
    assert {person.habit for person in people(6)} == set(Habit)
    assert len(people(3)) == 3


def test_names_are_vietnamese_whole_and_some_are_decomposed() -> None:
    names = [person.full_name for person in people(300)]
    assert all(2 <= len(name.split()) <= 4 for name in names)
    decomposed = sum(not unicodedata.is_normalized("NFC", name) for name in names)
    assert 5 < decomposed < 100


@pytest.mark.parametrize("seed", range(3))
def test_about_three_in_ten_know_everything(seed: int) -> None:
    perfect = Counter(person.skill == 1.0 for person in people(1000, seed))[True]
    assert 240 < perfect < 360


def test_ages_are_ones_that_take_part() -> None:
    ages = [(TODAY - person.birth_date).days / 365.25 for person in people(500)]
    assert min(ages) >= 15
    assert max(ages) < 76
