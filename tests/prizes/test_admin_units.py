"""The organisers' pages about units, comparisons, nominations, promotion and the budget."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from attempts.domain.disqualifying import disqualify
from contests.enums import Audience, AwardMethod, Combine, RankKey, TableScope, UnitMetric
from contests.models import Headcount, Prize, Promotion, Withdrawal
from prizes.domain.ranking import compute_standings
from prizes.models import Nomination, NominationWithdrawal, PromotionTie, StandingsRun, TieDecision
from prizes.scope import Scope
from tests.prizes.support import publish
from tests.prizes.test_awarding import Weekly, weekly
from tests.prizes.test_promoting import stage
from tests.support.factories import make_staff, make_table, make_user
from tests.support.signals import clear_signals

pytestmark = pytest.mark.django_db


def at(name: str, *args: object) -> str:
    return reverse(f"admin:prizes_{name}", args=args)


def shown(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.headers.get("Location")
    return response.content.decode()


def scene() -> Weekly:
    """Two weeks; in the first three people, a table of units by ratio inside blocks and one of people."""
    found = weekly(overall_combine=Combine.SUM, overall_rank_order=[RankKey.SCORE, RankKey.DURATION])
    make_table(found.contest, [("Giải Nhất", 2, 1000)], scope=TableScope.EACH_ROUND)
    make_table(
        found.contest, [("Giải tập thể", 1, 2000)], scope=TableScope.EACH_ROUND, audience=Audience.UNIT,
        name="Giải theo khối", unit_order=[UnitMetric.RATIO], by_block=True,
    )  # fmt: skip
    Headcount.objects.create(contest=found.contest, unit=found.units[0], people=1)
    for name, unit, seconds in (("An", 0, 50), ("Bình", 0, 60), ("Cường", 1, 70)):
        found.sits(name, unit, seconds)
    return found


def test_units_are_shown_with_every_metric_and_why_they_were_left_out(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    week = scene()
    run = week.ranked()
    client.force_login(make_staff())
    first = shown(client, at("scope", week.rounds[0]))
    assert "1 đơn vị có số người dự thi nhiều hơn tổng số người" in first
    assert "không có người dự thi: 2" in first
    # session · user · round · run · the units' rows with table, block and unit
    with django_assert_num_queries(5):
        page = shown(client, at("units", week.rounds[0], run.version))
    for expected in ("200 %", "● Tỷ lệ dự thi", "Khối sở", "chưa có tổng số người của đơn vị"):
        assert expected in page


def test_a_tie_of_units_is_put_in_order_on_its_page(client: Client) -> None:
    week = scene()
    Headcount.objects.create(contest=week.contest, unit=week.units[1], people=1)
    Headcount.objects.filter(unit=week.units[0]).update(people=2)
    run = week.ranked()
    client.force_login(make_staff())
    table = week.contest.prize_tables.get(number=2)
    address = at("tie", week.rounds[0], table.pk, week.blocks[0].pk, 1)
    assert address in shown(client, at("scope", week.rounds[0]))
    assert "Sở B" in shown(client, address)
    first, second = week.units[:2]
    order = {f"place_{first.pk}": "", f"place_{second.pk}": 1}
    assert client.post(address, {"run": run.pk, "grounds": "Biên bản", **order}).status_code == 302
    assert TieDecision.objects.get().order == [second.pk]


def test_what_moved_is_shown_before_the_approval(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    week = scene()
    publish(week.rounds[0], week.people)
    client.force_login(make_staff())
    assert client.get(at("changes", week.rounds[0], 1)).status_code == 404
    disqualify(week.entries["An"], round=week.rounds[0], grounds="Thi hộ", by=week.people.preparer)
    run = week.ranked(0, "Loại kết quả")
    assert at("changes", week.rounds[0], run.version) in shown(client, at("scope", week.rounds[0]))
    page = shown(client, at("changes", week.rounds[0], run.version))
    assert "Loại kết quả" in page
    changes = client.get(at("changes", week.rounds[0], run.version)).context["awards"]
    assert changes.lines == [
        ("Giải cá nhân", "An", "Giải Nhất", ""),
        ("Giải cá nhân", "Cường", "", "Giải Nhất"),
    ]


def test_another_order_is_seen_beside_the_plan_and_changes_nothing(client: Client) -> None:
    week = scene()
    week.ranked()
    client.force_login(make_staff())
    address = at("what_if", week.rounds[0])
    assert "Số câu trả lời đúng nhiều hơn → Thời gian làm bài ngắn hơn" in shown(client, address)
    asked = {"key_1": "submitted", "key_2": "duration", "first": "2"}
    found = client.get(address, asked).context["found"]
    assert [row.entry.full_name for row in found.plan] == ["An", "Bình"]
    for wrong in (
        {"key_1": "score", "key_2": "score", "first": "2"},
        {"key_1": "score", "first": "0"},
        {"key_1": "luck", "first": "2"},
    ):
        response = client.get(address, wrong)
        assert response.context["found"] is None
        assert response.context["form"].errors
    assert StandingsRun.objects.count() == 1


def test_units_are_nominated_with_a_report_and_taken_back(client: Client) -> None:
    week = scene()
    table = make_table(
        week.contest, [("Tổ chức tốt", 1, 500)], scope=TableScope.EACH_ROUND, audience=Audience.UNIT,
        method=AwardMethod.CHOSEN, name="Tập thể tổ chức tốt",
    )  # fmt: skip
    prize = table.prizes.get()
    week.ranked()
    client.force_login(make_staff())
    overview = at("nominations", week.rounds[0])
    assert overview in shown(client, at("scope", week.rounds[0]))
    address = at("nominate", week.rounds[0], prize.pk)
    assert address in shown(client, overview)
    assert "Sở A" in shown(client, address)
    assert "Sở B" not in shown(client, address + "?q=so+a")
    typed = {"holder": week.units[0].pk, "grounds": "Tờ trình 12"}
    assert client.post(address, typed).status_code == 400  # no report
    assert client.post(address, {**typed, "report": _report("x.exe")}).status_code == 400
    assert client.post(address, {**typed, "holder": 0, "report": _report()}).status_code == 400
    assert client.post(address, {**typed, "report": _report()}).status_code == 302
    nomination = Nomination.objects.get()
    assert (nomination.unit, nomination.round) == (week.units[0], week.rounds[0])
    response = client.get(at("report", week.rounds[0], nomination.pk))
    assert b"".join(response) == b"%PDF-1.4"
    assert "attachment" in response.headers["Content-Disposition"]
    assert "Tờ trình 12" in shown(client, overview)
    back = at("withdraw_nomination", week.rounds[0], nomination.pk)
    assert "không còn được đề nghị" in shown(client, back)
    assert client.post(back, {"reason": " "}).status_code == 400
    assert client.post(back, {"reason": "Nhầm đơn vị"}).status_code == 302
    assert NominationWithdrawal.objects.get().nomination == nomination
    assert "Nhầm đơn vị" in shown(client, overview)
    assert client.get(back).status_code == 404


def test_people_are_found_by_name_to_be_nominated(client: Client) -> None:
    week = scene()
    table = make_table(
        week.contest, [("Người cao tuổi nhất", 1, 500)], scope=TableScope.EACH_ROUND,
        method=AwardMethod.CHOSEN,
    )  # fmt: skip
    client.force_login(make_staff())
    address = at("nominate", week.rounds[0], table.prizes.get().pk)
    assert "Bình" not in shown(client, address)
    assert "Bình" in shown(client, address + "?q=Bình")
    typed = {"holder": week.entries["Bình"].pk, "grounds": "Biên bản", "report": _report()}
    assert client.post(address + "?q=Bình", typed).status_code == 302
    assert Nomination.objects.get().entry == week.entries["Bình"]


def _report(name: str = "bao-cao.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4")


def test_people_of_a_final_are_chosen_ordered_and_withdrawn(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    final = stage()
    a, b = final.units
    for name, unit, seconds in (("A1", a, 50), ("A2", a, 60), ("A3", a, 60), ("B1", b, 70)):
        final.takes(name, unit, seconds)
    client.force_login(make_staff())
    overview = at("promotions", final.final)
    assert "phê duyệt kết quả Vòng sơ khảo" in shown(client, overview)
    assert client.post(overview).status_code == 409
    final.approve()
    assert overview in shown(client, at("scope", final.preliminary))
    assert "chọn 2 người" in shown(client, overview)
    assert client.post(overview).status_code == 302
    assert final.active() == [("A1", 1), ("B1", 1)]
    tie = at("promotion_tie", final.final, a.pk, 2)
    assert tie in shown(client, overview)
    people = client.get(tie).context["tie"].entries
    half = {f"place_{people[0]}": 1, f"place_{people[1]}": "", "grounds": "Bốc thăm"}
    assert client.post(tie, half).status_code == 400
    assert client.post(tie, {**half, f"place_{people[1]}": 2}).status_code == 302
    assert PromotionTie.objects.get().order == list(people)
    assert client.get(tie).status_code == 302
    out = at("withdrawal", final.final, Promotion.objects.get(entry__full_name="A1").pk)
    assert "không hoàn lại được" in shown(client, out)
    assert client.post(out, {"grounds": ""}).status_code == 400
    assert client.post(out, {"grounds": "Đơn xin rút"}).status_code == 302
    assert Withdrawal.objects.get().grounds == "Đơn xin rút"
    assert [name for name, _place in final.active()] == ["A2", "A3", "B1"]
    assert "vào thay A1" in shown(client, overview)
    # session · user · final · approved run · two for who competes · promoted · two for who may not ·
    # the best · ties · units · two for who competes · people without a unit
    with django_assert_num_queries(15):
        shown(client, overview)
    assert client.get(at("promotions", final.preliminary)).status_code == 404
    assert client.get(at("promotions", final.final.contest)).status_code == 404


def test_the_whole_contest_is_settled_like_a_round(client: Client) -> None:
    week = scene()
    make_table(week.contest, [("Giải Nhất chung cuộc", 1, 5000)])
    client.force_login(week.people.preparer)
    whole = Scope.of_contest(week.contest)
    assert "Cả cuộc thi" in shown(client, at("standingsrun_changelist"))
    assert "Chưa phê duyệt kết quả của" in shown(client, at("scope", week.contest))
    run = compute_standings(whole, by=None)
    clear_signals(week.contest, by=week.people.preparer)
    page = shown(client, at("scope", whole))
    for expected in ("Giải Nhất chung cuộc", "An", at("table", whole, 1), at("step", whole, "ra-soat")):
        assert expected in page
    assert "4. Xếp hạng" in page
    done = client.post(at("step", whole, "ra-soat"), {"run": run.pk, "note": ""})
    assert done.headers["Location"] == at("scope", whole)
    assert "người được xếp hạng" in shown(client, at("table", whole, 1))


def test_the_whole_waits_for_its_last_round(client: Client) -> None:
    week = weekly(rounds=1, overall_combine=Combine.SUM, overall_rank_order=[RankKey.SCORE])
    client.force_login(make_staff())
    assert client.get(at("scope", week.contest)).status_code == 404  # one round has no whole of its own
    later = stage()
    later.final.contest.overall_combine = Combine.BEST
    later.final.contest.overall_rank_order = [RankKey.SCORE]
    later.final.contest.save()
    assert "Chờ các vòng thi kết thúc" in shown(client, at("scope", later.final.contest))
    assert client.get(at("step", later.final.contest, "xep-hang")).status_code == 302


def test_the_budget_counts_what_is_planned_awarded_and_left(client: Client) -> None:
    week = scene()
    make_table(week.contest, [("Giải Nhất chung cuộc", 1, 5000)])
    publish(week.rounds[0], week.people)
    Prize.objects.filter(name="Giải tập thể").update(name="=HYPERLINK()")
    client.force_login(make_staff())
    response = client.get(at("budget", week.contest))
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert book.sheetnames == ["Tổng hợp", "Tuần 1", "Tuần 2", "Cả cuộc thi"]
    rows = [row[:7] for row in book["Tổng hợp"].iter_rows(values_only=True)]
    assert ("Tuần 1", "Giải cá nhân", 2, 2000, 2, 2000, 0) in rows
    assert ("Tuần 1", "Giải theo khối – Khối sở", 1, 2000, 1, 2000, 0) in rows
    assert ("Tuần 2", "Giải cá nhân", 2, 2000, 0, 0, 2000) in rows
    assert ("Cả cuộc thi", "Giải cá nhân", 1, 5000, 0, 0, 5000) in rows
    names = [cell for row in book["Tuần 1"].iter_rows() for cell in row if cell.value == "=HYPERLINK()"]
    assert names
    assert all(cell.data_type == "s" for cell in names)
    one = openpyxl.load_workbook(io.BytesIO(client.get(at("budget", week.rounds[1])).content))
    assert one.sheetnames == ["Tổng hợp", "Tuần 2"]


def test_these_pages_are_for_organisers_with_the_permission(client: Client) -> None:
    week, final = scene(), stage()
    run = week.ranked()
    nominated = make_table(
        week.contest, [("Tổ chức tốt", 1, 500)], scope=TableScope.EACH_ROUND, method=AwardMethod.CHOSEN
    ).prizes.get()
    addresses = [
        at("units", week.rounds[0], run.version),
        at("changes", week.rounds[0], run.version),
        at("what_if", week.rounds[0]),
        at("budget", week.contest),
        at("nominations", week.rounds[0]),
        at("nominate", week.rounds[0], nominated.pk),
        at("withdraw_nomination", week.rounds[0], 1),
        at("report", week.rounds[0], 1),
        at("promotions", final.final),
        at("promotion_tie", final.final, final.units[0].pk, 1),
        at("withdrawal", final.final, 1),
    ]
    for person in (make_user(), make_user(is_staff=True)):
        client.force_login(person)
        for address in addresses:
            assert client.get(address).status_code in {302, 403}, address
            assert client.post(address, {}).status_code in {302, 403}, address
