"""Accounts in the admin: found quickly, never taken over."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from tests.contest_site.accounts.entrance import PASSWORD, Codes, log_in, signed_in

pytestmark = pytest.mark.django_db
LIST = reverse("admin:accounts_user_changelist")
ADD = reverse("admin:accounts_user_add")


@pytest.fixture
def chief(client: Client, db: None) -> Client:
    client.force_login(
        User.objects.create_superuser(username="truongban", full_name="Trưởng ban", password=PASSWORD)
    )
    return client


@pytest.fixture
def secretary(db: None) -> Client:
    """An organiser who may see and change accounts, and no more."""
    user = User.objects.create_user(username="thuky", full_name="Thư ký", password=PASSWORD, is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(content_type__app_label="accounts"))
    browser = Client()
    browser.force_login(user)
    return browser


def page_of(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


def form(user: User, **changes: Any) -> dict[str, Any]:
    values = {
        "full_name": user.full_name,
        "username": user.username,
        "phone": user.phone or "",
        "email": user.email,
    }
    return {**values, "is_active": "on", **changes}


@pytest.mark.parametrize("query", ["0912 345 678", "+84912345678", "Hạnh", "hạnh"])
def test_an_account_is_found_by_what_people_know(chief: Client, member: User, query: str) -> None:
    User.objects.create_user(full_name="Lê Văn Cường", phone="+84987654321")
    page = chief.get(LIST, {"q": query}).content.decode()
    assert "Nguyễn Thị Hạnh" in page
    assert "Lê Văn Cường" not in page


def test_the_list_counts_nothing(
    chief: Client, member: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3) as queries:  # session, organiser, rows
        assert chief.get(LIST).status_code == 200
    assert not any("COUNT(" in query["sql"] for query in queries.captured_queries)


def test_no_form_holds_a_password(chief: Client, member: User) -> None:
    for page in (ADD, page_of(member)):
        html = chief.get(page).content.decode()
        assert 'name="password' not in html
        assert "/password/" not in html
    assert chief.get(page_of(member) + "password/").status_code in {302, 404}


def test_an_organiser_can_ask_for_a_new_password(secretary: Client, codes: Codes, member: User) -> None:
    elsewhere = Client()
    log_in(elsewhere, "0912345678")
    secretary.post(LIST, {"action": "send_reset", "_selected_action": [str(member.pk)]})
    member.refresh_from_db()
    assert not member.has_usable_password()
    assert elsewhere.get(reverse("account_overview")).status_code == 302
    assert [(item["to"], item["code"], item["purpose"]) for item in codes.sent()] == [
        ("+84912345678", "", "reset_asked")
    ]
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor_name) == ("asked for a new password", "Thư ký")


def test_an_account_made_by_an_organiser_has_no_password_and_counts_as_proved(chief: Client) -> None:
    data = {
        "full_name": "Võ Thị Mai",
        "username": "canbo",
        "phone": "0912 345 678",
        "email": "Mai@Example.vn",
    }
    assert chief.post(ADD, {**data, "is_active": "on"}).status_code == 302
    user = User.objects.get(username="canbo")
    assert (user.phone, user.phone_verified, user.email) == ("+84912345678", True, "mai@example.vn")
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified
    assert AuditEvent.objects.filter(verb="set contacts").exists()


@pytest.mark.parametrize(("field", "value"), [("phone", "0912"), ("email", "mai@"), ("phone", "0912345678")])
def test_contacts_must_be_right_and_free(chief: Client, member: User, field: str, value: str) -> None:
    data = {"full_name": "Võ Thị Mai", "username": "canbo", "phone": "", "email": "", field: value}
    response = chief.post(ADD, {**data, "is_active": "on"})
    assert response.status_code == 200
    assert not User.objects.filter(username="canbo").exists()


def test_who_is_no_superuser_touches_no_organiser_and_gives_no_rights(
    secretary: Client, member: User
) -> None:
    chief = User.objects.create_superuser(username="truongban", full_name="Trưởng ban")
    assert secretary.post(page_of(chief), form(chief, phone="0987654321")).status_code == 403
    chief.refresh_from_db()
    assert chief.phone is None
    secretary.post(LIST, {"action": "send_reset", "_selected_action": [str(chief.pk)]})
    rights = {"is_staff": "on", "is_superuser": "on", "groups": []}
    assert secretary.post(page_of(member), form(member, full_name="Tên Mới", **rights)).status_code == 302
    member.refresh_from_db()
    assert (member.full_name, member.is_staff, member.is_superuser) == ("Tên Mới", False, False)


def test_accounts_are_switched_off_not_deleted(chief: Client, member: User) -> None:
    assert (
        chief.post(reverse("admin:accounts_user_delete", args=[member.pk]), {"post": "yes"}).status_code
        == 403
    )
    data = form(member)
    del data["is_active"]
    chief.post(page_of(member), data)
    browser = Client()
    log_in(browser, "0912345678")
    assert not signed_in(browser)


def test_allauths_own_screens_are_not_there(chief: Client) -> None:
    index = chief.get(reverse("admin:index")).content.decode()
    assert "/account/emailaddress/" not in index
    assert "/mfa/authenticator/" not in index


def test_a_contact_is_never_changed_silently(chief: Client, member: User) -> None:
    chief.post(page_of(member), form(member, full_name="Tên Mới", phone="0987654321", email="moi@example.vn"))
    member.refresh_from_db()
    assert (member.full_name, member.phone, member.email) == ("Tên Mới", "+84912345678", "")
