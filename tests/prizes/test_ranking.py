"""The product's SQL against the plain Python of tests/oracles, on random plans in which ties abound."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from attempts.models import Attempt, Prediction
from attempts.rules.receipts import receipt_of_line
from contest_site.lib.errors import NotNow, Refused
from contest_site.lib.immutable import erasing_rehearsal_data
from contests.enums import CountingAttempt, PredictionTarget, RankKey
from contests.models import Entry, Round
from prizes.domain.awarding import propose_awards
from prizes.domain.ranking import compute_standings, is_current
from prizes.models import StandingsRow, StandingsRun, TieDecision
from prizes.scope import Scope
from tests.oracles import standings as oracle
from tests.prizes.support import at_once, over, simple_round, table, take
from tests.support.factories import exclude, make_entry, make_user, submitted_attempt

pytestmark = pytest.mark.django_db

QUESTIONS = 3
PEOPLE = 6
NOON = datetime(2024, 11, 10, 5, tzinfo=UTC)
# The wall clock of a busy machine says nothing about the rule under test.
SLOW = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@dataclass
class Sat:
    """One attempt as the test imagines it."""

    person: int
    correct: int
    seconds: int
    minute: int


@dataclass
class Scene:
    configuration: dict[str, Any]
    attempts: list[Sat]
    predictions: dict[int, Decimal]
    excluded: set[int]
    prizes: list[int]


@dataclass
class Arena:
    """One closed round and its people, the same for every example of a test."""

    round: Round
    entries: list[Entry]


@pytest.fixture
def arena() -> Arena:
    round = over(questions=QUESTIONS, attempts_allowed=50)
    return Arena(round, [make_entry(round.contest) for _ in range(PEOPLE)])


people_numbers = st.integers(0, PEOPLE - 1)
sat = st.builds(
    Sat,
    person=people_numbers,
    correct=st.integers(QUESTIONS - 1, QUESTIONS),
    seconds=st.integers(1, 2),
    minute=st.integers(0, 2),
)
targets = st.sampled_from([target.value for target in PredictionTarget])
guesses = st.one_of(
    st.integers(0, 12).map(Decimal), st.sampled_from(["33.33333", "66.66667", "50.00001"]).map(Decimal)
)


@st.composite
def configurations(draw: st.DrawFn, *, target: st.SearchStrategy[str] = targets) -> dict[str, Any]:
    return {
        "counting_attempt": draw(st.sampled_from([which.value for which in CountingAttempt])),
        "rank_order": draw(
            st.lists(st.sampled_from([key.value for key in RankKey]), min_size=1, max_size=4, unique=True)
        ),
        "only_all_right": draw(st.booleans()),
        "prediction_target": draw(target),
    }


scenes = st.builds(
    Scene,
    configuration=configurations(),
    attempts=st.one_of(st.lists(sat, min_size=8, max_size=16), st.lists(sat, max_size=3)),
    predictions=st.dictionaries(people_numbers, guesses, min_size=2, max_size=PEOPLE),
    excluded=st.sets(people_numbers, max_size=2),
    prizes=st.lists(st.integers(1, 3), max_size=3),
)


@contextmanager
def rolled_back() -> Iterator[None]:
    """Each example begins with the same empty round."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def build(arena: Arena, scene: Scene) -> list[dict[str, Any]]:
    """The scene in the database; the same attempts as the oracle reads them."""
    round = arena.round
    Round.objects.filter(pk=round.pk).update(**scene.configuration)
    table(round, *((f"Giải {at}", count) for at, count in enumerate(scene.prizes, 1)))
    for person in scene.excluded:
        exclude(round.contest, user=arena.entries[person].user)
    rows = [_row(arena, scene, at, one) for at, one in enumerate(scene.attempts)]
    Attempt.objects.bulk_create(rows)
    first = {row.entry_id: row for row in reversed(rows)}
    Prediction.objects.bulk_create(
        Prediction(entry_id=row.entry_id, round=round, attempt=row, value=scene.predictions[person])
        for person, entry in enumerate(arena.entries)
        if person in scene.predictions and (row := first.get(entry.pk))
    )
    return [
        {
            "id": row.pk,
            "entry": row.entry_id,
            "number": row.number,
            "correct": row.correct,
            "questions": QUESTIONS,
            "duration_ms": row.duration_ms,
            "submitted_at": row.submitted_at,
        }
        for row in rows
    ]


def _row(arena: Arena, scene: Scene, at: int, one: Sat) -> Attempt:
    ended = NOON + timedelta(minutes=one.minute)
    return Attempt(
        id=uuid.UUID(int=at + 1),
        entry=arena.entries[one.person],
        round=arena.round,
        number=1 + sum(other.person == one.person for other in scene.attempts[:at]),
        seed=b"0" * 32,
        paper=list(range(QUESTIONS)),
        orders=[0] * QUESTIONS,
        widths=[4] * QUESTIONS,
        answers=[1] * QUESTIONS,
        started_at=ended - timedelta(seconds=one.seconds),
        deadline=ended + timedelta(minutes=1),
        submitted_at=ended,
        finished_by=Attempt.FinishedBy.CONTESTANT,
        choices=[1] * QUESTIONS,
        correct=one.correct,
        duration_ms=one.seconds * 1000,
        receipt=receipt_of_line(f"{arena.round.pk}:{at}"),
    )


