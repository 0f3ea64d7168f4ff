"""Regrades agree with a plain marking of every paper, and happen once."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attempts.domain.correcting import decide_correction, propose_correction
from attempts.domain.regrading import apply_corrections, mark_changes, regrade
from attempts.domain.starting import start_attempt
from attempts.models import Attempt, KeyCorrection, Regrade, RegradedScore
from attempts.queries import rounds_to_regrade
from contest_site.audit.models import AuditEvent
from contest_site.lib.errors import NotNow
from contests.enums import Marking
from contests.models import Round
from tests.attempts.support import answered, random_attempt, round_of
from tests.oracles.marks import mark_of
from tests.support.factories import make_contest, make_entry, make_staff
from tests.support.races import at_once

pytestmark = pytest.mark.django_db
FOUR = [(4, 0)] * 6
# number of options, the key or the keys
Question = tuple[int, int | frozenset[int]]


def corrected(round: Round, question: int, accepted: set[int], *, void: bool = False) -> KeyCorrection:
    """A correction proposed by one and approved by another."""
    made = propose_correction(
        round, question=question, accepted=accepted, void=void, grounds="Luật mới", by=make_staff()
    )
    decide_correction(made, approve=True, by=make_staff())
    return made


def sit(round: Round, *options: int, **fields: Any) -> Attempt:
    """Somebody's attempt at the first questions of the pool."""
    attempt = answered(make_entry(round.contest), round, range(len(options)), options, **fields)
    attempt.save(force_insert=True)
    return attempt


def scores() -> dict[Any, int]:
    return dict(RegradedScore.objects.values_list("attempt", "correct"))


@st.composite
def corrections_of(draw: st.DrawFn, pool: list[Question]) -> dict[int, set[int] | None]:
    """Other keys for some of the questions; None voids one."""
    wrong = draw(st.sets(st.integers(0, len(pool) - 1), min_size=1))
    return {
        at: draw(
            st.none()
            | st.sets(st.integers(0, pool[at][0] - 1), min_size=1, max_size=min(pool[at][0] - 1, 6) or 1)
        )
        for at in sorted(wrong)
    }


def several_of(width: int) -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.integers(0, width - 1), min_size=1, max_size=width - 1)


questions = st.integers(2, 7).flatmap(
    lambda width: st.tuples(st.just(width), st.integers(0, width - 1) | several_of(width))
)
worlds = st.lists(questions, min_size=3, max_size=9).flatmap(
    lambda pool: st.tuples(
        st.just(pool), st.integers(1, len(pool)), corrections_of(pool), corrections_of(pool)
    )
)


def by_hand(
    attempt: Attempt, pool: list[Question], corrections: dict[int, set[int] | None], marking: Marking
) -> Fraction:
    return mark_of(
        attempt.paper,
        attempt.orders,
        attempt.answers,
        [width for width, _key in pool],
        [{key} if isinstance(key, int) else set(key) for _width, key in pool],
        {at for at, (_width, key) in enumerate(pool) if not isinstance(key, int)},
        corrections,
        partial=marking is Marking.PARTS,
    )


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds, seed=st.integers(0, 999), marking=st.sampled_from(Marking))
def test_a_regrade_is_the_plain_marking_of_every_paper(
    world: tuple[list[Question], int, dict[int, set[int] | None], dict[int, set[int] | None]],
    seed: int,
    marking: Marking,
) -> None:
    pool, paper, first, second = world
    chance = random.Random(seed)
    with transaction.atomic():
        round = round_of(pool, paper=paper, contest=make_contest(marking=marking))
        entry = make_entry(round.contest)
        attempts = [random_attempt(entry, round, chance, number=at + 1) for at in range(8)]
        Attempt.objects.bulk_create(attempts)
        before = {attempt.pk: int(attempt.correct or 0) for attempt in attempts}
        for corrections in (first, second):
            lines = [
                (at, sorted(accepted if accepted is not None else range(pool[at][0])), accepted is None)
                for at, accepted in sorted(corrections.items())
            ]
            changes = mark_changes(round, lines)
            made = apply_corrections(round, lines)
            after = {
                attempt.pk: int(marking.parts * by_hand(attempt, pool, corrections, marking))
                for attempt in attempts
            }
            stored = dict(made.scores.values_list("attempt", "correct"))
            own = {attempt.pk: attempt.correct for attempt in attempts}
            assert stored == {pk: right for pk, right in after.items() if right != own[pk]}
            assert made.attempts == len(stored)
            moved = [after[pk] - before[pk] for pk in after]
            assert changes == {change: moved.count(change) for change in set(moved)}
            before = after
        transaction.set_rollback(True)


