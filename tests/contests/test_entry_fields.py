"""The entry form asks what the plan asks, and takes nothing that it does not ask."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from contests.domain.check import problems
from contests.enums import Asked
from contests.models import Contest, Entry
from contests.unit_search import nearest_units, search_units
from tests.support.factories import make_contest, make_round, make_unit, make_user

pytestmark = pytest.mark.django_db
ALL = ("birth_date", "gender", "phone", "national_id", "address")
FILLED = {
    "birth_date": "17/05/1990",
    "gender": "female",
    "phone": "0912 345 678",
    "national_id": "051 088 000 123",
    "address": "12 Hùng Vương, phường Nghĩa Lộ",
}


@pytest.fixture
def contest() -> Contest:
    city = make_unit("Thành phố Quảng Ngãi")
    make_unit("UBND phường Chánh Lộ", parent=city)
    return make_round(make_contest(area=city), sealed=False).contest


@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(make_user())
    return client


def plan(contest: Contest, asked: Asked) -> None:
    Contest.objects.filter(pk=contest.pk).update(**{f"ask_{name}": asked for name in ALL})


def sent(contest: Contest, **changes: Any) -> dict[str, Any]:
    category = contest.categories.first()
    assert category is not None
    assert contest.area is not None
    values = {
        "full_name": "Nguyễn Thị Thu Hà",
        "unit": str(contest.area.children.get().pk),
        "category": str(category.pk),
        "consent": "on",
    }
    return values | changes


def where(contest: Contest) -> str:
    return reverse("contests:entry", args=[contest.slug])


def test_what_the_plan_does_not_ask_is_neither_shown_nor_kept(page: Client, contest: Contest) -> None:
    plan(contest, Asked.NO)
    fields = page.get(where(contest)).context["form"].fields
    assert not fields.keys() & set(ALL)
    assert page.post(where(contest), sent(contest, of_age="yes", **FILLED)).status_code == 302
    entry = Entry.objects.get()
    assert (entry.birth_date, entry.gender, entry.phone, entry.address) == (None, "", None, "")
    assert (entry.national_id_hash, entry.national_id_sealed) == (None, None)


def test_what_must_be_given_is_told_field_by_field(page: Client, contest: Contest) -> None:
    plan(contest, Asked.REQUIRED)
    response = page.post(where(contest), sent(contest))
    assert response.status_code == 400
    assert list(response.context["form"].errors) == [
        "birth_date",
        "gender",
        "phone",
        "national_id",
        "address",
    ]
    assert all("Nhập" in str(one) or "Chọn" in str(one) for one in response.context["form"].errors.values())
    assert page.post(where(contest), sent(contest, **FILLED)).status_code == 302
    assert Entry.objects.get().address == "12 Hùng Vương, phường Nghĩa Lộ"


def test_what_may_be_left_out_is_kept_when_given(page: Client, contest: Contest) -> None:
    plan(contest, Asked.OPTIONAL)
    assert page.post(where(contest), sent(contest, of_age="yes")).status_code == 302
    other = Client()
    other.force_login(make_user())
    assert other.post(where(contest), sent(contest, **FILLED)).status_code == 302
    assert Entry.objects.order_by("pk").last().phone == "+84912345678"  # type: ignore[union-attr]


@pytest.mark.parametrize(("answer", "waits"), [("yes", False), ("no", True)])
def test_without_a_birth_date_it_is_asked_who_is_under_sixteen(
    page: Client, contest: Contest, answer: str, waits: bool
) -> None:
    plan(contest, Asked.NO)
    unsaid = page.post(where(contest), sent(contest))
    assert list(unsaid.context["form"].errors) == ["of_age"]
    page.post(where(contest), sent(contest, of_age=answer))
    assert Entry.objects.get().needs_guardian is waits


def test_an_age_limit_asks_for_the_birth_date(contest: Contest) -> None:
    Contest.objects.update(min_age=15, age_on=date(2022, 8, 22))
    with pytest.raises(IntegrityError, match="age_limit_asks_birth_date"), transaction.atomic():
        Contest.objects.update(ask_birth_date=Asked.OPTIONAL)
    contest.refresh_from_db()
    contest.ask_birth_date = Asked.OPTIONAL
    assert any("ngày sinh là bắt buộc" in reason for reason in problems(contest))


# --- Hostile requests --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "forged",
    [
        {"score": "30", "user_id": "1", "unofficial": "on", "needs_guardian": ""},
        {"erased_at": "2020-01-01", "contest": "1", "consent_version": "9", "created_at": "2020-01-01"},
        {"national_id_hash": "0" * 64, "id": "1"},
    ],
)
def test_columns_that_are_no_fields_are_not_assigned(
    page: Client, contest: Contest, forged: dict[str, str]
) -> None:
    assert page.post(where(contest), sent(contest) | FILLED | forged).status_code == 302
    entry = Entry.objects.get()
    assert (entry.contest, entry.consent_version, entry.unofficial) == (contest, "1", False)
    assert entry.erased_at is None
    assert entry.national_id_hash != "0" * 64
    assert entry.created_at.year > 2024


def test_a_parameter_sent_twice_counts_once(page: Client, contest: Contest) -> None:
    values = sent(contest, **FILLED, full_name=["Nguyễn Một", "Nguyễn Hai"])
    assert page.post(where(contest), values).status_code == 302
    assert Entry.objects.get().full_name == "Nguyễn Hai"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"full_name=%00%00&unit=%00&category=%00", "application/x-www-form-urlencoded"),
        (b"full_name=\xff\xfe&birth_date=\xff", "application/x-www-form-urlencoded"),
        (b"full_name=%FF%FE&unit=%ED%A0%80", "application/x-www-form-urlencoded"),
        (b"a=1&" * 1_500, "application/x-www-form-urlencoded"),
        (b"full_name=" + b"x" * 3_000_000, "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"--x\r\nbroken", "multipart/form-data"),
    ],
)
@pytest.mark.parametrize("name", ["entry", "correct"])
def test_what_is_no_form_is_refused_and_never_breaks(
    page: Client, contest: Contest, body: bytes, kind: str, name: str
) -> None:
    if name == "correct":
        page.post(where(contest), sent(contest, **FILLED))
    response = page.post(reverse(f"contests:{name}", args=[contest.slug]), body, content_type=kind)
    assert response.status_code == 400
    assert response.content


@pytest.mark.parametrize(
    "query", ["", "%", "_", "\\", "'", "\x00", "%s", "(", "a" * 5_000, "ưưư", "😀", "-–()"]
)
def test_no_search_of_a_unit_breaks(page: Client, contest: Contest, query: str) -> None:
    response = page.get(reverse("contests:units", args=[contest.slug]), {"q": query})
    assert response.status_code == 200
    assert response.json() == {"units": []}


# --- The search of a unit ----------------------------------------------------------------------------------


def test_units_behind_many_of_the_same_name_elsewhere_are_found(contest: Contest) -> None:
    elsewhere = make_unit("Tỉnh khác")
    for number in range(210):
        make_unit(f"Phường {number}", parent=elsewhere, code=f"A{number:03d}")
    make_unit("Phường (Nghĩa Lộ) mới, của thành phố", parent=contest.area)
    assert [unit.name for unit in search_units(contest, "phuong nghia")] == [
        "Phường (Nghĩa Lộ) mới, của thành phố"
    ]
    assert len(search_units(contest, "phuong")) == 2
    assert nearest_units(contest, "phuong nghia lo", results=1)[0].name.startswith("Phường (Nghĩa Lộ)")
