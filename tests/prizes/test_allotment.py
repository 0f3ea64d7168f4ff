"""The laying of prizes against the plain Python of tests/oracles, and its small print by example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prizes.rules.allotment import Allotment, Candidate, Ladder, Line, Picked, allot
from tests.oracles.awards import awards

PEOPLE = 7
SOON = settings(max_examples=300, deadline=None)


def lines(*quantities: int) -> list[Line]:
    return [Line(key, quantity) for key, quantity in enumerate(quantities, 1)]


def one(ladder: Ladder) -> Allotment:
    (allotment,) = allot([ladder], limit=None, held={})
    return allotment


def ranked(*rows: tuple[int, int] | tuple[int, int, int]) -> list[Candidate]:
    return [Candidate(*row) for row in rows]


def won(allotment: Allotment) -> list[tuple[int, int]]:
    return [(placed.key, placed.prize) for placed in allotment.placed]


def test_people_of_one_rank_inside_one_prize_need_no_order() -> None:
    found = one(Ladder(lines(1, 2), ranked((1, 5), (2, 6), (2, 7))))
    assert won(found) == [(5, 1), (6, 2), (7, 2)]
    assert [placed.place for placed in found.placed] == [1, 1, 2]
    assert not found.ties
    assert not found.left


def test_a_tie_across_a_boundary_waits_for_the_jury_and_those_below_do_not() -> None:
    rows = ranked((1, 5), (1, 6), (3, 7))
    found = one(Ladder(lines(1, 2), rows))
    assert [(tie.rank, tie.keys, tie.slots) for tie in found.undecided] == [(1, (5, 6), (1, 2))]
    assert won(found) == [(7, 2)]
    settled = one(Ladder(lines(1, 2), rows, orders={1: [6, 5]}))
    assert won(settled) == [(6, 1), (5, 2), (7, 2)]
    assert settled.ties
    assert not settled.undecided


def test_who_is_barred_keeps_the_rank_and_the_next_steps_in() -> None:
    found = one(Ladder(lines(2), ranked((1, 5), (2, 6), (3, 7)), barred={6}))
    assert [(placed.key, placed.rank) for placed in found.placed] == [(5, 1), (7, 3)]


def test_a_unit_has_only_so_many_winners() -> None:
    rows = ranked((1, 1, 10), (2, 2, 10), (3, 3, 10), (4, 4, 20))
    assert won(one(Ladder(lines(3), rows, group_limit=2))) == [(1, 1), (2, 1), (4, 1)]


def test_a_unit_limit_that_cuts_a_rank_asks_the_jury() -> None:
    rows = ranked((1, 1, 10), (2, 2, 10), (2, 3, 10), (2, 4, 20), (5, 5, 30))
    found = one(Ladder(lines(5), rows, group_limit=2))
    assert [(tie.rank, tie.slots) for tie in found.undecided] == [(2, (1, 1))]
    assert won(found) == [(1, 1), (5, 1)]
    # The order may name everybody: who finds the unit full is passed over.
    settled = one(Ladder(lines(5), rows, orders={2: [3, 2, 4]}, group_limit=2))
    assert won(settled) == [(1, 1), (3, 1), (4, 1), (5, 1)]


@pytest.mark.parametrize("order", [[], [5], [5, 5], [5, 9], [6, 5, 5]])
def test_an_order_that_settles_nothing_is_none(order: list[int]) -> None:
    assert one(Ladder(lines(1, 1), ranked((1, 5), (1, 6)), orders={1: order})).undecided


def test_prizes_that_find_nobody_are_left() -> None:
    assert one(Ladder(lines(1, 3), ranked((1, 5), (2, 6)))).left == {2: 2}
    assert one(Ladder(lines(1, 3), [])).left == {1: 1, 2: 3}
    assert one(Ladder([], ranked((1, 5)))) == Allotment(())


def test_no_row_is_read_beyond_the_prizes() -> None:
    read: list[int] = []

    def rows() -> Any:
        for rank in range(1, 1000):
            read.append(rank)
            yield Candidate(rank, rank)

    one(Ladder(lines(2), rows()))
    assert len(read) <= 3


def test_a_person_has_no_more_prizes_than_the_contest_gives_one() -> None:
    rows = ranked((1, 5), (2, 6), (3, 7))
    tables: list[Ladder | Picked] = [
        Ladder(lines(1), rows), Picked(lines(1), [(1, 6)]), Ladder(lines(1), rows)
    ]  # fmt: skip
    assert [won(found) for found in allot(tables, limit=1, held={})] == [[(5, 1)], [(6, 1)], [(7, 1)]]
    assert [won(found) for found in allot(tables, limit=2, held={5: 1})] == [[(5, 1)], [(6, 1)], [(6, 1)]]
    assert [won(found) for found in allot(tables, limit=None, held={5: 9})] == [[(5, 1)], [(6, 1)], [(5, 1)]]


def test_units_are_no_persons() -> None:
    units = Ladder(lines(1), ranked((1, 5)), people=False)
    assert [won(found) for found in allot([units, units], limit=1, held={5: 1})] == [[(5, 1)], [(5, 1)]]


def test_a_later_table_waits_for_the_tie_that_says_who_may_still_win() -> None:
    rows = ranked((1, 5), (2, 6), (2, 7), (4, 8))
    first, second = allot([Ladder(lines(2), rows), Ladder(lines(3), rows)], limit=1, held={})
    assert won(first) == [(5, 1)]
    assert (won(second), second.waits_at, second.left) == ([], 2, {})
    free = allot([Ladder(lines(2), rows), Ladder(lines(3), rows)], limit=2, held={})
    assert won(free[1]) == [(5, 1), (6, 1), (7, 1)]


@dataclass
class Scene:
    tables: list[dict[str, Any]]
    limit: int | None
    held: dict[int, int]

    def ladders(self, *, decided: bool = True) -> list[Ladder | Picked]:
        return [self._ladder(table, decided) for table in self.tables]

    def _ladder(self, table: dict[str, Any], decided: bool) -> Ladder | Picked:
        prizes = [Line(name, count) for name, count in table["prizes"]]
        if "chosen" in table:
            return Picked(prizes, table["chosen"], people=table["people"])
        return Ladder(
            prizes,
            [Candidate(*row) for row in sorted(table["rows"])],
            orders=table["orders"] if decided else {},
            barred=table["barred"],
            group_limit=table["unit_limit"],
            people=table["people"],
        )


limits = st.none() | st.integers(1, 3)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    tables = []
    for _ in range(draw(st.integers(1, 3))):
        prizes = list(enumerate(draw(st.lists(st.integers(1, 3), max_size=3)), 1))
        table: dict[str, Any] = {"prizes": prizes, "people": draw(st.booleans())}
        if prizes and draw(st.integers(0, 3)) == 0:
            named = draw(st.lists(st.integers(0, PEOPLE), max_size=3, unique=True))
            table["chosen"] = [(prizes[0][0], who) for who in named[: prizes[0][1]]]
        else:
            people = draw(st.lists(st.integers(0, PEOPLE), max_size=6, unique=True))
            ranks = sorted(draw(st.integers(1, 3)) for _ in people)
            units = [draw(st.integers(1, 2)) for _ in people]
            table |= {
                "rows": list(zip(ranks, people, units, strict=True)),
                "barred": draw(st.sets(st.integers(0, PEOPLE), max_size=2)),
                "unit_limit": draw(limits),
                "orders": {rank: draw(st.permutations(sorted(people))) for rank in (1, 2, 3)},
            }
        tables.append(table)
    return Scene(tables, draw(limits), draw(st.dictionaries(st.integers(0, PEOPLE), st.integers(0, 2))))


@SOON
@given(scenes())
def test_prizes_are_laid_as_the_plan_says(scene: Scene) -> None:
    expected, asked = awards(scene.tables, scene.limit, scene.held)
    by_holder: list[list[tuple[int, Any]]] = [[(who, name) for name, who in given] for given in expected]
    found = decide_all(scene)
    assert [won(one) for one in found] == by_holder
    assert [[tie.rank for tie in one.ties] for one in found] == asked
    assert not any(one.undecided or one.waits_at for one in found)


@SOON
@given(scenes())
def test_what_is_shown_before_the_jury_decides_stands_whatever_it_decides(scene: Scene) -> None:
    before = allot(scene.ladders(decided=False), limit=scene.limit, held=scene.held)
    for early, late in zip(before, decide_all(scene), strict=True):
        assert set(early.placed) <= set(late.placed)
        if early.waits_at is None:
            assert early.left == late.left


def decide_all(scene: Scene) -> list[Allotment]:
    """As the jury works: tie after tie, each with the order of its own people."""
    orders: list[dict[int, list[int]]] = [{} for _ in scene.tables]
    while True:
        ladders = [
            one if isinstance(one, Picked) else Ladder(
                one.prizes, one.ranked, orders[at], one.barred, one.group_limit, one.people
            )
            for at, one in enumerate(scene.ladders(decided=False))
        ]  # fmt: skip
        found = allot(ladders, limit=scene.limit, held=scene.held)
        open_ties = [(at, tie) for at, one in enumerate(found) for tie in one.undecided]
        if not open_ties:
            return found
        for at, tie in open_ties:
            assert tie.rank not in orders[at]
            wanted = scene.tables[at]["orders"][tie.rank]
            orders[at][tie.rank] = [who for who in wanted if who in tie.keys]
