"""Nghệ An province 2022: four weekly rounds, a unit wins a week once, five units over all four weeks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contest_site.lib.errors import NotAllowed
from prizes.domain.ranking import is_current
from tests.scenarios.crowd import last_instant, sit_alike, sit_all, sit_ladder, split
from tests.scenarios.office import Office
from tests.scenarios.world import World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.dear]
WEEKS = (1, 2, 3, 4)
# Pairs of units of which no measure is different, from the most attempts, and their people.
PAIRS = (("NAN-VP", "NAN-NV", 40), ("NAN-TP", "NAN-TC", 32), ("NAN-XD", "NAN-CT", 26))
# By week, the best: a tie across second and third prize, across first and second, none, at the very end.
SIZES = {
    1: [1, 1, 3, *[1] * 13],
    2: [2, *[1] * 16],
    3: [1, 2, 3, *[1] * 12],
    4: [*[1] * 14, 5],
}
WEEKLY = 1_500_000 + 2 * 1_000_000 + 3 * 700_000 + 10 * 300_000 + 2_000_000


def test_nghe_an() -> None:
    world = make_world("nghe-an-2022", seed=2022)
    assert len(world.area) >= 40
    youngest = _ages_on_the_limit(world)
    paired = [[world.unit(one), world.unit(other)] for one, other, _ in PAIRS]
    teams = [[world.add_people([unit] * PAIRS[at][2]) for unit in pair] for at, pair in enumerate(paired)]
    others = [unit for unit in world.area if not any(unit in pair for pair in paired)]
    crowd = [*world.add_people(world.dice.choices(others, k=1_800)), youngest]
    best = world.add_people(world.dice.choices(others, k=20))
    world.end(4)
    for week in WEEKS:
        _week(world, week, crowd, best, teams)
    world.write()
    office = Office(world)

    winners = [_weekly_winner(office, week) for week in WEEKS]
    # The two with the most attempts share them out in the first two weeks, the next two in the others
    assert {*winners[:2]} == set(paired[0])
    assert {*winners[2:]} == set(paired[1])
    assert [tie for tie in office.ties if tie[1][0] == 2] == [(1, (2, None, 1)), (3, (2, None, 1))]

    # Five units over all weeks, where the fifth and the sixth are equal
    overall = office.rank(None)
    assert overall.attempts == sum(office.newest(week).attempts for week in WEEKS)
    awards = office.award(None, overall)
    assert office.ties[-1] == (None, (3, None, 5))
    units = {one.winner for one in awards}
    assert units > {*paired[0], *paired[1]}
    assert len(units & set(paired[2])) == 1
    assert world.total() == 4 * WEEKLY + 5 * 5_000_000

    _second_week_again(world, office, best, winners)
    office.assert_anyone_can_check(None)


def _ages_on_the_limit(world: World) -> int:
    """Fifteen years old on the day of the opening is old enough, a day later is not."""
    day = world.contest.age_on
    assert day is not None
    born = day.replace(year=day.year - 15)
    with pytest.raises(NotAllowed):
        world.enter(world.unit("NAN-THPT10"), born=born + timedelta(days=1))
    return world.enter(world.unit("NAN-THPT10"), born=born)


def _week(world: World, week: int, crowd: list[int], best: list[int], teams: list[list[list[int]]]) -> None:
    coming = world.dice.sample(crowd, len(crowd) * 2 // 5)
    sit_all(world, week, coming, attempts=lambda: world.dice.choice([1, 1, 1, 2]))
    for pair in teams:
        sit_alike(world, week, pair, times=2)
    sit_ladder(world, week, split(best, SIZES[week]))
    # A better one in the last millisecond does not make the first one worse
    world.sit(best[-1], week, wrong=4, duration_ms=1, submitted_at=last_instant(world, week))


def _weekly_winner(office: Office, week: int) -> int:
    """The unit that wins the week; another one than in the weeks before."""
    run = office.rank(week)
    awards = office.award(week, run)
    assert sum(award.amount for award in awards) == WEEKLY
    assert run.unit_rows.filter(table__number=2, left_out="won").count() == week - 1
    [winner] = [one.winner for one in awards if one.audience == "unit"]
    return winner


def _second_week_again(world: World, office: Office, best: list[int], winners: list[int]) -> None:
    """Who won the second week is disqualified in it alone: that week and the whole contest change."""
    overall = office.newest(None)
    first = office.awards(2)[0]
    office.disqualify(first.winner, 2)
    assert [is_current(run) for run in (office.newest(4), office.newest(2), overall)] == [True, False, False]
    again = office.rank(2, reason="Loại kết quả tuần 2.")
    awards = office.award(2, again)
    assert first.winner not in {one.winner for one in awards}
    assert [one.winner for one in awards if one.audience == "unit"] == winners[1:2]
    last = office.rank(None, reason="Tuần 2 có thay đổi.")
    assert last.participants == overall.participants
    office.award(None, last)
    assert world.total() == 4 * WEEKLY + 5 * 5_000_000
