"""How many people take part so far: only when the plan says so and no prediction is at stake."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Exists, OuterRef
from redis.exceptions import RedisError

from attempts.models import Attempt
from attempts.reports import unit_rows
from contest_site.lib.text import sort_key
from contests.domain.unit_changes import successors_of
from contests.enums import TOLD_BY_NUMBERS
from contests.models import BlockUnit, Contest, Round
from contests.queries import RoundState, round_state, uncounted_entries

SECONDS_KEPT = 60  # then one of those who look counts anew; the others see the last numbers meanwhile
SECONDS_SHOWN = 600  # for as long as nobody has counted anew


def may_show(contest: Contest, rounds: Iterable[Round], now: datetime) -> bool:
    """Whether numbers of participation may be public at `now` (database time).

    The plan has to allow it. Even then they stay hidden while a round that is not over asks to guess the
    number of people or of attempts: whoever looked last would guess best.
    Of a plan that says both, fairness wins.
    `rounds` are all of the contest, with their closings.
    """
    return contest.live_participation and not any(
        one.prediction_target in TOLD_BY_NUMBERS and round_state(one, now) is not RoundState.CLOSED
        for one in rounds
    )


def participation(contest: Contest, rounds: Iterable[Round], now: datetime) -> dict[str, int] | None:
    """How many people and attempts so far; None where that is not public, or not counted yet.

    Counted once a minute, however many people look, and not at all while the cache is away.
    """
    if not may_show(contest, rounds, now):
        return None
    key = f"taking-part:{contest.pk}"
    try:
        if cache.add(f"{key}:counted", 1, SECONDS_KEPT):
            cache.set(key, _counted(contest), SECONDS_SHOWN)
        kept: dict[str, int] | None = cache.get(key)
    except RedisError:
        return None
    return kept


def _counted(contest: Contest) -> dict[str, int]:
    submitted = Attempt.objects.filter(round__contest=contest, submitted_at__isnull=False)
    # Not "NOT IN": the planner takes most entries to be on the list, and then reads it for each attempt.
    done = submitted.filter(~Exists(uncounted_entries(contest).filter(pk=OuterRef("entry"))))
    return {"people": done.values("entry").distinct().count(), "attempts": done.count()}


@dataclass(frozen=True)
class UnitLine:
    """A unit with everybody below it."""

    name: str
    people: int
    attempts: int
    # Names of the units that have taken the place of one that is gone by now.
    successors: tuple[str, ...] = ()


def unit_lines(contest: Contest) -> list[UnitLine]:
    """The units that compete, or else those right below the contest's area, in Vietnamese order.

    Names of units and two numbers each, never a person, a score or a share: headcounts are not public.
    """
    if contest.area is None:
        return []
    rows = unit_rows(contest, contest.area, with_scores=False)
    competing = set(BlockUnit.objects.filter(contest=contest).values_list("unit_id", flat=True))
    shown = [row for row in rows if (row.unit_id in competing if competing else row.depth == 1)]
    became = successors_of(row.unit_id for row in shown)
    lines = [
        UnitLine(
            row.name,
            row.people,
            row.attempts,
            tuple(one.successor.name for one in became.get(row.unit_id, []) if one.successor),
        )
        for row in shown
    ]
    return sorted(lines, key=lambda line: sort_key(line.name))
