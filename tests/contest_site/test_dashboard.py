"""The organisers' first page: what waits, for whom, and where each contest is."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from attempts.anomalies.domain import scan_round
from attempts.anomalies.queries import anomalies
from contest_site.dashboard import Next, counts_of, latest_contests, next_step, progress_of
from contest_site.lib.clock import database_now
from contest_site.watch.enums import BackupKind
from contest_site.watch.models import Backup
from contests.enums import Combine, RankKey
from contests.models import Contest, DataRequest, EntryRequest, Round, RoundClosing
from prizes.domain.ranking import compute_standings
from prizes.domain.rendering import render_missing
from prizes.scope import Scope
from tests.prizes.support import publish, simple_round
from tests.prizes.test_awarding import weekly
from tests.support.factories import (
    make_contest,
    make_entry,
    make_round,
    make_staff,
    make_user,
    submitted_attempt,
)
from tests.support.screens import parsed, text_of

pytestmark = pytest.mark.django_db
TODOS = "//ul[contains(@class, 'todos')]/li"
URGENT = "//ul[contains(@class, 'urgent')]/li"


def test_after_its_last_round_the_whole_contest_is_what_comes_next(
    tmp_path: Path, settings: Settings
) -> None:
    settings.MEDIA_ROOT = tmp_path
    scene = weekly(rounds=2, overall_combine=Combine.SUM, overall_rank_order=[RankKey.SCORE])
    for week in (0, 1):
        scene.sits("An", 0, 50, week)
    contest, now = scene.contest, database_now()
    first = _next(contest, now)
    assert (first.text, first.urgent) == ("Tuần 1: Xếp hạng", True)
    for round in scene.rounds:
        render_missing(publish(round, scene.people).pk)
    whole = _next(contest, now)
    assert whole.text == "Cả cuộc thi: Xếp hạng"
    assert whole.address == reverse("admin:prizes_scope", args=[contest])
    compute_standings(Scope.of_contest(contest), by=None)
    assert _next(contest, now).text == "Cả cuộc thi: Rà soát"
    publish(Scope.of_contest(contest), scene.people)
    done = _next(contest, now)
    assert (done.text, done.urgent) == ("Đã hoàn thành", False)


def _next(contest: Contest, now: datetime) -> Next:
    contests = latest_contests()
    fresh = next(one for one in contests if one.pk == contest.pk)
    return next_step(fresh, now, progress_of(contests))


@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(make_staff())
    cache.clear()
    return client


@pytest.fixture(autouse=True)
def backed_up() -> None:
    Backup.objects.create(at=database_now(), kind=BackupKind.NIGHTLY)


def todos_of(page: Client) -> list[str]:
    document = parsed(page.get(reverse("admin:index")).content)
    return [one.text_content() for one in document.xpath(f"{TODOS}/*[@class='name']")]


def running(**fields: Any) -> Round:
    """An announced contest with a sealed round that is open."""
    now = database_now()
    contest = make_contest(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=20))
    times = {"opens_at": now - timedelta(hours=1), "closes_at": now + timedelta(days=5)}
    return make_round(contest, **{**times, **fields})


def test_the_page_is_calm_when_nothing_waits(page: Client) -> None:
    running()
    text = text_of(page.get(reverse("admin:index")))
    assert "Không có việc nào đang chờ." in text
    assert "Cần làm ngay" not in text


def test_a_round_without_a_seal_is_urgent_when_it_opens_soon(page: Client) -> None:
    soon = running(sealed=False, opens_at=database_now() + timedelta(days=2))
    assert todos_of(page)[0].startswith("Niêm phong đề trước")
    document = parsed(page.get(reverse("admin:index")).content)
    [link] = document.xpath(f"{URGENT}/a")
    assert link.get("href") == reverse("admin:contests_round_seal", args=[soon.contest_id, soon.number])
    Round.objects.filter(pk=soon.pk).update(opens_at=database_now() + timedelta(days=4))
    assert todos_of(page) == []
    Round.objects.filter(pk=soon.pk).update(opens_at=database_now() - timedelta(minutes=1))
    assert todos_of(page) == ["Đã đến giờ mở mà đề chưa niêm phong: chưa ai vào thi được"]


def test_requests_are_told_by_contest_and_deadlines_become_urgent(page: Client) -> None:
    entry = make_entry(running().contest)
    for kind in ("correction", "missing_unit"):
        EntryRequest.objects.create(entry=entry, kind=kind, wanted={}, by=entry.user)
    DataRequest.objects.create(user=make_user(), kind="erasure", due_at=database_now() + timedelta(days=2))
    assert todos_of(page) == ["1 đề nghị xóa dữ liệu cá nhân", "2 đề nghị của người dự thi"]
    document = parsed(page.get(reverse("admin:index")).content)
    assert len(document.xpath(URGENT)) == 1


def test_an_old_backup_waits_for_who_runs_the_server(page: Client) -> None:
    Backup.objects.update(at=database_now() - timedelta(days=3))
    assert todos_of(page) == ["Bản sao lưu gần nhất đã cũ: 3 ngày"]
    Backup.objects.all().delete()
    assert todos_of(page) == ["Chưa có bản sao lưu nào"]


def test_each_sees_only_the_work_that_it_may_do(client: Client) -> None:
    running(sealed=False)
    make_user()
    client.force_login(make_staff(is_superuser=False))
    assert todos_of(client) == []


def test_signals_that_wait_are_one_line_and_come_before_the_review(page: Client) -> None:
    round = simple_round([("An", 5), ("Bình", 700)], min_plausible_seconds=10)
    compute_standings(Scope.of_round(round), by=None)
    assert _next(round.contest, database_now()).text == "Vòng thi: Rà soát"
    scan_round(round)
    assert _next(round.contest, database_now()).text == "Vòng thi: Kết luận về dấu hiệu bất thường"
    shown = parsed(page.get(reverse("admin:index")).content).xpath(f"{TODOS}//a/text()")
    waiting = anomalies(round).count()
    assert waiting
    assert [text.strip() for text in shown if "dấu hiệu" in text] == [
        f"{waiting} dấu hiệu bất thường chờ kết luận"
    ]


def test_trials_are_not_counted(page: Client) -> None:
    round = running()
    for unofficial in (False, True):
        submitted_attempt(make_entry(round.contest, unofficial=unofficial), round)
    assert counts_of([round.contest]) == {round.contest_id: (1, 1)}


@pytest.mark.parametrize(("contests", "queries"), [(1, 21), (3, 21)])
def test_the_page_takes_as_many_queries_for_three_contests_as_for_one(
    page: Client, contests: int, queries: int, django_assert_num_queries: Any
) -> None:
    for _number in range(contests):
        round = running()
        make_entry(round.contest)
        make_contest(announced=False)
        over = running(opens_at=database_now() - timedelta(days=2), closes_at=database_now())
        RoundClosing.objects.create(round=over, reason="Hết giờ")
        # Ranked and not reviewed: what waits before a review is asked for once.
        compute_standings(Scope.of_round(Round.objects.get(pk=over.pk)), by=None)
    cache.clear()
    page.get(reverse("admin:index"))
    cache.clear()
    with django_assert_num_queries(queries):
        found = page.get(reverse("admin:index"))
    assert len(parsed(found.content).xpath("//table[contains(@class, 'plan-table')]/tbody/tr")) == min(
        8, 3 * contests
    )
