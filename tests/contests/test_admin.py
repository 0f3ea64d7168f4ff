# ruff: noqa: E501
"""The organisers' screens: a plan is made and changed here, fixed once announced, and every act is in the trail."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.lib.identity import national_id_hash
from contests.domain.announcing import announce
from contests.domain.check import problems
from contests.domain.plans import load_plan
from contests.domain.rounds import seal_round
from contests.models import Announcement, Contest, Exclusion, Quota, RoundSeal, Unit, UnitOfficer
from tests.support.factories import (
    make_bank,
    make_contest,
    make_entry,
    make_round,
    make_unit,
    make_user,
)
from tests.support.screens import address, errors_of, form_of, parsed, rows, text_of

pytestmark = pytest.mark.django_db
Queries = Callable[..., Any]
BANK = "Cải cách hành chính, chuyển đổi số và Đề án 06"
PLAN = Path(__file__).resolve().parents[2] / "contests" / "plans" / "quang-ngai-2024.toml"


def plan(**changes: Any) -> Contest:
    make_bank(31, topics=1, name=BANK)
    return load_plan(PLAN, by=None, **changes)


# --- A plan is made and changed ----------------------------------------------------------------------------


def test_a_whole_plan_is_made_on_the_screen(page: Client) -> None:
    bank = make_bank(6, name="Ngân hàng A")
    city = make_unit("Thành phố Quảng Ngãi")
    values = form_of(page.get(address("contests_contest_add") + "?day-du=1").content)
    values |= {
        "name": "Cuộc thi tìm hiểu cải cách hành chính",
        "slug": "tim-hieu-cchc",
        "place": "Quảng Ngãi",
        "organiser": "UBND thành phố",
        "hotline": "0255 3000 000",
        "legal_basis": "Kế hoạch số 1\nKế hoạch số 2\n",
        "subject": "Cải cách hành chính",
        "eligibility": "Nhân dân trên địa bàn",
        "area": str(city.pk),
        "opens_at": "07:00 10/11/2024",
        "closes_at": "24:00 30/11/2024",
        "names_shown": "full",
        "live_participation": "False",
        "min_age": "15",
        "age_on": "22/08/2022",
        "overall_combine": "none",
        "prizes_per_person": "1",
        "agency_comparison": "without_names",
        "marking": "parts",
        "consent_version": "1",
        "consent_text": "Đồng ý",
        "chosen": ["rounds.time_limit_minutes", "contest.hotline"],
        **rows("categories", {"position": "1", "name": "Nhân dân", "participation": "encouraged"}),
        **rows("blocks", {"position": "1", "name": "Khối phường"}),
        **rows("milestones", {"position": "1", "label": "Phát động", "starts_on": "01/11/2024"}),
        **rows("rounds", round_values(bank.pk)),
        **rows("certificate_templates", PAPER),
    }
    response = page.post(address("contests_contest_add"), values)
    assert response.status_code == 302, errors_of(response)
    contest = Contest.objects.get()
    assert contest.opens_at == datetime(2024, 11, 10, 0, 0, tzinfo=UTC)
    assert contest.closes_at == datetime(2024, 11, 30, 17, 0, tzinfo=UTC)
    assert contest.legal_basis == ["Kế hoạch số 1", "Kế hoạch số 2"]
    assert contest.chosen == ["rounds.time_limit_minutes", "contest.hotline"]
    one = contest.rounds.get()
    assert one.rank_order == ["score", "duration"]
    assert one.only_all_right is False
    assert (one.attempts_per_day, one.cooldown_minutes, one.prediction_scope) == (1, 15, "round")
    assert one.min_plausible_seconds == 8
    assert (contest.min_age, contest.age_on, contest.prizes_per_person) == (15, date(2022, 8, 22), 1)
    assert contest.categories.get().participation == "encouraged"
    assert contest.blocks.get().name == "Khối phường"
    assert contest.certificate_templates.get().kind == "giay_khen"
    assert [problem for problem in problems(contest) if "giải" not in problem.lower()] == [
        "Khối phường: Khối “Khối phường” chưa có đơn vị nào."
    ]
    assert set(AuditEvent.objects.values_list("verb", flat=True)) == {"added contest"}


PAPER = {
    "position": "1",
    "name": "Giấy khen của Chủ tịch",
    "kind": "giay_khen",
    "issuer": "Chủ tịch UBND",
    "reason": "Đạt giải",
    "signature_authority": "CHỦ TỊCH",
    "signature_title": "CHỦ TỊCH",
}


def round_values(bank: int, **changes: str) -> dict[str, str]:
    return {
        "number": "1",
        "name": "Tuần 1",
        "opens_at": "07:00 10/11/2024",
        "closes_at": "24:00 30/11/2024",
        "bank": str(bank),
        "questions": "4",
        "time_limit_minutes": "30",
        "attempts_allowed": "2",
        "attempts_per_day": "1",
        "cooldown_minutes": "15",
        "min_plausible_seconds": "8",
        "counting_attempt": "best",
        "result_shown": "at_once",
        "prediction_target": "none",
        "rank_order_0": "score",
        "rank_order_1": "",
        "rank_order_2": "duration",
        "rank_order_3": "",
        "only_all_right": "False",
        **changes,
    }


def test_nothing_is_chosen_silently(page: Client) -> None:
    """An empty form says what is missing, field by field, and where a plan tends to be silent it suggests."""
    content = page.get(address("contests_contest_add") + "?day-du=1").content
    text = " ".join(parsed(content).text_content().split())
    assert "Kế hoạch không quy định thì gợi ý: 30 phút cho 30 câu." in text
    assert "Kế hoạch không quy định thì gợi ý: lượt tốt nhất." in text
    values = (
        form_of(content)
        | rows("rounds", {"number": "1", "prediction_target": "all_right"})
        | rows("categories", {"position": "1", "name": "A"})
        | rows("certificate_templates", {"position": "1", "name": "A"})
    )
    response = page.post(address("contests_contest_add"), values)
    assert response.status_code == 200
    form = response.context["adminform"].form
    assert {
        "name",
        "hotline",
        "names_shown",
        "live_participation",
        "overall_combine",
        "consent_text",
    } <= set(form.errors)
    by_prefix = {found.formset.prefix: found.formset for found in response.context["inline_admin_formsets"]}
    assert {
        "bank",
        "time_limit_minutes",
        "attempts_allowed",
        "counting_attempt",
        "result_shown",
        "prediction_scope",
        "rank_order",
        "only_all_right",
    } <= set(by_prefix["rounds"].errors[0])
    assert set(by_prefix["categories"].errors[0]) == {"participation"}
    assert {"kind", "issuer"} <= set(by_prefix["certificate_templates"].errors[0])
    assert not Contest.objects.exists()


def test_the_loaded_plan_is_shown_as_the_paper_has_it_and_can_be_changed(page: Client) -> None:
    contest = plan()
    where = address("contests_contest_change", contest.pk)
    values = form_of(page.get(where).content)
    assert values["opens_at"] == "07:00 10/11/2024"
    assert values["closes_at"] == "24:00 30/11/2024"
    assert values["rounds-0-closes_at"] == "24:00 30/11/2024"
    assert values["rounds-0-rank_order_1"] == "prediction"
    unchanged = page.post(where, values)
    assert unchanged.status_code == 302, errors_of(unchanged)
    assert not AuditEvent.objects.filter(verb__startswith="changed").exists()
    values |= {"rounds-0-time_limit_minutes": "45", "hotline": "1022"}
    assert page.post(where, values).status_code == 302
    contest.refresh_from_db()
    assert contest.hotline == "1022"
    assert contest.rounds.get().time_limit_minutes == 45
    event = AuditEvent.objects.get(verb="changed contest")
    assert "hotline" in str(event.data["changes"]) or "Đường dây nóng" in str(event.data["changes"])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"closes_at": "30/11/2024"}, "Thời điểm viết như"),
        ({"closes_at": "06:00 10/11/2024"}, "Thời điểm kết thúc cuộc thi phải sau thời điểm mở."),
        ({"rounds-0-closes_at": "06:00 10/11/2024"}, "Thời điểm kết thúc vòng thi phải sau thời điểm mở."),
        ({"rounds-0-rank_order_1": "score"}, "Mỗi tiêu chí xếp hạng chỉ được chọn một lần."),
        ({"rounds-0-prediction_scope": ""}, "Chọn phạm vi tính kết quả của câu dự đoán."),
        ({"min_age": "15"}, "Ghi ngày tính tuổi của người dự thi."),
        ({"age_on": "01/01/2024"}, "Ghi tuổi tối thiểu, hoặc xóa ngày tính tuổi."),
        ({"overall_combine": "sum"}, "Chọn thứ tự xếp hạng cá nhân cả cuộc thi."),
        ({"rounds-0-promotes_best": "10"}, "Chọn vòng thi mà từ đó chọn người vào vòng này."),
        ({"slug": "Có dấu"}, "slug"),
    ],
)
def test_wrong_plans_are_refused_with_a_sentence(page: Client, change: dict[str, str], sentence: str) -> None:
    contest = plan()
    where = address("contests_contest_change", contest.pk)
    values = form_of(page.get(where).content) | change
    response = page.post(where, values)
    assert response.status_code == 200
    assert any(sentence in error for error in errors_of(response)), errors_of(response)


def test_overlapping_rounds_on_one_page_are_refused(page: Client) -> None:
    contest = plan()
    bank = contest.rounds.get().bank_id
    where = address("contests_contest_change", contest.pk)
    values = form_of(page.get(where).content)
    second = round_values(bank, number="2", name="Tuần 2", opens_at="07:00 20/11/2024")
    values |= {f"rounds-1-{key}": value for key, value in second.items()}
    values |= {"rounds-TOTAL_FORMS": "2", "rounds-1-contest": str(contest.pk), "rounds-1-id": ""}
    response = page.post(where, values)
    assert response.status_code == 200
    assert "chồng thời gian lên" in response.content.decode()
    assert contest.rounds.count() == 1


def test_questions_by_topic_are_fixed_on_the_rounds_own_page(page: Client) -> None:
    contest = plan()
    one = contest.rounds.get()
    other = make_bank(1, topics=1)
    where = address("contests_round_change", one.pk)
    values = form_of(page.get(where).content)
    topic = one.bank.topics.get()
    values |= rows("quotas", {"topic": str(topic.pk), "questions": "30", "round": str(one.pk)})
    response = page.post(where, values)
    assert response.status_code == 302, errors_of(response)
    assert Quota.objects.get().questions == 30
    values |= rows("quotas", {"topic": str(other.topics.get().pk), "questions": "1", "round": str(one.pk)})
    assert page.post(where, values).status_code == 200
    assert Quota.objects.count() == 1


def test_a_document_must_be_of_a_kind_that_people_can_open(page: Client) -> None:
    contest = plan()
    where = address("contests_contest_change", contest.pk)
    values = form_of(page.get(where).content)
    script = SimpleUploadedFile("ke-hoach.html", b"<script>alert(1)</script>")
    values |= {"documents-TOTAL_FORMS": "1", "documents-0-position": "1", "documents-0-title": "Kế hoạch"}
    response = page.post(where, {**values, "documents-0-file": script})
    assert response.status_code == 200
    assert any("html" in error for error in errors_of(response))
    paper = SimpleUploadedFile("ke-hoach.pdf", b"%PDF-1.7")
    assert page.post(where, {**values, "documents-0-file": paper}).status_code == 302
    assert contest.documents.get().title == "Kế hoạch"


# --- What is wrong stands on top ---------------------------------------------------------------------------


def test_problems_stand_above_the_plan_and_on_the_check_page(page: Client) -> None:
    contest = plan()
    contest.rounds.update(prediction_text="")
    sentence = "Vòng thi trực tuyến: Có câu dự đoán nhưng chưa ghi lời của câu dự đoán."
    for where in (
        address("contests_contest_change", contest.pk),
        address("contests_contest_check", contest.pk),
        address("contests_contest_announce", contest.pk),
    ):
        assert sentence in page.get(where).content.decode()
    page.post(address("contests_contest_announce", contest.pk))
    assert not Announcement.objects.exists()


# --- Two stages --------------------------------------------------------------------------------------------


def test_announcing_first_says_what_will_happen_and_then_does_it(page: Client, chief: User) -> None:
    contest = plan(shift_to_now=True)
    where = address("contests_contest_announce", contest.pk)
    text = page.get(where).content.decode()
    assert "Kế hoạch được cố định" in text
    assert "Chưa niêm phong đề: Vòng thi trực tuyến" in text
    assert not Announcement.objects.exists()
    response = page.post(where)
    assert response["Location"] == address("contests_contest_change", contest.pk)
    assert Announcement.objects.get().by == chief
    assert "Đã công bố cuộc thi." in page.get(response["Location"]).content.decode()


def test_sealing_first_says_what_will_happen_and_then_does_it(page: Client, chief: User) -> None:
    contest = plan(shift_to_now=True)
    where = address("contests_round_seal", contest.pk, 1)
    assert "niêm phong chỉ được mở do một người khác" in page.get(where).content.decode()
    assert not RoundSeal.objects.exists()
    page.post(where)
    assert RoundSeal.objects.get().by == chief


def test_a_fixed_plan_keeps_what_fairness_hangs_on(page: Client, chief: User) -> None:
    contest = plan(shift_to_now=True)
    where = address("contests_contest_change", contest.pk)
    before = form_of(page.get(where).content)
    seal_round(contest.rounds.get(), by=chief)
    announce(contest, by=chief)
    content = page.get(where).content
    assert "Kế hoạch đã cố định" in content.decode()
    offered = set(form_of(content))
    assert "hotline" in offered
    assert (
        not {"name", "opens_at", "names_shown", "rounds-0-time_limit_minutes", "categories-0-name"} & offered
    )
    forged = before | {
        "hotline": "1022",
        "opens_at": "07:00 01/01/2030",
        "rounds-0-time_limit_minutes": "1",
        "rounds-0-rank_order_0": "submitted",
        "min_age": "60",
        "age_on": "01/01/2024",
        "prizes_per_person": "1",
        "agency_comparison": "without_names",
        "marking": "whole",
        "categories-0-name": "Ai cũng được",
        "certificate_templates-0-issuer": "Người khác",
        "milestones-0-label": "Ban hành Thể lệ",
    }
    response = page.post(where, forged)
    assert response.status_code == 302, errors_of(response)
    after = Contest.objects.get()
    assert after.hotline == "1022"
    assert after.opens_at == contest.opens_at
    assert after.rounds.get().time_limit_minutes == 30
    assert after.rounds.get().rank_order == ["score", "prediction", "duration", "submitted"]
    assert (after.min_age, after.prizes_per_person) == (contest.min_age, contest.prizes_per_person)
    assert not after.categories.filter(name="Ai cũng được").exists()
    assert not after.certificate_templates.filter(issuer="Người khác").exists()
    assert after.milestones.filter(label="Ban hành Thể lệ").exists()
    assert page.get(address("contests_contest_delete", contest.pk)).status_code == 403
    round_page = address("contests_round_change", contest.rounds.get().pk)
    assert page.post(round_page, {"questions": "1"}).status_code == 403


# --- People and units --------------------------------------------------------------------------------------


def test_the_list_takes_numbers_as_typed_and_shows_no_national_id(page: Client) -> None:
    contest = make_contest()
    where = address("contests_exclusion_add")
    values = {"contest": str(contest.pk), "full_name": " Lê  Văn An ", "role": "committee", "user": ""}
    response = page.post(where, values | {"phone": "+84 912 345 678", "national_id": "051 088 000 123"})
    assert response.status_code == 302, errors_of(response)
    listed = Exclusion.objects.get()
    assert (listed.full_name, listed.phone) == ("Lê Văn An", "+84912345678")
    assert listed.national_id_hash == national_id_hash("051088000123")
    change = address("contests_exclusion_change", listed.pk)
    shown = form_of(page.get(change).content)
    assert shown["phone"] == "0912 345 678"
    assert shown["national_id"] == ""
    assert page.post(change, shown).status_code == 302
    listed.refresh_from_db()
    assert listed.national_id_hash == national_id_hash("051088000123")
    assert "051088000123" not in str(list(AuditEvent.objects.values()))
    page.post(address("contests_exclusion_delete", listed.pk), {"post": "yes"})
    assert not Exclusion.objects.exists()
    assert AuditEvent.objects.filter(verb="readmitted person").exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "Cần ít nhất một trong ba"),
        ({"phone": "123"}, "Số điện thoại chưa đúng"),
        ({"national_id": "123"}, "12 chữ số"),
        ({"phone": "0912345678"}, "đã"),
        ({"national_id": "051088000123"}, "đã có trong danh sách"),
    ],
)
def test_the_list_refuses_nobody_and_anybody_twice(
    page: Client, change: dict[str, str], sentence: str
) -> None:
    contest = make_contest()
    Exclusion.objects.create(
        contest=contest,
        full_name="A",
        role="jury",
        phone="+84912345678",
        national_id_hash=national_id_hash("051088000123"),
    )
    values = {
        "contest": str(contest.pk),
        "full_name": "B",
        "role": "committee",
        "user": "",
        "phone": "",
        "national_id": "",
    }
    response = page.post(address("contests_exclusion_add"), values | change)
    assert response.status_code == 200
    assert any(sentence in error for error in errors_of(response)), errors_of(response)


def test_entries_are_found_by_phone_however_typed_and_changed_by_nobody(page: Client) -> None:
    contest = make_contest()
    make_entry(contest, full_name="Trần Thị Hoa", phone="+84912345678")
    make_entry(contest, full_name="Lê Văn An")
    found = page.get(address("contests_entry_changelist"), {"q": "0084 912.345.678"}).content.decode()
    assert "Trần Thị Hoa" in found
    assert "Lê Văn An" not in found
    entry = contest.entries.get(full_name="Trần Thị Hoa")
    change = address("contests_entry_change", entry.pk)
    assert page.get(change).status_code == 200
    assert page.post(change, {"full_name": "X"}).status_code == 403
    assert page.post(address("contests_entry_delete", entry.pk), {"post": "yes"}).status_code == 403


def test_units_are_listed_as_a_tree_and_found_without_accents(page: Client) -> None:
    city = make_unit("Thành phố Quảng Ngãi", code="A")
    department = make_unit("Phòng Giáo dục và Đào tạo", parent=city, code="A9")
    make_unit("Trường THCS Nghĩa Lộ", parent=department, code="A0")
    make_unit("UBND phường Chánh Lộ", parent=city, code="A1")
    where = address("contests_unit_changelist")
    text = text_of(page.get(where))
    order = [text.index(name) for name in ("UBND phường Chánh Lộ", "Phòng Giáo dục", "Trường THCS")]
    assert order == sorted(order)
    found = text_of(page.get(where, {"q": "Chánh lo"}))
    assert "UBND phường Chánh Lộ" in found
    assert "Trường THCS" not in found


def test_an_officer_is_attached_to_a_unit(page: Client) -> None:
    unit, officer = make_unit(), make_user()
    page.post(address("contests_unitofficer_add"), {"user": officer.pk, "unit": unit.pk})
    assert UnitOfficer.objects.get().unit == unit
    assert AuditEvent.objects.filter(verb="added unitofficer").exists()


def test_the_trail_can_be_read_and_not_changed(page: Client) -> None:
    contest = plan()
    event = AuditEvent.objects.get(verb="loaded plan")
    where = address("audit_auditevent_change", event.pk)
    assert contest.name in page.get(address("audit_auditevent_changelist")).content.decode()
    assert page.get(where).status_code == 200
    assert page.post(where, {"verb": "x"}).status_code == 403
    assert page.post(address("audit_auditevent_delete", event.pk), {"post": "yes"}).status_code == 403


# --- Who may, and how much it costs ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "allowed", "refused"),
    [
        ("Trưởng ban", {"announce", "seal", "contests", "audit", "entries"}, set()),
        ("Thư ký", {"seal", "contests", "audit", "entries"}, {"announce"}),
        ("Tổ ra đề", set(), {"announce", "seal", "contests", "audit", "entries"}),
        ("Tổ thẩm định", set(), {"announce", "seal", "contests", "audit", "entries"}),
        ("Cán bộ đầu mối", set(), {"announce", "seal", "contests", "audit", "entries"}),
    ],
)
def test_each_role_reaches_its_own_screens(
    client: Client, role: str, allowed: set[str], refused: set[str]
) -> None:
    contest = plan(shift_to_now=True)
    user = make_user(is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    pages = {
        "announce": address("contests_contest_announce", contest.pk),
        "seal": address("contests_round_seal", contest.pk, 1),
        "contests": address("contests_contest_changelist"),
        "audit": address("audit_auditevent_changelist"),
        "entries": address("contests_entry_changelist"),
    }
    for name, where in pages.items():
        assert client.get(where).status_code == (200 if name in allowed else 403), name
        assert name in allowed | refused
    assert client.get(address("index")).status_code == 200


def test_screens_cost_the_same_however_many_rows(page: Client, django_assert_num_queries: Queries) -> None:
    contest = make_contest()
    make_round(contest, bank=make_bank(5), questions=4)
    page.get(address("index"))
    for _index in range(12):
        make_entry(contest)
        Unit(name=f"Đơn vị {_index}", code=f"D{_index}", parent=contest.area).save()
    counts = {
        "contests_contest_changelist": 7,
        "contests_entry_changelist": 6,
        "contests_unit_changelist": 5,
        "contests_unitofficer_changelist": 4,
        "contests_exclusion_changelist": 5,
        "audit_auditevent_changelist": 4,
    }
    for name, count in counts.items():
        with django_assert_num_queries(count):
            assert page.get(address(name)).status_code == 200, name


def test_the_first_page_names_the_next_thing_to_do(page: Client, chief: User) -> None:
    contest = plan(shift_to_now=True)

    def next_thing() -> str:
        content = page.get(address("index")).content.decode()
        found = re.search(r'class="next[^"]*" href="[^"]*">([^<]*)<', content)
        assert found is not None
        return found.group(1)

    assert next_thing() == "Soạn tiếp kế hoạch"
    announce(contest, by=chief)
    assert next_thing() == "Niêm phong đề Vòng thi trực tuyến"
    seal_round(contest.rounds.get(), by=chief)
    assert next_thing().startswith("Đang thi đến ")
    Contest.objects.update(is_rehearsal=True)
    assert "Chưa có cuộc thi nào." in page.get(address("index")).content.decode()
    now = database_now()
    make_round(
        make_contest(opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=2)),
        bank=make_bank(5),
        questions=4,
    )
    assert next_thing().startswith("Chờ mở lúc ")
