"""The analysis of rounds in the database, against a plain count of the same papers."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from pytest_django import DjangoAssertNumQueries

from attempts.analysis.queries import count_choices
from attempts.analysis.report import Item, worths_of
from attempts.domain.correcting import decide_correction, propose_correction
from attempts.domain.disqualifying import disqualify
from attempts.models import Attempt
from contests.enums import Marking
from contests.models import Round
from tests.attempts.analysis.support import analyse
from tests.attempts.support import Pool, answered, random_attempt, round_of
from tests.support.factories import exclude, make_contest, make_entry, make_user

pytestmark = pytest.mark.django_db


def stored(*attempts: Attempt) -> None:
    Attempt.objects.bulk_create(attempts)


def sit(round: Round, options: list[int], *, duration_ms: int = 60_000) -> Attempt:
    """A new person's paper of all questions, in the pool's order."""
    return answered(make_entry(round.contest), round, range(len(options)), options, duration_ms=duration_ms)


def item(round: Round, index: int = 0, *, every: bool = False) -> Item:
    return analyse(round, every=every).items[index]


def worth(question: tuple[int, int | frozenset[int]], choice: int, parts: int) -> int:
    """What a choice brings, said anew: no code is shared with the product."""
    _width, key = question
    if isinstance(key, int):
        return parts if choice == key + 1 else 0
    ticked = {option for option in range(7) if choice & 2**option}
    if parts == 1:
        return int(ticked == key)
    return max(0, len(ticked & key) - len(ticked - key)) * 60 // len(key)


@pytest.mark.parametrize("marking", [Marking.WHOLE, Marking.PARTS])
def test_drawn_papers_are_counted_as_numpy_counts_them(marking: Marking) -> None:
    random = Random(7)
    pool: Pool = [(4, 1), (4, 3), (2, 0), (5, 2), (4, frozenset({0, 2})), (5, frozenset({1, 3, 4})), (4, 0)]
    round = round_of(pool, paper=4, contest=make_contest(marking=marking))
    parts = round.seal.parts
    attempts = [random_attempt(make_entry(round.contest), round, random) for _person in range(90)]
    stored(*attempts)

    analysis = analyse(round)

    assert (analysis.papers, analysis.group) == (90, 24)
    marks = defaultdict(list)
    choices = defaultdict(list)
    ranked = []
    for attempt in attempts:
        assert attempt.choices is not None
        each = [
            worth(pool[at], choice, parts) for at, choice in zip(attempt.paper, attempt.choices, strict=True)
        ]
        assert sum(each) == attempt.correct
        ranked.append((-sum(each), attempt.duration_ms, str(attempt.pk)))
        for at, choice, mark in zip(attempt.paper, attempt.choices, each, strict=True):
            marks[at].append((mark, sum(each) - mark))
            choices[at].append((choice, ranked[-1]))
    ranked.sort()
    upper, lower = set(ranked[:24]), set(ranked[-24:])
    for one in analysis.items:
        x, rest = np.array(marks[one.index], dtype=float).T
        made = [choice for choice, _who in choices[one.index]]
        assert (one.papers, one.blank.papers) == (len(made), made.count(0))
        assert one.found.facility is not None
        assert float(one.found.facility) == pytest.approx(x.mean() / parts, abs=1e-9)
        assert float(one.found.deviation or 0) == pytest.approx(x.std(ddof=1) / parts, abs=1e-9)
        if np.ptp(x) == 0:
            assert (one.found.discrimination, one.found.efficiency) == (None, None)
        else:
            highest = np.cov(np.sort(x), np.sort(rest))[0, 1]
            efficiency = np.cov(x, rest)[0, 1] / highest
            assert float(one.found.discrimination or 0) == pytest.approx(np.corrcoef(x, rest)[0, 1], abs=1e-9)
            assert float(one.found.efficiency or 0) == pytest.approx(efficiency, abs=1e-9)
        assert one.upper == sum(who in upper for _choice, who in choices[one.index])
        assert one.lower == sum(who in lower for _choice, who in choices[one.index])
        multiple = not isinstance(pool[one.index][1], int)
        for option in one.options:

            def has(choice: int, place: int = option.index, several: bool = multiple) -> bool:
                return bool(choice & 2**place) if several else choice == place + 1

            assert option.papers == sum(map(has, made))
            assert option.upper == sum(has(choice) and who in upper for choice, who in choices[one.index])
        assert sum(combined.papers for combined in one.combinations) == (one.answered if multiple else 0)


def test_two_statements_whatever_the_number_of_papers(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    round = round_of([(4, 0), (4, 1)], paper=2)
    stored(*[sit(round, [0, 1]) for _person in range(5)])
    round = Round.objects.select_related("contest", "seal").get(pk=round.pk)
    worths = worths_of(round, [])
    with django_assert_num_queries(2):  # who does not count, and the counting itself
        papers, counts = count_choices(round, worths, every=False)
    assert (papers, counts[0].choices[1].papers) == (5, 5)


def test_a_round_without_papers_has_no_figures() -> None:
    round = round_of([(4, 0), (4, 1)], paper=2)
    analysis = analyse(round)
    assert (analysis.papers, analysis.suspected) == (0, [])
    assert [one.papers for one in analysis.items] == [0, 0]
    assert analysis.items[0].found.facility is None


def test_the_first_paper_of_a_person_counts_unless_all_are_asked_for() -> None:
    round = round_of([(4, 0), (4, 1)], paper=2)
    entry = make_entry(round.contest)
    stored(
        answered(entry, round, [0, 1], [3, 1]),
        answered(entry, round, [1, 0], [1, 0], number=2),
        sit(round, [0, -1]),
    )
    assert [item(round).papers, item(round, every=True).papers] == [2, 3]
    assert item(round).found.facility == pytest.approx(1 / 2)
    assert item(round, every=True).found.facility == pytest.approx(2 / 3)


def test_an_open_first_paper_is_none_yet() -> None:
    round = round_of([(4, 0), (4, 1)], paper=2, closed=False)
    entry = make_entry(round.contest)
    left = answered(entry, round, [0, 1], [0, 1])
    for name in ("submitted_at", "finished_by", "choices", "correct", "duration_ms", "receipt"):
        setattr(left, name, None)
    stored(left, answered(entry, round, [0, 1], [0, 1], number=2))
    assert analyse(round).papers == 1


def test_who_is_not_ranked_is_not_counted() -> None:
    round = round_of([(4, 0), (4, 1)], paper=2)
    listed, trying, judged, free = (make_entry(round.contest, unofficial=at == 1) for at in range(4))
    exclude(round.contest, user=listed.user)
    stored(*[answered(entry, round, [0, 1], [0, 1]) for entry in (listed, trying, judged, free)])
    disqualify(judged, round=round, grounds="Thi hộ", attachment=None, by=make_user())
    assert analyse(round).papers == 1


def test_corrections_in_force_decide_what_is_right() -> None:
    round = round_of([(4, 0), (4, 1), (4, 2)], paper=3, closed=False)
    stored(sit(round, [3, 1, 2]), sit(round, [3, -1, 2]), sit(round, [0, 1, -1]))
    assert item(round).found.facility == pytest.approx(1 / 3)
    by, other = make_user(), make_user()
    decide_correction(
        propose_correction(round, question=0, accepted=[3], grounds="Nhầm đáp án", by=by),
        approve=True,
        by=other,
    )
    decide_correction(
        propose_correction(round, question=1, void=True, grounds="Câu sai", by=by), approve=True, by=other
    )

    first, second, third = analyse(round).items

    assert first.found.facility == pytest.approx(2 / 3)
    assert [option.right for option in first.options] == [False, False, False, True]
    assert (first.corrected, first.void) == (True, False)
    assert second.found.facility == Fraction(1)
    assert second.found.discrimination is None
    assert (second.corrected, second.void, second.blank.papers) == (True, True, 1)
    # What is left of the papers follows the same keys: 2, 2 and 1 beside the third question.
    assert float(third.found.discrimination or 0) == pytest.approx(1)


def test_a_wrong_key_is_on_top() -> None:
    """Forty people know everything, but the key of the first question is another option; others guess."""
    round = round_of([(4, 0), *[(4, 1)] * 5], paper=6)
    knowing = [sit(round, [2, 1, 1, 1, 1, 1], duration_ms=at) for at in range(1, 41)]
    random = Random(3)
    guessing = [sit(round, [random.randrange(4) for _question in range(6)]) for _person in range(40)]
    stored(*knowing, *guessing)
    suspected = analyse(round).suspected
    assert [one.number for one in suspected] == [1]
    assert len(suspected[0].suspicions) == 3
