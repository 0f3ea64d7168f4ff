"""Bồng Sơn ward 2024: one attempt, score → time; a unit prize for most people, one for most all right."""

from __future__ import annotations

import pytest

from tests.scenarios.crowd import last_instant, sit_all, sit_ladder, split
from tests.scenarios.office import Office
from tests.scenarios.world import World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.dear]
# Three equal ones lie across first, second and third; two are equal inside the consolation prize; four are
# equal for the one that is left of it.
SIZES = [3, 2, 4, *[1] * 6]
PURSE = 600_000 + 500_000 + 400_000 + 3 * 300_000 + 2 * 700_000
MOST = 140


def test_bong_son() -> None:
    world = make_world("bong-son-2024", seed=11)
    first, second, right = (world.unit(code) for code in ("BSN-CCB", "BSN-KP01", "BSN-TH05"))
    # People of the units below count for the competing one above them
    below = world.add_units(5, below=[first])
    assert len(world.area) >= 40
    crowd, best = _people(world, [first, *below], second, right)
    world.end(1)
    _everybody_sits(world, crowd, best, right)
    office = Office(world)

    # Two units have the most people, one of them 24 times as many as it has on its list
    run = office.rank(1)
    row = run.unit_rows.get(table__number=2, unit=first)
    assert (row.rank, row.participants, row.headcount) == (1, MOST, 6)
    awards = office.award(1, run)
    assert office.ties == [(1, (1, None, 1)), (1, (1, None, 6)), (1, (2, None, 1))]
    assert sum(award.amount for award in awards) == PURSE
    assert {one.winner for one in awards if one.audience == "unit"} - {first, second} == {right}
    assert {one.paper for one in awards} == {"giay_khen"}

    # One of the first unit's people was on the committee: the other unit alone has the most people now
    world.exclude(user=world.user_of(crowd[below[0]][0]))
    again = office.rank(1, reason="Bổ sung danh sách người không được dự thi.")
    office.ties.clear()
    awards = office.award(1, again)
    assert [tie for _, tie in office.ties] == [(1, None, 1), (1, None, 6)]
    assert [one.winner for one in awards if one.table == 2] == [second]

    # Two of the three best are disqualified, one of them for good: the next ones move up
    office.disqualify(best[0][0], 1)
    taken_back = office.disqualify(best[0][1], 1)
    office.reinstate(taken_back)
    third = office.rank(1, reason="Loại kết quả theo biên bản xác minh.")
    awards = office.award(1, third)
    top = {one.winner for one in awards if one.name in {"Giải Nhất", "Giải Nhì"}}
    assert top == set(best[0][1:])

    # A question was wrong for everybody who had it: who had nothing else wrong is all right now
    office.correct_key(1, _only_fault_of_somebody(office), None)
    office.regrade(1)
    fourth = office.rank(1, reason="Hủy câu hỏi sai, tính đúng cho mọi người.")
    assert fourth.all_right > third.all_right
    assert sum(award.amount for award in office.award(1, fourth)) == PURSE
    office.assert_anyone_can_check(1)


def _only_fault_of_somebody(office: Office) -> int:
    """A question that was all that one of those who count had wrong."""
    keys = office.world.facts.keys[1]
    for [paper] in office.oracle.counted[1].values():
        pairs = zip(paper.questions, paper.choices, strict=True)
        faults = [question for question, choice in pairs if choice != 1 + keys[question]]
        if len(faults) == 1:
            return faults[0]
    raise AssertionError("nobody has just one fault")


def _people(
    world: World, of_first: list[int], second: int, right: int
) -> tuple[dict[int, list[int]], list[list[int]]]:
    """By unit: as many of the first one's subtree as of the second one, fewer of all others."""
    taken = {*of_first, second, right}
    others = [unit for unit in world.area if unit not in taken]
    sizes = {unit: world.dice.randint(30, 60) for unit in others}
    sizes |= dict.fromkeys(of_first, 20) | {of_first[0]: MOST - 20 * (len(of_first) - 1)}
    sizes |= {second: MOST, right: 90}
    crowd = world.populate(sizes)
    assert sum(sizes.values()) >= 1_950
    return crowd, split(world.add_people(world.dice.choices(others, k=sum(SIZES))), SIZES)


def _everybody_sits(world: World, crowd: dict[int, list[int]], best: list[list[int]], right: int) -> None:
    for unit, people in crowd.items():
        sit_all(world, 1, people, perfect=0.9 if unit == right else 0.3)
    sit_ladder(world, 1, best)
    # The last millisecond belongs to the round; so does what the server ended with it
    late, ended = world.add_people(world.area[:2])
    world.sit(late, 1, duration_ms=59_999, wrong=1, submitted_at=last_instant(world, 1))
    world.sit(ended, 1, duration_ms=1_200_000, submitted_at=world.rounds[1].closes_at, by_server=True)
    world.write()
