"""The public pages of a plan and of the entry, with and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contests.domain.excluding import exclude_person
from contests.enums import ExclusionRole
from contests.models import Contest, Document, Entry
from tests.support.factories import (
    make_contest,
    make_entry,
    make_round,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.django_db
Queries = Callable[..., Any]


@pytest.fixture
def contest() -> Contest:
    city = make_unit("Thành phố Quảng Ngãi")
    for name in ("UBND phường Chánh Lộ", "UBND phường Nghĩa Lộ", "Phòng Nội vụ thành phố"):
        make_unit(name, parent=city)
    return make_round(make_contest(area=city), sealed=False).contest


@pytest.fixture
def user() -> User:
    return make_user(full_name="Nguyễn Thị Thu Hà", phone="+84912345678")


@pytest.fixture
def page(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def where(contest: Contest, name: str = "entry", *args: object) -> str:
    return reverse(f"contests:{name}", args=[contest.slug, *args])


def typed(contest: Contest, **changes: str) -> dict[str, str]:
    category = contest.categories.first()
    assert category is not None
    assert contest.area is not None
    unit = contest.area.children.get(name="UBND phường Chánh Lộ")
    return {
        "full_name": "Nguyễn Thị Thu Hà",
        "birth_date": "17/05/1990",
        "gender": "female",
        "phone": "0912 345 678",
        "national_id": "",
        "unit_query": "chanh lo",
        "unit": str(unit.pk),
        "category": str(category.pk),
        "consent": "on",
        **changes,
    }


# --- Entering ----------------------------------------------------------------------------------------------


def test_the_form_knows_the_account_and_ticks_nothing(page: Client, contest: Contest) -> None:
    response = page.get(where(contest))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    form = response.context["form"]
    assert form["full_name"].value() == "Nguyễn Thị Thu Hà"
    assert form["phone"].value() == "0912 345 678"
    assert not form["consent"].value()
    content = response.content.decode()
    assert contest.consent_text in content
    assert "checked" not in content.split("<form", 2)[-1].split("</form>")[0]


def test_a_person_enters_and_sees_what_was_entered(page: Client, contest: Contest, user: User) -> None:
    response = page.post(where(contest), typed(contest))
    assert response.status_code == 302
    assert response["Location"] == where(contest)
    entry = Entry.objects.get()
    assert (entry.user, entry.unit.name) == (user, "UBND phường Chánh Lộ")
    done = page.get(where(contest)).content.decode()
    assert "Nguyễn Thị Thu Hà" in done
    assert "UBND phường Chánh Lộ" in done


def test_a_second_tap_on_the_button_leads_to_the_same_entry(page: Client, contest: Contest) -> None:
    page.post(where(contest), typed(contest))
    again = page.post(where(contest), typed(contest, full_name="Người Khác"))
    assert again.status_code == 200
    assert Entry.objects.get().full_name == "Nguyễn Thị Thu Hà"


def test_a_unit_is_found_without_javascript_and_what_was_typed_stays(page: Client, contest: Contest) -> None:
    half = {"full_name": "Trần Văn Út", "birth_date": "1/2/1980", "unit_query": "nghia lo", "consent": "on"}
    response = page.post(where(contest), half | {"find": "1"})
    assert response.status_code == 200
    form = response.context["form"]
    assert form["full_name"].value() == "Trần Văn Út"
    assert form["birth_date"].value() == "1/2/1980"
    assert not form.errors
    assert [unit.name for unit in response.context["unit_results"]] == ["UBND phường Nghĩa Lộ"]
    found = response.context["unit_results"][0]
    content = response.content.decode()
    assert f'value="{found.pk}"' in content
    assert not Entry.objects.exists()
    nothing = page.post(where(contest), half | {"find": "1", "unit_query": "hà nội"})
    assert nothing.context["unit_results"] == []
    assert "Không tìm thấy đơn vị nào" in nothing.content.decode()


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"full_name": ""}, "full_name", "Nhập họ và tên."),
        ({"full_name": "\u200b"}, "full_name", "Nhập đầy đủ họ và tên."),
        ({"full_name": "An\x00"}, "full_name", "ký tự không hợp lệ"),
        ({"birth_date": "30/02/1990"}, "birth_date", "Không có ngày 30/02/1990."),
        ({"birth_date": "01/01/2999"}, "birth_date", "Ngày sinh không thể sau ngày hôm nay."),
        ({"phone": "123"}, "phone", "Số điện thoại chưa đúng."),
        ({"national_id": "123"}, "national_id", "12 chữ số"),
        ({"unit": ""}, "unit", "Tìm rồi chọn đơn vị trong danh sách."),
        ({"unit": "999999"}, "unit", "Chọn đơn vị trong danh sách của cuộc thi."),
        ({"unit": "x"}, "unit", "Chọn đơn vị trong danh sách của cuộc thi."),
        ({"category": "999999"}, "category", "Chọn đối tượng dự thi trong danh sách của cuộc thi."),
        ({"gender": "x"}, "gender", "x"),
        ({"consent": ""}, "consent", "Cần đồng ý"),
    ],
)
def test_wrong_input_is_told_beside_its_field_and_nothing_is_lost(
    page: Client, contest: Contest, change: dict[str, str], field: str, sentence: str
) -> None:
    response = page.post(where(contest), typed(contest, **change))
    assert response.status_code == 400
    assert list(response.context["form"].errors) == [field]
    assert sentence in str(response.context["form"].errors[field][0])
    assert "17/05/1990" in response.content.decode() or field == "birth_date"
    assert not Entry.objects.exists()


def test_an_unknown_field_changes_nothing(page: Client, contest: Contest, user: User) -> None:
    other = make_user()
    page.post(where(contest), typed(contest, user=str(other.pk), user_id=str(other.pk), consent_version="9"))
    entry = Entry.objects.get()
    assert entry.user == user
    assert entry.consent_version == contest.consent_version


def test_a_phone_that_entered_already_is_told_without_saying_whose(page: Client, contest: Contest) -> None:
    make_entry(contest, phone="+84912345678", full_name="Lê Văn Bí Mật")
    response = page.post(where(contest), typed(contest))
    assert response.status_code == 400
    content = response.content.decode()
    assert "Số điện thoại này đã được dùng để đăng ký dự thi." in content
    assert "Bí Mật" not in content


def test_someone_on_the_list_is_refused_with_the_role_before_the_form(
    page: Client, contest: Contest, user: User
) -> None:
    exclude_person(contest, by=None, full_name="Hà", role=ExclusionRole.SECRETARIAT, phone="0912.345.678")
    for response in (page.get(where(contest)), page.post(where(contest), typed(contest))):
        assert response.status_code == 403
        assert "Tổ Thư ký" in response.content.decode()
    assert not Entry.objects.exists()


def test_the_plans_least_age_is_said_and_asked_beside_the_birth_date(page: Client, contest: Contest) -> None:
    Contest.objects.update(min_age=15, age_on=date(2022, 8, 22))
    assert "phải đủ 15 tuổi tính đến ngày 22/08/2022" in page.get(where(contest)).content.decode()
    young = page.post(where(contest), typed(contest, birth_date="23/08/2007"))
    assert young.status_code == 400
    assert list(young.context["form"].errors) == ["birth_date"]
    assert not Entry.objects.exists()
    assert page.post(where(contest), typed(contest, birth_date="22/08/2007")).status_code == 302


def test_what_the_plan_asks_of_a_category_stands_beside_it(page: Client, contest: Contest) -> None:
    contest.categories.create(name="Nhân dân", participation="encouraged", position=2)
    contest.categories.create(name="Công chức tỉnh", participation="compulsory", position=3)
    content = page.get(where(contest)).content.decode()
    assert "Nhân dân (khuyến khích dự thi)" in content
    assert "Công chức tỉnh (bắt buộc dự thi)" in content
    assert "Cán bộ, công chức, viên chức\n" in content or "Cán bộ, công chức, viên chức<" in content


# --- Organisers who try ------------------------------------------------------------------------------------


@pytest.fixture
def organiser() -> User:
    user = make_user(is_staff=True, phone="+84912345678")
    user.groups.add(Group.objects.get(name="Thư ký"))
    return user


def test_an_organiser_chooses_between_taking_part_and_trying(
    client: Client, contest: Contest, organiser: User
) -> None:
    client.force_login(organiser)
    form = client.get(where(contest)).context["form"]
    assert "Thi thử, không tính kết quả" in str(form["official"])
    assert "checked" not in str(form["official"])
    unsaid = client.post(where(contest), typed(contest))
    assert list(unsaid.context["form"].errors) == ["official"]
    assert client.post(where(contest), typed(contest, official="no")).status_code == 302
    assert Entry.objects.get().unofficial
    assert "Thi thử, không tính kết quả." in client.get(where(contest)).content.decode()


def test_an_organiser_takes_part_officially_when_nothing_is_against_it(
    client: Client, contest: Contest, organiser: User
) -> None:
    client.force_login(organiser)
    assert client.post(where(contest), typed(contest, official="yes")).status_code == 302
    assert not Entry.objects.get().unofficial


def test_an_organiser_on_the_list_sees_why_and_may_only_try(
    client: Client, contest: Contest, organiser: User
) -> None:
    exclude_person(contest, by=None, full_name="Hà", role=ExclusionRole.SECRETARIAT, user=organiser)
    client.force_login(organiser)
    response = client.get(where(contest))
    content = response.content.decode()
    assert "người thuộc Tổ Thư ký không được dự thi" in content
    assert "Đăng ký thi thử" in content
    assert "official" not in response.context["form"].fields
    client.post(where(contest), typed(contest, official="yes"))
    assert Entry.objects.get().unofficial


def test_nobody_else_is_offered_a_trial_or_can_forge_one(page: Client, contest: Contest) -> None:
    assert "Thi thử" not in page.get(where(contest)).content.decode()
    page.post(where(contest), typed(contest, official="no", unofficial="on"))
    assert not Entry.objects.get().unofficial


def test_a_hostile_name_is_shown_as_text(page: Client, contest: Contest) -> None:
    page.post(where(contest), typed(contest, full_name="<img src=x onerror=alert(1)>"))
    content = page.get(where(contest)).content.decode()
    assert "<img src=x" not in content
    assert "&lt;img src=x onerror=alert(1)&gt;" in content


def test_entering_needs_an_account_a_public_contest_and_time(client: Client, page: Client) -> None:
    hidden = make_round(make_contest(announced=False), sealed=False).contest
    assert page.get(where(hidden)).status_code == 404
    now = database_now()
    over = make_contest(opens_at=now - timedelta(days=2), closes_at=now - timedelta(days=1))
    make_round(over, sealed=False)
    refused = page.get(where(over))
    assert refused.status_code == 409
    assert "đã kết thúc" in refused.content.decode()
    page.logout()
    response = client.get(where(over))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_the_entry_page_costs_the_same_in_a_large_city(
    page: Client, contest: Contest, django_assert_num_queries: Queries
) -> None:
    for index in range(40):
        make_unit(f"Tổ dân phố {index}", parent=contest.area)
    # session, account, contest, entry, clock, rounds, exclusions, categories to choose and to show
    with django_assert_num_queries(9):
        page.get(where(contest))


# --- Units -------------------------------------------------------------------------------------------------


def test_units_are_searched_in_few_queries(
    client: Client, contest: Contest, django_assert_num_queries: Queries
) -> None:
    # contest, search, units with their parents
    with django_assert_num_queries(3):
        response = client.get(where(contest, "units"), {"q": "ubnd lo"})
    assert response["Content-Type"] == "application/json"
    names = {unit["name"] for unit in response.json()["units"]}
    assert names == {"UBND phường Nghĩa Lộ", "UBND phường Chánh Lộ"}
    assert {unit["parent"] for unit in response.json()["units"]} == {"Thành phố Quảng Ngãi"}
    assert client.get(where(contest, "units")).json() == {"units": []}
    hidden = make_contest(announced=False)
    assert client.get(where(hidden, "units"), {"q": "ubnd"}).status_code == 404


# --- Documents ---------------------------------------------------------------------------------------------


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.usefixtures("media")
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ke-hoach.pdf", "application/pdf"),
        ("the-le.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("trang.html", "application/octet-stream"),
        ("hinh.svg", "application/octet-stream"),
    ],
)
def test_a_document_is_a_download_whatever_it_holds(
    client: Client, contest: Contest, name: str, kind: str
) -> None:
    document = Document(contest=contest, title="Kế hoạch")
    document.file.save(name, ContentFile(b"<script>alert(1)</script>"))
    response = client.get(where(contest, "document", document.pk))
    assert response.status_code == 200
    assert response["Content-Type"] == kind
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert b"".join(response) == b"<script>alert(1)</script>"


@pytest.mark.usefixtures("media")
def test_documents_of_others_and_of_hidden_contests_are_not_there(client: Client, contest: Contest) -> None:
    hidden = make_contest(announced=False)
    document = Document(contest=hidden, title="Kế hoạch")
    document.file.save("a.pdf", ContentFile(b"%PDF"))
    assert client.get(where(hidden, "document", document.pk)).status_code == 404
    assert client.get(where(contest, "document", document.pk)).status_code == 404
    lost = Document(contest=contest, title="Kế hoạch")
    lost.file.save("b.pdf", ContentFile(b"%PDF"))
    Path(lost.file.path).unlink()
    assert client.get(where(contest, "document", lost.pk)).status_code == 404
