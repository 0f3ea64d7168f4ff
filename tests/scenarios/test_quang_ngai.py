"""Quảng Ngãi city 2024: one round, best attempt, score → prediction → time → moment, 21 prizes."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from prizes.domain.ranking import is_current
from prizes.models import StandingsRun
from tests.scenarios.asserting import assert_what_if, first_difference, plain_rows
from tests.scenarios.crowd import far_guesses, last_instant, sit_all, sit_ladder, split
from tests.scenarios.office import Office
from tests.scenarios.world import World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.dear]
PEOPLE = 2_000
# Places of the best: the winner; three equal from the second prize into the third; two equal inside the
# third; fourteen apart; three equal for the last consolation prize; the next ones.
SIZES = [1, 3, 2, *[1] * 14, 3, *[1] * 5]
PURSE = 3_000_000 + 2 * 1_500_000 + 3 * 1_000_000 + 15 * 500_000


def test_quang_ngai() -> None:
    world = make_world("quang-ngai-2024", seed=2024)
    assert len(world.area) >= 40
    crowd = world.add_people(world.dice.choices(world.area, k=PEOPLE))
    best = split(world.add_people(world.dice.choices(world.area, k=sum(SIZES))), SIZES)
    trial = world.enter(world.area[5], by=world.chair, unofficially=True)
    uncounted = [trial, *world.add_people(world.area[6:10])]
    [wronged] = world.add_people(world.area[3:4])
    world.end(1)
    truth = _everybody_sits(world, crowd, best, uncounted)
    question, meant = _wronged_by_a_key(world, wronged, best, truth)
    world.write()
    office = Office(world)

    # Who is on the list may have taken part; one more line names a number that nobody has
    _exclude(world, uncounted[1:])
    run = office.rank(1)
    assert (run.target_value, run.version) == (truth, 1)
    awards = office.award(1, run)
    assert office.ties == [(1, (1, None, 2)), (1, (1, None, 21))]
    assert [one.winner for one in awards if one.name == "Giải Nhất"] == best[0]
    assert sum(award.amount for award in awards) == PURSE
    assert_what_if(office.scope(1), office.oracle, 1, ("score", "duration", "prediction"), first=21)
    assert office.newest(1) == run

    # The winner is disqualified, so everybody moves up and the three equal ones now share first and second
    office.disqualify(best[0][0], 1)
    assert not is_current(run)
    second = office.rank(1, reason="Loại kết quả người đạt Giải Nhất theo biên bản xác minh.")
    assert (second.version, second.target_value) == (2, truth - 1)
    awards = office.award(1, second)
    assert office.ties[2:] == [(1, (1, None, 1)), (1, (1, None, 20))]
    assert {one.winner for one in awards if one.name == "Giải Nhất"} < set(best[1])
    assert sum(award.amount for award in awards) == PURSE

    # Another one is disqualified and reinstated before anything was published of it
    found = office.disqualify(best[4][0], None)
    third = office.rank(1, reason="Loại kết quả theo tố cáo.")
    assert best[4][0] not in third.rows.values_list("entry", flat=True)
    office.reinstate(found)
    fourth = office.rank(1, reason="Phục hồi kết quả theo kết luận giải quyết khiếu nại.")
    assert (fourth.version, fourth.ranked) == (4, second.ranked)
    assert first_difference(plain_rows(fourth), plain_rows(second)) is None

    # A key turns out wrong, another question had two right options, a third none: marks and prizes change
    office.correct_key(1, question, {meant})
    key = world.facts.keys[1]
    two, none = (at for at in range(2) if at != question)
    office.correct_key(1, two, {key[two], (key[two] + 1) % 4})
    office.correct_key(1, none, None)
    assert is_current(fourth)
    office.regrade(1)
    assert not is_current(fourth)
    fifth = office.rank(1, reason="Chấm lại theo đáp án đã sửa.")
    assert fifth.all_right != fourth.all_right
    awards = office.award(1, fifth)
    assert [one.winner for one in awards if one.name == "Giải Nhất"] == [wronged]
    assert sum(award.amount for award in awards) == PURSE

    # After the publication somebody finds that a winner was on the secretariat
    [found_out] = [one.winner for one in awards if one.name == "Giải Ba"][:1]
    world.exclude(phone=world.user_of(found_out).phone)
    sixth = office.rank(1, reason="Bổ sung danh sách người không được dự thi.")
    assert found_out not in {one.winner for one in office.award(1, sixth)}
    office.assert_anyone_can_check(1)
    assert [version.version for version in StandingsRun.objects.filter(publication__isnull=False)] == [
        6,
        5,
        2,
        1,
    ]


def _everybody_sits(world: World, crowd: list[int], best: list[list[int]], uncounted: list[int]) -> Decimal:
    """The truth that the prediction asks for."""
    sit_all(world, 1, crowd, guess=far_guesses(world), attempts=lambda: world.dice.choice([1, 1, 2]))
    counts = world.oracle().counts(1)
    assert 0.25 < counts["all_right"] / counts["participants"] < 0.5
    truth = Decimal(counts["all_right"] + sum(SIZES))
    sit_ladder(world, 1, [uncounted], truth=truth, fastest_ms=50_000)
    # Papers of the first and of the last instant, and one that the server ended with the round: all worse
    # than what these three have otherwise
    round = world.rounds[1]
    first, last, server = (group[0] for group in best[-3:])
    begun = round.opens_at + timedelta(seconds=1)
    world.sit(first, 1, wrong=3, duration_ms=1_000, submitted_at=begun, prediction=0)
    sit_ladder(world, 1, best, truth=truth)
    world.sit(last, 1, wrong=2, duration_ms=1_799_999, submitted_at=last_instant(world, 1), prediction=truth)
    world.sit(server, 1, wrong=9, duration_ms=1_800_000, submitted_at=round.closes_at, by_server=True)
    return truth


def _wronged_by_a_key(world: World, person: int, best: list[list[int]], truth: Decimal) -> tuple[int, int]:
    """One who has chosen what will turn out to be right, in a question that many of the best have had too."""
    others = Counter(question for group in best for one in group for question in world.draw(one, 1).questions)
    question = max((at for at in world.draw(person, 1).questions if at > 2), key=lambda at: (others[at], at))
    meant = (world.facts.keys[1][question] + 1) % 4
    world.sit(person, 1, answers={question: meant}, duration_ms=40_000, prediction=truth - 60)
    return question, meant


def _exclude(world: World, people: list[int]) -> None:
    """Four of the best were on the committee, known by account, by one of two phones, by national ID."""
    odd = next(person for person in people if world.numbers[person] % 2)
    account, phone, typed = (person for person in people if person != odd)
    world.exclude(national_id=world.national_id(odd))
    world.exclude(user=world.user_of(account))
    world.exclude(phone=f" {world.user_of(phone).phone} ")
    world.exclude(phone=str(world.entry(typed).phone).replace("+84", "0084 "))
    world.exclude(phone="0911 222 333")
