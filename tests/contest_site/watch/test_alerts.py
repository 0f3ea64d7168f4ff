"""Somebody is told once when something cannot wait and once when it is over, and never in a flood."""

from __future__ import annotations

import http.server
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.db import OperationalError
from redis.exceptions import RedisError

from contest_site.lib import tally
from contest_site.lib.clock import database_now
from contest_site.watch import alerts, guarding, pulse, signs, tasks
from contest_site.watch.enums import IncidentKind, State
from contest_site.watch.incidents import claim, observe
from contest_site.watch.models import Incident
from contest_site.watch.signs import Sign

pytestmark = pytest.mark.django_db
KINDS = frozenset(IncidentKind)
FULL = Sign("disk", "Đĩa", "91 %", State.URGENT, "còn trống 2 GB", IncidentKind.DISK)


class Hook(http.server.BaseHTTPRequestHandler):
    """Answers with the server's status and keeps what it was told."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append(json.loads(body))  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        pass


@contextmanager
def webhook(settings: Any, status: int = 200) -> Iterator[Any]:
    server: Any = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.status, server.told = status, []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    settings.ALERT_WEBHOOK_URL = f"http://127.0.0.1:{server.server_address[1]}/hook?chat_id=1"
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def turn(*found: Sign) -> None:
    observe(found, KINDS)
    alerts.tell()


def later(minutes: int) -> None:
    """So much time passes for whatever has become calm."""
    for row in Incident.objects.filter(calm_since__isnull=False, ended_at=None):
        assert row.calm_since is not None
        Incident.objects.filter(pk=row.pk).update(calm_since=row.calm_since - timedelta(minutes=minutes))


def test_one_message_at_the_beginning_and_one_at_the_end(settings: Any) -> None:
    settings.ALERT_EMAILS = ["truc@example.vn"]
    with webhook(settings) as server:
        for _number in range(3):
            turn(FULL)
        turn()  # it flickers
        turn(FULL)
        turn()
        later(3)
        turn()
        turn()
    assert [message.subject for message in mail.outbox] == [
        "[Khẩn] Sắp hết dung lượng đĩa",
        "[Đã hết] Sắp hết dung lượng đĩa",
    ]
    assert mail.outbox[0].to == ["truc@example.vn"]
    assert "Đĩa: 91 % (còn trống 2 GB)" in mail.outbox[0].body
    assert "/quan-tri/theo-doi/" in mail.outbox[0].body
    assert [(one["kind"], one["state"]) for one in server.told] == [("disk", "urgent"), ("disk", "over")]
    assert "Đĩa: 91 %" in server.told[0]["text"]
    incident = Incident.objects.get()
    assert incident.ended_at is not None
    # The same later is another incident.
    turn(FULL)
    assert Incident.objects.count() == 2


def test_a_sign_that_is_only_to_be_looked_at_wakes_nobody(settings: Any) -> None:
    settings.ALERT_EMAILS = ["truc@example.vn"]
    turn(
        Sign("disk", "Đĩa", "75 %", State.LOOK, "", IncidentKind.DISK),
        Sign("slow", "Chậm", "9", State.URGENT),
    )
    assert (mail.outbox, Incident.objects.count()) == ([], 0)


def test_a_failing_webhook_breaks_nothing_and_is_tried_again(settings: Any) -> None:
    with webhook(settings, status=500) as server:
        turn(FULL)
        turn(FULL)
        assert not Incident.objects.get().told
        server.status = 204
        turn(FULL)
        assert Incident.objects.get().told
        turn(FULL)
    assert len(server.told) == 3


def test_a_webhook_that_never_answers_is_given_up(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.ALERT_WEBHOOK_URL = "http://127.0.0.1:1/hook"
    for _number in range(9):
        turn(FULL)
    assert Incident.objects.get().tries == alerts.TRIES
    assert sum("could not be sent" in record.message for record in caplog.records) == alerts.TRIES


@pytest.mark.parametrize("url", ["http://hook.example.vn/x", "file:///etc/passwd", "hook", "http://[::1"])
def test_a_webhook_on_another_machine_without_tls_is_not_reached(settings: Any, url: str) -> None:
    settings.ALERT_WEBHOOK_URL = url
    assert not alerts.send("a", "b", "disk", over=False)


def test_mail_is_enough_where_the_webhook_fails_and_the_log_where_nothing_is_set(settings: Any) -> None:
    assert alerts.send("a", "b", "disk", over=False)
    settings.ALERT_EMAILS = ["truc@example.vn"]
    settings.ALERT_WEBHOOK_URL = "http://127.0.0.1:1/hook"
    assert alerts.send("a", "b", "disk", over=False)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert not alerts.send("a", "b", "disk", over=False)


def test_many_incidents_are_no_flood(settings: Any) -> None:
    settings.ALERT_EMAILS = ["truc@example.vn"]
    for number in range(30):
        turn(
            *(
                Sign("close", "Vòng", "", State.URGENT, "", IncidentKind.CLOSE, str(at))
                for at in range(number)
            )
        )
    assert len(mail.outbox) == alerts.PER_HOUR
    assert Incident.objects.filter(told=True).count() == 29


def test_two_processes_that_see_the_same_tell_it_once(settings: Any) -> None:
    settings.ALERT_EMAILS = ["truc@example.vn"]
    observe([FULL], KINDS)
    stale = Incident.objects.get()
    alerts.tell()
    assert not claim(stale)
    observe([FULL], KINDS)
    assert Incident.objects.count() == 1
    assert len(mail.outbox) == 1


@pytest.fixture
def _all_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "answers", lambda url: True)
    monkeypatch.setattr(signs, "disk_sign", lambda: Sign("disk", "Đĩa", "1 %", State.NORMAL))
    for part in (pulse.BORN, pulse.BEAT, "worker a celery,pdf"):
        tally.stamp(part)


@pytest.mark.usefixtures("_all_well")
def test_a_look_at_a_site_that_is_well_opens_nothing() -> None:
    tasks.look()
    assert Incident.objects.count() == 0
    assert pulse.silence()[pulse.WEB] <= 1


@pytest.mark.usefixtures("_all_well")
def test_a_site_that_does_not_answer_for_a_while_is_an_incident(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "answers", lambda url: False)
    tasks.look()
    assert Incident.objects.count() == 0
    tally.client().hset(tally.ALIVE, mapping={pulse.WEB: 1, pulse.BORN: 1})
    tasks.look()
    assert [row.kind for row in Incident.objects.all()] == [IncidentKind.WEB]


@pytest.mark.parametrize(("status", "answers"), [(200, True), (503, False)])
def test_the_site_is_asked_at_the_operators_address(status: int, answers: bool) -> None:
    asked = []

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Host"]))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert guarding.answers(f"http://127.0.0.1:{server.server_address[1]}") is answers
        thread.join()
    assert asked == [("/healthz", "127.0.0.1")]
    assert not guarding.answers("http://127.0.0.1:1")


def test_the_beat_tells_of_silent_workers(settings: Any) -> None:
    settings.ALERT_EMAILS = ["truc@example.vn"]
    tally.stamp(pulse.BORN)
    guarding.guard()
    assert mail.outbox == []
    tally.client().hset(tally.ALIVE, mapping={pulse.BORN: 1, pulse.LOOKED: 1})
    guarding.guard()
    guarding.guard()
    (message,) = mail.outbox
    assert message.subject == "[Khẩn] Tiến trình xử lý không hoạt động"


def test_a_worker_starts_the_look_of_a_silent_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    app = SimpleNamespace(send_task=lambda name, **options: sent.append(name))
    heart = SimpleNamespace(eventer=SimpleNamespace(hostname="celery@a", app=app))
    tally.client().hset(tally.ALIVE, mapping={pulse.BORN: 1, "worker old celery": 1})
    tally.stamp(pulse.BEAT)
    monkeypatch.setattr(pulse, "_last_sign", 0.0)
    pulse.worker_lives(sender=heart)
    assert sent == []
    tally.client().hset(tally.ALIVE, mapping={pulse.BEAT: 1})
    pulse.worker_lives(sender=heart)  # within ten seconds: nothing
    monkeypatch.setattr(pulse, "_last_sign", 0.0)
    pulse.worker_lives(sender=heart)
    assert sent == [pulse.LOOK]
    assert pulse.workers(pulse.silence())["celery@a"][1] == {"celery", "pdf"}


def test_a_site_that_was_switched_off_is_given_time() -> None:
    tally.client().hset(tally.ALIVE, mapping={pulse.BORN: 1, pulse.BEAT: 2, pulse.LOOKED: 3})
    pulse._mark_birth()
    assert pulse.silence()[pulse.BEAT] <= 1


def test_a_database_that_is_away_is_logged_and_told_once(
    monkeypatch: pytest.MonkeyPatch, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ALERT_EMAILS = ["truc@example.vn"]

    def away() -> None:
        raise OperationalError("connection refused to 10.0.0.1")

    monkeypatch.setattr(guarding, "look", away)
    for _number in range(2):
        tasks.look()
    said = [record.message for record in caplog.records if record.levelno == logging.CRITICAL]
    assert said == ["the database cannot be reached: OperationalError"] * 2
    assert [message.subject for message in mail.outbox] == ["[Khẩn] Cơ sở dữ liệu không trả lời"]
    guarding._database_is_back()
    guarding._database_is_back()
    assert mail.outbox[1].subject == "[Đã hết] Cơ sở dữ liệu không trả lời"
    assert len(mail.outbox) == 2


def test_words_are_those_of_the_operators_language() -> None:
    from django.utils.translation import override

    now = database_now()
    with override("en"):
        subject, text = alerts.words(Incident(kind=IncidentKind.BEAT, text="x", began_at=now))
    assert subject == "[Khẩn] Bộ hẹn giờ không hoạt động"
    assert "Phát hiện lúc" in text


def test_what_could_not_be_measured_is_not_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "answers", lambda url: True)
    observe([Sign("errors", "Lỗi máy chủ", "30", State.URGENT, "", IncidentKind.ERRORS), FULL], KINDS)

    def away(*arguments: Any) -> None:
        raise RedisError

    monkeypatch.setattr(tally, "by_minute", away)
    guarding.look()
    calm = dict(Incident.objects.filter(ended_at=None).values_list("kind", "calm_since"))
    assert calm[IncidentKind.ERRORS] is None
    assert IncidentKind.REDIS in calm
    # The disk was looked at and is not full any more.
    assert calm[IncidentKind.DISK] is not None
