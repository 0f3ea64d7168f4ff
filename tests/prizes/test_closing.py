"""The page from a round's end to its press summary: what is next, who may, how each stage stands."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from attempts.anomalies.links import queue_url
from attempts.domain.disqualifying import disqualify
from attempts.models import KeyCorrection
from contests.enums import Audience, TableScope, UnitMetric
from contests.models import Entry, Round
from prizes.domain.ranking import compute_standings, is_current
from prizes.progress import Progress, Step
from prizes.scope import Scope
from tests.prizes.support import publish, simple_round, table
from tests.prizes.test_awarding import weekly
from tests.support.factories import make_entry, make_staff, make_table, make_user
from tests.support.signals import clear_signals

pytestmark = pytest.mark.django_db


def ranked(*, cleared: bool = True) -> Round:
    round = simple_round([("Nguyễn Văn An", 50), ("Trần Thị Bình", 60)])
    table(round, ("Giải Nhất", 1), ("Giải Nhì", 1))
    compute_standings(Scope.of_round(round), by=None)
    if cleared:
        clear_signals(round, by=make_staff())
    return round


def following(round: Round) -> Step:
    return Progress(Scope.of_round(Round.objects.select_related("contest", "closing").get(pk=round.pk))).next


def page_of(client: Client, round: Round) -> str:
    response = client.get(reverse("admin:prizes_closing", args=[round.pk]))
    assert response.status_code == 200
    return response.content.decode()


def marks(client: Client, round: Round) -> list[tuple[str, str]]:
    """(stage, mark) as the page has them."""
    response = client.get(reverse("admin:prizes_closing", args=[round.pk]))
    return [(one.stage.key, one.mark.name) for one in response.context["stages"]]


def test_there_is_one_page_whatever_its_name() -> None:
    week = weekly()
    assert reverse("admin:prizes_closing", args=[week.rounds[0].pk]) == reverse(
        "admin:prizes_scope", args=[week.rounds[0]]
    )
    assert reverse("admin:prizes_closing_contest", args=[week.contest.pk]) == reverse(
        "admin:prizes_scope", args=[week.contest]
    )


def test_every_stage_says_where_it_stands_and_who_may(client: Client) -> None:
    round = ranked()
    client.force_login(make_staff())
    assert marks(client, round) == [
        ("ket-thuc", "DONE"), ("bat-thuong", "DONE"), ("dap-an", "DONE"), ("xep-hang", "DONE"),
        ("dong-hang", "DONE"), ("ra-soat", "NOW"), ("phe-duyet", "LATER"), ("quyet-dinh", "LATER"),
        ("cong-bo", "LATER"), ("giay-chung-nhan", "LATER"), ("thong-cao", "LATER"),
    ]  # fmt: skip
    page = page_of(client, round)
    for words in ("Đã xong", "Đang ở bước này", "Chưa đến", "Người thực hiện: Trưởng ban", "Mọi bài thi"):
        assert words in page
    publish(round)
    assert dict(marks(client, round))["cong-bo"] == "DONE"
    assert reverse("admin:prizes_press", args=[round]) in page_of(client, round)


def test_signals_come_before_everything_that_rests_on_the_standings(client: Client) -> None:
    round = ranked(cleared=False)
    assert following(round) is Step.SIGNALS
    client.force_login(make_staff())
    assert queue_url(round) in page_of(client, round)
    assert client.get(reverse("admin:prizes_step", args=[round, "ra-soat"])).status_code == 302
    clear_signals(round, by=make_staff())
    assert following(round) is Step.REVIEW


def test_a_proposed_correction_waits_for_another_person(client: Client) -> None:
    round = ranked()
    waiting = KeyCorrection.objects.create(
        round=round, question=0, accepted=[1], grounds="Văn bản đính chính.", by=make_staff()
    )
    assert following(round) is Step.KEYS
    client.force_login(make_staff())
    page = page_of(client, round)
    assert reverse("admin:attempts_correction", args=[waiting.pk]) in page
    assert "1 đề nghị sửa đáp án chờ một người khác quyết định." in page


def test_a_judgement_after_the_ranking_asks_for_another_only_where_it_changes_something() -> None:
    round = ranked()
    judge = make_staff()
    absent = make_entry(round.contest)
    disqualify(absent, round=None, grounds="Biên bản.", by=judge)
    clear_signals(round, by=judge)
    assert following(round) is Step.REVIEW
    first = Entry.objects.get(full_name="Nguyễn Văn An", contest=round.contest)
    disqualify(first, round=round, grounds="Biên bản.", by=judge)
    clear_signals(round, by=judge)
    assert following(round) is Step.RANK
    compute_standings(Scope.of_round(round), by=judge, reason="Loại kết quả một người.")
    assert following(round) is Step.REVIEW


def test_awards_of_a_round_that_came_later_ask_for_another_ranking_of_the_whole() -> None:
    week = weekly()
    make_table(week.contest, [("Giải Nhất tuần", 1, 1000)], scope=TableScope.EACH_ROUND)
    make_table(
        week.contest, [("Giải tập thể", 1, 5000)], audience=Audience.UNIT, unit_order=[UnitMetric.WINNERS]
    )
    week.sits("An", 0, 50)
    whole = Scope.of_contest(week.contest)
    compute_standings(whole, by=None)
    for round in week.rounds:
        publish(round, week.people)
    assert Progress(whole).next is Step.RANK
    run = compute_standings(whole, by=week.people.preparer, reason="Đã trao giải của các tuần.")
    assert run.version == 2
    assert is_current(run)
    assert Progress(whole).next is Step.REVIEW


def test_who_may_not_do_the_next_step_is_told_so(client: Client) -> None:
    round = ranked()
    reader = make_user(is_staff=True)
    reader.groups.add(Group.objects.get(name="Kiểm tra, giám sát"))
    client.force_login(reader)
    page = page_of(client, round)
    assert "Tài khoản này không có quyền thực hiện bước này." in page
    assert reverse("admin:prizes_step", args=[round, "ra-soat"]) not in page


def test_the_whole_contest_waits_for_its_rounds_and_has_the_same_stages(client: Client) -> None:
    week = weekly()
    make_table(week.contest, [("Giải chung cuộc", 1, 5000)])
    client.force_login(make_staff())
    response = client.get(reverse("admin:prizes_closing_contest", args=[week.contest.pk]))
    assert "2/2 vòng thi đã đóng." in response.content.decode()
    assert len(response.context["stages"]) == 11
