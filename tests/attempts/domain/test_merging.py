"""One person with two accounts: entries and attempts move whole, or the refusal says what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from attempts.domain.disqualifying import disqualify
from attempts.domain.merging import merge_accounts, merger
from attempts.domain.starting import start_attempt
from attempts.models import Attempt
from contest_site.accounts.enums import IdentityCheck
from contest_site.accounts.models import AccountMerge, User
from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotAllowed, NotNow, Refused
from contests.models import Entry, Exclusion
from contests.queries import matching_exclusion
from tests.support.factories import (
    exclude,
    make_contest,
    make_entry,
    make_round,
    make_staff,
    make_user,
    submitted_attempt,
)

pytestmark = pytest.mark.django_db
GROUNDS = "Người dự thi đến trực tiếp, hai tài khoản cùng một căn cước."
HOW: dict[str, Any] = {"identity_check": IdentityCheck.IN_PERSON, "grounds": GROUNDS}
PASSWORD = "con ngua phi nhanh"


@pytest.fixture(autouse=True)
def sent(settings: Any, tmp_path: Any) -> Any:
    settings.CODE_SENDERS = ["contest_site.accounts.senders.File"]
    settings.CODE_FILE = tmp_path / "codes.jsonl"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return settings.CODE_FILE


@pytest.fixture
def kept(db: None) -> User:
    return User.objects.create_user(
        full_name="Nguyễn Thị Hạnh", phone="+84912345678", phone_verified=True, password=PASSWORD
    )


@pytest.fixture
def absorbed(db: None) -> User:
    return User.objects.create_user(
        full_name="Nguyễn Hạnh", phone="+84987654321", phone_verified=True, password=PASSWORD
    )


def test_entries_attempts_and_exclusions_move_and_the_other_account_is_off(
    kept: User, absorbed: User, sent: Any
) -> None:
    contest = make_contest()
    entry = make_entry(contest, user=absorbed)
    attempt = submitted_attempt(entry, make_round(contest))
    before = Attempt.objects.filter(pk=attempt.pk).values().get()
    exclude(make_contest(), user=absorbed)
    by = make_staff()
    made = merge_accounts(kept, absorbed, by=by, **HOW)
    assert Entry.objects.get(pk=entry.pk).user_id == kept.pk
    assert Attempt.objects.filter(pk=attempt.pk).values().get() == before
    assert Exclusion.objects.get().user_id == kept.pk
    absorbed.refresh_from_db()
    assert (absorbed.is_active, absorbed.phone, absorbed.has_usable_password()) == (False, None, False)
    assert made.entries == [entry.pk]
    assert (AuditEvent.objects.filter(verb="merged accounts").get().reason) == GROUNDS
    told = sent.read_text()
    assert "+84912345678" in told
    assert "+84987654321" in told
    for change in (
        lambda: AccountMerge.objects.update(grounds="khác"),
        lambda: AccountMerge.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    with pytest.raises(NotNow, match="trước đây"):
        merge_accounts(absorbed, kept, by=by, **HOW)


def test_who_was_excluded_by_the_other_accounts_number_stays_excluded(kept: User, absorbed: User) -> None:
    by_number, by_both, of_another = make_contest(), make_contest(), make_contest()
    line = exclude(by_number, phone=absorbed.phone)
    exclude(by_both, phone=absorbed.phone)
    exclude(by_both, user=kept)
    colleague = make_user()
    exclude(of_another, phone=absorbed.phone, user=colleague)
    by = make_staff()
    merge_accounts(kept, absorbed, by=by, **HOW)
    for contest in (by_number, by_both, of_another):
        assert matching_exclusion(contest, user_id=kept.pk, phones=[kept.phone], national_id_hash=None)
    assert Exclusion.objects.get(contest=by_number) == line
    assert Exclusion.objects.filter(contest=by_both).count() == 2
    # A line that names somebody's account goes on naming it.
    assert set(Exclusion.objects.filter(contest=of_another).values_list("user", flat=True)) == {
        kept.pk, colleague.pk,
    }  # fmt: skip
    events = AuditEvent.objects.filter(verb="excluded person", actor=by)
    assert {event.data["contest"] for event in events} == {by_number.pk, of_another.pk}


@pytest.mark.parametrize("off", ["kept", "absorbed"])
def test_an_account_that_is_switched_off_is_not_merged(kept: User, absorbed: User, off: str) -> None:
    User.objects.filter(pk={"kept": kept, "absorbed": absorbed}[off].pk).update(is_active=False)
    with pytest.raises(NotNow, match="đang bị tắt"):
        merge_accounts(kept, absorbed, by=make_staff(), **HOW)
    assert not AccountMerge.objects.exists()


def test_a_missing_contact_comes_from_the_other_account(absorbed: User) -> None:
    from allauth.account.models import EmailAddress

    by_mail = User.objects.create_user(email="hanh@example.vn")
    EmailAddress.objects.create(user=by_mail, email="hanh@example.vn", verified=True, primary=True)
    merge_accounts(by_mail, absorbed, by=make_staff(), **HOW)
    by_mail.refresh_from_db()
    assert (by_mail.phone, by_mail.phone_verified, by_mail.email) == ("+84987654321", True, "hanh@example.vn")
    assert by_mail.full_name == "Nguyễn Hạnh"


def test_two_entries_in_one_contest_are_refused_until_one_is_disqualified(kept: User, absorbed: User) -> None:
    contest = make_contest(name="Tìm hiểu cải cách hành chính")
    round = make_round(contest)
    make_entry(contest, user=kept)
    other = make_entry(contest, user=absorbed)
    submitted_attempt(other, round)
    by = make_staff()
    with pytest.raises(Refused, match="Loại, phục hồi kết quả") as refused:
        merge_accounts(kept, absorbed, by=by, **HOW)
    assert refused.value.reasons == ["Tìm hiểu cải cách hành chính"]
    assert Entry.objects.get(pk=other.pk).user_id == absorbed.pk
    # A contest of one round is left out round by round.
    disqualify(other, round=round, grounds="Đăng ký hai lần", by=by)
    assert merger(kept, absorbed).staying == [other]
    merge_accounts(kept, absorbed, by=by, **HOW)
    assert Entry.objects.get(pk=other.pk).user_id == absorbed.pk
    assert not User.objects.get(pk=absorbed.pk).is_active


def test_a_paper_that_is_being_written_comes_first(kept: User, absorbed: User) -> None:
    now = database_now()
    contest = make_contest(opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=1))
    start_attempt(make_entry(contest, user=absorbed), make_round(contest))
    with pytest.raises(NotNow, match="đang làm bài"):
        merge_accounts(kept, absorbed, by=make_staff(), **HOW)


def test_organisers_accounts_and_ones_own_are_left_alone(kept: User, absorbed: User) -> None:
    by, colleague = (User.objects.create_user(username=name, is_staff=True) for name in ("b", "c"))
    for pair in ((kept, by), (by, kept), (kept, colleague)):
        with pytest.raises(NotAllowed):
            merge_accounts(*pair, by=by, **HOW)
    with pytest.raises(NotNow, match="khác nhau"):
        merge_accounts(kept, kept, by=by, **HOW)


def test_the_page_shows_both_accounts_and_then_merges(client: Client, kept: User, absorbed: User) -> None:
    entry = make_entry(make_contest(name="Tìm hiểu chuyển đổi số"), user=absorbed)
    by = User.objects.create_user(username="thuky", password=PASSWORD, is_staff=True)
    by.groups.add(Group.objects.get(name="Thư ký"))
    client.post(reverse("account_login"), {"login": "thuky", "password": PASSWORD})
    page = reverse("admin:accounts_accountmerge_new", args=[kept.pk])
    data = {"contact": "0987 654 321", "keep": "this", "identity_check": "in_person", "grounds": GROUNDS}
    unknown = client.post(page, {**data, "contact": "0911111111"})
    assert "Không có tài khoản nào khác" in unknown.content.decode()
    told = client.post(page, data).content.decode()
    for words in ("Tìm hiểu chuyển đổi số", "Nguyễn Hạnh", "0987 654 321", 'name="sure"'):
        assert words in told
    assert not AccountMerge.objects.exists()
    client.post(page, {**data, "sure": "1"})
    assert Entry.objects.get(pk=entry.pk).user_id == kept.pk
    assert "Nguyễn Thị Hạnh" in client.get(reverse("admin:accounts_accountmerge_changelist")).content.decode()
