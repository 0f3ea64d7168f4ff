"""How codes travel, and that they are written nowhere else."""

import json
import logging
from pathlib import Path
from typing import Any, ClassVar

import pytest
from celery.exceptions import Retry
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse

from contest_site.accounts import demo_codes, tasks
from contest_site.accounts.contact import Channel
from contest_site.accounts.domain.messages import send_code, send_notice
from contest_site.accounts.senders import Console, Demo, Email, File, Purpose, serving
from tests.contest_site.accounts.entrance import sign_up

SENDERS = "contest_site.accounts.senders."
HERE = f"{__name__}.Gateway"


class Gateway:
    """A gateway for text messages, as somebody would add it."""

    channels = frozenset({Channel.PHONE})
    slow = True
    taken: ClassVar[list[tuple[str, str, str]]] = []
    away = False

    def send(self, to: str, code: str, purpose: Purpose) -> None:
        if self.away:
            raise ConnectionError(f"no answer while sending {code} to {to}")
        self.taken.append((to, code, purpose))


@pytest.fixture(autouse=True)
def _fresh_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gateway, "taken", [])


def test_the_console_shows_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    Console().send("+84912345678", "123456", Purpose.LOGIN)
    assert "+84912345678: 123456" in capsys.readouterr().out


def test_the_file_has_one_json_object_a_line_and_only_the_owner_reads_it(
    tmp_path: Path, settings: Any
) -> None:
    settings.CODE_FILE = tmp_path / "deep" / "codes.jsonl"
    File().send("+84912345678", "123456", Purpose.LOGIN)
    File().send("ten@coquan.gov.vn", "000001", Purpose.RESET)
    lines = [json.loads(line) for line in settings.CODE_FILE.read_text().splitlines()]
    assert [(line["to"], line["code"], line["purpose"]) for line in lines] == [
        ("+84912345678", "123456", "login"),
        ("ten@coquan.gov.vn", "000001", "reset"),
    ]
    assert settings.CODE_FILE.stat().st_mode & 0o777 == 0o600


def test_the_demo_keeps_the_last_fifty(settings: Any) -> None:
    settings.DEMO = True
    for n in range(60):
        Demo().send("+84912345678", f"{n:06d}", Purpose.LOGIN)
    assert [item.code for item in demo_codes.last_codes()] == [f"{n:06d}" for n in range(59, 9, -1)]


def test_the_demo_sender_is_dumb_outside_a_demo(settings: Any) -> None:
    settings.DEMO = False
    Demo().send("+84912345678", "123456", Purpose.LOGIN)
    assert demo_codes.last_codes() == []


@pytest.mark.parametrize(
    ("purpose", "says"),
    [
        (Purpose.LOGIN, "đăng ký hoặc đăng nhập"),
        (Purpose.RESET, "đặt lại mật khẩu"),
        (Purpose.CHANGE, "thư điện tử mới"),
    ],
)
def test_an_e_mail_says_what_the_code_is_for(purpose: Purpose, says: str) -> None:
    Email().send("ten@coquan.gov.vn", "123456", purpose)
    (message,) = mail.outbox
    assert message.to == ["ten@coquan.gov.vn"]
    assert "123456" in message.subject
    assert "123456" in message.body
    assert says in message.body
    assert "10 phút" in message.body


def test_an_organisers_request_names_the_page_and_no_code(settings: Any) -> None:
    Email().send("ten@coquan.gov.vn", "", Purpose.RESET_ASKED)
    (message,) = mail.outbox
    assert settings.SITE_URL + reverse("account_reset_password") in message.body
    assert "Mã xác thực" not in message.subject


def test_each_contact_goes_to_the_senders_that_serve_it(settings: Any) -> None:
    settings.CODE_SENDERS = [SENDERS + "Email", HERE, SENDERS + "File"]
    assert serving("ten@coquan.gov.vn") == [SENDERS + "Email", SENDERS + "File"]
    assert serving("+84912345678") == [HERE, SENDERS + "File"]


@pytest.mark.django_db(transaction=True)
def test_a_slow_sender_waits_for_the_commit(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CODE_SENDERS = [HERE]
    monkeypatch.setattr(tasks.deliver, "apply_async", broker_away)
    with transaction.atomic():
        send_code("+84912345678", "123456", Purpose.LOGIN)
        assert Gateway.taken == []
    assert Gateway.taken == [("+84912345678", "123456", "login")]
    with transaction.atomic():
        send_code("+84912345678", "654321", Purpose.LOGIN)
        transaction.set_rollback(True)
    assert len(Gateway.taken) == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_gets_it_with_its_arguments_hidden(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CODE_SENDERS = [HERE]
    handed: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda **options: handed.append(options))
    send_code("+84912345678", "123456", Purpose.LOGIN)
    assert handed == [
        {"args": (HERE, "+84912345678", "123456", "login", "vi"), "argsrepr": "(hidden)", "expires": 600}
    ]


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_message_still_goes(
    settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tasks.mail, "apply_async", broker_away)
    send_notice("ten@coquan.gov.vn", "Tiêu đề", "Nội dung")
    assert mail.outbox[0].subject == "Tiêu đề"


@pytest.mark.django_db(transaction=True)
def test_a_gateway_that_is_away_breaks_no_page_and_leaks_nothing(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CODE_SENDERS = [HERE]
    monkeypatch.setattr(tasks.deliver, "apply_async", broker_away)
    monkeypatch.setattr(Gateway, "away", True)
    with caplog.at_level(logging.DEBUG):
        assert sign_up(client, "0912345678").status_code == 302
    assert "912345678" not in caplog.text
    assert not any(part.isdigit() and len(part) == 6 for part in caplog.text.split())


def test_a_failed_delivery_is_tried_again_without_its_contents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gateway, "away", True)
    with pytest.raises((Retry, tasks.DeliveryError)) as raised:
        tasks.deliver.apply(args=(HERE, "+84912345678", "123456", "login"), throw=True, retries=3)
    assert "123456" not in repr(raised.value)


@pytest.mark.django_db
def test_codes_are_in_no_log(client: Client, codes: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        sign_up(client, "0912345678")
    assert codes.last("+84912345678") not in caplog.text


def broker_away(**options: Any) -> None:
    raise ConnectionError("the broker is away")
