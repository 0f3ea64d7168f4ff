"""A unit among the others of its block: as much of them as the plan tells."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.cache import cache
from django.db import connection
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from attempts.queries import NOT_DISQUALIFIED
from contest_site.lib.text import sort_key
from contests.domain.headcounts import summed_headcounts
from contests.enums import TOLD_BY_NUMBERS, AgencyComparison
from contests.models import Block, Contest, Round, Unit
from contests.queries import RoundState, competitors, round_state, rounds_of, uncounted_entries

# Among fewer units the range would be somebody's own number.
LEAST_UNITS = 4
# The whole contest is counted for it: how long the same numbers do, and for how long they are shown at all.
SECONDS_KEPT, SECONDS_SHOWN = 60, 600

PEOPLE = f"""
SELECT entry.unit_id, count(DISTINCT entry.id)
FROM attempts_attempt a JOIN contests_entry entry ON entry.id = a.entry_id
WHERE entry.contest_id = %(contest)s AND a.submitted_at IS NOT NULL
  AND (%(round)s::bigint IS NULL OR a.round_id = %(round)s)
  AND entry.id <> ALL(%(uncounted)s) AND {NOT_DISQUALIFIED}
GROUP BY entry.unit_id
"""  # noqa: S608  only a constant of attempts.queries


@dataclass(frozen=True)
class Line:
    """A unit of the block. `percent` to 2 places; None without a headcount."""

    unit_id: int
    name: str
    people: int
    headcount: int | None

    @property
    def percent(self) -> Decimal | None:
        if not self.headcount:
            return None
        return (Decimal(self.people * 100) / self.headcount).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Comparison:
    """Ranked by the share of people, or where shares are not known by their number.

    `units` are those that can be ranked. `place`: units with more stand before, equal ones beside. `lines`
    only where the plan tells names, by place.
    """

    block: str
    by_share: bool
    units: int
    place: int
    own: Decimal
    lowest: Decimal
    middle: Decimal
    highest: Decimal
    lines: list[Line]


def comparison(
    contest: Contest, unit: Unit, *, now: datetime, round: Round | None = None
) -> Comparison | None:
    """None where the plan tells nothing, the unit does not compete, or too few units could be told of.

    Also while a round that is not over asks to guess a number of people or attempts: whoever knows the
    others' would guess best. No query while the last count is kept, else eight.
    """
    told = AgencyComparison(contest.agency_comparison)
    if told is AgencyComparison.NONE or _guessed(contest, now):
        return None
    for name, lines in _blocks(contest, round):
        if any(line.unit_id == unit.pk for line in lines):
            return _compared(unit, name, lines, told)
    return None


def _blocks(contest: Contest, round: Round | None) -> list[tuple[str, list[Line]]]:
    """Every block's name and units, counted once in a minute however many officers look."""
    key = f"compared:{contest.pk}:{round.pk if round else 0}"
    with suppress(RedisError):
        kept: list[tuple[str, list[Line]]] | None = cache.get(key)
        # Who comes first after the minute counts; the others see the last numbers meanwhile.
        if kept is not None and not cache.add(f"{key}:counted", 1, SECONDS_KEPT):
            return kept
    found = _counted(contest, round)
    with suppress(RedisError):
        cache.set(key, found, SECONDS_SHOWN)
        cache.set(f"{key}:counted", 1, SECONDS_KEPT)
    return found


def _counted(contest: Contest, round: Round | None) -> list[tuple[str, list[Line]]]:
    for_whom = competitors(contest)
    people = _people(contest, round, {pk: one.unit_id for pk, one in for_whom.items()})
    headcounts = summed_headcounts(contest, for_whom)
    blocks = {one.unit_id: one.block_id for one in for_whom.values()}
    names = dict(Unit.objects.filter(pk__in=blocks).values_list("pk", "name"))
    return [
        (
            block.name,
            [
                Line(pk, names[pk], people.get(pk, 0), headcounts.get(pk))
                for pk, own in blocks.items()
                if own == block.pk
            ],
        )
        for block in Block.objects.filter(contest=contest)
    ]


def _compared(unit: Unit, block: str, lines: list[Line], told: AgencyComparison) -> Comparison | None:
    least = 2 if told is AgencyComparison.NAMED else LEAST_UNITS
    shares = {line.unit_id: line.percent for line in lines if line.percent is not None}
    by_share = unit.pk in shares and len(shares) >= least
    values = shares if by_share else {line.unit_id: Decimal(line.people) for line in lines}
    if len(values) < least:
        return None
    own, ordered = values[unit.pk], sorted(values.values())
    half = len(ordered) // 2
    middle = ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
    named = sorted(
        (line for line in lines if line.unit_id in values),
        key=lambda line: (-values[line.unit_id], sort_key(line.name)),
    )
    return Comparison(
        block=block,
        by_share=by_share,
        units=len(values),
        place=1 + sum(value > own for value in ordered),
        own=own,
        lowest=ordered[0],
        middle=middle.quantize(Decimal("0.01")),
        highest=ordered[-1],
        lines=named if told is AgencyComparison.NAMED else [],
    )


def hidden_until_closed(contest: Contest, now: datetime) -> str:
    """Why there is no comparison yet, for the page; "" where that is not the reason."""
    if AgencyComparison(contest.agency_comparison) is AgencyComparison.NONE or not _guessed(contest, now):
        return ""
    return _(
        "So sánh trong khối được hiển thị sau khi vòng thi kết thúc, vì câu dự đoán hỏi về số người hoặc số"
        " lượt dự thi."
    )


def _guessed(contest: Contest, now: datetime) -> bool:
    return any(
        one.prediction_target in TOLD_BY_NUMBERS and round_state(one, now) is not RoundState.CLOSED
        for one in rounds_of(contest)
    )


def _people(contest: Contest, round: Round | None, competing: Mapping[int, int]) -> dict[int, int]:
    """People who took part, by the unit that they compete for."""
    found: dict[int, int] = {}
    left_out = list(uncounted_entries(contest).order_by().values_list("pk", flat=True))
    values = {"contest": contest.pk, "round": round.pk if round else None, "uncounted": left_out}
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, values)
        for own, number in cursor.fetchall():
            if own in competing:
                found[competing[own]] = found.get(competing[own], 0) + number
    return found
