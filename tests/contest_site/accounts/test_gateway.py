"""Text messages through a gateway's HTTP interface, against a real server, and what they may cost."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from contest_site.accounts import checks, tasks
from contest_site.accounts.domain import budget
from contest_site.accounts.domain.messages import send_code
from contest_site.accounts.gateway import Declined, HttpGateway, compose, phone_in_form, words
from contest_site.accounts.models import MessageCount, User
from contest_site.accounts.senders import Purpose, serving
from contest_site.lib.outbound import OutboundError, fetch
from tests.contest_site.accounts.entrance import PASSWORD, sign_up, text

PATH = checks.GATEWAY
TO = "+84912345678"
KEY = "khoa-cua-cong-tin-nhan"


class GatewaySite:
    """What it was asked, and what it answers."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[tuple[str, str, dict[str, str], str]] = []
        self.answers: list[tuple[int, str]] = []
        self.headers: dict[str, str] = {}


@pytest.fixture(scope="module")
def _server() -> Iterator[GatewaySite]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            site.asked.append((self.command, self.path, dict(self.headers), body))
            status, said = site.answers.pop(0) if site.answers else (200, '{"code": 100}')
            self.send_response(status)
            for name, value in site.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.encode())))
            self.end_headers()
            self.wfile.write(said.encode())

        do_GET = do_POST = _serve  # noqa: N815  (the base class's names)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = GatewaySite(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def gateway(_server: GatewaySite, settings: Any) -> GatewaySite:
    _server.asked, _server.answers, _server.headers = [], [], {}
    settings.CODE_SENDERS = [PATH]
    settings.SMS_URL = f"{_server.address}/gui"
    settings.SMS_SECRET = KEY
    settings.SMS_HEADERS = '{"Authorization": "Bearer {secret}"}'
    settings.SMS_BODY = '{"to": "{phone}", "messages": [{"text": "{text}"}], "brand": "THI"}'
    settings.SMS_SUCCESS = r'"code":\s*100\b'
    settings.SITE_URL = "https://thi.example.vn"
    return _server


def send(code: str = "123456") -> None:
    HttpGateway().send(TO, code, Purpose.LOGIN)


def test_json_is_filled_in_after_it_was_read(gateway: GatewaySite) -> None:
    send()
    ((method, path, headers, body),) = gateway.asked
    said = json.loads(body)
    assert (method, path, headers["Authorization"]) == ("POST", "/gui", f"Bearer {KEY}")
    assert (said["to"], said["brand"]) == ("0912345678", "THI")
    assert said["messages"][0]["text"].startswith("123456 la ma xac thuc tai thi.example.vn")
    assert headers["Content-Type"] == "application/json"


def test_a_form_and_an_address_are_filled_in_piece_by_piece(gateway: GatewaySite, settings: Any) -> None:
    settings.SMS_BODY = "phone={phone}&content={text}&key={secret}"
    settings.SMS_TEXT = 'Ma & "key=1" {code}'
    settings.SMS_PHONE_FORM = "84"
    send()
    fields = parse_qs(gateway.asked[0][3])
    assert fields == {"phone": ["84912345678"], "content": ['Ma & "key=1" 123456'], "key": [KEY]}
    settings.SMS_METHOD, settings.SMS_BODY = "GET", ""
    settings.SMS_URL = f"{gateway.address}/gui/{{phone}}?text={{text}}"
    send()
    parts = urlsplit(gateway.asked[1][1])
    assert (parts.path, parse_qs(parts.query)) == ("/gui/84912345678", {"text": ['Ma & "key=1" 123456']})


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_message_fits_and_has_no_accents_unless_wanted(settings: Any, purpose: Purpose) -> None:
    settings.SITE_URL = "https://thi.example.vn"
    notice = purpose in {Purpose.RESET_ASKED, Purpose.MOVED, Purpose.MERGED, Purpose.FACTOR_REMOVED}
    said = words("" if notice else "123456", purpose)
    assert said.isascii()
    assert " / " in said  # English second
    assert len(said) <= 306  # two messages of 153 signs
    if purpose is Purpose.LOGIN:
        assert len(said) <= 160
    settings.SMS_ACCENTS = True
    assert not words("" if notice else "123456", purpose).isascii()


