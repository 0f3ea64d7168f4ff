"""Every sign is bad exactly from its threshold on, and says so in words."""

from __future__ import annotations

from collections import namedtuple
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from redis.exceptions import ConnectionError as RedisDownError

from contest_site.audit.sealing import seal_trails, unsealed_since
from contest_site.audit.trail import record
from contest_site.lib import tally
from contest_site.lib.clock import database_now
from contest_site.lib.middleware import CountingMiddleware
from contest_site.watch import pulse, signs
from contest_site.watch.enums import BackupKind, State
from contest_site.watch.models import Backup
from contest_site.watch.signs import Sign
from contests.domain.rounds import close_round
from tests.support.factories import make_contest, make_round, make_staff

FRESH = {pulse.BEAT: 1, pulse.LOOKED: 1, pulse.WEB: 1, pulse.BORN: 9999, "worker a celery,pdf": 2}


def by_key(found: list[Sign]) -> dict[str, Sign]:
    return {sign.key: sign for sign in found}


def answered(status: int, monkeypatch: pytest.MonkeyPatch, *, seconds: float = 0.0) -> None:
    moments = iter([0.0, seconds])
    request: HttpRequest = RequestFactory().get("/")
    with monkeypatch.context() as patch:
        patch.setattr("contest_site.lib.middleware.time", SimpleNamespace(monotonic=lambda: next(moments)))
        CountingMiddleware(lambda request: HttpResponse(status=status))(request)


def test_errors_refusals_and_slow_answers_are_counted_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for status in (200, 302, 404, 401, 500, 503, 403, 409, 429):
        answered(status, monkeypatch)
    answered(200, monkeypatch, seconds=1.999)
    answered(200, monkeypatch, seconds=2.0)
    answered(500, monkeypatch, seconds=9.0)
    found = by_key(signs.web_signs())
    assert [found[key].value for key in ("errors", "refused", "slow")] == ["3", "3", "2"]


def test_what_is_well_and_fast_asks_redis_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "client", lambda: pytest.fail("not for this"))
    CountingMiddleware(lambda request: HttpResponse())(RequestFactory().get("/"))


def test_a_redis_that_is_away_changes_no_answer_and_is_asked_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def away() -> Any:
        asked.append(1)
        raise RedisDownError("gone")

    monkeypatch.setattr(tally, "client", away)
    monkeypatch.setattr(tally, "_silent_until", 0.0)
    middleware = CountingMiddleware(lambda request: HttpResponse(status=500))
    for _number in range(3):
        assert middleware(RequestFactory().get("/")).status_code == 500
    assert asked == [1]
    (sign,) = signs.web_signs()
    assert (sign.key, sign.state) == ("redis", State.URGENT)


@pytest.mark.parametrize(
    ("count", "state"), [(0, "normal"), (4, "normal"), (5, "look"), (7, "look"), (8, "urgent")]
)
def test_a_number_is_bad_from_its_threshold_on(count: int, state: str, settings: Any) -> None:
    settings.WATCH_ERRORS = (5, 8)
    for _number in range(count):
        tally.count([tally.ERROR], "home")
    assert by_key(signs.web_signs())["errors"].state == state


@pytest.mark.parametrize(("waiting", "state"), [(49, "normal"), (50, "look"), (500, "urgent")])
def test_a_long_queue_is_seen(waiting: int, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signs, "queue_lengths", lambda: {"celery": waiting - 1, "pdf": 1})
    found = by_key(signs.queue_signs())
    assert (found["queue"].value, found["queue"].state) == (str(waiting), state)


def test_the_queues_are_those_of_the_broker() -> None:
    assert set(signs.queue_lengths()) == {"celery", "pdf"}


@pytest.mark.parametrize(
    ("changes", "state", "note"),
    [
        ({}, "normal", ""),
        ({"worker a celery,pdf": 60}, "look", "Không có tiến trình nào xử lý hàng đợi celery, pdf."),
        ({"worker a celery,pdf": 120}, "urgent", "Không có tiến trình nào xử lý hàng đợi celery, pdf."),
        (
            {"worker a celery,pdf": 500, "worker b celery": 1},
            "urgent",
            "Không có tiến trình nào xử lý hàng đợi pdf.",
        ),
        # One that was taken away does not matter beside one that took its place.
        ({"worker a celery,pdf": 500, "worker b pdf,celery": 1}, "normal", ""),
        ({pulse.LOOKED: 130}, "urgent", "Không có tác vụ nào được xử lý trong 130 giây."),
        # Just switched on: what is not there yet is on its way.
        ({"worker a celery,pdf": 4000, pulse.BORN: 10}, "normal", ""),
    ],
)
def test_a_queue_without_a_living_worker_is_seen(changes: dict[str, int], state: str, note: str) -> None:
    sign = signs.worker_sign({**FRESH, **changes})
    assert (sign.state, sign.note) == (state, note)


