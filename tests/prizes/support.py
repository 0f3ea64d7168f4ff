"""Rounds that are over, and the steps that lead from there to certificates."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

from django.db import connections
from django.utils import timezone

from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contests.enums import PredictionTarget, RankKey
from contests.models import Contest, Entry, Prize, Round, RoundClosing
from prizes.domain.deciding import enter_decision, publish_run, review_run
from prizes.domain.ranking import compute_standings
from prizes.models import StandingsRun
from prizes.scope import Scope
from tests.support.factories import (
    make_bank,
    make_contest,
    make_entry,
    make_round,
    make_staff,
    make_table,
    submitted_attempt,
)
from tests.support.signals import approve_run

Result = TypeVar("Result")


def over(contest: Contest | None = None, *, closed: bool = True, **fields: Any) -> Round:
    """A round that ended a moment ago, with an empty bank (no paper is drawn here)."""
    now = database_now()
    contest = contest or make_contest(opens_at=now - timedelta(days=9), closes_at=now - timedelta(seconds=1))
    values: dict[str, Any] = {
        "bank": make_bank(0),
        "sealed": False,
        "questions": 3,
        "opens_at": now - timedelta(days=8),
        "closes_at": now - timedelta(seconds=1),
        **fields,
    }
    round = make_round(contest, **values)
    if closed:
        RoundClosing.objects.create(round=round)
    return round


def take(
    round: Round,
    name: str,
    *,
    correct: int = 3,
    seconds: int = 60,
    prediction: Decimal | int | None = None,
    **fields: Any,
) -> Entry:
    """A person with one submitted attempt."""
    entry = make_entry(round.contest, full_name=name, **fields)
    submitted_attempt(entry, round, correct=correct, duration_ms=seconds * 1000, prediction=prediction)
    return entry


def table(round: Round, *prizes: tuple[str, int]) -> list[Prize]:
    """A prize table from the highest: (name, how many), 100.000 đồng each."""
    lines = [(name, quantity, 100_000) for name, quantity in prizes]
    return list(make_table(round.contest, lines, round=round).prizes.order_by("position"))


@dataclass
class Office:
    """Two organisers, because no step is approved by the one who prepared it."""

    preparer: User
    approver: User


def office() -> Office:
    return Office(make_staff(full_name="Lê Thị Rà Soát"), make_staff(full_name="Phạm Văn Phê Duyệt"))


def publish(
    of: Round | Scope, people: Office | None = None, *, number: str = "123/QĐ-UBND", reason: str = ""
) -> StandingsRun:
    """Every step from ranking to publication; a correction needs its reason."""
    people = people or office()
    scope = of if isinstance(of, Scope) else Scope.of_round(of)
    run = compute_standings(scope, by=people.preparer, reason=reason)
    review_run(run, by=people.preparer)
    approve_run(run, by=people.approver)
    enter_decision(run, number=number, signed_on=timezone.localdate(), by=people.preparer)
    publish_run(run, by=people.preparer)
    return StandingsRun.objects.get(pk=run.pk)


def simple_round(people: Sequence[tuple[str, int]], **fields: Any) -> Round:
    """A closed round ranked by score and time: (name, seconds), everyone all right."""
    round = over(
        rank_order=[RankKey.SCORE, RankKey.DURATION],
        prediction_target=PredictionTarget.NONE,
        **fields,
    )
    for name, seconds in people:
        take(round, name, seconds=seconds)
    return round


def at_once(act: Callable[[], Result], *, times: int) -> list[Result]:
    """Do it in several threads that leave a barrier together, each with a connection of its own."""
    barrier = threading.Barrier(times)

    def one() -> Result:
        try:
            barrier.wait(timeout=10)
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(one) for _ in range(times)]]