def test_numbers_in_the_form_that_a_gateway_wants() -> None:
    assert [phone_in_form(TO, form) for form in ("0", "84", "+84")] == ["0912345678", "84912345678", TO]
    assert phone_in_form("+85620234567", "0") == "85620234567"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((500, ""), OutboundError),
        ((429, ""), OutboundError),
        ((200, '{"code": 104}'), OutboundError),
        ((400, ""), Declined),
        ((302, ""), Declined),
    ],
)
def test_what_counts_as_taken(gateway: GatewaySite, answer: tuple[int, str], error: type[Exception]) -> None:
    gateway.answers, gateway.headers = [answer], {"Location": f"{gateway.address}/khac"}
    with pytest.raises(error) as raised:
        send()
    assert len(gateway.asked) == 1
    assert type(raised.value) is error
    assert not {KEY, "123456", TO} & set(str(raised.value).split())


def test_a_request_goes_to_the_named_host_alone_and_over_tls(gateway: GatewaySite, settings: Any) -> None:
    for address in (
        "http://169.254.169.254/x",
        "http://example.vn/",
        "https://example.vn@127.0.0.1/",
        "file:///x",
    ):
        with pytest.raises(OutboundError):
            fetch("GET", address, hosts={"example.vn"}, timeout=1)
    settings.INSECURE_HTTP = False
    with pytest.raises(OutboundError):
        send()
    assert gateway.asked == []


@pytest.mark.django_db
def test_the_worker_tries_again_and_stops_where_it_is_no_use(gateway: GatewaySite) -> None:
    gateway.answers = [(503, ""), (503, ""), (200, '{"code": 100}')]
    arguments = (PATH, TO, "123456", "login")
    # Eagerly a retry runs at once; the pauses between are tasks.deliver's countdown.
    tasks.deliver.apply(args=arguments)
    assert len(gateway.asked) == 3
    assert MessageCount.objects.get(key="").sent == 1
    gateway.answers = [(400, "")]
    with pytest.raises(tasks.DeliveryError, match="status 400"):
        tasks.deliver.apply(args=arguments, throw=True)
    assert len(gateway.asked) == 4


@pytest.mark.django_db
def test_nothing_of_a_message_is_in_a_log(gateway: GatewaySite, caplog: pytest.LogCaptureFixture) -> None:
    gateway.answers = [(400, f"{KEY} 123456 {TO}")]
    with caplog.at_level(logging.DEBUG):
        with pytest.raises(tasks.DeliveryError):
            tasks.deliver.apply(args=(PATH, TO, "123456", "login"), throw=True)
        send()
    assert not any(secret in caplog.text for secret in (KEY, "123456", "912345678"))


# --- What they cost -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_number_and_the_site_have_a_budget_a_day(gateway: GatewaySite, settings: Any) -> None:
    settings.SMS_PER_NUMBER_PER_DAY, settings.SMS_PER_DAY = 2, 3
    assert [budget.spend(TO) for _time in range(3)] == [True, True, False]
    assert budget.spend("+84987654321")
    assert not budget.spend("+84987654321")
    assert not MessageCount.objects.exclude(key="").filter(key__contains="9").filter(key__contains=TO[1:])
    today = budget.spending()
    assert (today.sent, today.refused, today.used_up, today.nearly) == (3, 2, True, True)
    tasks.deliver.apply(args=(PATH, TO, "123456", "login"), throw=True)
    assert gateway.asked == []
    settings.SMS_PER_DAY = 0
    assert not budget.spend("+84911111111")


@pytest.mark.django_db
def test_a_notice_is_owed_however_many_codes_were_asked_before(gateway: GatewaySite, settings: Any) -> None:
    settings.SMS_PER_NUMBER_PER_DAY = settings.SMS_PER_DAY = 0
    tasks.deliver.apply(args=(PATH, TO, "", "moved"), throw=True)
    assert len(gateway.asked) == 1
    assert budget.spending().sent == 1


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_messages_cost_as_much(
    gateway: GatewaySite, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broker_away(**_options: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(tasks.deliver, "apply_async", broker_away)
    settings.SMS_PER_NUMBER_PER_DAY = 1
    for _time in range(2):
        send_code(TO, "123456", Purpose.LOGIN)
    assert len(gateway.asked) == 1


@pytest.mark.django_db(transaction=True)
def test_a_budget_holds_when_many_ask_at_once(settings: Any) -> None:
    settings.SMS_PER_NUMBER_PER_DAY, settings.SMS_PER_DAY = 100, 7
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    def ask(number: int) -> bool:
        try:
            return budget.spend(f"+8491234{number:04d}")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(24))) == 7
    assert budget.spending().sent == 7


