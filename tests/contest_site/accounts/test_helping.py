"""Ways out that an organiser can follow: another contact, a lost second factor; recorded and told."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from contest_site.accounts.contact import read_contact
from contest_site.accounts.domain.helping import move_to_contact, recover_second_factor
from contest_site.accounts.enums import IdentityCheck, MoveReason
from contest_site.accounts.models import ContactMove, FactorRecovery, User
from contest_site.audit.models import AuditEvent
from contest_site.lib.errors import Invalid, NotAllowed, NotNow
from tests.contest_site.accounts.entrance import PASSWORD, Codes, enter_code, log_in, signed_in

pytestmark = pytest.mark.django_db
GROUNDS = "Người dự thi đến trực tiếp ngày 10/11, đã đối chiếu căn cước."
HOW: dict[str, Any] = {"identity_check": IdentityCheck.IN_PERSON, "grounds": GROUNDS}


def secretary(name: str = "Thư ký", username: str = "thuky") -> User:
    user = User.objects.create_user(username=username, full_name=name, password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="Thư ký"))
    return User.objects.get(pk=user.pk)


def move(user: User, to: str, by: User, reason: MoveReason = MoveReason.LOST, **changes: Any) -> ContactMove:
    return move_to_contact(user, read_contact(to), reason=reason, by=by, **{**HOW, **changes})


def test_a_lost_phone_opens_nothing_any_more_and_the_new_one_does(codes: Codes, member: User) -> None:
    EmailAddress.objects.create(user=member, email="hanh@example.vn", verified=True, primary=True)
    Authenticator.objects.create(user=member, type=Authenticator.Type.WEBAUTHN, data={})
    SocialAccount.objects.create(user=member, provider="oidc-x", uid="1")
    finder = Client()
    log_in(finder, "0912345678")
    assert signed_in(finder)
    made = move(member, "0987 654 321", secretary())
    assert finder.get(reverse("account_overview")).status_code == 302
    assert not Authenticator.objects.exists()
    assert not SocialAccount.objects.exists()
    assert not EmailAddress.objects.exists()
    assert [(item["to"], item["purpose"]) for item in codes.sent()] == [
        ("+84912345678", "moved"),
        ("hanh@example.vn", "moved"),
    ]
    old, new = Client(), Client()
    log_in(old, "0912345678")
    assert not signed_in(old)
    new.post(reverse("account_request_login_code"), {"contact": "0987654321"})
    enter_code(new, codes.last("+84987654321"))
    assert new.session["_auth_user_id"] == str(member.pk)
    # The record shows that it changed and gives nobody a number.
    assert (made.old_contact, made.new_contact) == ("0912 ••• 678", "0987 ••• 321")
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor_name, event.reason) == (
        "moved account to another contact", "Thư ký", GROUNDS,
    )  # fmt: skip
    assert "912345678" not in str(event.data)


def test_a_mistyped_number_is_put_right_and_the_address_stays(codes: Codes, member: User) -> None:
    EmailAddress.objects.create(user=member, email="hanh@example.vn", verified=True, primary=True)
    move(member, "0912345687", secretary(), MoveReason.MISTYPED)
    member.refresh_from_db()
    assert (member.phone, member.phone_verified) == ("+84912345687", True)
    assert EmailAddress.objects.filter(user=member, verified=True).exists()


def test_a_number_that_only_an_unfinished_sign_up_holds_is_free(codes: Codes, member: User) -> None:
    trace = User.objects.create_user(phone="+84987654321")
    move(member, "0987654321", secretary())
    trace.refresh_from_db()
    assert trace.phone is None


def test_somebody_elses_number_is_refused_and_merging_named(codes: Codes, member: User) -> None:
    User.objects.create_user(phone="+84987654321", phone_verified=True)
    by = secretary()
    with pytest.raises(NotNow, match="Gộp tài khoản"):
        move(member, "0987654321", by)
    with pytest.raises(NotNow, match="đã dùng đúng"):
        move(member, "0912345678", by)
    assert not codes.sent()
    assert not ContactMove.objects.exists()


def test_nobody_helps_oneself_or_an_organiser_above(codes: Codes, member: User) -> None:
    helper, chief = secretary(), User.objects.create_superuser(username="truongban")
    for user, by in ((helper, helper), (chief, helper), (chief, chief), (secretary("B", "b"), helper)):
        with pytest.raises(NotAllowed):
            move(user, "0987654321", by)
    move(helper, "0987654321", chief)
    with pytest.raises(Invalid, match="căn cứ"):
        move(member, "0911111111", helper, grounds="  vì   ")


def test_the_records_are_final_and_the_database_keeps_two_people(member: User) -> None:
    made = move(member, "0987654321", secretary())
    for change in (
        lambda: ContactMove.objects.filter(pk=made.pk).update(grounds="khác"),
        lambda: ContactMove.objects.filter(pk=made.pk).delete(),
        lambda: FactorRecovery.objects.create(user=member, by=member, **HOW),
        lambda: ContactMove.objects.create(user=member, by=member, reason="lost", new_contact="x", **HOW),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_a_lost_second_factor_is_taken_off_by_another_person(codes: Codes, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True
    chief = User.objects.create_superuser(username="truongban", full_name="Trưởng ban")
    user = secretary()
    User.objects.filter(pk=user.pk).update(phone="+84912345678", phone_verified=True)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    with pytest.raises(NotAllowed, match="Không ai tự gỡ"):
        recover_second_factor(user, by=user, **HOW)
    recover_second_factor(user, by=chief, **HOW)
    assert not Authenticator.objects.exists()
    assert [(item["to"], item["purpose"]) for item in codes.sent()] == [("+84912345678", "factor_removed")]
    browser = Client()
    browser.post(reverse("account_request_login_code"), {"contact": "0912345678"})
    enter_code(browser, codes.last("+84912345678"))
    assert browser.get(reverse("admin:index"))["Location"] == reverse("mfa_index")
    with pytest.raises(NotNow):
        recover_second_factor(user, by=chief, **HOW)
    top = User.objects.create_superuser(username="khac")
    with pytest.raises(NotAllowed):
        recover_second_factor(top, by=user, **HOW)


# --- The pages ----------------------------------------------------------------------------------------------


def page(name: str, user: User) -> str:
    return reverse(f"admin:accounts_user_{name}", args=[user.pk])


FORM = {"reason": "lost", "contact": "0987654321", "again": "0987 654 321", "identity_check": "in_person"}


@pytest.fixture
def helper(client: Client) -> Client:
    secretary()
    log_in(client, "thuky")
    return client


def test_the_page_says_first_what_will_happen(helper: Client, codes: Codes, member: User) -> None:
    shown = helper.get(reverse("admin:accounts_user_change", args=[member.pk])).content.decode()
    assert page("move", member) in shown
    assert page("recover", member) not in shown
    assert "Nguyễn Thị Hạnh" in helper.get(page("move", member)).content.decode()
    data = {**FORM, "grounds": GROUNDS}
    told = helper.post(page("move", member), data).content.decode()
    for sentence in (
        "0987 654 321",
        "Mọi thiết bị đang đăng nhập bị đăng xuất",
        "0912 345 678",
        'name="sure"',
    ):
        assert sentence in told
    assert not ContactMove.objects.exists()
    response = helper.post(page("move", member), {**data, "sure": "1"}, follow=True)
    assert "Đã đổi nơi nhận mã" in response.content.decode()
    assert ContactMove.objects.get().by.username == "thuky"
    assert "0987 ••• 321" in helper.get(reverse("admin:accounts_contactmove_changelist")).content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"again": "0987654312"}, "Hai lần nhập khác nhau"),
        ({"contact": "0987", "again": "0987"}, "Số điện thoại chưa đúng"),
        ({"grounds": "vì"}, "Hãy ghi căn cứ đủ rõ"),
        ({"identity_check": ""}, "Hãy chọn cách đã kiểm tra"),
    ],
)
def test_what_is_typed_wrong_is_said(
    helper: Client, member: User, changes: dict[str, str], sentence: str
) -> None:
    response = helper.post(page("move", member), {**FORM, "grounds": GROUNDS, "sure": "1", **changes})
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert not ContactMove.objects.exists()


def test_who_may_not_sees_no_page(client: Client, member: User) -> None:
    writer = User.objects.create_user(username="rade", password=PASSWORD, is_staff=True)
    writer.groups.add(Group.objects.get(name="Tổ ra đề"))
    log_in(client, "rade")
    for name in ("move", "recover"):
        assert client.get(page(name, member)).status_code == 403
    assert client.get(reverse("admin:accounts_accountmerge_new", args=[member.pk])).status_code == 403


def test_the_pages_take_a_recent_log_in(client: Client, member: User) -> None:
    client.force_login(secretary())
    wanted = client.get(page("move", member))["Location"]
    assert wanted.startswith(reverse("account_reauthenticate"))


def test_a_chief_takes_off_a_second_factor_in_two_stages(client: Client, codes: Codes) -> None:
    user = secretary()
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    chief = User.objects.create_user(username="truongban", password=PASSWORD, is_staff=True)
    chief.groups.add(Group.objects.get(name="Trưởng ban"))
    log_in(client, "truongban")
    data = {"identity_check": "in_person", "grounds": GROUNDS}
    assert "bị gỡ hết" in client.post(page("recover", user), data).content.decode()
    assert Authenticator.objects.exists()
    client.post(page("recover", user), {**data, "sure": "1"})
    assert FactorRecovery.objects.get().by_id == chief.pk