def test_a_key_changed_several_accepted_or_a_question_voided() -> None:
    round = round_of(FOUR, paper=3)
    right, wrong, blank, other = (
        sit(round, 0, 0, 0),
        sit(round, 1, 0, 0),
        sit(round, -1, 0, 0),
        sit(round, 2, 0, 0),
    )
    corrected(round, 0, {1})
    made = regrade(round)
    assert made is not None
    assert (made.version, made.attempts, made.corrections) == (1, 2, [[0, [1], False]])
    assert scores() == {right.pk: 2, wrong.pk: 3}
    corrected(round, 0, {0, 1})
    regrade(round)
    assert dict(Regrade.objects.get(version=2).scores.values_list("attempt", "correct")) == {wrong.pk: 3}
    corrected(round, 0, set(), void=True)
    regrade(round)
    assert dict(Regrade.objects.get(version=3).scores.values_list("attempt", "correct")) == {
        wrong.pk: 3,
        blank.pk: 3,
        other.pk: 3,
    }


def test_only_papers_that_have_the_question_change_and_the_attempts_themselves_never_do() -> None:
    round = round_of(FOUR, paper=2)
    had = sit(round, 1, 0)
    attempt = answered(make_entry(round.contest), round, [2, 3], [1, 1])
    attempt.save(force_insert=True)
    corrected(round, 0, {1})
    regrade(round)
    assert scores() == {had.pk: 2}
    assert set(Attempt.objects.values_list("correct", flat=True)) == {1, 0}


def test_it_happens_once_for_the_same_corrections_and_again_for_others() -> None:
    round = round_of(FOUR, paper=2)
    sit(round, 1, 0)
    assert regrade(round) is None
    corrected(round, 0, {1})
    assert rounds_to_regrade() == [round]
    assert regrade(round) is not None
    assert regrade(round) is None
    assert rounds_to_regrade() == []
    corrected(round, 1, {2})
    assert rounds_to_regrade() == [round]
    again = regrade(round)
    assert again is not None
    assert (again.version, again.corrections) == (2, [[0, [1], False], [1, [2], False]])
    assert AuditEvent.objects.filter(verb="regraded round", actor=None).count() == 2


def test_a_correction_taken_back_by_another_gives_everybody_the_own_mark() -> None:
    round = round_of(FOUR, paper=2)
    sit(round, 1, 0)
    corrected(round, 0, {1})
    regrade(round)
    corrected(round, 0, {0})
    again = regrade(round)
    assert again is not None
    assert (again.version, again.attempts) == (2, 0)


def test_what_is_not_approved_changes_nothing() -> None:
    round = round_of(FOUR, paper=2)
    sit(round, 1, 0)
    propose_correction(round, question=0, accepted={1}, grounds="Luật mới", by=make_staff())
    turned_down = propose_correction(round, question=1, accepted={1}, grounds="Luật mới", by=make_staff())
    decide_correction(turned_down, approve=False, reason="Đáp án cũ đúng", by=make_staff())
    assert rounds_to_regrade() == []
    assert regrade(round) is None


def test_not_before_the_round_is_closed_and_finished() -> None:
    round = round_of(FOUR, paper=2, closed=False)
    start_attempt(make_entry(round.contest), round)
    corrected(round, 0, {1})
    assert rounds_to_regrade() == []
    with pytest.raises(NotNow):
        regrade(round)


def test_a_regrade_and_its_scores_are_final() -> None:
    round = round_of(FOUR, paper=2)
    sit(round, 1, 0)
    corrected(round, 0, {1})
    regrade(round)
    for statement in (
        "UPDATE attempts_regrade SET corrections = '[]'",
        "DELETE FROM attempts_regradedscore",
        "UPDATE attempts_regradedscore SET correct = 2",
        "UPDATE attempts_keycorrection SET accepted = '{2}'",
        "DELETE FROM attempts_keycorrectiondecision",
    ):
        with (
            pytest.raises(IntegrityError, match="final"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_regrade() -> None:
    round = round_of(FOUR, paper=2)
    sit(round, 1, 0)
    corrected(round, 0, {1})
    results = at_once(6, lambda: regrade(Round.objects.get(pk=round.pk)))
    assert sum(result is not None for result in results) == 1
    assert not any(isinstance(result, Exception) for result in results)
    assert Regrade.objects.count() == 1
