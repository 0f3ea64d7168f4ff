"""Random contests of three rounds in which ties abound: in the database, and as the oracles read them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from attempts.models import Attempt, Disqualification, Prediction, Regrade, RegradedScore, Reinstatement
from attempts.rules.receipts import receipt_of_line
from contest_site.accounts.models import User
from contests.domain.consenting import withdraw_consent
from contests.enums import Combine, CountingAttempt, PredictionScope, PredictionTarget, RankKey
from contests.models import Block, BlockUnit, Contest, Entry, Round, Unit
from prizes.scope import Scope
from tests.oracles.standings import Facts
from tests.prizes.support import over
from tests.support.factories import exclude, make_block, make_contest, make_entry, make_unit, make_user

QUESTIONS = 3
ROUNDS = 3
# Each person's unit: two of A's (one below it), two of B's, two of D's (in the other block), two of none.
HOMES = ("A", "A1", "B", "B", "D", "D", "E", "root")
PEOPLE = len(HOMES)
NOON = datetime(2024, 11, 10, 5, tzinfo=UTC)


def examples(count: int) -> settings:
    """The wall clock of a busy machine says nothing about the rule under test."""
    return settings(
        max_examples=count,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )


@dataclass(frozen=True)
class Sat:
    """One attempt as the test imagines it."""

    person: int
    round: int  # from 0
    correct: int
    seconds: int
    minute: int


@dataclass
class Scene:
    """What is decided and what happened, in numbers of people and rounds from 0."""

    rounds: list[dict[str, Any]]
    overall: dict[str, Any]
    attempts: list[Sat]
    predictions: dict[tuple[int, int], Decimal]
    excluded: set[int] = field(default_factory=set)
    unofficial: set[int] = field(default_factory=set)
    withdrawn: set[int] = field(default_factory=set)  # whose consent was taken back
    disqualified: set[tuple[int, int | None]] = field(default_factory=set)
    reinstated: set[int] = field(default_factory=set)  # disqualified once and taken back
    regrades: list[tuple[int, dict[int, int]]] = field(default_factory=list)  # round, {attempt: correct}


@dataclass
class Arena:
    """One closed contest and its people, the same for every example of a test."""

    contest: Contest
    rounds: list[Round]
    entries: list[Entry]
    units: dict[str, Unit]
    blocks: list[Block]
    judge: User

    def scope(self, at: int | None) -> Scope:
        return Scope.of_contest(self.contest) if at is None else Scope.of_round(self.rounds[at])

    def number(self, at: int | None) -> int | None:
        return None if at is None else self.rounds[at].number


def make_arena() -> Arena:
    """Blocks: A (with A1 below) and B; D, and C in which nobody is. E competes nowhere."""
    root = make_unit("root")
    units = {"root": root} | {name: make_unit(name, parent=root) for name in "ABCDE"}
    units["A1"] = make_unit("A1", parent=units["A"])
    now = datetime.now(UTC)
    contest = make_contest(area=root, opens_at=now - timedelta(days=40), closes_at=now - timedelta(seconds=1))
    rounds = [
        over(
            contest,
            questions=QUESTIONS,
            attempts_allowed=50,
            opens_at=now - timedelta(days=30 - at),
            closes_at=now - timedelta(days=29 - at),
        )
        for at in range(ROUNDS)
    ]
    blocks = [make_block(contest, [units["A"], units["B"]]), make_block(contest, [units["D"], units["C"]])]
    entries = [make_entry(contest, unit=units[home]) for home in HOMES]
    return Arena(contest, rounds, entries, units, blocks, make_user())


# --- What may happen ---------------------------------------------------------------------------------------
people_numbers = st.integers(0, PEOPLE - 1)
round_numbers = st.integers(0, ROUNDS - 1)
marks = st.integers(QUESTIONS - 1, QUESTIONS)
orders = st.lists(st.sampled_from(RankKey.values), min_size=1, max_size=4, unique=True)
guesses = st.one_of(
    st.integers(0, 12).map(Decimal), st.sampled_from(["33.33333", "66.66667", "50.00001"]).map(Decimal)
)
plans = st.fixed_dictionaries(
    {
        "counting_attempt": st.sampled_from(CountingAttempt.values),
        "rank_order": orders,
        "only_all_right": st.booleans(),
        "prediction_target": st.sampled_from(PredictionTarget.values),
        "prediction_scope": st.sampled_from(PredictionScope.values),
    }
)
overalls = st.fixed_dictionaries(
    {
        "overall_combine": st.sampled_from([Combine.SUM.value, Combine.BEST.value]),
        "overall_rank_order": orders,
        "overall_only_all_right": st.booleans(),
    }
)
sats = st.builds(
    Sat,
    person=people_numbers,
    round=round_numbers,
    correct=marks,
    seconds=st.integers(1, 2),
    minute=st.integers(0, 2),
)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    attempts = draw(st.one_of(st.lists(sats, min_size=12, max_size=30), st.lists(sats, max_size=4)))
    regraded = st.dictionaries(st.integers(0, max(0, len(attempts) - 1)), marks, max_size=6)
    return Scene(
        rounds=draw(st.lists(plans, min_size=ROUNDS, max_size=ROUNDS)),
        overall=draw(overalls),
        attempts=attempts,
        predictions=draw(st.dictionaries(st.tuples(people_numbers, round_numbers), guesses, max_size=16)),
        excluded=draw(st.sets(people_numbers, max_size=1)),
        unofficial=draw(st.sets(people_numbers, max_size=1)),
        withdrawn=draw(st.sets(people_numbers, max_size=1)),
        disqualified=draw(
            st.sets(st.tuples(people_numbers, st.one_of(st.none(), round_numbers)), max_size=2)
        ),
        reinstated=draw(st.sets(people_numbers, max_size=1)),
        regrades=draw(st.lists(st.tuples(round_numbers, regraded), max_size=3)) if attempts else [],
    )


# --- In the database, and as facts -------------------------------------------------------------------------
@contextmanager
def rolled_back() -> Iterator[None]:
    """Each example begins with the same empty contest."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def build(arena: Arena, scene: Scene) -> Facts:
    """The scene in the database; the same as the oracles read it."""
    for round, plan in zip(arena.rounds, scene.rounds, strict=True):
        Round.objects.filter(pk=round.pk).update(**plan)
    Contest.objects.filter(pk=arena.contest.pk).update(**scene.overall)
    rows = [_row(arena, scene, at, one) for at, one in enumerate(scene.attempts)]
    Attempt.objects.bulk_create(rows)
    predictions = _predict(arena, scene, rows)
    for person in scene.excluded:
        exclude(arena.contest, user=arena.entries[person].user)
    trying = [arena.entries[person].pk for person in scene.unofficial]
    Entry.objects.filter(pk__in=trying).update(unofficial=True)
    for person in scene.withdrawn:
        withdraw_consent(arena.entries[person], by=arena.entries[person].user)
    _judge(arena, scene)
    return Facts(
        rounds=[
            {"number": round.number, **plan} for round, plan in zip(arena.rounds, scene.rounds, strict=True)
        ],
        attempts=[_fact(arena, row, one) for row, one in zip(rows, scene.attempts, strict=True)],
        predictions=predictions,
        refused={arena.entries[person].pk for person in scene.excluded | scene.unofficial | scene.withdrawn},
        disqualified={
            (arena.entries[person].pk, arena.number(round)) for person, round in scene.disqualified
        },
        regrades=_regrade(arena, scene, rows),
        unit_of={entry.pk: entry.unit_id for entry in arena.entries},
        competes=_competes(arena),
        blocks=[block.pk for block in arena.blocks],
        **scene.overall,
    )


