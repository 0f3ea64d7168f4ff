"""People are found by the beginnings of their words, accents aside, in the database as in Python."""

from __future__ import annotations

import pytest
from django.db.models import Value
from django.test import Client
from django.urls import reverse

from attempts.admin import attempts as attempts_admin
from attempts.models import Attempt
from contest_site.accounts.models import User
from contest_site.accounts.queries import named_users
from contest_site.audit.models import AuditEvent
from contest_site.audit.trail import record
from contest_site.lib.names import has_words
from contests.finding import named_entries
from contests.models import Contest, EntryRequest
from tests.support.factories import (
    make_contest,
    make_entry,
    make_round,
    make_unit,
    make_user,
    submitted_attempt,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Nguyễn Văn Bình", "nguyen van binh"),
        ("Nguyễn Văn Bình", "Bình nguy"),
        ("ĐẶNG THỊ ĐỨC", "đặng đức"),
        ("Trần Thi\u0323 Hươ\u0301ng", "thị hướng"),
        ("H'Hen Niê", "hen nie"),
        ("Lê Ngọc-Ánh", "anh"),
    ],
)
def test_the_database_makes_the_words_of_a_name_as_the_search_does(name: str, typed: str) -> None:
    make_user()
    assert User.objects.filter(has_words(Value(name), typed)).exists()
    assert not User.objects.filter(has_words(Value(name), f"{typed} khac")).exists()


def test_entries_are_found_by_name_phone_and_unit() -> None:
    contest = make_contest()
    school = make_unit("Trường THCS Chánh Lộ", code="CL-1", parent=contest.area)
    one = make_entry(contest, full_name="Nguyễn Văn Bình", phone="+84912345678", unit=school)
    other = make_entry(contest, full_name="Trần Thị Bình")
    assert list(named_entries("binh")) == [other, one]
    for typed in ("van binh", "0912 345 678", "Bình Nguyễn"):
        assert list(named_entries(typed)) == [one]
    assert list(named_entries("chanh lo", units=True)) == [one]
    assert list(named_entries("cl-1", units=True)) == [one]
    for typed in ("chanh lo", "inh", "!?"):
        assert not named_entries(typed)


def test_accounts_are_found_by_name_and_username() -> None:
    user = make_user(username="canbo-7", full_name="Phạm Thị Ước")
    assert list(named_users("uoc pham", User.objects.all())) == [user]
    assert list(named_users("canbo-", User.objects.all())) == [user]


def found(page: Client, model: str, typed: str) -> list[object]:
    response = page.get(reverse(f"admin:{model}_changelist"), {"q": typed})
    return [row.pk for row in response.context["cl"].result_list]


def test_the_list_of_attempts_is_searched_by_receipt_and_by_person(
    page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    contest: Contest = make_contest()
    round = make_round(contest)
    attempts: list[Attempt] = [
        submitted_attempt(make_entry(contest, full_name=name, phone=phone), round)
        for name, phone in (("Lê Thị Hạnh", "+84912345678"), ("Lê Văn Hạnh", "+84912345679"))
    ]
    one, other = (attempt.pk for attempt in attempts)
    assert found(page, "attempts_attempt", str(attempts[0].receipt).replace("-", " ").lower()) == [one]
    assert found(page, "attempts_attempt", "thi hanh") == [one]
    assert found(page, "attempts_attempt", "0912 345 679") == [other]
    assert set(found(page, "attempts_attempt", "")) == {one, other}
    where = reverse("admin:attempts_attempt_changelist")
    contests = page.get(where, {"cuoc-thi": str(contest.pk)}).context["cl"].result_list
    assert {row.pk for row in contests} == {one, other}
    monkeypatch.setattr(attempts_admin, "PEOPLE", 1)
    assert found(page, "attempts_attempt", "le hanh") == [other]
    assert "chỉ tìm trong 1 người đăng ký gần đây nhất" in page.get(where, {"q": "le hanh"}).content.decode()


def test_requests_and_acts_are_searched_without_accents(page: Client, chief: User) -> None:
    entry = make_entry(make_contest(), full_name="Võ Thị Mười")
    asked = EntryRequest.objects.create(entry=entry, kind="correction", wanted={}, by=entry.user)
    assert found(page, "contests_entryrequest", "vo muoi") == [asked.pk]
    record("exported plan", entry.contest, by=chief, reason="Công văn số 12 của Ủy ban")
    event = AuditEvent.objects.latest("pk")
    assert found(page, "audit_auditevent", "uy ban 12") == [event.pk]
    assert found(page, "audit_auditevent", "khong co dau") == []
