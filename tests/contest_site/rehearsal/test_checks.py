"""The rehearsal's own checks find what is wrong."""

from datetime import date

import pytest

from contest_site.lib.clock import database_now
from contest_site.rehearsal.checks import wrong_attempts, wrong_awards
from contest_site.rehearsal.contestant import Outcome, Sitting
from contest_site.rehearsal.people import make_people
from prizes.models import StandingsRow, StandingsRun
from tests.support.factories import make_contest, make_entry, make_prizes, make_round, submitted_attempt

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
