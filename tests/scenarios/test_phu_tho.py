"""Phú Thọ province 2024: up to ten attempts, the best counts; one unit prize for the most attempts."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle

import pytest

from tests.scenarios.crowd import sit_all, sit_ladder, split
from tests.scenarios.office import Office
from tests.scenarios.world import World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.dear]
# One; two equal inside the second prize; three equal from the second into the third; four equal for the
# three that are left of it.
SIZES = [1, 2, 3, 4, *[1] * 6]
PURSE = 3_000_000 + 3 * 2_000_000 + 5 * 1_000_000 + 5_000_000


def test_phu_tho() -> None:
    world = make_world("phu-tho-2024", seed=7)
    assert len(world.area) >= 40
    first, second = world.unit("PTO-NV"), world.unit("PTO-TC")
    eager = {unit: world.add_people([unit] * 40) for unit in (first, second)}
    others = [unit for unit in world.area if unit not in eager]
    crowd = world.add_people(world.dice.choices(others, k=1_930))
    best = split(world.add_people(world.dice.choices(others, k=sum(SIZES))), SIZES)
    member = world.add_people(others[:1])
    world.end(1)
    changed = _everybody_sits(world, crowd, eager, [member, *best])
    world.exclude(phone=world.entry(member[0]).phone)
    office = Office(world)

    # Two units have the same number of attempts, which their people have made in different ways
    run = office.rank(1)
    awards = office.award(1, run)
    assert office.ties == [(1, (1, None, 4)), (1, (1, None, 7)), (1, (2, None, 1))]
    assert sum(award.amount for award in awards) == PURSE

    # Somebody of the winner had let a program answer: ten attempts fewer, and the other unit has won
    [winner] = [one.winner for one in awards if one.table == 2]
    office.disqualify(eager[winner][0], None)
    second_run = office.rank(1, reason="Loại kết quả do dùng phần mềm trả lời tự động.")
    awards = office.award(1, second_run)
    assert [one.winner for one in awards if one.table == 2] == [({first, second} - {winner}).pop()]

    # By the right key another of a person's attempts is the best one
    person, question, meant, earlier = changed
    office.correct_key(1, question, {meant})
    office.regrade(1)
    third = office.rank(1, reason="Chấm lại theo đáp án đã sửa.")
    assert second_run.rows.get(entry=person).attempt_id != earlier
    assert third.rows.get(entry=person).attempt_id == earlier
    assert sum(award.amount for award in office.award(1, third)) == PURSE
    office.assert_anyone_can_check(1)


def _everybody_sits(
    world: World, crowd: list[int], eager: dict[int, list[int]], best: list[list[int]]
) -> tuple[int, int, int, object]:
    sit_all(world, 1, crowd, attempts=lambda: world.dice.choice([1, 1, 1, 2, 3]))
    # The same number in two ways: ten and four, or seven each
    for times, people in zip((cycle([10, 4]), cycle([7])), eager.values(), strict=True):
        sit_all(world, 1, people, attempts=times.__next__)
    sit_ladder(world, 1, best)
    # All right but for one question that the key has wrong, and later all right by the key, but slower
    [person] = world.add_people(world.area[9:10])
    question = world.draw(person, 1).questions[0]
    meant = (world.facts.keys[1][question] + 2) % 4
    early = world.rounds[1].opens_at + timedelta(days=1)
    first = world.sit(person, 1, answers={question: meant}, duration_ms=58_000, submitted_at=early)
    world.sit(person, 1, duration_ms=1_500_000)
    world.write()
    return person, question, meant, first.id
