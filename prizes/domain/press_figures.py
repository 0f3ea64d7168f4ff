"""The numbers of a press summary that a published run does not hold itself: counted once, then final."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from psycopg import sql

from attempts.reports import UnitRow, unit_rows
from contest_site.lib.locks import try_lock
from contests.enums import Combine
from contests.models import BlockUnit
from prizes.domain.persons import Order, Persons, order_of, persons
from prizes.domain.publishing import GIVEN_UP_AFTER, published_without
from prizes.domain.ranking import is_current
from prizes.models import PressFigures, StandingsRun
from prizes.scope import Scope

log = logging.getLogger(__name__)

MARKS = sql.SQL("SELECT correct, count(*) FROM ({ranked}) person GROUP BY correct ORDER BY correct DESC")


def write_figures(run_id: int) -> bool:
    """Count the figures of a published run unless they are there; False when that was not possible.

    One worker at a time per run. They are not counted when what counts has changed since the run was
    computed, because they would not fit it: then a new version is due, which will have its own.
    """
    with transaction.atomic():
        if not try_lock(f"press-figures:{run_id}"):
            return False
        published = StandingsRun.objects.select_related("contest__area", "round", "press_figures")
        run = published.filter(publication__isnull=False).get(pk=run_id)
        if hasattr(run, "press_figures"):
            return True
        if not is_current(run):
            log.warning("press figures of run %s: what counts has changed since; not counted", run.pk)
            return False
        scope = Scope.of_run(run)
        with persons(scope) as found:
            full, marks = _marks(found)
        units = [[row.unit_id, row.people, row.headcount] for row in competing_rows(scope)]
        PressFigures.objects.create(run=run, full=full, marks=marks, units=units)
    return True


def runs_without_figures() -> QuerySet[StandingsRun]:
    """Published runs whose figures are missing, whatever the broker or a worker forgot.

    For a day: where what counts has changed since, each try would rank anew in vain, every minute for ever.
    """
    return published_without(press_figures=None).filter(publication__at__gt=Now() - GIVEN_UP_AFTER)


def competing_rows(scope: Scope) -> list[UnitRow]:
    """The units that compete (of a plan without any: right below the contest's area) with their people.

    By code, parents before children; nothing for a plan without an area.
    """
    contest = scope.contest
    if contest.area is None:
        return []
    rows = unit_rows(contest, contest.area, with_scores=False, round=scope.round)
    competing = set(BlockUnit.objects.filter(contest=contest).values_list("unit_id", flat=True))
    return [row for row in rows if (row.unit_id in competing if competing else row.depth == 1)]


def _marks(found: Persons) -> tuple[int, list[list[Any]]]:
    """The highest mark possible, and how many people have each mark; nothing where nobody is ranked.

    Of everybody who took part, also where only those who are all right are ranked.
    """
    order = order_of(found.scope)
    if not order.ranks_people or not order.keys:
        return 0, []
    questions = [one.round.questions for one in found.rounds]
    full = found.scope.contest.parts * (sum if order.combine == Combine.SUM else max)(questions)
    everybody = found.ranked(Order(order.combine, order.keys, only_all_right=False))
    found.cursor.execute(MARKS.format(ranked=everybody))
    return full, [list(line) for line in found.cursor.fetchall()]