def expected(arena: Arena, scene: Scene, attempts: list[dict[str, Any]]) -> dict[str, Any]:
    predictions = {arena.entries[person].pk: value for person, value in scene.predictions.items()}
    excluded = {arena.entries[person].pk for person in scene.excluded}
    return oracle.standings(attempts, predictions, excluded, scene.configuration)


def rows_of(run: StandingsRun) -> list[tuple[Any, ...]]:
    return list(
        run.rows.order_by("rank", "entry_id").values_list(
            "rank",
            "entry_id",
            "attempt_id",
            "correct",
            "duration_ms",
            "submitted_at",
            "prediction",
            "distance",
        )
    )


@SLOW
@given(scene=scenes)
def test_the_standings_are_those_of_the_oracle(arena: Arena, scene: Scene) -> None:
    with rolled_back():
        attempts = build(arena, scene)
        run = compute_standings(Scope.of_round(arena.round), by=None)
        right = expected(arena, scene, attempts)
        assert (run.participants, run.attempts, run.all_right, run.target_value) == (
            right["participants"],
            right["attempts"],
            right["all_right"],
            right["target"],
        )
        assert rows_of(run) == [
            (
                row["rank"], row["entry"], row["id"], row["correct"], row["duration_ms"], row["submitted_at"],
                row["prediction"], row["distance"],
            )
            for row in right["rows"]
        ]  # fmt: skip
        assert run.ranked == len(right["rows"])
        assert run.digest == oracle.digest(run.configuration, right["rows"])


@SLOW
@given(scene=scenes, data=st.data())
def test_the_awards_are_those_of_the_oracle(arena: Arena, scene: Scene, data: st.DataObject) -> None:
    with rolled_back():
        attempts = build(arena, scene)
        run = compute_standings(Scope.of_round(arena.round), by=None)
        rows = expected(arena, scene, attempts)["rows"]
        purse = [(f"Giải {at}", count) for at, count in enumerate(scene.prizes, 1)]
        given_first, waiting = oracle.awards(rows, purse, {})
        proposal = propose_awards(run)
        assert {tie.rank for tie in proposal.undecided} == waiting
        assert _given(proposal.awards) == sorted(given_first)
        orders = {tie.rank: data.draw(st.permutations(tie.entries)) for tie in proposal.undecided}
        jury = make_user()
        TieDecision.objects.bulk_create(
            TieDecision(run=run, rank=rank, order=list(order), grounds="Biên bản", by=jury)
            for rank, order in orders.items()
        )
        given_then, waiting = oracle.awards(rows, purse, orders)
        decided = propose_awards(run)
        assert (waiting, decided.undecided) == (set(), ())
        assert _given(decided.awards) == sorted(given_then)
        left = sum(scene.prizes) - len(decided.awards)
        assert (
            sum(count for _prize, count in decided.unawarded) == left == max(0, sum(scene.prizes) - len(rows))
        )


def _given(awards: Any) -> list[tuple[str, int]]:
    return sorted((award.prize_name, award.row.entry_id) for award in awards)


@SLOW
@given(scene=scenes, seed=st.integers(0, 1000))
def test_the_order_of_insertion_changes_no_digest(arena: Arena, scene: Scene, seed: int) -> None:
    with rolled_back():
        build(arena, scene)
        run = compute_standings(Scope.of_round(arena.round), by=None)
        attempts, predictions = list(Attempt.objects.all()), list(Prediction.objects.all())
        with transaction.atomic():
            _erase()
            shuffled = random.Random(seed)
            shuffled.shuffle(attempts)
            shuffled.shuffle(predictions)
            Attempt.objects.bulk_create(attempts)
            Prediction.objects.bulk_create(predictions)
        assert is_current(run)


def _erase() -> None:
    with erasing_rehearsal_data():
        for model in (StandingsRow, Prediction, Attempt):
            model._default_manager.all()._raw_delete("default")


@SLOW
@given(
    scene=scenes,
    configuration=configurations(
        # A further attempt moves the target itself when attempts are what is predicted.
        target=st.sampled_from(["none", "participants", "all_right", "all_right_percent"])
    ),
    data=st.data(),
)
def test_a_worse_attempt_never_improves_a_rank(
    arena: Arena, scene: Scene, configuration: dict[str, Any], data: st.DataObject
) -> None:
    with rolled_back():
        scene.configuration = configuration
        attempts = build(arena, scene)
        if not attempts:
            return
        before = {row[1]: row[0] for row in rows_of(compute_standings(Scope.of_round(arena.round), by=None))}
        person = data.draw(st.sampled_from(sorted({one.person for one in scene.attempts})))
        entry = arena.entries[person]
        submitted_attempt(
            entry,
            arena.round,
            correct=0,
            duration_ms=9_000_000,
            submitted_at=NOON + timedelta(days=1),
            number=40,
        )
        after = {row[1]: row[0] for row in rows_of(compute_standings(Scope.of_round(arena.round), by=None))}
        if entry.pk in after:
            assert after[entry.pk] >= before[entry.pk]
        assert entry.pk in before or entry.pk not in after


