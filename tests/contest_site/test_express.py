"""The short way of saves and pages says and does what the ordinary one does."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from attempts.models import Attempt
from contest_site import express
from contest_site.express import ExpressMiddleware
from contest_site.lib import tally
from contests.models import Round
from tests.attempts.test_bad_requests import NO_FORMS
from tests.attempts.test_views import Sitting, _without_token, client_of, start_url
from tests.support.factories import make_entry, make_round

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}
ELSEWHERE = {"Origin": "https://elsewhere.example"}
# What one answer may have from another: nothing in these is about anybody.
NOBODYS = {
    *("Cache-Control", "Content-Language", "Content-Security-Policy", "Content-Type"),
    *("Cross-Origin-Opener-Policy", "Expires", "Referrer-Policy", "Vary"),
    *("X-Content-Type-Options", "X-Frame-Options"),
}


@pytest.fixture
def short_ways(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each save went the short way."""
    taken: list[bool] = []
    saved = ExpressMiddleware._saved

    def noted(self: ExpressMiddleware, *args: Any) -> HttpResponse | None:
        told = saved(self, *args)
        taken.append(told is not None)
        return told

    monkeypatch.setattr(ExpressMiddleware, "_saved", noted)
    return taken


def test_the_second_save_goes_it_and_reads_like_the_first(short_ways: list[bool]) -> None:
    sitting = Sitting()
    first = sitting.save(q1="1", revision="0")
    second = sitting.save(q2="2", prediction="1.250", revision="1")
    assert short_ways == [True]
    stored = sitting.stored()
    assert (stored.answers[:2], stored.prediction_draft, stored.revision) == ([1, 2], Decimal(1250), 2)
    one, two = json.loads(first.content), json.loads(second.content)
    assert one.pop("remaining") - two.pop("remaining") in (0, 1)
    assert (one, two) == ({"revision": 1, "saved": True}, {"revision": 2, "saved": True})
    assert dict(second.headers) == dict(first.headers)


def test_a_refusal_goes_the_ordinary_way_and_changes_nothing(short_ways: list[bool]) -> None:
    sitting = Sitting()
    sitting.save(q1="1", revision="0")
    for fields, status in (
        ({"q1": "9", "revision": "1"}, 400),
        ({"q99": "1", "revision": "1"}, 400),
        ({"x": "1"}, 400),
        ({"prediction": "nhiều", "revision": "1"}, 400),
        ({"q1": "2", "revision": "0"}, 409),
    ):
        assert sitting.save(**fields).status_code == status, fields
    assert not any(short_ways)
    assert sitting.stored().answers[0] == 1


def test_a_forged_request_is_refused(short_ways: list[bool]) -> None:
    sitting = Sitting()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(sitting.entry.user)
    page = strict.get(sitting.url("paper")).content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    body = {"q1": "1", "csrfmiddlewaretoken": token}
    kind = "application/x-www-form-urlencoded"

    def save(fields: dict[str, str], **more: Any) -> int:
        text = "&".join(f"{name}={value}" for name, value in fields.items())
        return strict.post(sitting.url("save"), text, content_type=kind, headers=JSON | more).status_code

    assert save(body) == save(body) == 200
    assert short_ways == [True]
    assert save({"q1": "2"}) == 403
    assert save(body | {"csrfmiddlewaretoken": "x" * 64}) == 403
    assert save(body, **ELSEWHERE) == 403
    assert short_ways == [True, False, False, False]
    assert sitting.stored().answers[0] == 1


def test_anothers_session_or_none_saves_nothing() -> None:
    sitting, other = Sitting(), Sitting()
    sitting.save(q1="1", revision="0")
    assert other.client.post(sitting.url("save"), {"q1": "2"}, headers=JSON).status_code == 404
    assert Client().post(sitting.url("save"), {"q1": "2"}, headers=JSON).status_code == 401
    assert Attempt.objects.get(pk=sitting.attempt.pk).answers[0] == 1


