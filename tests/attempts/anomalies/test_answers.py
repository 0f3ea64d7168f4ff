from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attempts.anomalies import rules
from attempts.anomalies.answers import equal_answers
from attempts.models import KeyCorrection, KeyCorrectionDecision
from contests.models import Round
from tests.attempts.anomalies.crowds import a_round, hand_in, honest_crowd
from tests.oracles.signals import Sheet, copies
from tests.support.factories import make_entry, make_staff, make_unit

CHANCES = st.lists(st.fractions(0, 1, max_denominator=50), max_size=6)


@given(CHANCES, st.integers(0, 7))
def test_the_tail_is_the_sum_over_all_ways_in_which_it_may_happen(
    chances: list[Fraction], count: int
) -> None:
    expected = Fraction(0)
    for happened in product((False, True), repeat=len(chances)):
        if sum(happened) >= count:
            probability = Fraction(1)
            for chance, did in zip(chances, happened, strict=True):
                probability *= chance if did else 1 - chance
            expected += probability
    assert rules.at_least(count, chances) == expected


def test_a_share_is_never_too_low() -> None:
    assert rules.share(0, 0) == 1
    assert rules.share(0, 19) == Fraction(1, 20)
    assert all(rules.share(n, 10) >= Fraction(n, 10) for n in range(11))


def test_few_equal_answers_are_no_signal_however_unlikely() -> None:
    assert not rules.is_striking(5, Fraction(1, 10**30), 1)
    assert rules.is_striking(6, Fraction(1, 1_000_000), 1000)
    assert not rules.is_striking(6, Fraction(1, 999_999), 1000)


def test_groups_hang_together_whatever_the_order() -> None:
    pairs = [("a", "b"), ("d", "e"), ("c", "b"), ("x", "a")]
    assert rules.groups(pairs) == rules.groups(reversed(pairs)) == [["a", "b", "c", "x"], ["d", "e"]]


def found(round: Round) -> set[frozenset[object]]:
    return {frozenset(one.attempts) for one in equal_answers(round, [])}


def is_right(_question: int, choice: int) -> bool:
    return choice == 1


def copy_of(sheet: Sheet, round: Round, dice: Random, *, unit: object, asked: int) -> Sheet:
    """Somebody who wrote off what the other answered, where the own paper has the question."""
    shared = dice.sample(sorted(sheet.choices), asked)
    rest = [at for at in range(36) if at not in sheet.choices]
    choices = {at: sheet.choices[at] - 1 for at in shared}
    choices |= dict.fromkeys(dice.sample(rest, round.questions - asked), 0)
    entry = make_entry(round.contest, unit=unit)
    return hand_in(round, entry, choices, started=round.opens_at + timedelta(hours=2))


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_honest_crowds_raise_no_signal(seed: int) -> None:
    """People who answer alone, all in one unit, some of whom only guess, on questions with luring options."""
    dice = Random(seed)
    round = a_round()
    sheets = honest_crowd(round, dice, [make_unit()], 70, guessers=dice.choice([0, 0.1, 0.6]))
    assert copies(sheets, is_right) == set()
    assert found(round) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [11])
def test_copies_are_found_as_the_oracle_finds_them(seed: int) -> None:
    dice = Random(seed)
    round = a_round()
    units = [make_unit(), make_unit()]
    sheets = honest_crowd(round, dice, units, 50, guessers=0.2)
    source = make_entry(round.contest, unit=units[0])
    answers = {at: (dice.choice([1, 2, 3]) if at < 20 else 0) for at in range(24)}
    wrong = hand_in(round, source, answers, started=round.opens_at)
    copied = [copy_of(wrong, round, dice, unit=units[0], asked=asked) for asked in (24, 22)]
    # The same paper in another unit is not compared.
    elsewhere = copy_of(wrong, round, dice, unit=units[1], asked=24)
    sheets += [wrong, *copied, elsewhere]
    expected = copies(sheets, is_right)
    assert found(round) == expected
    assert any({wrong.id, copied[0].id} <= group for group in expected)
    assert not any(elsewhere.id in group for group in expected)
    (one,) = [one for one in equal_answers(round, []) if wrong.id in one.attempts]
    assert one.unit == units[0].pk
    assert one.figures["equal"] >= rules.EQUAL_WRONG
    assert int(one.figures["one_in"]) >= 1000 * one.figures["pairs"]
    # The strongest two stand first, to be seen side by side.
    assert set(one.attempts[:2]) <= {wrong.id, *(sheet.id for sheet in copied)}


@pytest.mark.django_db
def test_what_a_corrected_key_makes_right_is_not_wrong_any_more() -> None:
    dice = Random(3)
    round = a_round(paper=24)
    unit = make_unit()
    honest_crowd(round, dice, [unit], 40, guessers=0)
    same = {at: (1 if at < 12 else 0) for at in range(24)}
    for _ in range(2):
        hand_in(round, make_entry(round.contest, unit=unit), same, started=round.opens_at)
    assert len(found(round)) == 1
    people = make_staff(), make_staff()
    for question in range(8):
        correction = KeyCorrection.objects.create(
            round=round, question=question, accepted=[0, 1], grounds="Văn bản mới.", by=people[0]
        )
        KeyCorrectionDecision.objects.create(
            correction=correction, approved=True, proposer=people[0], by=people[1]
        )
    assert found(round) == set()


@pytest.mark.django_db
def test_papers_of_one_person_and_of_the_uncounted_are_not_compared() -> None:
    dice = Random(4)
    round = a_round()
    unit = make_unit()
    honest_crowd(round, dice, [unit], 30, guessers=0)
    same = {at: (2 if at < 20 else 0) for at in range(24)}
    entry = make_entry(round.contest, unit=unit)
    hand_in(round, entry, same, started=round.opens_at)
    hand_in(round, entry, same, started=round.opens_at + timedelta(hours=1), number=2)
    other = make_entry(round.contest, unit=unit, unofficial=True)
    hand_in(round, other, same, started=round.opens_at)
    assert equal_answers(round, [other.pk]) == []
    assert len(equal_answers(round, [])) == 1


@given(
    equal=st.integers(0, 25),
    chances=st.lists(st.fractions(0, 1, max_denominator=2000), min_size=1, max_size=40),
    pairs=st.integers(1, 10**11),
)
def test_what_is_quickly_told_to_be_chance_is_never_a_signal(
    equal: int, chances: list[Fraction], pairs: int
) -> None:
    striking = rules.is_striking(equal, rules.at_least(equal, chances), pairs)
    assert not (striking and rules.is_surely_chance(equal, chances, pairs))
    # And it tells: only what is within twice the threshold is left to exact numbers.
    if rules.at_least(equal, chances) * pairs > 3 * rules.FALSE_ALARMS:
        assert rules.is_surely_chance(equal, chances, pairs)
