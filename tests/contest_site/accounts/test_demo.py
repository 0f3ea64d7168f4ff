"""The demo's people and pages, which no other site has."""

from typing import Any

import pytest
from django.test import Client

from contest_site.accounts.demo import DEMO_LOGINS, DEMO_PASSWORD, create_demo_accounts
from contest_site.accounts.models import User
from contest_site.lib.errors import NotAllowed
from tests.contest_site.accounts.entrance import log_in, sign_up, signed_in

pytestmark = pytest.mark.django_db
PAGES = ("/demo/", "/demo/ma-xac-thuc/")
DEMO_SITE = "tests.contest_site.accounts.demo_site"


def test_there_are_no_demo_pages_elsewhere(client: Client, settings: Any) -> None:
    assert settings.DEMO is False
    for page in PAGES:
        assert client.get(page).status_code == 404


def test_not_even_when_the_urls_are_there_by_mistake(client: Client, settings: Any) -> None:
    settings.ROOT_URLCONF = DEMO_SITE
    for page in PAGES:
        assert client.get(page).status_code == 404


def test_the_demo_shows_its_logins_and_codes(client: Client, settings: Any) -> None:
    settings.ROOT_URLCONF = DEMO_SITE
    settings.DEMO = True
    settings.CODE_SENDERS = ["contest_site.accounts.senders.Demo"]
    index = client.get("/demo/").content.decode()
    assert DEMO_PASSWORD in index
    assert all(demo.login in index for demo in DEMO_LOGINS)
    sign_up(client, "0912345678")
    page = client.get("/demo/ma-xac-thuc/").content.decode()
    assert "0912 345 678" in page
    assert "đăng ký, đăng nhập" in page


def test_everybody_of_the_demo_can_sign_in(settings: Any) -> None:
    settings.DEMO = True
    accounts = create_demo_accounts()
    assert list(accounts) == [demo.login for demo in DEMO_LOGINS]
    for demo in DEMO_LOGINS:
        browser = Client()
        log_in(browser, demo.login, DEMO_PASSWORD)
        assert signed_in(browser), demo.login
    organisers = {user.username for user in User.objects.filter(is_superuser=True)}
    assert organisers == {"thuky", "truongban"}
    others = {user.username for user in User.objects.filter(is_staff=True, is_superuser=False)}
    assert others == {"giamkhao", "tructhi", "giamsat"}


def test_loading_again_changes_nothing_and_ends_no_session(client: Client, settings: Any) -> None:
    settings.DEMO = True
    create_demo_accounts()
    before = list(User.objects.order_by("id").values())
    create_demo_accounts()
    after = list(User.objects.order_by("id").values())
    assert before == after


def test_what_somebody_changed_is_brought_back(settings: Any) -> None:
    settings.DEMO = True
    user = create_demo_accounts()["thuky"]
    user.set_password("khac han di")
    user.is_staff = False
    user.save()
    user = create_demo_accounts()["thuky"]
    assert user.check_password(DEMO_PASSWORD)
    assert user.is_staff


def test_well_known_logins_are_made_in_a_demo_only(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(NotAllowed):
        create_demo_accounts()
    assert not User.objects.exists()