def _row(arena: Arena, scene: Scene, at: int, one: Sat) -> Attempt:
    ended = NOON + timedelta(minutes=one.minute)
    before = scene.attempts[:at]
    return Attempt(
        # Attempts of the same values would be told apart by a random id alone.
        id=uuid.UUID(int=at + 1),
        entry=arena.entries[one.person],
        round=arena.rounds[one.round],
        number=1 + sum((other.person, other.round) == (one.person, one.round) for other in before),
        seed=b"0" * 32,
        paper=list(range(QUESTIONS)),
        orders=[0] * QUESTIONS,
        limits=[4] * QUESTIONS,
        answers=[1] * QUESTIONS,
        started_at=ended - timedelta(seconds=one.seconds),
        deadline=ended + timedelta(minutes=1),
        submitted_at=ended,
        finished_by=Attempt.FinishedBy.CONTESTANT,
        choices=[1] * QUESTIONS,
        correct=one.correct,
        duration_ms=one.seconds * 1000,
        receipt=receipt_of_line(str(at)),
    )


def _fact(arena: Arena, row: Attempt, one: Sat) -> dict[str, Any]:
    return {
        "id": row.pk,
        "entry": row.entry_id,
        "round": arena.number(one.round),
        "number": row.number,
        "correct": row.correct,
        "questions": QUESTIONS,
        "duration_ms": row.duration_ms,
        "submitted_at": row.submitted_at,
    }


