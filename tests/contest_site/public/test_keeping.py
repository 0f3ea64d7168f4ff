from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from contest_site.accounts.models import User
from contest_site.public.keeping import Site
from contests.models import Contest
from tests.support.factories import make_contest, make_user

pytestmark = pytest.mark.django_db
Answer = tuple[str, dict[str, str], bytes]


@dataclass
class Visitor:
    """Asks an application as a web server does."""

    application: Callable[..., Any] = field(default_factory=Site)

    def get(self, path: str, method: str = "GET", query: str = "", **headers: str) -> Answer:
        environ = RequestFactory().generic(method, path, QUERY_STRING=query).environ
        environ |= {"REQUEST_METHOD": method, **headers}
        told: list[Any] = []
        response = self.application(environ, lambda *head: told.extend(head))
        content = b"".join(response)
        if hasattr(response, "close"):
            response.close()
        return told[0], dict(told[1]), content


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """A test's transaction outlives a request, as with Django's own client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def contest(settings: Any) -> Contest:
    settings.PAGE_CACHE_SECONDS = 60
    return make_contest()


def address(contest: Contest) -> str:
    return f"/cuoc-thi/{contest.slug}/"


def session_of(user: User) -> str:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def test_the_second_visitor_costs_no_statement(contest: Contest, django_assert_num_queries: Any) -> None:
    visitor = Visitor()
    first = visitor.get(address(contest))
    with django_assert_num_queries(0):
        second = visitor.get(address(contest))
    assert second == first
    assert second[1]["Content-Security-Policy"]
    assert second[1]["Content-Language"] == "vi"
    assert second[1]["Vary"] == "Cookie"


def test_a_browser_that_has_it_is_told_so_also_by_the_one_that_makes_it_anew(contest: Contest) -> None:
    visitor = Visitor()
    etag = visitor.get(address(contest))[1]["ETag"]
    again = visitor.get(address(contest), HTTP_IF_NONE_MATCH=etag)
    assert again == ("304 Not Modified", {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Cookie"}, b"")
    assert Visitor().get(address(contest), HTTP_IF_NONE_MATCH=etag) == again


@pytest.mark.parametrize("named", ["W/{}", '"another", {}', "*"])
def test_a_proxy_that_compresses_weakens_the_mark_and_a_browser_may_name_several(
    contest: Contest, named: str
) -> None:
    visitor = Visitor()
    etag = visitor.get(address(contest))[1]["ETag"]
    status, _headers, content = visitor.get(address(contest), HTTP_IF_NONE_MATCH=named.format(etag))
    assert (status, content) == ("304 Not Modified", b"")


def test_one_who_asks_for_the_head_alone_gets_it(contest: Contest) -> None:
    visitor = Visitor()
    status, headers, _content = visitor.get(address(contest))
    assert visitor.get(address(contest), "HEAD") == (status, headers, b"")


def test_language_and_way_of_showing_have_pages_of_their_own(contest: Contest) -> None:
    visitor = Visitor()
    plain = visitor.get(address(contest))
    english = visitor.get(address(contest), HTTP_COOKIE="language=en")
    dark = visitor.get(address(contest), HTTP_COOKIE="language=en; reading=theme:dark")
    assert (plain[1]["Content-Language"], english[1]["Content-Language"]) == ("vi", "en")
    assert b'data-theme="dark"' in dark[2]
    assert b'data-theme="dark"' not in english[2]


@pytest.mark.parametrize("before", ["", "\u00a0", "a=b; "])
def test_who_is_signed_in_gets_a_page_of_his_own(contest: Contest, before: str) -> None:
    visitor = Visitor()
    stranger = visitor.get(address(contest))
    user = make_user(full_name="Trần Thị Riêng")
    # As it lies in a server's environment: bytes read as Latin-1.
    cookie = (before + session_of(user)).encode().decode("latin-1")
    own = visitor.get(address(contest), HTTP_COOKIE=cookie)
    assert user.full_name in own[2].decode()
    assert "ETag" not in own[1]
    assert visitor.get(address(contest)) == stranger


@pytest.mark.parametrize("path", ["/tai-khoan/dang-nhap/", "/cuoc-thi/khong-co/", "/healthz"])
def test_what_sets_a_cookie_is_not_found_or_no_public_page_is_not_kept(contest: Contest, path: str) -> None:
    site = Site()
    assert "ETag" not in Visitor(site).get(path)[1]
    assert site.pages == {}


def test_neither_is_what_differs_by_more_than_cookies(
    contest: Contest, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site()
    chain = site._middleware_chain  # type: ignore[attr-defined]

    def by_agent(request: Any) -> Any:
        response = chain(request)
        response["Vary"] = "Cookie, User-Agent"
        return response

    monkeypatch.setattr(site, "_middleware_chain", by_agent)
    assert Visitor(site).get(address(contest))[0] == "200 OK"
    assert site.pages == {}


def test_a_host_that_is_not_ours_is_refused_as_ever(contest: Contest) -> None:
    visitor = Visitor()
    visitor.get(address(contest))
    assert visitor.get(address(contest), HTTP_HOST="evil.example")[0] == "400 Bad Request"


def test_http_is_led_to_https_though_the_page_is_kept(contest: Contest, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    visitor = Visitor()
    assert visitor.get(address(contest), HTTP_X_FORWARDED_PROTO="https")[0] == "200 OK"
    for headers in ({}, {"HTTP_X_FORWARDED_PROTO": "http"}):
        assert visitor.get(address(contest), **headers)[0] == "301 Moved Permanently"


def test_after_its_time_a_page_is_made_anew(contest: Contest, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor, now = Visitor(), 1000.0
    monkeypatch.setattr("contest_site.public.keeping.time.monotonic", lambda: now)
    visitor.get(address(contest))
    Contest.objects.filter(pk=contest.pk).update(name="Tên mới")
    kept = visitor.get(address(contest))
    now += 3600
    anew = visitor.get(address(contest))
    assert "Tên mới" not in kept[2].decode()
    assert "Tên mới" in anew[2].decode()


def test_while_one_makes_it_anew_the_others_get_the_last_one(
    contest: Contest, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, now, others = Site(), 1000.0, []
    monkeypatch.setattr("contest_site.public.keeping.time.monotonic", lambda: now)
    first = Visitor(site).get(address(contest))
    chain = site._middleware_chain  # type: ignore[attr-defined]

    def slow(request: Any) -> Any:
        others.append(Visitor(site).get(address(contest)))
        return chain(request)

    monkeypatch.setattr(site, "_middleware_chain", slow)
    now += 61
    Visitor(site).get(address(contest))
    assert others == [first]


@examples(max_examples=30)
@given(
    page=st.sampled_from(["/", "/huong-dan/", "/cuoc-thi/{}/", "/giay-chung-nhan/", "/cuoc-thi/{}"]),
    method=st.sampled_from(["GET", "HEAD", "POST", "OPTIONS"]),
    query=st.sampled_from(["", "vong=1", "a=%20&b", "vong=1&x=\xe1"]),
    cookies=st.lists(
        st.sampled_from(["language=en", "language=vi", "reading=size:2", "x", "=;", 'language="en"']),
        max_size=2,
    ),
    host=st.sampled_from(["testserver", "localhost", "evil.example", "testserver:80"]),
    mark=st.sampled_from(["", "*", '"x"', 'W/"x", "y"', "x"]),
    precondition=st.sampled_from(["", '"x"']),
)
def test_whatever_is_asked_the_answer_is_that_of_the_whole_chain(
    page: str, method: str, query: str, cookies: list[str], host: str, mark: str, precondition: str
) -> None:
    from django.test import override_settings

    headers = {"HTTP_HOST": host, "HTTP_COOKIE": "; ".join(cookies)}
    headers |= {"HTTP_IF_MATCH": precondition} if precondition else {}
    asked = {"method": method, "query": query, **headers}
    path = page.format((Contest.objects.first() or make_contest()).slug)
    with override_settings(PAGE_CACHE_SECONDS=60):
        site = Visitor()
        site.get(path, **{**asked, "method": "GET"})
        kept = site.get(path, **asked, HTTP_IF_NONE_MATCH=mark)
        plain = Visitor(WSGIHandler()).get(path, **asked)
    if kept[0] == "304 Not Modified":
        assert mark == "*"
        assert plain[0] == "200 OK"
        return
    ours = {name: value for name, value in kept[1].items() if name not in ("ETag", "Cache-Control")}
    # A page with a form's secret is new each time, and no such page is kept.
    if "Set-Cookie" not in plain[1]:
        body = b"" if method == "HEAD" and "ETag" in kept[1] else plain[2]
        assert (kept[0], ours, kept[2]) == (plain[0], {**plain[1], **_vary(kept)}, body)


def _vary(answer: Answer) -> dict[str, str]:
    return {"Vary": "Cookie"} if "ETag" in answer[1] else {}
