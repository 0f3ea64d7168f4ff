from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse
from pytest_django import Settings

from contest_site.dashboard import next_step
from contest_site.lib.clock import database_now
from contests.enums import Combine, RankKey
from contests.models import Contest
from prizes.domain.ranking import compute_standings
from prizes.domain.rendering import render_missing
from prizes.scope import Scope
from tests.prizes.support import publish
from tests.prizes.test_awarding import weekly

pytestmark = pytest.mark.django_db


def test_after_its_last_round_the_whole_contest_is_what_comes_next(
    tmp_path: Path, settings: Settings
) -> None:
    settings.MEDIA_ROOT = tmp_path
    scene = weekly(rounds=2, overall_combine=Combine.SUM, overall_rank_order=[RankKey.SCORE])
    for week in (0, 1):
        scene.sits("An", 0, 50, week)
    contest, now = scene.contest, database_now()
    first = next_step(_fresh(contest), now)
    assert (first.text, first.urgent) == ("Tuần 1: Xếp hạng", True)
    for round in scene.rounds:
        render_missing(publish(round, scene.people).pk)
    whole = next_step(_fresh(contest), now)
    assert whole.text == "Cả cuộc thi: Xếp hạng"
    assert whole.address == reverse("admin:prizes_scope", args=[contest])
    compute_standings(Scope.of_contest(contest), by=None)
    assert next_step(_fresh(contest), now).text == "Cả cuộc thi: Rà soát"
    publish(Scope.of_contest(contest), scene.people)
    done = next_step(_fresh(contest), now)
    assert (done.text, done.urgent) == ("Đã hoàn thành", False)


def _fresh(contest: Contest) -> Contest:
    return Contest.objects.get(pk=contest.pk)