def _predict(arena: Arena, scene: Scene, rows: list[Attempt]) -> dict[tuple[int, int], Decimal]:
    """Only who sat a round has a prediction there."""
    first = {(row.entry_id, row.round_id): row for row in reversed(rows)}
    bound = {
        (person, round): row
        for person, round in scene.predictions
        if (row := first.get((arena.entries[person].pk, arena.rounds[round].pk)))
    }
    Prediction.objects.bulk_create(
        Prediction(entry_id=row.entry_id, round_id=row.round_id, attempt=row, value=scene.predictions[key])
        for key, row in bound.items()
    )
    return {
        (arena.entries[person].pk, arena.rounds[round].number): scene.predictions[person, round]
        for person, round in bound
    }


def _judge(arena: Arena, scene: Scene) -> None:
    Disqualification.objects.bulk_create(
        Disqualification(
            entry=arena.entries[person],
            round=None if round is None else arena.rounds[round],
            grounds="Biên bản",
            by=arena.judge,
        )
        for person, round in scene.disqualified
    )
    for person in scene.reinstated:
        taken_back = Disqualification.objects.create(
            entry=arena.entries[person], grounds="Rút lại", by=arena.judge
        )
        Reinstatement.objects.create(disqualification=taken_back, grounds="Xem lại", by=arena.judge)


def _regrade(arena: Arena, scene: Scene, rows: list[Attempt]) -> dict[int, list[dict[Any, int]]]:
    found: dict[int, list[dict[Any, int]]] = {}
    for round, changed in scene.regrades:
        own = arena.rounds[round]
        scores = {
            rows[at].pk: correct for at, correct in changed.items() if scene.attempts[at].round == round
        }
        versions = found.setdefault(own.number, [])
        versions.append(scores)
        regrade = Regrade.objects.create(
            round=own, version=len(versions), corrections=[], attempts=len(scores)
        )
        RegradedScore.objects.bulk_create(
            RegradedScore(regrade=regrade, attempt_id=attempt, correct=correct)
            for attempt, correct in scores.items()
        )
    return found


def _competes(arena: Arena) -> dict[int, tuple[int, int]]:
    """By hand, from the words of `make_arena`."""
    first, second = (block.pk for block in arena.blocks)
    a, b, c, d = (arena.units[name].pk for name in "ABCD")
    return {
        a: (a, first),
        arena.units["A1"].pk: (a, first),
        b: (b, first),
        d: (d, second),
        c: (c, second),
    }


def competing(arena: Arena) -> dict[int, int]:
    """Competing unit → block."""
    return dict(BlockUnit.objects.filter(contest=arena.contest).values_list("unit_id", "block_id"))
