"""Unit standings against the plain Python of tests/oracles, and their rules one at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contests.enums import Audience, TableScope, UnitMetric
from contests.models import BlockUnit, Contest, Headcount, Prize, PrizeTable, Unit
from prizes.domain.ranking import compute_standings, is_current
from prizes.enums import LeftOut
from prizes.models import Award, RunApproval, RunReturn, StandingsRun, UnitRow
from prizes.rules.unit_order import Measures, UnitRule, points_of, rank_units, value_of
from prizes.scope import Scope
from tests.oracles import standings as people_oracle
from tests.oracles import units as oracle
from tests.prizes.scenes import (
    HOMES,
    Arena,
    Scene,
    build,
    competing,
    examples,
    make_arena,
    people_numbers,
    rolled_back,
    round_numbers,
    scenes,
)
from tests.prizes.support import over, take
from tests.support.factories import make_block, make_table, make_unit, make_user, submitted_attempt

pytestmark = pytest.mark.django_db

METRICS = UnitMetric.values


@pytest.fixture
def arena() -> Arena:
    return make_arena()


# --- Against the oracle ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Given:
    """A prize in force from another round: of the table of people or of units."""

    round: int
    person: int | None
    unit: str | None


orders = st.lists(st.sampled_from(METRICS), min_size=1, max_size=3, unique=True)


@st.composite
def weights(draw: st.DrawFn) -> dict[str, int]:
    metrics = draw(st.lists(st.sampled_from(METRICS), min_size=1, max_size=3, unique=True))
    first = draw(st.integers(1, 98))
    return dict(zip(metrics, [100] if len(metrics) == 1 else [first, 99 - first, 1], strict=False))


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    by_weight = draw(st.booleans())
    return {
        "unit_order": [] if by_weight else draw(orders),
        "weights": draw(weights()) if by_weight else {},
        "best_of": draw(st.one_of(st.none(), st.integers(1, 3))),
        "by_block": draw(st.booleans()),
        "min_participants": draw(st.one_of(st.none(), st.integers(1, 2))),
        "min_ratio_percent": draw(st.sampled_from([None, Decimal("33.33"), Decimal(50), Decimal(100)])),
        "winner_limit": draw(st.one_of(st.none(), st.integers(1, 2))),
    }


awarded = st.one_of(
    st.builds(Given, round=round_numbers, person=people_numbers, unit=st.none()),
    st.builds(Given, round=round_numbers, person=st.none(), unit=st.sampled_from("ABCD")),
)
headcounts = st.dictionaries(st.sampled_from(["root", "A", "A1", "B", "D", "E"]), st.integers(1, 6))


@pytest.mark.dear
@examples(40)
@given(
    scene=scenes(),
    at=st.one_of(st.none(), round_numbers),
    own=st.lists(tables(), min_size=1, max_size=2),
    heads=headcounts,
    given_before=st.lists(awarded, max_size=5),
)
def test_the_units_are_those_of_the_oracle(
    arena: Arena,
    scene: Scene,
    at: int | None,
    own: list[dict[str, Any]],
    heads: dict[str, int],
    given_before: list[Given],
) -> None:
    with rolled_back():
        facts = build(arena, scene)
        Headcount.objects.bulk_create(
            Headcount(contest=arena.contest, unit=arena.units[name], people=people)
            for name, people in heads.items()
        )
        scope = TableScope.CONTEST if at is None else TableScope.EACH_ROUND
        made = [_table(arena, scope, rule) for rule in own]
        _give(arena, made[0], given_before)
        run = compute_standings(arena.scope(at), by=None)
        expected = [
            oracle.unit_results(
                facts,
                arena.number(at),
                rule,
                competing(arena),
                {arena.units[name].pk: people for name, people in heads.items()},
                winners=_winners(arena, given_before),
                wins=_wins(arena, given_before, at) if table == made[0] else {},
            )
            for table, rule in zip(made, own, strict=True)
        ]
        for table, units in zip(made, expected, strict=True):
            assert _rows(run, table) == sorted(
                (tuple(unit[name] for name in COLUMNS) for unit in units), key=lambda row: row[0]
            )
        lines = [
            line
            for table, rule, units in zip(made, own, expected, strict=True)
            for line in oracle.lines({"number": table.number, **rule}, units)
        ]
        people = people_oracle.standings(facts, arena.number(at))["rows"]
        assert run.digest == people_oracle.digest(run.configuration, people, lines)


COLUMNS = (
    "unit", "block", "rank", "left_out", "participants", "attempts", "headcount", "sittings", "correct",
    "all_right", "winners", "best_people", "best_correct", "best_duration_ms", "points",
)  # fmt: skip


def _rows(run: StandingsRun, table: PrizeTable) -> list[tuple[Any, ...]]:
    return list(UnitRow.objects.filter(run=run, table=table).order_by("unit_id").values_list(*COLUMNS))


def _table(arena: Arena, scope: TableScope, rule: Mapping[str, Any]) -> PrizeTable:
    return make_table(
        arena.contest, [("Giải tập thể", 1, 1_000)], audience=Audience.UNIT, scope=scope, **rule
    )


def _give(arena: Arena, table: PrizeTable, given_before: Sequence[Given]) -> None:
    """Approved runs of the rounds with these awards: people's by a table of their own, units' by `table`."""
    own = make_table(arena.contest, [("Giải cá nhân", 1, 1_000)], scope=TableScope.EACH_ROUND)
    prizes = {True: own.prizes.get(), False: table.prizes.get()}
    for round in {one.round for one in given_before}:
        run = make_run(Scope.of_round(arena.rounds[round]))
        RunApproval.objects.create(run=run, reviewer=arena.judge, by=make_user())
        for place, one in enumerate((one for one in given_before if one.round == round), 1):
            award(
                run,
                prizes[one.person is not None],
                place,
                entry=None if one.person is None else arena.entries[one.person],
                unit=None if one.unit is None else arena.units[one.unit],
            )


def make_run(scope: Scope) -> StandingsRun:
    """A version in which nothing was counted."""
    return StandingsRun.objects.create(
        contest=scope.contest,
        round=scope.round,
        version=1,
        configuration={},
        participants=0,
        attempts=0,
        all_right=0,
        ranked=0,
        digest="",
    )


def award(run: StandingsRun, prize: Prize, place: int, **holder: Any) -> None:
    Award.objects.create(run=run, prize=prize, place=place, prize_name=prize.name, amount=0, **holder)


def _winners(arena: Arena, given_before: Sequence[Given]) -> dict[int, int]:
    homes = {"A": "A", "A1": "A", "B": "B", "D": "D"}
    return Counter(
        arena.units[homes[HOMES[one.person]]].pk
        for one in given_before
        if one.person is not None and HOMES[one.person] in homes
    )


def _wins(arena: Arena, given_before: Sequence[Given], at: int | None) -> dict[int, int]:
    return Counter(
        arena.units[one.unit].pk for one in given_before if one.unit is not None and one.round != at
    )


# --- The rules, without a database -------------------------------------------------------------------------
def unit(number: int, **measures: Any) -> Measures:
    values: dict[str, Any] = {"block": 1, "participants": 1, "sittings": 1, "headcount": 10, **measures}
    return Measures(unit=number, **values)


def ranks(units: Sequence[Measures], rule: UnitRule) -> dict[int, int | LeftOut | None]:
    return {one.measures.unit: one.left_out or one.rank for one in rank_units(units, rule)}


def test_what_each_metric_means() -> None:
    one = unit(
        1,
        participants=30,
        attempts=45,
        headcount=40,
        sittings=60,
        correct=1500,
        all_right=12,
        winners=2,
        best_correct=290,
        best_duration_ms=900_000,
    )
    assert {metric.value: value_of(metric, one) for metric in UnitMetric} == {
        "participants": 30,
        "attempts": 45,
        "ratio": Fraction(3, 4),
        "mean_score": 25,
        "all_right": 12,
        "all_right_share": Fraction(2, 5),
        "winners": 2,
        "best_score": 290,
        "best_duration": 900_000,
    }


def test_the_first_key_that_differs_decides_and_equals_share_a_rank() -> None:
    units = [
        unit(1, participants=5, sittings=5, correct=100),
        unit(2, participants=5, sittings=5, correct=110),
        unit(3, participants=6, sittings=6, correct=0),
        unit(4, participants=5, sittings=10, correct=220),  # the same mean as 2
        unit(5, participants=1),
    ]
    rule = UnitRule(order=[UnitMetric.PARTICIPANTS, UnitMetric.MEAN_SCORE])
    assert ranks(units, rule) == {3: 1, 2: 2, 4: 2, 1: 4, 5: 5}


def test_a_third_and_two_sixths_are_equal() -> None:
    units = [unit(1, participants=1, headcount=3), unit(2, participants=2, headcount=6)]
    assert ranks(units, UnitRule(order=[UnitMetric.RATIO])) == {1: 1, 2: 1}


def test_of_equal_sums_the_shorter_time_is_better() -> None:
    units = [unit(1, best_correct=9, best_duration_ms=11), unit(2, best_correct=9, best_duration_ms=10)]
    rule = UnitRule(order=[UnitMetric.BEST_SCORE, UnitMetric.BEST_DURATION])
    assert ranks(units, rule) == {2: 1, 1: 2}


def test_weights_measure_a_unit_by_the_best_of_each_metric() -> None:
    units = [
        unit(1, participants=50, sittings=50, correct=1000, best_duration_ms=200),
        unit(2, participants=20, sittings=20, correct=500, best_duration_ms=100),
    ]
    weights = {UnitMetric.PARTICIPANTS: 60, UnitMetric.MEAN_SCORE: 30, UnitMetric.BEST_DURATION: 10}
    assert points_of(units[0], units, weights) == 60 + 30 * Fraction(20, 25) + 10 * Fraction(100, 200)
    assert points_of(units[1], units, weights) == 60 * Fraction(20, 50) + 30 + 10
    assert ranks(units, UnitRule(weights=weights)) == {1: 1, 2: 2}


def test_nobody_earns_points_where_the_best_is_nothing() -> None:
    units = [unit(1), unit(2)]
    placed = rank_units(units, UnitRule(weights={UnitMetric.ALL_RIGHT: 100}))
    assert [(one.rank, one.points) for one in placed] == [(1, Fraction(0))] * 2


def test_inside_blocks_each_has_its_own_first_and_its_own_best() -> None:
    units = [
        unit(1, participants=100),
        unit(2, participants=50),
        unit(3, block=2, participants=4),
        unit(4, block=2, participants=2),
    ]
    rule = UnitRule(weights={UnitMetric.PARTICIPANTS: 100}, by_block=True)
    placed = rank_units(units, rule)
    assert [(one.measures.unit, one.rank) for one in placed] == [(1, 1), (2, 2), (3, 1), (4, 2)]
    assert [one.points for one in placed] == [100, 50, 100, 50]


def test_the_filters_are_asked_in_their_order() -> None:
    rule = UnitRule(
        order=[UnitMetric.PARTICIPANTS],
        min_participants=2,
        min_ratio_percent=Decimal("33.34"),
        winner_limit=1,
    )
    units = [
        unit(1, participants=0, headcount=None, wins=1),
        unit(2, participants=1, headcount=None, wins=1),
        unit(3, participants=2, headcount=None, wins=1),
        unit(4, participants=2, headcount=6, wins=1),
        unit(5, participants=2, headcount=5, wins=1),
        unit(6, participants=2, headcount=5),
    ]
    assert ranks(units, rule) == {
        1: LeftOut.NOBODY,
        2: LeftOut.FEW_PARTICIPANTS,
        3: LeftOut.NO_HEADCOUNT,
        4: LeftOut.LOW_RATIO,
        5: LeftOut.WON_BEFORE,
        6: 1,
    }


def test_a_ratio_of_exactly_the_least_is_enough_and_one_over_the_whole_stays() -> None:
    units = [unit(1, participants=7, headcount=10), unit(2, participants=12, headcount=10)]
    rule = UnitRule(order=[UnitMetric.RATIO], min_ratio_percent=Decimal(70))
    assert ranks(units, rule) == {2: 1, 1: 2}
    assert value_of(UnitMetric.RATIO, units[1]) == Fraction(6, 5)


def test_a_unit_left_out_sets_no_best_value() -> None:
    units = [unit(1, participants=100, wins=1), unit(2, participants=10)]
    rule = UnitRule(weights={UnitMetric.PARTICIPANTS: 100}, winner_limit=1)
    assert [one.points for one in rank_units(units, rule)] == [100, None]


# --- One rule at a time, in the database -------------------------------------------------------------------
@dataclass
class Ward:
    """A closed contest of one round with two schools in one block and a table of units."""

    contest: Contest
    scope: Scope
    schools: list[Unit]
    table: PrizeTable


def ward(**rule: Any) -> Ward:
    round = over()
    schools = [make_unit(name, parent=round.contest.area) for name in ("Trường A", "Trường B")]
    make_block(round.contest, schools)
    fields = {"unit_order": [UnitMetric.PARTICIPANTS], **rule}
    table = make_table(round.contest, [("Nhất", 1, 700_000)], audience=Audience.UNIT, **fields)
    return Ward(round.contest, Scope.of_round(round), schools, table)


def rows(place: Ward) -> dict[str, UnitRow]:
    run = compute_standings(place.scope, by=None)
    return {row.unit.name: row for row in run.unit_rows.select_related("unit")}


def test_a_unit_in_which_nobody_took_part_is_listed_without_a_rank() -> None:
    place = ward()
    assert place.scope.round is not None
    take(place.scope.round, "An", unit=make_unit("Tổ 1", parent=place.schools[0]))
    found = rows(place)
    assert (found["Trường A"].rank, found["Trường A"].participants) == (1, 1)
    assert (found["Trường B"].rank, found["Trường B"].left_out) == (None, LeftOut.NOBODY)


def test_headcounts_of_all_units_below_are_added() -> None:
    place = ward(unit_order=[UnitMetric.RATIO])
    assert place.scope.round is not None
    below = make_unit("Tổ 1", parent=place.schools[0])
    for name in ("An", "Bình", "Cường"):
        take(place.scope.round, name, unit=below)
    take(place.scope.round, "Dung", unit=place.schools[1])
    for one, people in ((place.schools[0], 1), (below, 1)):
        Headcount.objects.create(contest=place.contest, unit=one, people=people)
    found = rows(place)
    # More people took part than there are: shown as it is, altered nowhere.
    assert (found["Trường A"].participants, found["Trường A"].headcount) == (3, 2)
    assert (found["Trường B"].headcount, found["Trường B"].left_out) == (None, LeftOut.NO_HEADCOUNT)


def test_a_unit_wins_a_weekly_prize_once() -> None:
    place = ward(scope=TableScope.EACH_ROUND, winner_limit=1)
    assert place.scope.round is not None
    opens_at = place.scope.round.opens_at
    before = over(
        place.contest, opens_at=opens_at - timedelta(days=7), closes_at=opens_at - timedelta(days=1)
    )
    for school, people in ((place.schools[0], 2), (place.schools[1], 1)):
        for at in range(people):
            take(place.scope.round, f"Người {at}", unit=school)
    run = make_run(Scope.of_round(before))
    award(run, place.table.prizes.get(), 1, unit=place.schools[0])
    # Proposed only: nothing is in force before the approval.
    assert rows(place)["Trường A"].rank == 1
    reviewer = make_user()
    RunApproval.objects.create(run=run, reviewer=reviewer, by=make_user())
    found = rows(place)
    assert (found["Trường A"].left_out, found["Trường B"].rank) == (LeftOut.WON_BEFORE, 1)
    RunReturn.objects.create(run=run, by=reviewer, reason="Sai")
    assert rows(place)["Trường A"].rank == 1


def test_the_best_of_each_unit_are_added_over_the_rounds() -> None:
    place = ward(unit_order=[UnitMetric.BEST_SCORE, UnitMetric.BEST_DURATION], best_of=2)
    final = place.scope.round
    assert final is not None
    first = over(
        place.contest,
        opens_at=final.opens_at - timedelta(days=7),
        closes_at=final.opens_at - timedelta(days=1),
    )
    twice = take(first, "Hai vòng", unit=place.schools[0], correct=2, seconds=40)
    submitted_attempt(twice, final, correct=2, duration_ms=5_000)
    take(final, "Một vòng", unit=place.schools[0], correct=3, seconds=10)
    take(final, "Kém hơn", unit=place.schools[0], correct=3, seconds=11)
    run = compute_standings(Scope.of_contest(place.contest), by=None)
    row = run.unit_rows.get(unit=place.schools[0])
    assert (row.best_people, row.best_correct, row.best_duration_ms) == (2, 4 + 3, 45_000 + 10_000)
    assert (row.participants, row.sittings, row.correct) == (3, 4, 10)


@pytest.mark.parametrize(
    "change",
    [
        lambda place: Headcount.objects.create(contest=place.contest, unit=place.schools[1], people=9),
        lambda place: BlockUnit.objects.filter(unit=place.schools[1]).delete(),
        lambda place: PrizeTable.objects.filter(pk=place.table.pk).update(min_participants=2),
        lambda place: PrizeTable.objects.filter(pk=place.table.pk).update(unit_order=[UnitMetric.ATTEMPTS]),
    ],
)
def test_whatever_decides_a_units_rank_is_in_the_digest(change: Any) -> None:
    place = ward()
    run = compute_standings(place.scope, by=None)
    assert is_current(run)
    change(place)
    assert not is_current(run)


def test_headcounts_mean_nothing_where_no_unit_is_ranked() -> None:
    place = ward()
    place.table.delete()
    run = compute_standings(place.scope, by=None)
    Headcount.objects.create(contest=place.contest, unit=place.schools[1], people=9)
    assert is_current(run)