def test_the_limit_holds_on_it(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RATE_LIMITS_ENABLED = True
    counts = iter([1, 2, 241, 242, 243])
    monkeypatch.setattr(tally, "one_more", lambda *args, **how: next(counts))
    sitting = Sitting()
    found = [sitting.save(q1=str(1 + at), revision=str(at)).status_code for at in range(3)]
    assert found == [200, 200, 429]
    assert sitting.stored().answers[0] == 2


@pytest.mark.parametrize("size", [0, express.LARGEST])
def test_what_is_larger_than_a_paper_is_read_the_ordinary_way(short_ways: list[bool], size: int) -> None:
    sitting = Sitting()
    sitting.save(q1="1", revision="0")
    sitting.save(q1="2", revision="1", prediction=" " * size)
    assert short_ways == ([True] if size == 0 else [])
    assert sitting.stored().answers[0] == 2


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that were given the short way."""
    given: list[str] = []
    page = ExpressMiddleware._page

    def noted(self: ExpressMiddleware, request: Any, match: Any) -> HttpResponse | None:
        response = page(self, request, match)
        if response is not None:
            given.append(f"{request.method} {match.view_name}")
        return response

    monkeypatch.setattr(ExpressMiddleware, "_page", noted)
    return given


def post(
    client: Client, address: str, fields: dict[str, str] | bytes = b"csrfmiddlewaretoken=x", **more: Any
) -> Any:
    """As a browser sends a form."""
    body = fields if isinstance(fields, bytes) else urlencode(fields)
    return client.post(address, body, content_type="application/x-www-form-urlencoded", **more)


def past_round() -> Round:
    now = timezone.now()
    return make_round(opens_at=now - timedelta(hours=2), closes_at=now - timedelta(hours=1))


def told(response: Any) -> tuple[Any, ...]:
    """All that a browser is told but what differs each time."""
    moving = {"Expires", "Content-Length"}
    said = re.sub(r'revision"?[^\d<>]+\d+|data-countdown[^<]*', "", _without_token(response))
    headers = {name: value for name, value in response.headers.items() if name not in moving}
    cookies = {
        name: {key: value for key, value in morsel.items() if key != "expires"}
        for name, morsel in response.cookies.items()
    }
    assert int(response.headers["Content-Length"]) == len(response.content)
    return response.status_code, headers, cookies, said


def test_each_page_is_the_same_both_ways(short_pages: list[str]) -> None:
    round = make_round()
    entry = make_entry(round.contest)
    client = client_of(entry.user)
    contest = f"/cuoc-thi/{round.contest.slug}/"
    client.get(contest)  # the first gives the browser its secret for forms

    def both(method: str, address: str, status: int) -> Any:
        ask = partial(post, client) if method == "post" else client.get
        client.handler.load_middleware()
        first, second = ask(address), ask(address)
        assert told(first) == told(second)
        assert first.status_code == status
        assert set(first.headers) - express.OF_ITS_OWN <= NOBODYS
        return second

    both("get", contest, 200)
    both("get", start_url(round), 200)
    paper = both("post", start_url(round), 302)["Location"]
    both("get", start_url(round), 302)
    both("get", paper, 200)
    both("get", f"{paper}xem-lai/", 200)
    both("get", f"{paper}ket-qua/", 302)
    result = both("post", f"{paper}nop-bai/", 302)["Location"]
    both("get", result, 200)
    both("get", paper, 302)
    assert len(short_pages) == 10
    assert set(short_pages) == {f"{method} {view}" for method, view in express.PAGES}


def test_a_forged_start_and_submission_are_refused(short_pages: list[str]) -> None:
    sitting = Sitting()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(sitting.entry.user)
    page = strict.get(sitting.url("paper")).content.decode()
    token = {"csrfmiddlewaretoken": page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]}
    addresses = (start_url(sitting.round), sitting.url("submit"))
    assert post(strict, addresses[0], token).status_code == 302
    for address in addresses:
        assert post(strict, address).status_code == 403
        assert post(strict, address, {"csrfmiddlewaretoken": "x" * 64}).status_code == 403
        assert (
            post(strict, address, token, headers={"Origin": "https://elsewhere.example"}).status_code == 403
        )
    assert sitting.stored().submitted_at is None
    assert short_pages == []
    for address in addresses * 2:
        assert post(strict, address, token).status_code == 302
    assert short_pages == ["POST attempts:start", "POST attempts:start", "POST attempts:submit"]


def test_what_is_the_matter_is_told_the_ordinary_way(short_pages: list[str]) -> None:
    sitting, other = Sitting(), Sitting()
    sitting.client.get(sitting.url("paper"))
    post(sitting.client, start_url(sitting.round))
    assert sitting.client.get(other.url("paper")).status_code == 404
    assert sitting.client.post(sitting.url("paper")).status_code == 405
    over = past_round()
    sitting.client.force_login(make_entry(over.contest).user)
    late_start = start_url(over)
    refused = [post(sitting.client, late_start) for _again in range(2)]
    assert [one.status_code for one in refused] == [409, 409]
    assert told(refused[0]) == told(refused[1])
    assert short_pages == []


def test_a_session_that_ended_is_taken_back_and_leads_to_the_log_in(settings: Any) -> None:
    sitting = Sitting()
    sitting.client.get(sitting.url("paper"))
    sitting.client.session.flush()
    gone = sitting.client.get(sitting.url("paper"))
    assert gone.status_code == 302
    assert "/tai-khoan/dang-nhap/" in gone["Location"]
    assert gone.cookies[settings.SESSION_COOKIE_NAME].value == ""


def test_a_message_is_shown_once(short_pages: list[str]) -> None:
    sitting = Sitting()
    sitting.client.get(sitting.url("paper"))
    waiting, response = CookieStorage(RequestFactory().get("/")), HttpResponse()
    waiting.add(constants.INFO, "Đã lưu thông tin.")
    waiting.update(response)
    sitting.client.cookies["messages"] = response.cookies["messages"].value
    pages = [sitting.client.get(sitting.url("paper")) for _again in range(2)]
    assert ["Đã lưu thông tin." in page.content.decode() for page in pages] == [True, False]
    assert short_pages == ["GET attempts:paper"] * 2


@pytest.mark.parametrize("body", [*NO_FORMS, b"&".join([b"a"] * 1000)], ids=range(9))
def test_what_is_no_form_is_answered_alike_both_ways(body: bytes) -> None:
    sitting, other = Sitting(), Sitting()
    # This client has seen a save and a submission; the other sees each for the first time.
    knowing, new = other.client, client_of(sitting.entry.user)
    other.save(q1="1", revision="0")
    post(knowing, other.url("submit"))
    knowing.force_login(sitting.entry.user)
    for address, headers in ((sitting.url("save"), JSON), (sitting.url("submit"), {})):
        first, second = (post(client, address, body, headers=headers) for client in (new, knowing))
        assert told(first) == told(second)
        assert first.status_code in (400, 413)
    assert sitting.stored().submitted_at is None


def test_a_refused_start_is_counted_once(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RATE_LIMITS_ENABLED = True
    counted: list[str] = []

    def one_more(name: str, **how: Any) -> int:
        counted.append(name)
        return 1

    monkeypatch.setattr(tally, "one_more", one_more)
    sitting, over = Sitting(), past_round()
    post(sitting.client, start_url(sitting.round))
    sitting.client.force_login(make_entry(over.contest).user)
    counted.clear()
    assert post(sitting.client, start_url(over)).status_code == 409
    assert [name.split(":")[1] for name in counted] == ["start"]


def test_what_says_to_be_in_another_alphabet_is_answered_alike_both_ways(short_ways: list[bool]) -> None:
    sitting = Sitting()
    kind = f"{express.FIELDS}; charset=iso-8859-1"

    def refused() -> Any:
        return sitting.client.post(sitting.url("save"), b"q1=1", content_type=kind, headers=JSON)

    first = refused()
    sitting.save(q1="1", revision="0")
    assert told(first) == told(refused())
    assert first.status_code == 400
    assert short_ways == []


def test_a_session_that_ends_meanwhile_is_told_of_alike_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    sitting = Sitting()

    def interrupted(*_args: Any) -> HttpResponse:
        raise SessionInterrupted("somebody has logged out")

    def asked() -> Any:
        with monkeypatch.context() as patched:
            patched.setattr(SessionMiddleware, "process_response", interrupted)
            return sitting.client.get(sitting.url("paper"))

    first = asked()
    sitting.client.get(sitting.url("paper"))
    second = asked()
    assert first.status_code == second.status_code == 400
    assert dict(first.headers) == dict(second.headers)
    assert "Content-Security-Policy" in first.headers


def test_names_of_the_host_that_a_visitor_makes_up_keep_no_page_from_it(
    short_pages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(express, "MOST", 3)
    sitting = Sitting()
    for port in range(1, 4):
        sitting.client.get(sitting.url("paper"), headers={"Host": f"localhost:{port}"})
    for _again in range(2):
        sitting.client.get(sitting.url("paper"))
    assert short_pages == ["GET attempts:paper"]


def test_a_slow_save_is_counted_as_one(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WATCH_SLOW_MS = 0
    counted: list[str] = []
    monkeypatch.setattr(tally, "count", lambda kinds, view: counted.append(view))
    sitting = Sitting()
    for at in range(2):
        sitting.save(q1="1", revision=str(at))
    assert counted == ["attempts:save"] * 2


@pytest.mark.parametrize("known", [False, True])
def test_what_can_be_no_sessions_key_is_nobodys(settings: Any, known: bool) -> None:
    sitting = Sitting()
    contest = f"/cuoc-thi/{sitting.round.contest.slug}/"
    if known:
        for address in (contest, sitting.url("paper")):
            sitting.client.get(address)
        sitting.save(q1="1", revision="0")
    sitting.client.cookies[settings.SESSION_COOKIE_NAME] = "a\0" + "b" * 30
    assert sitting.client.get(contest).status_code == 200
    sitting.client.cookies[settings.SESSION_COOKIE_NAME] = "a\0" + "b" * 30
    assert sitting.client.get(sitting.url("paper")).status_code == 302
    sitting.client.cookies[settings.SESSION_COOKIE_NAME] = "a\0" + "b" * 30
    assert sitting.save(q1="2", revision="1").status_code == 401
