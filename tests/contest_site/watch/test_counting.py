"""The rows of a round say what its attempts say, however and whenever they were counted."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attempts.domain.starting import start_attempt
from attempts.domain.submitting import submit_attempt
from attempts.models import Attempt
from contest_site.lib.clock import database_now
from contest_site.watch.counting import count_round, rounds_to_count
from contest_site.watch.models import MinuteCount, RoundCount, UnitCount
from contests.domain.rounds import close_round
from contests.models import Round
from tests.support.factories import (
    make_contest,
    make_entry,
    make_round,
    make_staff,
    make_unit,
    submitted_attempt,
)

pytestmark = pytest.mark.django_db


def cut(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def by_unit(round: Round) -> dict[str, tuple[int, int]]:
    rows = UnitCount.objects.filter(round=round).select_related("unit")
    return {row.unit.name: (row.open, row.submitted) for row in rows}


def by_minute(round: Round) -> dict[datetime, tuple[int, int]]:
    rows = MinuteCount.objects.filter(round=round)
    return {row.minute: (row.started, row.submitted) for row in rows if row.started or row.submitted}


def truth(round: Round) -> dict[datetime, tuple[int, int]]:
    """The same from every attempt of the round."""
    found: dict[datetime, list[int]] = {}
    for attempt in Attempt.objects.filter(round=round, entry__unofficial=False):
        found.setdefault(cut(attempt.started_at), [0, 0])[0] += 1
        if attempt.submitted_at:
            found.setdefault(cut(attempt.submitted_at), [0, 0])[1] += 1
    return {minute: (began, ended) for minute, (began, ended) in found.items()}


def test_open_and_submitted_attempts_are_counted_by_minute_and_by_unit_below_the_area() -> None:
    area = make_unit("Tỉnh")
    ward, school = make_unit("Phường", area), make_unit("Sở", area)
    team = make_unit("Tổ dân phố", ward)
    contest = make_contest(area=area)
    round = make_round(contest)
    now = database_now()
    for unit, minutes in ((team, 40), (ward, 3), (area, 0)):
        submitted_attempt(
            make_entry(contest, unit=unit), round, submitted_at=now - timedelta(minutes=minutes)
        )
    start_attempt(make_entry(contest, unit=school), round)
    submitted_attempt(make_entry(contest, unit=school, unofficial=True), round, submitted_at=now)
    assert count_round(round)
    row = RoundCount.objects.get(round=round)
    assert (row.started, row.open, row.submitted, row.final) == (4, 1, 3, False)
    assert by_unit(round) == {"Phường": (0, 2), "Sở": (1, 0), "Tỉnh": (0, 1)}
    assert by_minute(round) == truth(round)


def test_counting_again_adds_what_is_new_and_nothing_twice() -> None:
    contest = make_contest()
    round = make_round(contest)
    now = database_now()
    for minutes in (50, 20, 20, 5, 1, 0):
        submitted_attempt(make_entry(contest), round, submitted_at=now - timedelta(minutes=minutes))
        for _again in range(2):
            count_round(round)
    sitting = start_attempt(make_entry(contest), round)
    count_round(round)
    assert RoundCount.objects.get(round=round).open == 1
    submit_attempt(sitting.pk, sitting.entry.user_id)
    count_round(round)
    # What was dated back behind what is settled is the test's own doing: the count from the beginning has it.
    RoundCount.objects.all().delete()
    count_round(round)
    assert by_minute(round) == truth(round)
    assert RoundCount.objects.get(round=round).submitted == 7


def test_a_paper_that_the_server_ends_late_is_counted_in_the_minute_of_its_end() -> None:
    contest = make_contest()
    round = make_round(contest)
    now = database_now()
    like = start_attempt(make_entry(contest), round)
    submit_attempt(like.pk, like.entry.user_id)
    late = Attempt.objects.create(
        entry=make_entry(contest), round=round, number=1, seed=like.seed, paper=like.paper,
        orders=like.orders, limits=like.limits, answers=like.answers, started_at=now - timedelta(minutes=45),
        deadline=now - timedelta(minutes=15),
    )  # fmt: skip
    count_round(round)
    row = RoundCount.objects.get(round=round)
    assert row.settled_to == cut(now - timedelta(minutes=15))  # it waits for the open paper
    submit_attempt(late.pk, late.entry.user_id)
    count_round(round)
    assert by_minute(round) == truth(round)
    assert by_minute(round)[cut(now - timedelta(minutes=15))] == (0, 1)


def test_a_closed_round_is_counted_to_its_end_and_then_left_alone() -> None:
    contest = make_contest()
    round = make_round(contest)
    sitting = start_attempt(make_entry(contest), round)
    assert rounds_to_count() == [round]
    count_round(round)
    close_round(round, by=make_staff(), reason="Mất điện toàn tỉnh")
    (due,) = rounds_to_count()
    count_round(due)
    assert not RoundCount.objects.get(round=round).final
    submit_attempt(sitting.pk, sitting.entry.user_id)
    count_round(due)
    assert RoundCount.objects.get(round=round).final
    assert by_minute(round) == truth(round)
    assert rounds_to_count() == []


def test_rounds_that_have_not_opened_or_ended_long_ago_are_not_counted() -> None:
    now = database_now()
    contest = make_contest(opens_at=now - timedelta(days=30))
    make_round(contest, opens_at=now - timedelta(days=30), closes_at=now - timedelta(days=20))
    make_round(contest, opens_at=now + timedelta(days=1))
    make_round(make_contest(announced=False))
    assert rounds_to_count() == []


def test_a_count_is_the_same_few_statements_whatever_was_submitted() -> None:
    contest = make_contest()
    round = make_round(contest)
    queries = []
    for _number in range(2):
        submitted_attempt(make_entry(contest), round, submitted_at=database_now())
        with CaptureQueriesContext(connection) as captured:
            count_round(round)
        queries.append(len(captured))
    # Savepoints included; the first makes the row of the round.
    assert queries == [17, 15]
