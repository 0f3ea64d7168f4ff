"""Logging in through an OpenID Connect provider: a real one on loopback, the whole way there and back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contest_site.accounts import checks, oidc
from contest_site.accounts.models import User
from tests.contest_site.accounts import provider_site
from tests.contest_site.accounts.entrance import PASSWORD, log_in, signed_in, text
from tests.contest_site.accounts.provider_site import CLIENT, OTHER_KEY, SECRET, ProviderSite

pytestmark = pytest.mark.django_db
FAILED = "Chưa đăng nhập được bằng Cổng tỉnh"


@pytest.fixture(scope="module")
def _server() -> Iterator[ProviderSite]:
    with provider_site.running() as site:
        yield site


@pytest.fixture
def provider(_server: ProviderSite, settings: Any) -> ProviderSite:
    fresh = ProviderSite(issuer=_server.issuer)
    vars(_server).update(vars(fresh))
    settings.OIDC_ISSUER, settings.OIDC_NAME = _server.issuer, "Cổng tỉnh"
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT, SECRET
    settings.OIDC_PHONE_CLAIM, settings.OIDC_EMAIL_CLAIM = "phone_number", "email"
    return _server


def come_back(client: Client, provider: ProviderSite, next_url: str = "") -> Any:
    """To the provider and back; the answer of our page to which it sends the browser."""
    start = client.post(reverse("oidc_begin"), {"next": next_url} if next_url else {})
    assert start.status_code == 302, start
    return client.get(provider.agree(start["Location"]))


def linked(user: User) -> SocialAccount:
    return SocialAccount.objects.create(user=user, provider=oidc.provider_id(), uid="nguoi-1")


def test_without_a_provider_there_is_neither_button_nor_page(client: Client) -> None:
    assert reverse("oidc_begin") not in client.get(reverse("account_login")).content.decode()
    assert client.post(reverse("oidc_begin")).status_code == 404
    for name in ("oidc_callback", "oidc_new", "oidc_links"):
        assert client.get(reverse(name)).status_code == 404


def test_the_button_is_there_and_its_form_may_end_at_the_provider_alone(
    client: Client, provider: ProviderSite
) -> None:
    for name in ("account_login", "account_signup"):
        response = client.get(reverse(name))
        assert "Đăng nhập bằng Cổng tỉnh" in response.content.decode()
        policy = response["Content-Security-Policy"]
        assert f"form-action 'self' {provider.issuer}" in policy
        assert provider.issuer not in policy.replace(f"form-action 'self' {provider.issuer}", "")
        assert provider.issuer not in response.content.decode()
    assert provider.issuer not in client.get("/")["Content-Security-Policy"]
    # It is begun by a form only; who comes by GET (back from proving who they are) is led to the button.
    assert client.get(reverse("oidc_begin"))["Location"] == reverse("account_login")
    client.force_login(User.objects.create_user())
    assert client.get(reverse("oidc_begin"))["Location"] == reverse("oidc_links")


def test_a_first_visit_makes_an_account_and_the_next_one_enters_it(
    client: Client, provider: ProviderSite
) -> None:
    response = come_back(client, provider, reverse("account_overview"))
    assert response["Location"] == reverse("oidc_new")
    assert not User.objects.exists()
    assert "Nguyễn Thị Hạnh" in client.get(reverse("oidc_new")).content.decode()
    response = client.post(reverse("oidc_new"), {"create": "1"})
    assert response["Location"] == reverse("account_overview")
    user = User.objects.get()
    assert (user.full_name, user.phone, user.email, user.has_usable_password()) == (
        "Nguyễn Thị Hạnh", None, "", False,
    )  # fmt: skip
    # Nothing of what the provider knows is kept but its number for the person.
    assert SocialAccount.objects.get().extra_data == {}
    again = Client()
    assert come_back(again, provider)["Location"] == reverse("home")
    assert again.session["_auth_user_id"] == str(user.pk)


def test_a_proved_contact_enters_the_account_that_has_proved_it(
    client: Client, provider: ProviderSite, member: User
) -> None:
    provider.person |= {"phone_number": "+84 912 345 678", "phone_number_verified": True}
    come_back(client, provider)
    assert client.session["_auth_user_id"] == str(member.pk)
    assert SocialAccount.objects.get().user_id == member.pk


def test_a_new_account_gets_the_proved_contacts(client: Client, provider: ProviderSite) -> None:
    provider.person |= {"phone_number": "0912345678", "phone_number_verified": True}
    provider.person |= {"email": "Hanh@Example.vn", "email_verified": True}
    come_back(client, provider)
    client.post(reverse("oidc_new"), {"create": "1"})
    user = User.objects.get()
    assert (user.phone, user.phone_verified, user.email) == ("+84912345678", True, "hanh@example.vn")
    assert EmailAddress.objects.get().verified


@pytest.mark.parametrize("said", [{}, {"email_verified": False}, {"email_verified": "true"}])
def test_an_unproved_address_enters_nothing_and_tells_nothing(
    provider: ProviderSite, said: dict[str, Any]
) -> None:
    owner = User.objects.create_user(email="hanh@example.vn", password=PASSWORD)
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    seen = []
    for email in ("hanh@example.vn", "khongco@example.vn"):
        provider.person = {"sub": "nguoi-2", "name": "Người Lạ", "email": email, **said}
        client = Client()
        start = client.post(reverse("oidc_begin"))
        back = provider.agree(start["Location"])
        with CaptureQueriesContext(connection) as queries:
            response = client.get(back)
        page = text(client.get(response["Location"]))
        made = client.post(reverse("oidc_new"), {"create": "1"})
        seen.append((response["Location"], len(queries), page, made.status_code, made["Location"]))
        assert client.session["_auth_user_id"] != str(owner.pk)
        SocialAccount.objects.all().delete()
    assert seen[0] == seen[1]


def test_claims_count_only_where_the_operator_trusts_them(
    client: Client, provider: ProviderSite, settings: Any, member: User
) -> None:
    settings.OIDC_PHONE_CLAIM = ""
    provider.person |= {"phone_number": "0912345678", "phone_number_verified": True}
    assert come_back(client, provider)["Location"] == reverse("oidc_new")
    settings.OIDC_PHONE_CLAIM, settings.OIDC_CONTACTS_PROVED = "so_dien_thoai", True
    provider.person = {"sub": "nguoi-3", "so_dien_thoai": "0912345678"}
    come_back(client, provider)
    assert client.session["_auth_user_id"] == str(member.pk)


def test_an_organisers_account_is_never_linked_by_a_contact(
    client: Client, provider: ProviderSite, member: User
) -> None:
    User.objects.filter(pk=member.pk).update(is_staff=True)
    provider.person |= {"phone_number": "0912345678", "phone_number_verified": True}
    assert come_back(client, provider)["Location"] == reverse("oidc_new")
    client.post(reverse("oidc_new"), {"create": "1"})
    assert not SocialAccount.objects.exists()
    assert not signed_in(client)


def test_two_contacts_of_two_people_enter_neither(
    client: Client, provider: ProviderSite, member: User
) -> None:
    other = User.objects.create_user(email="cuong@example.vn")
    EmailAddress.objects.create(user=other, email=other.email, verified=True)
    provider.person |= {"phone_number": "0912345678", "phone_number_verified": True}
    provider.person |= {"email": "cuong@example.vn", "email_verified": True}
    assert come_back(client, provider)["Location"] == reverse("oidc_new")
    assert not SocialAccount.objects.exists()


def test_a_switched_off_account_stays_shut(client: Client, provider: ProviderSite, member: User) -> None:
    User.objects.filter(pk=member.pk).update(is_active=False)
    provider.person |= {"phone_number": "0912345678", "phone_number_verified": True}
    assert come_back(client, provider)["Location"] == reverse("account_inactive")
    linked(member)
    assert come_back(client, provider)["Location"] == reverse("account_inactive")
    assert not signed_in(client)


def test_who_has_an_account_logs_in_first_and_links(
    client: Client, provider: ProviderSite, member: User
) -> None:
    come_back(client, provider)
    wanted = client.post(reverse("oidc_new"), {"link": "1"})["Location"]
    assert wanted == f"{reverse('account_login')}?next={reverse('oidc_links').replace('/', '%2F')}"
    assert log_in(client, "0912345678", next=reverse("oidc_links"))["Location"] == reverse("oidc_links")
    assert "Nguyễn Thị Hạnh" in client.get(reverse("oidc_links")).content.decode()
    client.post(reverse("oidc_links"), {"link": "1"})
    assert SocialAccount.objects.get().user_id == member.pk
    again = Client()
    come_back(again, provider)
    assert again.session["_auth_user_id"] == str(member.pk)


def test_linking_from_the_account_page_and_taking_the_link_off(
    client: Client, provider: ProviderSite, member: User
) -> None:
    log_in(client, "0912345678")
    assert come_back(client, provider)["Location"] == reverse("oidc_links")
    assert SocialAccount.objects.get().user_id == member.pk
    assert "đã nối" in client.get(reverse("account_overview")).content.decode()
    client.post(reverse("oidc_links"), {"unlink": "1"})
    assert not SocialAccount.objects.exists()


def test_linking_takes_the_password_again(client: Client, provider: ProviderSite, member: User) -> None:
    client.force_login(member)
    response = client.post(reverse("oidc_begin"))
    assert response["Location"].startswith(reverse("account_reauthenticate"))
    assert not provider.asked


def test_one_identity_leads_to_one_account(client: Client, provider: ProviderSite, member: User) -> None:
    linked(User.objects.create_user(full_name="Người khác"))
    log_in(client, "0912345678")
    come_back(client, provider)
    assert "đã nối với một tài khoản khác" in client.get(reverse("oidc_links")).content.decode()
    assert SocialAccount.objects.get().user_id != member.pk


def test_the_only_way_in_is_not_taken_off(client: Client, provider: ProviderSite) -> None:
    come_back(client, provider)
    client.post(reverse("oidc_new"), {"create": "1"})
    response = client.post(reverse("oidc_links"), {"unlink": "1"}, follow=True)
    assert "cách đăng nhập duy nhất" in response.content.decode()
    assert SocialAccount.objects.exists()


def test_a_second_factor_is_asked_for_behind_it(client: Client, provider: ProviderSite, member: User) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    User.objects.filter(pk=member.pk).update(is_staff=True)
    linked(member)
    TOTP.activate(member, generate_totp_secret())
    assert come_back(client, provider)["Location"] == reverse("mfa_authenticate")
    assert not signed_in(client)


def test_who_refuses_at_the_provider_is_told_other_ways(client: Client, provider: ProviderSite) -> None:
    start = client.post(reverse("oidc_begin"))
    response = client.get(provider.refuse(start["Location"]), follow=True)
    assert "Đã dừng đăng nhập bằng Cổng tỉnh" in response.content.decode()
    assert response.redirect_chain[-1][0] == reverse("account_login")


NOW = int(time.time())
LIES: dict[str, dict[str, Any]] = {
    "wrong nonce": {"token": {"nonce": "khac"}},
    "no nonce": {"token": {"nonce": None}},
    "expired": {"token": {"exp": NOW - 600, "iat": NOW - 900}},
    "no expiry": {"token": {"exp": None}},
    "another site's": {"token": {"aud": "trang-khac"}},
    "shared with another site": {"token": {"aud": [CLIENT, "trang-khac"]}},
    "another issuer's": {"token": {"iss": "https://gia.example.vn"}},
    "issued tomorrow": {"token": {"iat": NOW + 86400}},
    "signed by somebody else": {"key": OTHER_KEY},
    "not signed": {"key": None, "algorithm": "none"},
    "signed with what is public": {"key": "x" * 64, "algorithm": "HS256"},
    "two people": {"userinfo": {"sub": "nguoi-khac"}},
    "discovery of another issuer": {"discovery": {"issuer": "https://gia.example.vn"}},
    "keys from elsewhere": {"discovery": {"jwks_uri": "https://gia.example.vn/jwks"}},
    "token from elsewhere": {"discovery": {"token_endpoint": "http://169.254.169.254/latest"}},
}


@pytest.mark.parametrize("lie", LIES)
def test_what_is_wrong_with_a_token_opens_nothing(client: Client, provider: ProviderSite, lie: str) -> None:
    start = client.post(reverse("oidc_begin"))
    back = provider.agree(start["Location"])
    vars(provider).update(LIES[lie])
    response = client.get(back, follow=True)
    assert FAILED in response.content.decode()
    assert not signed_in(client)
    assert oidc.PENDING not in client.session
    assert not User.objects.exists()


def test_states_and_codes_are_used_once_and_in_their_own_browser(
    client: Client, provider: ProviderSite
) -> None:
    start = client.post(reverse("oidc_begin"))
    back = provider.agree(start["Location"])
    stranger = Client()
    assert FAILED in stranger.get(back, follow=True).content.decode()
    forged = back.replace("state=", "state=x")
    assert FAILED in client.get(forged, follow=True).content.decode()
    assert FAILED in client.get(reverse("oidc_callback"), follow=True).content.decode()
    assert client.get(back)["Location"] == reverse("oidc_new")
    assert FAILED in client.get(back, follow=True).content.decode()


def test_a_provider_that_is_away_breaks_no_page(
    client: Client, provider: ProviderSite, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    response = client.post(reverse("oidc_begin"), follow=True)
    assert FAILED in response.content.decode()
    assert SECRET not in caplog.text


def test_the_choice_is_open_for_ten_minutes(client: Client, provider: ProviderSite) -> None:
    come_back(client, provider)
    session = client.session
    session[oidc.PENDING] = {**session[oidc.PENDING], "at": time.time() - oidc.PENDING_FOR - 1}
    session.save()
    client.post(reverse("oidc_new"), {"create": "1"})
    assert not User.objects.exists()


def test_what_an_operator_forgot_is_named(settings: Any) -> None:
    settings.OIDC_ISSUER, settings.OIDC_SCOPE = "http://sso.example.vn", "profile"
    found = " ".join(str(fault.msg) for fault in checks.check_provider())
    for name in ("OIDC_ISSUER", "OIDC_NAME", "OIDC_CLIENT_ID", "OIDC_SCOPE"):
        assert name in found
