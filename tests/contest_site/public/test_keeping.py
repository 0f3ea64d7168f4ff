from typing import Any

import pytest
from django.test import Client

from contests.models import Contest
from tests.support.factories import make_contest, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def contest(settings: Any) -> Contest:
    settings.PAGE_CACHE_SECONDS = 60
    return make_contest()


def address(contest: Contest) -> str:
    return f"/cuoc-thi/{contest.slug}/"


def test_the_second_visitor_costs_no_statement(contest: Contest, django_assert_num_queries: Any) -> None:
    visitor = Client()  # a client has one chain of middleware, as a process has
    first: Any = visitor.get(address(contest))
    with django_assert_num_queries(0):
        second: Any = visitor.get(address(contest))
    assert second.content == first.content
    assert second["Content-Security-Policy"] == first["Content-Security-Policy"]
    assert second["Content-Language"] == "vi"


def test_a_browser_that_has_it_is_told_so(contest: Contest) -> None:
    visitor = Client()
    first = visitor.get(address(contest))
    again = visitor.get(address(contest), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again["ETag"], again.content) == (304, first["ETag"], b"")


@pytest.mark.parametrize("named", ["W/{}", '"another", {}', "*"])
def test_a_proxy_that_compresses_weakens_the_mark_and_a_browser_may_name_several(
    contest: Contest, named: str
) -> None:
    first = Client().get(address(contest))
    again = Client().get(address(contest), headers={"if-none-match": named.format(first["ETag"])})
    assert (again.status_code, again.content) == (304, b"")


def test_language_and_way_of_showing_have_pages_of_their_own(contest: Contest) -> None:
    visitor = Client()
    plain: Any = visitor.get(address(contest))
    visitor.cookies["language"] = "en"
    english: Any = visitor.get(address(contest))
    visitor.cookies["reading"] = "theme:dark"
    dark: Any = visitor.get(address(contest))
    assert (plain["Content-Language"], english["Content-Language"]) == ("vi", "en")
    assert b'data-theme="dark"' in dark.content
    assert b'data-theme="dark"' not in english.content


def test_who_is_signed_in_gets_a_page_of_his_own(contest: Contest) -> None:
    visitor = Client()
    stranger: Any = visitor.get(address(contest))
    user = make_user(full_name="Trần Thị Riêng")
    visitor.force_login(user)
    own: Any = visitor.get(address(contest))
    visitor.logout()
    after: Any = visitor.get(address(contest))
    assert user.full_name in own.content.decode()
    assert "ETag" not in own
    assert after.content == stranger.content


def test_what_sets_a_cookie_or_is_not_found_is_not_kept(contest: Contest) -> None:
    visitor = Client()
    for path in ("/tai-khoan/dang-nhap/", "/cuoc-thi/khong-co/"):
        assert "ETag" not in visitor.get(path)


def test_after_its_time_a_page_is_made_anew(contest: Contest, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor, now = Client(), 1000.0
    monkeypatch.setattr("contest_site.public.keeping.time.monotonic", lambda: now)
    visitor.get(address(contest))
    Contest.objects.filter(pk=contest.pk).update(name="Tên mới")
    kept: Any = visitor.get(address(contest))
    now += 61
    anew: Any = visitor.get(address(contest))
    assert "Tên mới" not in kept.content.decode()
    assert "Tên mới" in anew.content.decode()
