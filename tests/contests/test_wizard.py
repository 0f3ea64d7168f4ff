"""A contest from nothing by clicking: how it begins, its steps, its checks, its timetable."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.preflight.checking import check_contest
from contest_site.preflight.report import Report, State
from contest_site.preflight.subject import Subject
from contest_site.rehearsal.quick import ask_rehearsal, play, rehearsed
from contests.domain.check import findings
from contests.domain.starting import plan_names
from contests.models import Contest, Entry, Milestone, RehearsalRun, Round, Unit
from contests.timetable import timetable
from contests.wizard import Part, part_of
from questions.models import Bank
from tests.support.factories import make_bank, make_contest, make_prizes, make_round, make_staff
from tests.support.screens import address, form_of, parsed, text_of

pytestmark = pytest.mark.django_db
BEGINNING = {
    "name": "Cuộc thi thử",
    "slug": "cuoc-thi-thu",
    "organiser": "UBND xã",
    "place": "Xã Bình An",
    "hotline": "",
}


@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(make_staff(is_superuser=True))
    return client


def draft(rounds: int = 1) -> Contest:
    """A contest that could be announced."""
    now = database_now()
    contest = make_contest(
        announced=False, opens_at=now + timedelta(days=10), closes_at=now + timedelta(days=40)
    )
    bank = make_bank(6)
    for number in range(1, rounds + 1):
        opens_at = contest.opens_at + timedelta(days=7 * (number - 1))
        make_round(
            contest, bank=bank, sealed=False, name=f"Tuần {number}", questions=4, opens_at=opens_at,
            closes_at=opens_at + timedelta(days=7), attempts_allowed=1,
        )  # fmt: skip
    make_prizes(contest, contest.rounds.get(number=1))
    return contest


def check_of(report: Report, key: str) -> Any:
    return next(one for section in report.sections for one in section.checks if one.key == key)


# --- Beginning ----------------------------------------------------------------------------------------------


def test_there_are_three_ways_to_begin(page: Client) -> None:
    old = make_contest(name="Cuộc thi năm ngoái")
    text = text_of(page.get(address("contests_contest_start")))
    assert "Bắt đầu từ kế hoạch trống" in text
    assert text.count("Dùng mẫu này") == len(plan_names()) == 5
    assert old.name in text
    assert page.get(address("contests_contest_add"))["Location"] == address("contests_contest_start")


def test_an_empty_beginning_makes_a_draft_and_its_bank(page: Client) -> None:
    where = address("contests_contest_start_empty")
    wrong = {**BEGINNING, "opens_at": "07:00 10/11/2030", "closes_at": "07:00 09/11/2030"}
    assert "phải sau thời điểm mở" in text_of(page.post(where, wrong))
    right = {**wrong, "closes_at": "24:00 30/11/2030", "bank": "Ngân hàng xã"}
    done = page.post(where, right)
    contest = Contest.objects.get(slug=BEGINNING["slug"])
    assert done["Location"] == address("contests_contest_wizard", contest.pk)
    assert Bank.objects.filter(name="Ngân hàng xã").exists()
    assert AuditEvent.objects.filter(verb="started contest", object_id=str(contest.pk)).exists()
    again = page.post(where, right)
    assert again.status_code == 400
    assert "Đã có cuộc thi khác" in text_of(again)


@pytest.mark.parametrize("plan", plan_names())
def test_each_plan_that_comes_along_is_a_beginning(page: Client, plan: str) -> None:
    where = address("contests_contest_start_plan", plan)
    done = page.post(where, {**BEGINNING, "opening": "07:00 04/11/2030"})
    contest = Contest.objects.get(slug=BEGINNING["slug"])
    assert done["Location"] == address("contests_contest_wizard", contest.pk)
    assert contest.organiser == BEGINNING["organiser"]
    first = contest.rounds.earliest("opens_at")
    assert f"{first.opens_at.astimezone():%Y-%m-%d %H:%M}" == "2030-11-04 07:00"
    assert contest.prize_tables.exists()
    assert not Unit.objects.exists()
    assert Bank.objects.filter(pk=first.bank_id).exists()
    assert page.get(done["Location"]).status_code == 200


def test_the_units_of_a_plan_come_along_when_wanted(page: Client) -> None:
    where = address("contests_contest_start_plan", "bong-son-2024")
    page.post(where, {**BEGINNING, "opening": "07:00 04/11/2030", "with_units": "on"})
    contest = Contest.objects.get(slug=BEGINNING["slug"])
    assert contest.area is not None
    assert contest.headcounts.exists() or contest.blocks.exists()


def test_a_plan_that_is_not_there_is_no_page(page: Client) -> None:
    assert page.get(address("contests_contest_start_plan", "khong-co")).status_code == 404


def test_only_who_may_add_contests_begins_one(client: Client) -> None:
    client.force_login(make_staff(is_superuser=False))
    for name in ("contests_contest_start", "contests_contest_start_empty"):
        assert client.get(address(name)).status_code == 403


# --- Steps --------------------------------------------------------------------------------------------------


def test_a_step_saves_its_own_fields_and_leads_on(page: Client) -> None:
    contest = draft()
    where = address("contests_contest_step", contest.pk, Part.PLAN.value)
    values = {**form_of(page.get(where).content), "subject": "Nội dung mới", "_save": "1"}
    done = page.post(where, values)
    assert done["Location"] == address("contests_contest_step", contest.pk, Part.UNITS.value)
    contest.refresh_from_db()
    assert contest.subject == "Nội dung mới"
    assert contest.eligibility
    assert AuditEvent.objects.filter(verb="changed contest", object_id=str(contest.pk)).exists()
    stay = page.post(where, {**form_of(page.get(where).content), "_continue": "1"})
    assert stay["Location"] == where


def test_what_is_not_written_yet_may_wait(page: Client) -> None:
    contest = draft()
    where = address("contests_contest_step", contest.pk, Part.PLAN.value)
    page.post(where, {**form_of(page.get(where).content), "hotline": "", "consent_text": "", "_save": "1"})
    contest.refresh_from_db()
    assert (contest.hotline, contest.consent_text) == ("", "")
    report = check_contest(contest)
    assert check_of(report, "hotline").state is State.FIX
    assert check_of(report, "plan").why == ["Chưa có “nội dung đồng ý xử lý dữ liệu cá nhân”."]


@pytest.mark.parametrize("part", list(Part))
def test_every_step_has_its_page(page: Client, part: Part) -> None:
    contest = draft()
    found = page.get(address("contests_contest_step", contest.pk, part.value), follow=True)
    assert found.status_code == 200
    assert str(part.label) in text_of(found)


def test_a_step_that_is_none_is_no_page(page: Client) -> None:
    contest = draft()
    assert page.get(address("contests_contest_step", contest.pk, "khong-co")).status_code == 404


# --- Checks -------------------------------------------------------------------------------------------------


def test_every_reason_against_announcing_is_in_just_one_check() -> None:
    contest = draft()
    contest.rounds.update(questions=99, attempts_per_day=5, rank_order=[])
    contest.categories.all().delete()
    Contest.objects.filter(pk=contest.pk).update(hotline="", area=None)
    contest = Contest.objects.get(pk=contest.pk)
    reasons = [one.text for one in findings(contest, Subject(contest).plan)]
    assert len(reasons) >= 6
    told = [line for section in check_contest(contest).sections for one in section.checks for line in one.why]
    for reason in reasons:
        wanted = "Người dự thi chưa biết gọi cho ai" if "đường dây nóng" in reason else reason
        assert sum(wanted in line for line in told) == 1, reason


def test_places_of_a_plan_lead_to_their_steps() -> None:
    assert part_of("rounds[2].quotas") is Part.QUESTIONS
    assert part_of("rounds[2].opens_at") is Part.PLAN
    assert part_of("prize_tables[1].prizes[2].amount") is Part.PRIZES
    assert part_of("units.area") is Part.UNITS
    assert part_of("anything.else") is Part.PLAN


def test_a_ready_draft_is_to_be_announced_and_sealed(settings: Settings) -> None:
    settings.EMAIL_HOST = "thu.example"
    contest = draft()
    report = check_contest(contest)
    assert [one.key for section in report.sections for one in section.checks if one.state is State.FIX] == [
        "announce"
    ]
    assert check_of(report, "questions").state is State.OK
    assert check_of(report, "seal-1").state is State.ADVISE
    soon = database_now() + timedelta(hours=5)
    Round.objects.filter(contest=contest).update(opens_at=soon)
    Contest.objects.filter(pk=contest.pk).update(opens_at=soon)
    fresh = Contest.objects.get(pk=contest.pk)
    assert check_of(check_contest(fresh), "seal-1").state is State.FIX


def test_too_few_approved_questions_are_told_with_the_way_to_the_blueprint() -> None:
    contest = draft()
    contest.rounds.update(questions=50)
    found = check_of(check_contest(contest), "questions")
    assert found.state is State.FIX
    assert "ngân hàng" in found.why[0]
    assert found.mends[0].address == address("contests_round_blueprint", contest.pk, 1)


def test_a_paper_whose_words_have_no_room_is_told() -> None:
    contest = draft()
    paper = contest.certificate_templates.create(
        name="Giấy khen", kind="giay_khen", issuer="Ủy ban nhân dân xã", reason="Đạt giải 中",
        signature_authority="TM. UBND", signature_title="CHỦ TỊCH",
    )  # fmt: skip
    found = check_of(check_contest(contest), f"paper-{paper.pk}")
    assert found.state is State.ADVISE
    assert found.why == ["Phông chữ trên giấy không có các ký tự: 中"]


def test_links_are_those_that_the_viewer_can_follow() -> None:
    contest = draft()
    assert check_of(check_contest(contest), "hotline").mends
    assert not check_of(check_contest(contest).for_person(lambda permission: False), "hotline").mends


@pytest.mark.parametrize(("rounds", "queries"), [(1, 42), (3, 42)])
def test_the_wizard_takes_as_many_queries_for_three_rounds_as_for_one(
    page: Client, rounds: int, queries: int, django_assert_num_queries: Any
) -> None:
    contest = draft(rounds)
    where = address("contests_contest_wizard", contest.pk)
    page.get(where)
    with django_assert_num_queries(queries):
        found = page.get(where)
    document = parsed(found.content)
    assert len(document.find_class("wizard-step")) == len(Part)
    # What looks again by itself is swapped by these names.
    assert {one.get("id") for one in document.xpath("//*[@data-live]")} == {
        "wizard-head",
        "wizard-time",
        "wizard-steps",
    }


# --- Timetable ----------------------------------------------------------------------------------------------


def test_the_timetable_puts_everything_on_one_line(page: Client) -> None:
    contest = draft(2)
    Milestone.objects.create(contest=contest, label="Trao giải", text="tháng 12", position=2)
    day = contest.opens_at.date()
    Milestone.objects.create(contest=contest, label="Phát động", starts_on=day, position=1)
    found = timetable(contest, contest.milestones.all(), contest.rounds.all(), contest.opens_at)
    assert [one.label for one in found.lines] == ["Phát động", "Trao giải", "Cả cuộc thi", "Tuần 1", "Tuần 2"]
    assert [one.left is None for one in found.lines] == [False, True, False, False, False]
    assert [one.state for one in found.lines[2:]] == ["now", "now", "future"]
    assert found.today is not None
    lefts = [float(one.left) for one in found.lines[3:] if one.left]
    assert lefts == sorted(lefts)
    before = timetable(contest, [], contest.rounds.all(), contest.opens_at - timedelta(days=90))
    assert before.today is None
    text = text_of(page.get(address("contests_contest_timetable", contest.pk)))
    assert "Phát động" in text
    assert "Tuần 2" in text


# --- Rehearsal ----------------------------------------------------------------------------------------------


def test_a_rehearsal_plays_the_plan_and_leaves_nothing() -> None:
    contest, by = draft(2), make_staff(is_superuser=True)
    before = AuditEvent.objects.count()
    played = play(contest, by=by)
    assert played.faults == []
    assert (played.rounds, played.people, played.attempts) == (2, 12, 24)
    assert played.awards > 0
    assert not Entry.objects.exists()
    assert Contest.objects.count() == 1
    assert AuditEvent.objects.count() == before


def test_a_plan_with_faults_does_not_pass() -> None:
    contest, by = draft(), make_staff(is_superuser=True)
    Contest.objects.filter(pk=contest.pk).update(hotline="")
    contest.refresh_from_db()
    assert "Chưa có “đường dây nóng”." in play(contest, by=by).faults


def test_a_rehearsal_counts_for_the_plan_that_was_played(page: Client) -> None:
    contest, by = draft(), make_staff(is_superuser=True)
    assert check_of(check_contest(contest), "rehearsal").state is State.ADVISE
    run = ask_rehearsal(contest, by=by)
    assert ask_rehearsal(contest, by=by) == run
    assert check_of(check_contest(contest), "rehearsal").state is State.LATER
    RehearsalRun.objects.filter(pk=run.pk).update(**rehearsed(run), done_at=database_now())
    assert check_of(check_contest(contest), "rehearsal").state is State.OK
    assert "Đạt: 1 vòng thi" in text_of(page.get(address("contests_contest_rehearsal", contest.pk)))
    contest.rounds.update(time_limit_minutes=17)
    changed = check_of(check_contest(contest), "rehearsal")
    assert changed.state is State.ADVISE
    assert "Kế hoạch đã thay đổi" in changed.why[0]


def test_a_rehearsal_is_asked_for_with_a_button(page: Client) -> None:
    contest = draft()
    where = reverse("admin:contests_contest_rehearsal", args=[contest.pk])
    assert page.post(where)["Location"] == where
    waiting = page.get(where)
    assert waiting["Refresh"] == "3"
    assert "Đang tổng duyệt" in text_of(waiting)
