"""The parts of a plan that have pages of their own: prize tables, blocks, a new year, lists, headcounts."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from contests.admin.cloning import next_year, suggestion
from contests.domain.announcing import announce
from contests.domain.headcounts import correct_headcount, lock_headcounts
from contests.domain.plans import load_plan
from contests.models import BlockUnit, Contest, Exclusion, HeadcountLock, PrizeTable, Unit
from contests.prize_tables import prize_tables
from contests.queries import is_announced
from tests.support.factories import (
    exclude,
    make_bank,
    make_block,
    make_contest,
    make_entry,
    make_round,
    make_staff,
    make_table,
    make_unit,
    make_user,
    submitted_attempt,
)
from tests.support.screens import address, errors_of, form_of, rows, text_of

pytestmark = pytest.mark.django_db
Queries = Callable[..., Any]
PLANS = Path(__file__).resolve().parents[2] / "contests" / "plans"
BANK = "Cải cách hành chính, chuyển đổi số và Đề án 06"
PRIZE = {"position": "1", "name": "Giải Nhất", "quantity": "1", "amount": "3.000.000"}


@pytest.fixture
def chief() -> User:
    return make_staff(full_name="Phạm Quốc Hùng")


@pytest.fixture
def page(client: Client, chief: User) -> Client:
    client.force_login(chief)
    return client


@pytest.fixture
def draft() -> Contest:
    """Two weeks in a city of three wards; nothing announced."""
    city = make_unit("Thành phố", code="C")
    for letter in "ABC":
        make_unit(f"Phường {letter}", parent=city, code=f"C-{letter}", kind="Phường")
    contest = make_contest(announced=False, area=city)
    bank = make_bank(5)
    half = contest.opens_at + (contest.closes_at - contest.opens_at) / 2
    make_round(contest, bank=bank, sealed=False, questions=4, name="Tuần 1", closes_at=half)
    make_round(contest, bank=bank, sealed=False, questions=4, name="Tuần 2", opens_at=half)
    return contest


def ward(letter: str) -> Unit:
    found = Unit.objects.get(code=f"C-{letter}")
    assert isinstance(found, Unit)
    return found


def change(contest: Contest) -> str:
    return address("contests_contest_change", contest.pk)


# --- Whatever was loaded is shown and saved as it is --------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.stem for path in PLANS.glob("*.toml")))
def test_saving_a_loaded_plan_untouched_changes_nothing(page: Client, name: str) -> None:
    make_bank(60, topics=3, name=BANK)
    contest = load_plan(PLANS / f"{name}.toml", by=None)
    pages = [
        change(contest),
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
    assert response["Location"] == change(draft) + "#giai-thuong"
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
    text = " ".join(text_of(page.get(change(draft))).split())
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
    assert response["Location"].startswith(change(draft))
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
    assert address("contests_contest_clone", contest.pk) in page.get(change(contest)).content.decode()
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
    assert response["Location"] == change(clone)
    assert clone.name.endswith("năm 2023")
    assert not is_announced(clone)
    first = clone.rounds.get(number=1)
    assert first.opens_at == datetime(2023, 8, 22, 1, 0, tzinfo=UTC)
    assert clone.prize_tables.count() == contest.prize_tables.count() == 3


# --- Danh sách không được dự thi ----------------------------------------------------------------------------


def listed_file(*people: tuple[str, str]) -> SimpleUploadedFile:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Họ và tên", "Vai trò", "Số điện thoại"])
    for name, phone in people:
        sheet.append([name, "Ban Tổ chức", phone])
    file = io.BytesIO()
    book.save(file)
    return SimpleUploadedFile("danh-sach.xlsx", file.getvalue())


def test_a_list_is_shown_first_and_written_when_confirmed(page: Client) -> None:
    contest = make_contest()
    where = address("contests_contest_exclude", contest.pk)
    assert "Tải tệp mẫu" in page.get(where).content.decode()
    preview = page.post(where, {"file": listed_file(("Lê Văn An", "0912345678"), ("Võ Bình", "0913000001"))})
    text = text_of(preview)
    assert "2 người, không có lỗi" in text
    assert "0912 345 678" in text
    assert not Exclusion.objects.exists()
    done = page.post(where, {"people": preview.context["people"]})
    assert done["Location"] == change(contest)
    assert contest.exclusions.count() == 2
    again = page.post(where, {"people": preview.context["people"]}, follow=True)
    assert "đã có trong danh sách" in text_of(again)
    assert contest.exclusions.count() == 2


def test_a_list_with_a_fault_has_no_button_that_writes(page: Client) -> None:
    contest = make_contest()
    where = address("contests_contest_exclude", contest.pk)
    response = page.post(where, {"file": listed_file(("Lê Văn An", "123"), ("Võ Bình", "0913000001"))})
    assert "Dòng 2, cột Số điện thoại: Số điện thoại chưa đúng" in text_of(response)
    assert "people" not in form_of(response.content)
    broken = page.post(where, {"file": SimpleUploadedFile("a.xlsx", b"khong phai")})
    assert "không phải là Excel .xlsx" in text_of(broken)
    assert not Exclusion.objects.exists()


def test_a_preview_is_good_for_its_own_contest_and_person_alone(page: Client) -> None:
    contest, other = make_contest(), make_contest()
    where = address("contests_contest_exclude", contest.pk)
    people = page.post(where, {"file": listed_file(("Lê Văn An", "0912345678"))}).context["people"]
    page.post(address("contests_contest_exclude", other.pk), {"people": people})
    page.post(where, {"people": people[:-1] + "x"})
    page.force_login(make_staff())
    response = page.post(where, {"people": people}, follow=True)
    assert "Bản xem trước đã hết hạn" in text_of(response)
    assert not Exclusion.objects.exists()


def test_the_template_of_the_list_is_a_workbook(page: Client) -> None:
    contest = make_contest()
    response = page.get(address("contests_contest_exclude_template", contest.pk))
    sheet = load_workbook(io.BytesIO(response.content)).active
    assert sheet is not None
    assert any(cell.value == "Vai trò" for row in sheet.iter_rows() for cell in row)


def test_a_large_list_does_not_burden_the_plans_page(page: Client) -> None:
    """1,200 people on the list once made a form of more fields than a request may have."""
    contest = make_contest()
    Exclusion.objects.bulk_create(
        Exclusion(contest=contest, full_name=f"Người {at}", role="helpers", phone=f"+8491{at:07d}")
        for at in range(1_200)
    )
    content = page.get(change(contest)).content
    assert "1.200 người trong danh sách" in " ".join(content.decode().split())
    assert page.post(change(contest), form_of(content)).status_code == 302


# --- Tổng số người ------------------------------------------------------------------------------------------


def headcounts(contest: Contest, **query: str) -> tuple[str, dict[str, str]]:
    return address("contests_headcount_changelist"), {"contest": str(contest.pk), **query}


@pytest.fixture
def running(draft: Contest, chief: User) -> Contest:
    """Ward A with a school below it competes; three people took part there, of two."""
    make_unit("Trường A", parent=ward("A"), code="C-A-1")
    make_block(draft, [ward("A"), ward("B")], name="Khối phường")
    one = draft.rounds.get(number=1)
    for code in ("C-A", "C-A", "C-A-1", "C-B", "C-C"):
        submitted_attempt(make_entry(draft, unit=Unit.objects.get(code=code)), one, correct=1)
    trial = make_entry(draft, unit=ward("B"), unofficial=True)
    submitted_attempt(trial, one, correct=1)
    out = make_entry(draft, unit=ward("B"))
    submitted_attempt(out, one, correct=1)
    exclude(draft, user=out.user)
    make_entry(draft, unit=ward("B"))  # never sat down
    for code, people in (("C-A-1", 2), ("C-B", 4)):
        correct_headcount(draft, Unit.objects.get(code=code), people, by=chief)
    return draft


def test_headcounts_stand_beside_participation_and_what_cannot_be_is_flagged(
    page: Client, running: Contest
) -> None:
    response = page.get(*headcounts(running))
    lines = {one.unit.code: one for one in response.context["lines"]}
    found = {code: (one.own, one.headcount, one.participants, one.over) for code, one in lines.items()}
    assert found == {
        "C": (None, None, 0, False),
        "C-A": (None, 2, 3, True),  # with the school, which counts for it
        "C-A-1": (2, 2, 1, False),
        "C-B": (4, 4, 1, False),  # neither the trial nor the person on the list
        "C-C": (None, None, 1, False),
    }
    assert lines["C-A"].percent == 150
    assert lines["C-A"].block == "Khối phường"
    text = " ".join(text_of(response).split())
    assert "150 % ⚠ vượt 100 %" in text
    assert "1 đơn vị có số người dự thi lớn hơn tổng số người" in text


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"q": "phuong b"}, ["C-B"]),
        ({"q": "c-c"}, ["C-C"]),
        ({"loc": "khoi"}, ["C-A", "C-B"]),
        ({"loc": "thieu"}, ["C", "C-C"]),
        ({"loc": "vuot"}, ["C-A"]),
        ({"q": "không có đâu"}, []),
    ],
)
def test_units_are_searched_and_picked_out(
    page: Client, running: Contest, query: dict[str, str], codes: list[str]
) -> None:
    response = page.get(*headcounts(running, **query))
    assert [one.unit.code for one in response.context["lines"]] == codes


def test_the_list_is_a_page_at_a_time_and_costs_the_same(
    page: Client, running: Contest, django_assert_num_queries: Queries
) -> None:
    page.get(*headcounts(running))
    for _at in range(60):
        make_unit(parent=running.area)
    # session, account, contest, blocks twice, units of the area, headcounts, participants, count, page, lock,
    # tables
    with django_assert_num_queries(12):
        response = page.get(*headcounts(running, trang="2"))
    assert len(response.context["lines"]) == 15
    assert page.get(address("contests_headcount_changelist"), {"contest": "x"}).status_code == 302


def test_a_number_is_changed_on_its_own_page_with_its_reason_after_the_lock(
    page: Client, running: Contest, chief: User
) -> None:
    where = address("contests_contest_headcount", running.pk, ward("A").pk)
    assert page.post(where, {"people": "1.250"}).status_code == 302
    assert running.headcounts.get(unit=ward("A")).people == 1250
    assert page.post(where, {"people": "0"}).status_code == 400
    lock = address("contests_contest_lock_headcounts", running.pk)
    assert "Không gỡ khóa được" in text_of(page.get(lock))
    assert not HeadcountLock.objects.exists()
    page.post(lock)
    assert HeadcountLock.objects.get().by == chief
    refused = page.post(where, {"people": "5"})
    assert refused.status_code == 400
    assert list(refused.context["form"].errors) == ["reason"]
    assert page.post(where, {"people": "5", "reason": "Công văn 12"}).status_code == 302
    assert AuditEvent.objects.get(verb="corrected headcount", reason="Công văn 12").data["before"] == 1250
    page.post(where, {"people": "", "reason": "Ghi nhầm đơn vị"})
    assert not running.headcounts.filter(unit=ward("A")).exists()
    elsewhere = address("contests_contest_headcount", running.pk, make_unit().pk)
    assert page.get(elsewhere).status_code == 404


def test_the_units_own_page_shows_headcounts_and_changes_none(page: Client, running: Contest) -> None:
    where = address("contests_unit_change", ward("B").pk)
    sent = form_of(page.get(where).content)
    assert not any(key.endswith("-people") for key in sent)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("so.csv", "﻿Mã đơn vị;Tổng số người\nC-A;1.250\nC-B;4\n".encode()),
        ("so.csv", b"ma,so nguoi\nC-A,1250\nC-B,4\nC-C,\n"),
    ],
)
def test_headcounts_from_a_file_are_shown_first_and_written_when_confirmed(
    page: Client, running: Contest, name: str, content: bytes
) -> None:
    where = address("contests_contest_import_headcounts", running.pk)
    preview = page.post(where, {"file": SimpleUploadedFile(name, content)})
    assert "2 đơn vị, không có lỗi; 1 đơn vị có số thay đổi" in " ".join(text_of(preview).split())
    assert not running.headcounts.filter(unit=ward("A")).exists()
    people = preview.context["people"]
    lock_headcounts(running, by=make_staff())
    page.post(where, {"people": people})
    assert not running.headcounts.filter(unit=ward("A")).exists()
    page.post(where, {"people": people, "reason": "Công văn 12"})
    assert running.headcounts.get(unit=ward("A")).people == 1250
    assert AuditEvent.objects.get(verb="imported headcounts").data["people"] == {"C-A": [None, 1250]}


def test_the_template_of_headcounts_comes_back_as_it_went(page: Client, running: Contest) -> None:
    template = page.get(address("contests_contest_headcount_template", running.pk)).content
    where = address("contests_contest_import_headcounts", running.pk)
    preview = page.post(where, {"file": SimpleUploadedFile("so.xlsx", template)})
    assert "2 đơn vị, không có lỗi; 0 đơn vị có số thay đổi" in " ".join(text_of(preview).split())


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("X-9;5", "Dòng 2, cột Mã đơn vị: không có đơn vị mã “X-9”"),
        (";5", "Dòng 2, cột Mã đơn vị: chưa có nội dung"),
        ("C-A;0", "Dòng 2, cột Tổng số người: Tổng số người phải là số nguyên từ 1"),
        ("C-A;12,5", "“12,5” không phải là số nguyên"),
        ("C-A;1.25", "“1.25” không phải là số nguyên"),
        ("C-A;nhiều", "“nhiều” không phải là số nguyên"),
        ("C-A;99999999999", "phải là số nguyên từ 1 đến 10.000.000"),
        ("C-A;5\nC-A;6", "Dòng 3, cột Mã đơn vị: trùng với dòng 2"),
    ],
)
def test_a_wrong_line_of_headcounts_is_told_and_nothing_is_written(
    page: Client, running: Contest, line: str, sentence: str
) -> None:
    content = f"Mã đơn vị;Tổng số người\n{line}\n".encode()
    where = address("contests_contest_import_headcounts", running.pk)
    response = page.post(where, {"file": SimpleUploadedFile("so.csv", content)})
    assert sentence in text_of(response)
    assert "people" not in form_of(response.content)


def test_what_prizes_need_of_headcounts_stands_on_the_plans_page(page: Client, running: Contest) -> None:
    assert "Chưa khóa tổng số người của các đơn vị." not in text_of(page.get(change(running)))
    make_table(running, [("Giải", 1, 5)], audience="unit", unit_order=["ratio"])
    assert "Chưa khóa tổng số người của các đơn vị." in text_of(page.get(change(running)))


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


def test_an_organisers_trial_is_marked_in_the_list_of_entries(page: Client) -> None:
    contest = make_contest()
    make_entry(contest, full_name="Người Thử", unofficial=True)
    make_entry(contest, full_name="Người Thật")
    where = address("contests_entry_changelist")
    assert text_of(page.get(where)).count("Thi thử, không tính kết quả") == 1
    official = text_of(page.get(where, {"unofficial__exact": "0"}))
    assert "Người Thật" in official
    assert "Người Thử" not in official
    counted = page.get(address("contests_contest_changelist")).content.decode()
    assert f'contest__id__exact={contest.pk}&unofficial__exact=0">1<' in counted.replace("&amp;", "&")


def test_announcing_the_draft_fixes_its_parts(page: Client, draft: Contest, chief: User) -> None:
    table = make_table(draft, [("Giải", 1, 5)], round=draft.rounds.get(number=1))
    where = address("contests_prizetable_change", table.pk)
    values = form_of(page.get(where).content) | {"prizes-0-amount": "6"}
    announce(draft, by=chief)
    assert page.post(where, values).status_code == 403
    assert table.prizes.get().amount == 5
