"""The parts of a plan that have pages of their own: prize tables, blocks, a new year."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from contests.admin.cloning import next_year, suggestion
from contests.domain.announcing import announce
from contests.domain.plans import load_plan
from contests.models import BlockUnit, Contest, PrizeTable
from contests.prize_tables import prize_tables
from contests.queries import is_announced
from tests.support.factories import (
    make_bank,
    make_block,
    make_contest,
    make_round,
    make_table,
    make_unit,
    make_user,
)
from tests.support.screens import address, errors_of, form_of, plan_page, rows, text_of, ward

pytestmark = pytest.mark.django_db
Queries = Callable[..., Any]
PLANS = Path(__file__).resolve().parents[2] / "contests" / "plans"
BANK = "Cải cách hành chính, chuyển đổi số và Đề án 06"
PRIZE = {"position": "1", "name": "Giải Nhất", "quantity": "1", "amount": "3.000.000"}


# --- Whatever was loaded is shown and saved as it is --------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.stem for path in PLANS.glob("*.toml")))
def test_saving_a_loaded_plan_untouched_changes_nothing(page: Client, name: str) -> None:
    make_bank(60, topics=3, name=BANK)
    contest = load_plan(PLANS / f"{name}.toml", by=None)
    pages = [
        plan_page(contest),
        *(address("contests_round_change", one.pk) for one in contest.rounds.all()),
        *(address("contests_prizetable_change", one.pk) for one in contest.prize_tables.all()),
        *(address("contests_block_change", one.pk) for one in contest.blocks.all()),
    ]
    before = everything(contest)
    for where in pages:
        response = page.post(where, form_of(page.get(where).content))
        assert response.status_code == 302, (where, errors_of(response))
    assert everything(contest) == before
    assert not AuditEvent.objects.filter(verb__startswith="changed").exists()


def everything(contest: Contest) -> list[Any]:
    """All columns of the contest and of every row of its plan."""
    found: list[Any] = list(Contest.objects.filter(pk=contest.pk).values())
    for rows_of in (
        contest.rounds, contest.categories, contest.milestones, contest.certificate_templates,
        contest.blocks, contest.block_units, contest.prize_tables, contest.headcounts,
    ):  # fmt: skip
        found += list(rows_of.order_by("pk").values())
    for table in contest.prize_tables.order_by("pk"):
        found += list(table.prizes.order_by("pk").values())
    return found


# --- Prize tables -------------------------------------------------------------------------------------------


def new_table(page: Client, of: Contest, *prizes: dict[str, str], **values: str) -> Any:
    where = f"{address('contests_prizetable_add')}?contest={of.pk}"
    sent = form_of(page.get(where).content) | values | rows("prizes", *prizes)
    return page.post(where, sent)


UNIT_TABLE = {
    "name": "Giải tập thể tuần",
    "scope": "each_round",
    "audience": "unit",
    "method": "ranked",
    "by_block": "True",
    "winner_limit": "1",
    "min_participants": "2",
    "min_ratio_percent": "70",
}


def test_a_unit_table_by_order_is_made_and_its_cost_counts_rounds_and_blocks(
    page: Client, draft: Contest
) -> None:
    make_block(draft, [ward("A"), ward("B")])
    make_block(draft, [ward("C")])
    make_table(draft, [("Giải Nhất", 2, 500_000)])
    response = new_table(
        page,
        draft,
        PRIZE | {"certificate": str(draft.certificate_templates.get().pk)},
        PRIZE | {"position": "2", "name": "Giải Nhì", "quantity": "2", "amount": "1500000"},
        **UNIT_TABLE,
        unit_order_0="participants",
        unit_order_1="",
        unit_order_2="mean_score",
    )
    assert response.status_code == 302, errors_of(response)
    assert response["Location"] == plan_page(draft) + "#giai-thuong"
    table = draft.prize_tables.get(number=2)
    assert (table.unit_order, table.weights, table.by_block) == (["participants", "mean_score"], {}, True)
    assert (table.winner_limit, table.min_participants, table.min_ratio_percent) == (1, 2, Decimal(70))
    assert list(table.prizes.values_list("amount", "certificate__name")) == [
        (3_000_000, "Giấy chứng nhận"),
        (1_500_000, None),
    ]
    laid = prize_tables(draft)[1]
    assert (laid.amount, laid.times, laid.total) == (6_000_000, 4, 24_000_000)
    assert laid.where == "Mỗi vòng thi (2 vòng), riêng từng khối (2 khối)"
    text = " ".join(text_of(page.get(plan_page(draft))).split())
    assert "Tổng cộng 25.000.000 đồng" in text
    assert "Số người dự thi → Điểm trung bình của người dự thi" in text
    assert AuditEvent.objects.filter(verb="added prizetable").exists()


def test_a_unit_table_by_weights_is_made(page: Client, draft: Contest) -> None:
    response = new_table(page, draft, PRIZE, **UNIT_TABLE, weights_0="40", weights_3=" 60 % ")
    assert response.status_code == 302, errors_of(response)
    table = draft.prize_tables.get()
    assert table.weights == {"participants": 40, "mean_score": 60}
    shown = form_of(page.get(address("contests_prizetable_change", table.pk)).content)
    assert (shown["weights_0"], shown["weights_3"], shown["prizes-0-amount"]) == ("40", "60", "3.000.000")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"weights_0": "40"}, "Các trọng số cộng lại là 40 %, phải là 100 %."),
        ({"weights_0": "40", "weights_1": "70"}, "Các trọng số cộng lại là 110 %"),
        ({"weights_0": "-1"}, "là số nguyên từ 1 đến 100"),
        ({"weights_0": "33,3", "weights_1": "66,7"}, "là số nguyên từ 1 đến 100"),
        ({"weights_0": "100", "unit_order_0": "attempts"}, "Chỉ chọn một: thứ tự tiêu chí hoặc trọng số."),
        ({"unit_order_0": "attempts", "unit_order_1": "attempts"}, "chỉ được chọn một lần"),
        ({"unit_order_0": "attempts", "by_block": ""}, "Chọn Có hoặc Không."),
        ({"scope": "round"}, "Chọn vòng thi của bảng giải."),
        ({"min_ratio_percent": "1000"}, "không có nhiều hơn 3 chữ số"),
    ],
)
def test_a_wrong_table_is_refused_with_a_sentence(
    page: Client, draft: Contest, values: dict[str, str], sentence: str
) -> None:
    response = new_table(page, draft, PRIZE, **(UNIT_TABLE | values))
    assert response.status_code == 200
    assert any(sentence in error for error in errors_of(response)), errors_of(response)
    assert not PrizeTable.objects.exists()


def test_a_table_of_each_round_names_none_and_no_round_of_another_contest(
    page: Client, draft: Contest
) -> None:
    own, other = draft.rounds.first(), make_round(sealed=False)
    assert own is not None
    for scope, round, sentence in (
        ("each_round", own, "Chỉ bảng giải của một vòng thi mới ghi vòng thi."),
        ("round", other, "Hãy chọn"),
    ):
        response = new_table(page, draft, PRIZE, **(UNIT_TABLE | {"scope": scope, "round": str(round.pk)}))
        assert response.status_code == 200
        assert "round" in response.context["adminform"].form.errors, sentence
    assert not PrizeTable.objects.exists()


def test_prizes_have_their_own_places_and_papers_of_their_own_contest(page: Client, draft: Contest) -> None:
    twice = new_table(page, draft, PRIZE, PRIZE, **UNIT_TABLE, unit_order_0="attempts")
    assert "Hai giải cùng có thứ tự trao 1." in errors_of(twice)
    foreign = make_contest().certificate_templates.get()
    other = new_table(
        page, draft, PRIZE | {"certificate": str(foreign.pk)}, **UNIT_TABLE, unit_order_0="attempts"
    )
    assert other.status_code == 200
    assert not PrizeTable.objects.exists()


def test_a_new_table_chooses_nothing_by_itself(page: Client, draft: Contest) -> None:
    make_table(draft)
    where = f"{address('contests_prizetable_add')}?contest={draft.pk}"
    shown = form_of(page.get(where).content)
    assert shown["number"] == "2"
    assert [shown[name] for name in ("name", "scope", "audience", "method", "by_block")] == [""] * 5
    empty = page.post(where, shown | rows("prizes", {"position": "1", "name": "A"}))
    assert {"name", "scope", "audience", "method"} <= set(empty.context["adminform"].form.errors)
    [formset] = [one.formset for one in empty.context["inline_admin_formsets"]]
    assert {"quantity", "amount"} <= set(formset.errors[0])


def test_a_table_belongs_to_the_contest_that_one_comes_from(page: Client, draft: Contest) -> None:
    other = make_contest(announced=False)
    assert page.get(address("contests_prizetable_add")).status_code == 403
    assert page.get(f"{address('contests_prizetable_add')}?contest=x").status_code == 403
    new_table(page, draft, PRIZE, **UNIT_TABLE, unit_order_0="attempts", contest=str(other.pk))
    assert not PrizeTable.objects.exists()
    fixed = make_contest()
    assert page.get(f"{address('contests_prizetable_add')}?contest={fixed.pk}").status_code == 403


def test_tables_blocks_and_rounds_of_a_fixed_plan_can_only_be_read(page: Client, chief: User) -> None:
    contest = make_contest()
    block = make_block(contest, [make_unit(parent=contest.area)])
    table = make_table(contest, [("Giải", 1, 5)], audience="unit", unit_order=["best_score"], best_of=10)
    one = make_round(contest, bank=make_bank(5), questions=4)
    for name, pk in (("prizetable", table.pk), ("block", block.pk), ("round", one.pk)):
        where = address(f"contests_{name}_change", pk)
        assert page.get(where).status_code == 200
        assert page.post(where, {"name": "Khác", "number": "9"}).status_code == 403
        assert page.post(address(f"contests_{name}_delete", pk), {"post": "yes"}).status_code == 403
    text = text_of(page.get(address("contests_prizetable_change", table.pk)))
    assert "Tổng điểm của những người có kết quả tốt nhất (10 người)" in text


def test_a_table_is_deleted_with_its_prizes_and_one_is_back_at_the_plan(page: Client, draft: Contest) -> None:
    table = make_table(draft)
    response = page.post(address("contests_prizetable_delete", table.pk), {"post": "yes"})
    assert response["Location"].startswith(plan_page(draft))
    assert not PrizeTable.objects.exists()
    assert AuditEvent.objects.filter(verb="deleted prizetable").exists()


# --- Blocks -------------------------------------------------------------------------------------------------


def test_units_come_into_a_block_one_by_one(page: Client, draft: Contest) -> None:
    block = make_block(draft, [ward("A")], name="Khối phường")
    where = address("contests_block_change", block.pk)
    values = form_of(page.get(where).content)
    values |= {"units-TOTAL_FORMS": "2", "units-1-id": "", "units-1-unit": str(ward("B").pk)}
    assert page.post(where, values).status_code == 302
    assert set(block.units.values_list("unit__code", "contest")) == {("C-A", draft.pk), ("C-B", draft.pk)}


def test_a_unit_competes_once_and_inside_the_area(page: Client, draft: Contest) -> None:
    make_block(draft, [ward("C")], name="Khối khác")
    block = make_block(draft, [ward("A")])
    where = address("contests_block_change", block.pk)
    values = form_of(page.get(where).content)
    values |= {"units-TOTAL_FORMS": "2", "units-1-id": "", "units-1-block": str(block.pk)}
    for unit, sentence in (
        (ward("A"), "“Phường A” có hai lần trong khối."),
        (ward("C"), "“Phường C” đã ở khối “Khối khác”."),
        (make_unit("Ở nơi khác"), "“Ở nơi khác” không thuộc địa bàn của cuộc thi."),
    ):
        response = page.post(where, values | {"units-1-unit": str(unit.pk)})
        assert response.status_code == 200
        assert sentence in errors_of(response)
    assert BlockUnit.objects.count() == 2


def test_all_units_below_one_come_at_once_except_those_that_compete_already(
    page: Client, draft: Contest
) -> None:
    assert draft.area is not None
    make_block(draft, [ward("C")], name="Khối khác")
    make_unit("Phòng Nội vụ", parent=draft.area, kind="Phòng")
    block = make_block(draft, [])
    where = address("contests_block_change", block.pk)
    values = form_of(page.get(where).content) | {"kind": "phuong"}
    assert page.post(where, values).status_code == 200  # of which unit?
    assert page.post(where, values | {"below": str(draft.area.pk)}).status_code == 302
    assert set(block.units.values_list("unit__code", flat=True)) == {"C-A", "C-B"}
    event = AuditEvent.objects.get(verb="added units to block")
    assert (event.data["below"], event.data["units"]) == ("C", ["C-A", "C-B"])
    again = page.post(where, values | {"below": str(draft.area.pk)}, follow=True)
    assert "Đã thêm 0 đơn vị vào khối." in text_of(again)


def test_a_block_of_many_units_is_a_page_at_a_time(
    page: Client, draft: Contest, django_assert_max_num_queries: Queries
) -> None:
    block = make_block(draft, [make_unit(parent=draft.area) for _at in range(70)])
    where = address("contests_block_change", block.pk)
    # The autocomplete asks for the name of each unit that it shows, and there are 50 on a page.
    with django_assert_max_num_queries(80):
        values = form_of(page.get(where).content)
    assert sum(key.endswith("-unit") for key in values) == 50
    assert page.post(where, values).status_code == 302
    assert block.units.count() == 70


# --- A new year ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("Cuộc thi năm 2024", "Cuộc thi năm 2025"),
        ("năm 2019 - 2020", "năm 2020 - 2021"),
        ("cchc-2024", "cchc-2025"),
        ("Nghị quyết 120241, điều 1999", "Nghị quyết 120241, điều 2000"),
        ("Không có năm", "Không có năm"),
    ],
)
def test_every_year_in_a_name_is_one_more(text: str, following: str) -> None:
    assert next_year(text) == following


def test_what_is_suggested_opens_a_year_later_at_the_same_hour() -> None:
    leap_day = datetime(2024, 2, 29, 0, 30, tzinfo=UTC)  # 07:30 of the 29th in Viet Nam
    contest = make_contest(
        announced=False,
        name="Thi 2024",
        slug="thi",
        opens_at=leap_day,
        closes_at=leap_day + timedelta(days=5),
    )
    found = suggestion(contest)
    assert (found["name"], found["slug"]) == ("Thi 2025", "thi-2025")
    assert found["opening"] == datetime(2025, 2, 28, 0, 30, tzinfo=UTC)


def test_a_plan_is_cloned_into_a_draft_for_the_next_year(page: Client, chief: User) -> None:
    make_bank(60, topics=3, name=BANK)
    contest = load_plan(PLANS / "nghe-an-2022.toml", by=None)
    assert address("contests_contest_clone", contest.pk) in page.get(plan_page(contest)).content.decode()
    where = address("contests_contest_clone", contest.pk)
    values = form_of(page.get(where).content)
    assert values["slug"] == "kiem-soat-thu-tuc-hanh-chinh-nghe-an-2023"
    assert values["opening"] == "08:00 22/08/2023"
    taken = page.post(where, values | {"slug": contest.slug})
    assert taken.status_code == 400
    assert "Đã có cuộc thi khác dùng tên trong địa chỉ" in text_of(taken)
    assert Contest.objects.count() == 1
    response = page.post(where, values)
    clone = Contest.objects.get(slug=values["slug"])
    assert response["Location"] == plan_page(clone)
    assert clone.name.endswith("năm 2023")
    assert not is_announced(clone)
    first = clone.rounds.get(number=1)
    assert first.opens_at == datetime(2023, 8, 22, 1, 0, tzinfo=UTC)
    assert clone.prize_tables.count() == contest.prize_tables.count() == 3


# --- Who may ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "allowed"),
    [("Trưởng ban", True), ("Thư ký", True), ("Tổ ra đề", False), ("Tổ thẩm định", False), ("", False)],
)
def test_the_parts_are_for_those_who_make_the_plan(
    client: Client, draft: Contest, role: str, allowed: bool
) -> None:
    table, block = make_table(draft), make_block(draft, [ward("A")])
    user = make_user(is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    client.force_login(user)
    pages = [
        address("contests_prizetable_change", table.pk),
        f"{address('contests_prizetable_add')}?contest={draft.pk}",
        address("contests_block_change", block.pk),
        address("contests_contest_clone", draft.pk),
        address("contests_contest_exclude", draft.pk),
        address("contests_contest_exclude_template", draft.pk),
        address("contests_contest_lock_headcounts", draft.pk),
        address("contests_contest_import_headcounts", draft.pk),
        address("contests_contest_headcount_template", draft.pk),
        address("contests_contest_headcount", draft.pk, ward("A").pk),
        f"{address('contests_headcount_changelist')}?contest={draft.pk}",
    ]
    for where in pages:
        assert client.get(where).status_code == (200 if allowed else 403), where
    client.logout()
    for where in pages:
        assert client.get(where).status_code == 302


def test_announcing_the_draft_fixes_its_parts(page: Client, draft: Contest, chief: User) -> None:
    table = make_table(draft, [("Giải", 1, 5)], round=draft.rounds.get(number=1))
    where = address("contests_prizetable_change", table.pk)
    values = form_of(page.get(where).content) | {"prizes-0-amount": "6"}
    announce(draft, by=chief)
    assert page.post(where, values).status_code == 403
    assert table.prizes.get().amount == 5
