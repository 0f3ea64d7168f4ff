"""Lists that come as files, headcounts and entries on the organisers' screens."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from contests.domain.headcounts import correct_headcount, lock_headcounts
from contests.models import Contest, Exclusion, HeadcountLock, Unit
from tests.support.factories import (
    exclude,
    make_block,
    make_contest,
    make_entry,
    make_staff,
    make_table,
    make_unit,
    submitted_attempt,
)
from tests.support.screens import address, form_of, plan_page, text_of, ward

pytestmark = pytest.mark.django_db
Queries = Callable[..., Any]


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
    assert done["Location"] == plan_page(contest)
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
    content = page.get(plan_page(contest)).content
    assert "1.200 người trong danh sách" in " ".join(content.decode().split())
    assert page.post(plan_page(contest), form_of(content)).status_code == 302


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
    assert "Chưa khóa tổng số người của các đơn vị." not in text_of(page.get(plan_page(running)))
    make_table(running, [("Giải", 1, 5)], audience="unit", unit_order=["ratio"])
    assert "Chưa khóa tổng số người của các đơn vị." in text_of(page.get(plan_page(running)))


# --- Entries ------------------------------------------------------------------------------------------------


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
