"""Tiền Giang province 2020: the ten best of each body go on to a final, where people and bodies win."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from attempts.domain.starting import start_attempt
from attempts.domain.submitting import submit_attempt
from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotAllowed
from contests.models import Promotion, Unit
from prizes.domain.promoting import decide_promotion_tie, fill_promotions, withdraw_promotion
from prizes.promotions import approved_run, promotions_of
from tests.oracles.promotion import Promoted, promoted
from tests.scenarios.crowd import sit_all, sit_ladder
from tests.scenarios.office import Office
from tests.scenarios.world import World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.dear]
PRELIMINARY, FINAL = 1, 2
BEST = 10
EACH = 40
# In the final the teams' numbers of wrong answers: two are equal at the top, two inside the third prize,
# three at the last of the consolation prizes.
TEAMS = [0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 7, 7]
PEOPLE = 10_000_000 + 2 * 7_000_000 + 3 * 5_000_000 + 10 * 3_000_000
UNITS = 20_000_000 + 15_000_000 + 2 * 10_000_000 + 6 * 5_000_000
ORGANISED = 10 * 2_000_000


class Finalists:
    """The choosing for the final by the product's verbs, held up to the oracle after every act."""

    def __init__(self, world: World, office: Office) -> None:
        self.world = world
        self.standings = office.oracle.standings(PRELIMINARY)
        self.unit_of = office.oracle.unit_of
        self.orders: dict[tuple[int, int], list[int]] = {}
        self.gone: set[int] = set()
        self.waited: list[tuple[int, int]] = []

    def expected(self) -> Promoted:
        return promoted(self.standings, self.unit_of, BEST, orders=self.orders, withdrawn=self.gone)

    def fill(self) -> None:
        final = self.world.rounds[FINAL]
        fill_promotions(final, by=self.world.secretary)
        self.check()
        assert fill_promotions(final, by=None) == []

    def decide(self) -> None:
        """The jury's order for every tie at a last place, one after another."""
        while waiting := self.expected().waiting:
            unit, rank = min(waiting)
            run = approved_run(self.world.rounds[FINAL])
            assert run is not None
            found = {one.unit.pk: one.tie for one in promotions_of(self.world.rounds[FINAL], run)}[unit]
            assert found is not None
            assert found.rank == rank
            order = list(found.entries)
            self.world.dice.shuffle(order)
            decide_promotion_tie(
                self.world.rounds[FINAL],
                unit=Unit.objects.get(pk=unit),
                rank=rank,
                order=order,
                grounds="Biên bản bốc thăm của đơn vị.",
                by=self.world.jury,
            )
            self.orders[unit, rank] = order
            self.waited.append((unit, rank))
            self.check()

    def withdraw(self, person: int) -> None:
        promotion = Promotion.objects.get(round=self.world.rounds[FINAL], entry=person)
        withdraw_promotion(promotion, grounds="Đi công tác, có đơn xin rút.", by=self.world.secretary)
        self.gone.add(person)
        self.check()

    def of(self, unit: int) -> list[int]:
        return self.expected().going[unit]

    def check(self) -> None:
        going: dict[int, set[int]] = {}
        active = Promotion.objects.filter(round=self.world.rounds[FINAL], withdrawal=None)
        for unit, person in active.values_list("unit", "entry"):
            going.setdefault(unit, set()).add(person)
        assert going == {unit: set(people) for unit, people in self.expected().going.items() if people}


def test_tien_giang() -> None:
    world = make_world("tien-giang-2020", seed=2020)
    assert len(world.competing) >= 40
    youngest = _ages_on_the_limit(world)
    crowd = world.populate({unit: EACH for unit in world.competing if unit != world.unit("TGG-XSKT")})
    small = world.add_people([world.unit("TGG-XSKT")] * 7)
    pupils = world.add_people([world.unit("TGG-TH01")] * 30)
    world.end(PRELIMINARY, ago=timedelta(hours=3))
    tied, chain = (world.unit(code) for code in ("TGG-NV", "TGG-TP"))
    _preliminary(world, crowd, [*small, *pupils, youngest], tied, chain)
    office = Office(world)

    # The bodies that organised the preliminary best are chosen, not ranked
    for unit in world.competing[:10]:
        office.nominate(PRELIMINARY, 3, 1, unit)
    awards = office.award(PRELIMINARY, office.rank(PRELIMINARY))
    assert sum(award.amount for award in awards) == ORGANISED
    assert {(award.rank, award.paper) for award in awards} == {(None, "bang_khen")}
    office.assert_anyone_can_check(PRELIMINARY)

    finalists = _choose(world, office, tied, chain, small)
    taken = _open_the_final(world, finalists)
    teams = _final(world, finalists, taken)

    office.ties.clear()
    awards = office.award(FINAL, office.rank(FINAL))
    people = [(FINAL, (1, None, rank)) for rank in (1, 3, 12)]
    assert office.ties == [*people, (FINAL, (2, None, 1)), (FINAL, (2, None, 10))]
    assert world.total() == PEOPLE + UNITS + ORGANISED
    assert {one.winner for one in awards if one.table == 2} > set(teams[:9])
    assert {(one.position < 4, one.paper) for one in awards} == {(True, "bang_khen"), (False, "giay_khen")}

    # One of the winners is disqualified in the final: the next ones move up, and the team loses a tenth
    winner = awards[0].winner
    office.disqualify(winner, FINAL)
    again = office.rank(FINAL, reason="Loại kết quả vòng chung kết.")
    awards = office.award(FINAL, again)
    assert winner not in {one.winner for one in awards}
    assert again.unit_rows.get(table__number=2, unit=office.oracle.unit_of(winner)).best_people == BEST - 1
    assert world.total() == PEOPLE + UNITS + ORGANISED
    office.assert_anyone_can_check(FINAL)


