from __future__ import annotations

from datetime import timedelta

import pytest
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from attempts.models import Attempt
from contest_site.lib.clock import database_now
from contests.models import RoundClosing
from prizes.models import Publication, StandingsRun
from prizes.tasks import close_due_rounds, settle_round
from tests.prizes.support import over, publish, simple_round, take
from tests.support.factories import make_contest, make_entry, make_round, make_staff

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
        paper=list(range(30)), orders=[0] * 30, widths=[4] * 30, answers=[0] * 30,
        started_at=now - timedelta(minutes=5), deadline=now + timedelta(minutes=25),
    )  # fmt: skip
    RoundClosing.objects.create(round=round, by=make_staff(), reason="Sự cố")
    settle_round(round.pk)
    attempt.refresh_from_db()
    assert attempt.submitted_at is not None
    assert StandingsRun.objects.get(round=round).participants == 1


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
