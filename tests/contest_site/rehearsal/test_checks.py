"""The rehearsal's own checks find what is wrong."""

from datetime import date, timedelta

import pytest

from contest_site.lib.clock import database_now
from contest_site.rehearsal.checks import wrong_attempts, wrong_awards, wrong_limits, wrong_takers
from contest_site.rehearsal.contestant import Outcome, Sitting
from contest_site.rehearsal.people import make_people
from contests.models import Contest, Promotion, Round
from prizes.models import Award, StandingsRow, StandingsRun, UnitRow
from tests.support.factories import (
    make_block,
    make_contest,
    make_entry,
    make_prizes,
    make_round,
    make_table,
    submitted_attempt,
)

pytestmark = pytest.mark.django_db


def outcome(*sittings: Sitting) -> Outcome:
    person = make_people(1, 1, today=date(2026, 1, 1), is_free=lambda phone: True, password="x")[0]
    return Outcome(person, list(sittings))


def test_attempts_that_agree_are_right_and_others_are_named() -> None:
    round = make_round(questions=3)
    attempt = submitted_attempt(make_entry(round.contest), round, correct=2, submitted_at=database_now())
    told = Sitting(str(attempt.pk), {1: 1, 2: 1, 3: 1}, 2, "", str(attempt.receipt), submitted=True)
    assert list(wrong_attempts([outcome(told)])) == []
    lost = Sitting(str(attempt.pk), {1: 1, 2: 1, 3: 4}, 3, "", "AAAA-AAAA-AAAA-AAAA", submitted=True)
    words = [words.split(": ", 1)[1] for words in wrong_attempts([outcome(lost)])]
    assert words == [
        "câu trả lời đã lưu khác: [(3, 1), (3, 4)]",
        "chấm 2 câu đúng, làm đúng 3 câu",
        f"mã biên nhận khác: {attempt.receipt} và AAAA-AAAA-AAAA-AAAA",
    ]
    gone = Sitting("00000000-0000-4000-8000-000000000000")
    assert "không có trong cơ sở dữ liệu" in next(wrong_attempts([outcome(gone)]))


def test_prizes_that_were_not_given_are_named() -> None:
    contest = make_contest()
    round = make_round(contest, sealed=False)
    make_prizes(contest)
    run = StandingsRun.objects.create(
        contest=contest,
        round=round,
        version=1,
        configuration={},
        participants=5,
        attempts=5,
        all_right=0,
        ranked=2,
        digest="0" * 64,
    )
    for rank in (1, 2):
        attempt = submitted_attempt(make_entry(contest), round)
        StandingsRow.objects.create(
            run=run, rank=rank, entry=attempt.entry, attempt=attempt, correct=30, duration_ms=1,
            submitted_at=database_now(),
        )  # fmt: skip
    assert list(wrong_awards(run)) == [
        "Giải cá nhân: Giải Nhất: trao 0, kế hoạch có 1",
        "Giải cá nhân: Giải Nhì: trao 0, kế hoạch có 1",
    ]


def run_of(contest: Contest, round: Round, version: int = 1) -> StandingsRun:
    numbers = dict.fromkeys(("participants", "attempts", "all_right", "ranked"), 0)
    return StandingsRun.objects.create(
        contest=contest, round=round, version=version, configuration={}, digest="0" * 64, **numbers
    )


def test_people_who_took_a_final_unchosen_and_units_with_too_many_are_named() -> None:
    contest = make_contest()
    now = database_now()
    first = make_round(contest, sealed=False, opens_at=now - timedelta(days=2), closes_at=now)
    final = make_round(
        contest,
        sealed=False,
        opens_at=now,
        closes_at=now + timedelta(days=1),
        promotes_from=first,
        promotes_best=1,
        name="Chung kết",
    )
    assert list(wrong_takers(first)) == []
    entries = [make_entry(contest, full_name=f"Lê Thị {name}") for name in ("An", "Bình", "Chi")]
    assert contest.area is not None
    for place, entry in enumerate(entries[:2], 1):
        Promotion.objects.create(round=final, entry=entry, unit=contest.area, place=place, basis="1/1/x")
        submitted_attempt(entry, final)
    submitted_attempt(entries[2], final)
    assert list(wrong_takers(final)) == [
        "Chung kết: Lê Thị Chi không được chọn mà có bài thi",
        f"Chung kết: {contest.area} có 2 người được chọn, kế hoạch chọn 1",
    ]


def test_more_prizes_than_the_plan_lets_one_have_are_named() -> None:
    contest = make_contest(prizes_per_person=1)
    round = make_round(contest, sealed=False)
    table = make_table(contest, [("Giải Nhất", 2, 500_000)], scope="each_round", winner_limit=1)
    prize, entry = table.prizes.get(), make_entry(contest, full_name="Lê Thị An")
    for version in (1, 2):
        Award.objects.create(
            run=run_of(contest, round, version),
            prize=prize,
            place=1,
            entry=entry,
            rank=1,
            prize_name=prize.name,
            amount=prize.amount,
        )
    assert list(wrong_limits(contest)) == [
        "Lê Thị An có 2 giải, kế hoạch cho 1",
        "Giải cá nhân: Lê Thị An đạt 2 lần, kế hoạch cho 1",
    ]


def test_units_that_were_ranked_and_got_nothing_are_named() -> None:
    contest = make_contest()
    round = make_round(contest, sealed=False)
    assert contest.area is not None
    block = make_block(contest, [contest.area])
    table = make_table(contest, [("Giải tập thể", 3, 500_000)], audience="unit", name="Giải tập thể")
    run = run_of(contest, round)
    zeros = dict.fromkeys(
        ("participants", "attempts", "sittings", "correct", "all_right", "winners", "best_people"), 0
    ) | {"best_correct": 0, "best_duration_ms": 0}
    UnitRow.objects.create(run=run, table=table, block=block, unit=contest.area, rank=1, **zeros)
    assert list(wrong_awards(run)) == ["Giải tập thể: Giải tập thể: trao 0, kế hoạch có 1"]