@SLOW
@given(scene=scenes, others=st.dictionaries(people_numbers, guesses, max_size=8))
def test_the_prediction_never_decides_which_attempt_counts(
    arena: Arena, scene: Scene, others: dict[int, Decimal]
) -> None:
    with rolled_back():
        build(arena, scene)
        counting = {
            row[1]: row[2] for row in rows_of(compute_standings(Scope.of_round(arena.round), by=None))
        }
    with rolled_back():
        scene.predictions = others
        build(arena, scene)
        again = {row[1]: row[2] for row in rows_of(compute_standings(Scope.of_round(arena.round), by=None))}
    assert counting == again


def test_a_perfect_answer_counts_even_when_another_attempt_is_the_counting_one() -> None:
    round = over(counting_attempt=CountingAttempt.LAST, prediction_target=PredictionTarget.ALL_RIGHT_PERCENT)
    entry = take(round, "An", correct=3)
    submitted_attempt(entry, round, correct=1)
    for name in ("Bình", "Cường"):
        take(round, name, correct=1)
    run = compute_standings(Scope.of_round(round), by=None)
    assert (run.participants, run.attempts, run.all_right) == (3, 4, 1)
    assert run.target_value == Decimal("33.33333")
    assert run.rows.get(entry=entry).correct == 1


def test_without_participants_there_is_no_percentage() -> None:
    run = compute_standings(
        Scope.of_round(over(prediction_target=PredictionTarget.ALL_RIGHT_PERCENT)), by=None
    )
    assert (run.target_value, run.ranked, run.version) == (None, 0, 1)


def test_a_blank_prediction_is_infinitely_far() -> None:
    round = over(rank_order=[RankKey.SCORE, RankKey.PREDICTION])
    far, blank = take(round, "Xa", prediction=999_999_999), take(round, "Trống")
    assert list(
        compute_standings(Scope.of_round(round), by=None).rows.order_by("rank").values_list("entry", "rank")
    ) == [
        (far.pk, 1),
        (blank.pk, 2),
    ]


def test_people_on_the_exclusion_list_are_neither_ranked_nor_counted() -> None:
    round = over()
    listed, other = take(round, "Trưởng ban"), take(round, "An")
    exclude(round.contest, phone=listed.phone)
    run = compute_standings(Scope.of_round(round), by=None)
    assert (run.participants, run.attempts, run.configuration["excluded"]) == (1, 1, 1)
    assert run.rows.get().entry == other


def test_ranking_again_without_a_change_gives_the_same_version() -> None:
    round = simple_round([("An", 50), ("Bình", 60)])
    first = compute_standings(Scope.of_round(round), by=None)
    assert compute_standings(Scope.of_round(round), by=make_user(), reason="Kiểm tra lại") == first
    assert StandingsRun.objects.count() == 1


def test_a_changed_plan_makes_the_next_version_and_keeps_the_first() -> None:
    round = simple_round([("An", 50), ("Bình", 60)])
    first = compute_standings(Scope.of_round(round), by=None)
    Round.objects.filter(pk=round.pk).update(rank_order=[RankKey.SUBMITTED])
    second = compute_standings(Scope.of_round(round), by=make_user(), reason="Sửa thể lệ")
    assert (second.version, second.reason) == (2, "Sửa thể lệ")
    assert first.digest != second.digest
    assert StandingsRun.objects.get(pk=first.pk).rows.count() == 2


def test_no_ranking_before_the_close() -> None:
    with pytest.raises(NotNow):
        compute_standings(Scope.of_round(over(closed=False)), by=None)


def test_no_ranking_while_an_attempt_is_open() -> None:
    round = over()
    entry = make_entry(round.contest)
    Attempt.objects.create(
        entry=entry, round=round, number=1, seed=b"0" * 32, paper=[0], orders=[0], widths=[4], answers=[0],
        deadline=round.closes_at + timedelta(hours=1),
    )  # fmt: skip
    with pytest.raises(NotNow):
        compute_standings(Scope.of_round(round), by=None)


def test_no_ranking_without_an_order() -> None:
    with pytest.raises(Refused):
        compute_standings(Scope.of_round(over(rank_order=[])), by=None)


def test_ranking_works_while_queries_are_logged(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    round = simple_round([("An", 50)])
    with django_assert_num_queries(16):
        compute_standings(Scope.of_round(round), by=None)


def test_names_typed_by_people_never_reach_the_statement() -> None:
    round = simple_round([("'); DROP TABLE prizes_award; --", 50)])
    assert compute_standings(Scope.of_round(round), by=None, reason="'; SELECT 1; --").ranked == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_version() -> None:
    round = simple_round([("An", 50), ("Bình", 60)])
    runs = at_once(lambda: compute_standings(Scope.of_round(round), by=None).pk, times=4)
    assert len(set(runs)) == 1
    assert StandingsRun.objects.get().rows.count() == 2
    assert connections["default"].is_usable()