@pytest.mark.parametrize(("seconds", "state"), [(59, "normal"), (60, "look"), (120, "urgent")])
def test_a_silent_beat_and_a_silent_site_are_seen(
    seconds: int, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    silence = {**FRESH, pulse.BEAT: seconds, pulse.WEB: seconds}
    monkeypatch.setattr(pulse, "silence", lambda: silence)
    assert signs.beat_sign(silence).state == state
    web = by_key(signs.web_signs())["web"]
    assert (web.state, web.kind) == (state, "web")
    # While nobody looks, nobody knows whether the site answers: the alert is about that instead.
    monkeypatch.setattr(pulse, "silence", lambda: {**silence, pulse.LOOKED: 300})
    assert by_key(signs.web_signs())["web"].kind == ""


@pytest.mark.django_db
def test_a_round_past_its_end_that_is_not_closed_is_seen() -> None:
    now = database_now()
    contest = make_contest(opens_at=now - timedelta(days=2))
    round = make_round(contest, opens_at=now - timedelta(days=2), closes_at=now - timedelta(seconds=60))
    assert [(sign.state, sign.about) for sign in signs.round_signs(now)] == [(State.LOOK, str(round.pk))]
    assert signs.round_signs(now + timedelta(seconds=60))[0].state is State.URGENT
    assert signs.round_signs(now - timedelta(seconds=20)) == []
    close_round(round, by=None)
    assert signs.round_signs(now) == []


@pytest.mark.django_db
def test_the_last_backup_is_told_by_its_age_and_a_failed_one_at_once(settings: Any, tmp_path: Any) -> None:
    now = database_now()
    sign = signs.backup_sign(now)
    assert (sign.value, sign.state, sign.kind) == ("chưa có", State.LOOK, "")
    settings.BACKUP_DIR = tmp_path
    for hours, state, value in (
        (1, "normal", "60 phút trước"),
        (26, "look", "26 giờ trước"),
        (51, "urgent", "2 ngày trước"),
    ):
        Backup.objects.all().delete()
        Backup.objects.create(kind=BackupKind.NIGHTLY, name="a.tar", at=now - timedelta(hours=hours))
        sign = signs.backup_sign(now)
        assert (sign.state, sign.value, sign.kind) == (state, value, "backup")
    Backup.objects.create(kind=BackupKind.NIGHTLY, failure="OSError: hết chỗ", at=now)
    sign = signs.backup_sign(now)
    assert sign.state is State.URGENT
    assert "hết chỗ" in sign.note


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "states"), [(4, []), (5, ["look"]), (15, ["urgent"])])
def test_a_trail_that_is_not_sealed_for_minutes_is_seen(
    minutes: int, states: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seal_trails()
    assert unsealed_since() is None
    record("changed account", make_staff(), by=None)
    since = unsealed_since()
    assert since is not None
    now = since + timedelta(minutes=minutes, seconds=5)
    monkeypatch.setattr(pulse, "silence", lambda: {pulse.BORN: 7200})
    assert [sign.state for sign in signs.trail_signs(now)] == states
    # A site that was switched on a moment ago has not had the time.
    monkeypatch.setattr(pulse, "silence", lambda: {pulse.BORN: 60})
    assert signs.trail_signs(now) == []


@pytest.mark.parametrize(("used", "state"), [(69, "normal"), (70, "look"), (80, "urgent")])
def test_a_disk_is_full_by_what_may_be_used_of_it(
    used: int, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    # A tenth is kept for the system, as disks have it.
    monkeypatch.setattr(
        "contest_site.watch.signs.shutil.disk_usage", lambda path: usage(1100, used * 10, 1000 - used * 10)
    )
    sign = signs.disk_sign()
    assert (sign.value, sign.state) == (f"{used} %", state)


def test_sizes_are_read_at_a_glance() -> None:
    assert [signs.size(count) for count in (0, 1, 5_000_000, 3 * 1024**3)] == [
        "0 KB",
        "1 KB",
        "4,7 MB",
        "3 GB",
    ]