def _ages_on_the_limit(world: World) -> int:
    """Twelve years old on the day of the opening is old enough, a day later is not."""
    day = world.contest.age_on
    assert day is not None
    born = day.replace(year=day.year - 12)
    with pytest.raises(NotAllowed):
        world.enter(world.unit("TGG-TH02"), born=born + timedelta(days=1))
    return world.enter(world.unit("TGG-TH02"), born=born)


def _preliminary(world: World, crowd: dict[int, list[int]], more: list[int], tied: int, chain: int) -> None:
    for unit, people in crowd.items():
        ladder = {tied: [*[1] * 8, 4, 2], chain: [*[1] * 9, 1, 2, 3]}.get(unit, [])
        best = people[: sum(ladder)]
        sit_ladder(world, PRELIMINARY, _split(best, ladder))
        sit_all(world, PRELIMINARY, people[len(best) :])
    sit_all(world, PRELIMINARY, more)
    world.write()


def _split(people: list[int], sizes: list[int]) -> list[list[int]]:
    left = iter(people)
    return [[next(left) for _ in range(size)] for size in sizes]


def _choose(world: World, office: Office, tied: int, chain: int, small: list[int]) -> Finalists:
    """Ten of each body: ties, withdrawals, somebody excluded since, a body with fewer people."""
    finalists = Finalists(world, office)
    excluded = finalists.of(world.unit("TGG-TC"))[4]
    world.exclude(phone=world.entry(excluded).phone)
    finalists.gone.add(excluded)
    finalists.fill()
    assert tied in {unit for unit, _rank in finalists.expected().waiting}
    finalists.decide()
    assert len(finalists.of(tied)) == BEST
    assert set(finalists.of(world.unit("TGG-XSKT"))) == set(small)

    # The next in the jury's order steps in; after the tenth two are equal, so the jury is asked again
    finalists.withdraw(finalists.of(tied)[0])
    assert len(finalists.of(tied)) == BEST
    finalists.withdraw(finalists.of(chain)[2])
    assert len(finalists.of(chain)) == BEST - 1
    finalists.decide()
    assert len(finalists.of(chain)) == BEST
    # Nobody is left to step in
    finalists.withdraw(small[3])
    assert len(finalists.of(world.unit("TGG-XSKT"))) == len(small) - 1
    return finalists


def _open_the_final(world: World, finalists: Finalists) -> int:
    """The promoted may start, others may not; the one who has started goes on to the end of the paper."""
    now = database_now()
    world.hold(FINAL, now - timedelta(hours=2), now + timedelta(hours=1))
    going = {person for people in finalists.expected().going.values() for person in people}
    person = finalists.of(world.unit("TGG-VP"))[0]
    others = [min(finalists.gone), max(set(world.facts.people) - going - finalists.gone)]
    for other in others:
        with pytest.raises(NotAllowed):
            start_attempt(world.entry(other), world.rounds[FINAL])
    attempt = start_attempt(world.entry(person), world.rounds[FINAL])
    world.know_paper(submit_attempt(attempt.pk, world.facts.people[person].account))
    return person


def _final(world: World, finalists: Finalists, taken: int) -> list[int]:
    """Every team with so many wrong answers in all, and all teams with the same time; the teams by place."""
    world.hold(FINAL, world.rounds[FINAL].opens_at, database_now())
    going: dict[int, list[int]] = dict(finalists.expected().going)
    full = [unit for unit, people in going.items() if len(people) == BEST and taken not in people]
    teams = world.dice.sample(full, len(full))
    for place, unit in enumerate(teams):
        _team(world, going[unit], wrong=TEAMS[place] if place < len(TEAMS) else 8 + place)
    for people in (going[unit] for unit in going if unit not in teams):
        _team(world, [person for person in people if person != taken], wrong=200)
    world.write()
    world.close()
    return teams


def _team(world: World, people: list[int], wrong: int) -> None:
    first: Any = world.rounds[FINAL].opens_at + timedelta(minutes=50)
    for place, person in enumerate(people):
        world.sit(
            person,
            FINAL,
            wrong=wrong // BEST + (place < wrong % BEST),
            duration_ms=600_000 + 1_000 * place,
            submitted_at=first + timedelta(seconds=place),
        )
