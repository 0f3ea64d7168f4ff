from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from attempts.models import Attempt, KeyCorrection, KeyCorrectionDecision
from contest_site.lib.clock import database_now
from contests.enums import Combine, PredictionScope, PredictionTarget, RankKey
from contests.models import Round, RoundClosing
from prizes.domain.settling import settle
from prizes.models import Publication, RunReview, StandingsRun
from prizes.scope import Scope
from prizes.tasks import close_due_rounds, settle_round
from tests.prizes.support import over, publish, simple_round, take
from tests.support.factories import (
    make_bank,
    make_contest,
    make_entry,
    make_round,
    make_staff,
    make_user,
    submitted_attempt,
)

pytestmark = pytest.mark.django_db


def test_a_round_whose_end_has_come_is_closed_and_ranked() -> None:
    round = over(closed=False)
    take(round, "An")
    close_due_rounds()
    assert RoundClosing.objects.get(round=round).by is None
    assert StandingsRun.objects.get(round=round).by is None
    close_due_rounds()
    assert StandingsRun.objects.count() == 1


def test_a_round_that_is_still_open_is_left_alone() -> None:
    make_round(make_contest(), sealed=False)
    close_due_rounds()
    assert not RoundClosing.objects.exists()


def test_a_contest_that_was_never_announced_is_left_alone() -> None:
    now = database_now()
    contest = make_contest(announced=False, opens_at=now - timedelta(days=9), closes_at=now)
    over(contest, closed=False)
    close_due_rounds()
    assert not RoundClosing.objects.exists()


def test_one_broken_round_does_not_hold_up_the_others() -> None:
    broken = over(closed=False, rank_order=[])
    sound = over(closed=False)
    close_due_rounds()
    assert RoundClosing.objects.count() == 2
    assert StandingsRun.objects.get().round == sound
    assert not broken.runs.exists()


def test_open_attempts_are_finished_before_the_ranking() -> None:
    now = database_now()
    round = make_round(make_contest(opens_at=now - timedelta(hours=2), closes_at=now + timedelta(hours=1)))
    attempt = Attempt.objects.create(
        entry=make_entry(round.contest), round=round, number=1, seed=b"0" * 32,
        paper=list(range(30)), orders=[0] * 30, limits=[4] * 30, answers=[0] * 30,
        started_at=now - timedelta(minutes=5), deadline=now + timedelta(minutes=25),
    )  # fmt: skip
    RoundClosing.objects.create(round=round, by=make_staff(), reason="Sự cố")
    settle_round(round.pk)
    attempt.refresh_from_db()
    assert attempt.submitted_at is not None
    assert StandingsRun.objects.get(round=round).participants == 1


def test_a_contest_of_several_rounds_is_ranked_after_its_last() -> None:
    first, second = _two_weeks(overall_combine=Combine.SUM, overall_rank_order=[RankKey.SCORE])
    take(first, "An")
    RoundClosing.objects.create(round=first)
    close_due_rounds()
    assert list(StandingsRun.objects.values_list("round", flat=True)) == [first.pk]
    RoundClosing.objects.create(round=second)
    close_due_rounds()
    assert list(StandingsRun.objects.order_by("pk").values_list("round", flat=True)) == [
        first.pk,
        second.pk,
        None,
    ]
    close_due_rounds()
    assert StandingsRun.objects.count() == 3


def test_without_overall_standings_only_the_rounds_are_ranked() -> None:
    for round in _two_weeks():
        RoundClosing.objects.create(round=round)
    close_due_rounds()
    assert StandingsRun.objects.filter(round=None).count() == 0
    assert StandingsRun.objects.count() == 2


def test_a_round_that_needs_the_others_waits_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    first, second = _two_weeks(
        {"prediction_target": PredictionTarget.ATTEMPTS, "prediction_scope": PredictionScope.CONTEST}
    )
    RoundClosing.objects.create(round=first)
    close_due_rounds()
    assert not StandingsRun.objects.exists()
    assert not caplog.records
    RoundClosing.objects.create(round=second)
    close_due_rounds()
    assert StandingsRun.objects.count() == 2


def test_an_attempt_that_came_after_the_ranking_is_ranked_until_the_review() -> None:
    round = over(closed=False)
    take(round, "An")
    close_due_rounds()
    first = StandingsRun.objects.get()
    take(round, "Bình")
    close_due_rounds()
    close_due_rounds()
    second = StandingsRun.objects.exclude(pk=first.pk).get()
    assert (second.version, second.participants) == (2, 2)
    assert "sau lần xếp hạng trước" in second.reason
    RunReview.objects.create(run=second, by=make_staff())
    take(round, "Chi")
    close_due_rounds()
    assert StandingsRun.objects.count() == 2


def test_a_correction_of_the_key_is_applied_before_the_first_ranking() -> None:
    round = over(bank=make_bank(3), sealed=True)
    entry = make_entry(round.contest)
    submitted_attempt(entry, round, correct=1)
    correction = KeyCorrection.objects.create(
        round=round, question=0, accepted=[0, 1, 2, 3], void=True, grounds="Câu hỏi sai", by=make_user()
    )
    KeyCorrectionDecision.objects.create(
        correction=correction, approved=True, proposer=correction.by, by=make_user()
    )
    run = settle(Scope.of_round(round))
    assert run is not None
    assert run.configuration["rounds"][0]["regrade"] == 1


def _two_weeks(fields: dict[str, Any] | None = None, **contest: Any) -> tuple[Round, Round]:
    """Two rounds that are over and not closed yet; the second is the later one."""
    now = database_now()
    whole = make_contest(opens_at=now - timedelta(days=30), closes_at=now + timedelta(days=30), **contest)
    first, second = (
        over(
            whole,
            closed=False,
            opens_at=now + timedelta(days=1 + 7 * week),
            closes_at=now + timedelta(days=7 + 7 * week),
            **(fields or {}),
        )
        for week in range(2)
    )
    return first, second


def test_a_dead_broker_does_not_stop_the_publication(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    def dead(*args: object, **kwargs: object) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr("contest_site.lib.queue.current_app.send_task", dead)
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        publish(simple_round([("An", 50)]))
    assert callbacks
    assert Publication.objects.count() == 1