@pytest.mark.django_db
def test_with_the_sites_budget_gone_everybody_reads_the_same_way_out(
    gateway: GatewaySite, settings: Any, member: User
) -> None:
    settings.SMS_PER_DAY = 1
    assert budget.spend("+84987654321")
    for page, data in (
        ("account_request_login_code", {}),
        ("account_reset_password", {}),
        ("account_signup", {"full_name": "Trần Văn An", "password1": PASSWORD}),
    ):
        pages = []
        for phone in ("0912345678", "0912345611"):
            response = Client().post(reverse(page), {"contact": phone, **data})
            pages.append(text(response).replace(phone, "…"))
        assert pages[0] == pages[1]
        for way in (
            "đã gửi hết số tin nhắn",
            "mật khẩu",
            "thư điện tử",
            "thử lại sau 0 giờ",
            "đường dây nóng",
        ):
            assert way in pages[0], way


@pytest.mark.django_db
def test_a_contacts_own_day_is_counted_by_asking_and_so_tells_nothing(
    codes: Any, settings: Any, member: User
) -> None:
    limits = {**settings.ACCOUNT_RATE_LIMITS, "codes_a_day": "2/d/key"}
    settings.ACCOUNT_RATE_LIMITS = limits
    seen = []
    for phone in ("0912345678", "0912345611"):
        answers = [
            text(Client().post(reverse("account_request_login_code"), {"contact": phone})) for _n in range(3)
        ]
        assert "Hôm nay đã gửi đủ số mã" in answers[2]
        seen.append([one.replace(phone, "…") for one in answers])
    assert seen[0] == seen[1]
    # Whatever the code would be for.
    response = Client().post(reverse("account_reset_password"), {"contact": "0912345678"})
    assert "Hôm nay đã gửi đủ số mã" in response.content.decode()


@pytest.mark.django_db
def test_only_numbers_of_configured_countries_get_codes(codes: Any, settings: Any) -> None:
    assert serving("+16502530000") == []
    response = sign_up(Client(), "+1 650 253 0000")
    assert "số điện thoại nước ngoài" in response.content.decode()
    settings.PHONE_COUNTRY_CODES = ["84", "1"]
    assert serving("+16502530000")


@pytest.mark.django_db
def test_operators_are_warned_before_the_budget_is_gone(gateway: GatewaySite, settings: Any) -> None:
    settings.SMS_PER_DAY = 10
    for number in range(7):
        assert budget.spend(f"+8491234000{number}")
    assert checks.check_budget(databases=["default"]) == []
    assert budget.spend(TO)
    (warning,) = checks.check_budget(databases=["default"])
    assert "8 of 10" in warning.msg


@pytest.mark.django_db
def test_organisers_see_todays_count_on_the_first_page(client: Client, gateway: GatewaySite) -> None:
    client.force_login(User.objects.create_superuser(username="truongban"))
    assert budget.spend(TO)
    assert "Đã gửi 1 trên 5.000 tin nhắn" in client.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SMS_URL": "http://sms.example.vn/"}, "SMS_URL"),
        ({"SMS_URL": "https://{phone}.example.vn/"}, "SMS_URL"),
        ({"SMS_METHOD": "DELETE"}, "SMS_METHOD"),
        ({"SMS_HEADERS": "Authorization: x"}, "SMS_HEADERS"),
        ({"SMS_BODY": '{"to": "{phone}", }'}, "SMS_BODY"),
        ({"SMS_BODY": '{"to": "{phone}"}'}, "{text}"),
        ({"SMS_BODY": '{"to": "{phone}", "x": "{text} {nguoi}"}'}, "{nguoi}"),
        ({"SMS_SUCCESS": "("}, "SMS_SUCCESS"),
        ({"SMS_TEXT": "Ma"}, "SMS_TEXT"),
        ({"SMS_PHONE_FORM": "9"}, "SMS_PHONE_FORM"),
    ],
)
def test_what_is_set_wrong_is_named(
    gateway: GatewaySite, settings: Any, changes: dict[str, str], named: str
) -> None:
    assert checks.check_gateway() == []
    for name, value in changes.items():
        setattr(settings, name, value)
    (fault, *_more) = checks.check_gateway()
    assert named in str(fault.msg)


@pytest.mark.django_db
def test_old_counts_are_forgotten(gateway: GatewaySite) -> None:
    budget.spend(TO)
    with transaction.atomic():
        MessageCount.objects.update(day="2020-01-01")
    assert budget.forget_old_counts() == 2
    assert compose(TO, "1", "x").url == f"{gateway.address}/gui"
