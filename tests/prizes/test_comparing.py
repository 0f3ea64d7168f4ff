"""Another order beside the plan's, and what moved between two versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from attempts.models import Disqualification, Regrade, RegradedScore
from contest_site.lib.errors import Invalid, NotNow, Refused
from contests.enums import Audience, PredictionTarget, RankKey, UnitMetric
from contests.models import Contest, Entry, Headcount, Round
from prizes.domain import comparing
from prizes.domain.comparing import Moves, WhatIf, moves, what_if
from prizes.domain.ranking import compute_standings
from prizes.models import Award, StandingsRun
from prizes.scope import Scope
from tests.oracles import standings as oracle
from tests.prizes.scenes import (
    Arena,
    Scene,
    build,
    examples,
    make_arena,
    orders,
    rolled_back,
    round_numbers,
    scenes,
)
from tests.prizes.support import over, simple_round, table, take
from tests.support.factories import exclude, make_block, make_table, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def arena() -> Arena:
    return make_arena()


def compute(round: Round) -> StandingsRun:
    return compute_standings(Scope.of_round(round), by=None)


# --- What if -----------------------------------------------------------------------------------------------
@examples(30)
@given(
    scene=scenes(),
    at=st.one_of(st.none(), round_numbers),
    order=orders,
    only=st.booleans(),
    first=st.integers(1, 4),
)
def test_both_orders_are_those_of_the_oracle(
    arena: Arena, scene: Scene, at: int | None, order: list[str], only: bool, first: int
) -> None:
    with rolled_back():
        facts = build(arena, scene)
        found = what_if(arena.scope(at), rank_order=order, only_all_right=only, first=first)
        plan = _ranks(oracle.standings(facts, arena.number(at))["rows"])
        if at is None:
            facts.overall_rank_order, facts.overall_only_all_right = order, only
        else:
            number = arena.number(at)
            facts.rounds = [
                {**one, "rank_order": order, "only_all_right": only} if one["number"] == number else one
                for one in facts.rounds
            ]
        other = _ranks(oracle.standings(facts, arena.number(at))["rows"])
    assert [(row.entry.pk, row.plan) for row in found.plan] == _first(plan, first)
    assert [(row.entry.pk, row.other) for row in found.other] == _first(other, first)
    inside = {who for who, rank in plan.items() if rank <= first}
    inside_then = {who for who, rank in other.items() if rank <= first}
    assert {row.entry.pk for row in found.entering} == inside_then - inside
    assert {row.entry.pk for row in found.leaving} == inside - inside_then
    assert (found.entering_count, found.leaving_count) == (len(found.entering), len(found.leaving))
    assert (found.ranked_by_plan, found.ranked_by_other) == (len(plan), len(other))
    assert found.moved == sum(plan.get(who) != other.get(who) for who in plan | other)


def _ranks(rows: Sequence[dict[str, Any]]) -> dict[int, int]:
    return {row["entry"]: row["rank"] for row in rows}


def _first(ranks: dict[int, int], first: int) -> list[tuple[int, int]]:
    return sorted(ranks.items(), key=lambda one: (one[1], one[0]))[:first]


def score_then_time(round: Round, **fields: Any) -> WhatIf:
    values: dict[str, Any] = {"rank_order": ["score", "duration"], "only_all_right": False, **fields}
    return what_if(Scope.of_round(round), **values)


def test_asking_writes_nothing() -> None:
    round = simple_round([("An", 50), ("Bình", 60)])
    found = score_then_time(round, rank_order=["submitted", "duration"], first=1)
    assert [row.entry.full_name for row in found.other] == ["An"]
    assert not StandingsRun.objects.exists()
    assert Round.objects.get(pk=round.pk).rank_order == [RankKey.SCORE, RankKey.DURATION]


@pytest.mark.parametrize("order", [[], ["score", "score"], ["score", "beauty"]])
def test_an_order_that_is_none_is_refused(order: list[str]) -> None:
    with pytest.raises(Invalid):
        score_then_time(simple_round([("An", 50)]), rank_order=order)


def test_a_plan_without_an_order_has_nothing_to_compare_with() -> None:
    with pytest.raises(Refused):
        score_then_time(over(rank_order=[]))


def test_while_the_round_runs_nobody_learns_its_standings() -> None:
    with pytest.raises(NotNow):
        score_then_time(over(closed=False))


def test_where_only_units_are_ranked_there_is_no_other_order_of_people() -> None:
    contest = over().contest
    first = contest.rounds.get()
    over(contest, opens_at=first.opens_at.replace(year=2020), closes_at=first.opens_at.replace(year=2021))
    make_table(contest, audience=Audience.UNIT, unit_order=[UnitMetric.ATTEMPTS])
    with pytest.raises(NotNow):
        what_if(Scope.of_contest(contest), rank_order=["score"], only_all_right=False)


# --- What moved --------------------------------------------------------------------------------------------
def names(found: Moves) -> list[tuple[str, int | None, int | None]]:
    return [(one.entry.full_name, one.rank_before, one.rank_after) for one in found.people]


def test_who_left_is_named_first_and_who_moved_up_follows_from_the_top() -> None:
    round = simple_round([("An", 50), ("Bình", 60), ("Cường", 70)])
    older = compute(round)
    exclude(round.contest, user=Entry.objects.get(full_name="Bình").user)
    found = moves(older, compute(round))
    assert names(found) == [("Bình", 2, None), ("Cường", 3, 2)]
    assert (found.entered, found.left, found.reranked, found.remarked) == (0, 1, 1, 0)
    assert (found.awards, found.nothing) == (None, False)


def test_a_regrade_shows_the_marks_that_changed() -> None:
    round = over(rank_order=[RankKey.SCORE], prediction_target=PredictionTarget.NONE)
    take(round, "An", correct=3)
    low = take(round, "Bình", correct=2)
    older = compute(round)
    regrade = Regrade.objects.create(round=round, version=1, corrections=[], attempts=1)
    RegradedScore.objects.create(regrade=regrade, attempt=low.attempts.get(), correct=3)
    found = moves(older, compute(round))
    assert names(found) == [("Bình", 2, 1)]
    assert (found.people[0].correct_before, found.people[0].correct_after) == (2, 3)
    assert (found.reranked, found.remarked) == (1, 1)


def test_a_version_of_the_same_result_moves_nothing() -> None:
    round = simple_round([("An", 50)])
    older = compute(round)
    table(round, ("Nhất", 1))
    assert moves(older, compute(round)).nothing


def test_the_list_ends_somewhere_the_count_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [(f"Người {at}", 50 + at) for at in range(6)]
    round = simple_round(people)
    older = compute(round)
    Disqualification.objects.create(
        entry=Entry.objects.get(full_name="Người 0"), round=round, grounds="Thi hộ", by=make_user()
    )
    rows = comparing.PEOPLE_ROWS.replace(f"LIMIT {comparing.SHOWN}", "LIMIT 2")
    monkeypatch.setattr(comparing, "PEOPLE_ROWS", rows)
    found = moves(older, compute(round))
    assert names(found) == [("Người 0", 1, None), ("Người 1", 2, 1)]
    assert (found.left, found.reranked) == (1, 5)


def test_a_changed_headcount_moves_units() -> None:
    round = over()
    schools = [make_unit(name, parent=round.contest.area) for name in ("A", "B")]
    make_block(round.contest, schools)
    make_table(round.contest, audience=Audience.UNIT, unit_order=[UnitMetric.RATIO])
    for school in schools:
        take(round, f"Người của {school}", unit=school)
        Headcount.objects.create(contest=round.contest, unit=school, people=2)
    older = compute(round)
    Headcount.objects.filter(unit=schools[0]).update(people=4)
    found = moves(older, compute(round))
    assert [(one.unit, one.rank_before, one.rank_after) for one in found.units] == [(schools[0], 1, 2)]
    Headcount.objects.filter(unit=schools[0]).delete()
    gone = moves(found.newer, compute(round))
    assert [(one.rank_after, one.left_out_after) for one in gone.units] == [(None, "headcount")]
    assert (gone.units_moved, gone.people) == (1, [])


def test_prizes_that_changed_hands_are_named() -> None:
    round = simple_round([("An", 50), ("Bình", 60), ("Cường", 70)])
    gold, silver = table(round, ("Nhất", 1), ("Nhì", 1))
    older = compute(round)
    Contest.objects.filter(pk=round.contest_id).update(prizes_per_person=1)
    newer = compute(round)
    an, binh, cuong = Entry.objects.order_by("pk")
    for run, winners in ((older, (an, binh)), (newer, (binh, cuong))):
        for prize, entry in zip((gold, silver), winners, strict=True):
            Award.objects.create(run=run, prize=prize, place=1, entry=entry, prize_name=prize.name, amount=0)
    found = moves(older, newer).awards
    assert found is not None
    assert [(one.entry, one.prize_before, one.prize_after) for one in found] == [
        (an, "Nhất", None),
        (binh, "Nhì", "Nhất"),
        (cuong, None, "Nhì"),
    ]


def test_comparing_leaves_no_table_behind() -> None:
    round = simple_round([("An", 50)])
    with transaction.atomic():
        for _again in range(2):
            score_then_time(round)
            compute(round)
