"""Counting the rounds that run, so that its cost does not grow with what was counted before.

Open attempts are few and have an index. What was submitted is read from `settled_to` on: before that moment
nothing can end any more, for every open attempt ends later and every finished one has long been committed.
So each count reads the open papers and the last minutes, writes those over, and adds to the settled part what
has become final since. A count that was lost, late or doubled changes nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from contest_site.lib.clock import database_now
from contest_site.lib.locks import try_lock
from contest_site.watch.models import MinuteCount, RoundCount, UnitCount
from contests.models import Round, Unit
from contests.queries import announced_contests, closing_of

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
# A round that ended before this and was never counted is left alone.
OLD = timedelta(days=2)

# One statement, one moment. Times are cut to the minute; what is still being committed is less than a minute
# old. Organisers' trials are not counted.
COUNT = """
WITH open AS MATERIALIZED (
    SELECT e.unit_id AS unit, date_trunc('minute', a.started_at) AS minute,
        greatest(a.started_at, least(a.deadline, c.at)) AS ends
    FROM attempts_attempt a
    JOIN contests_entry e ON e.id = a.entry_id
    LEFT JOIN contests_roundclosing c ON c.round_id = a.round_id
    WHERE a.submitted_at IS NULL AND a.round_id = %(round)s AND NOT e.unofficial
), edge AS MATERIALIZED (
    SELECT date_trunc('minute', least(statement_timestamp() - interval '1 minute', min(ends))) AS at FROM open
), done AS MATERIALIZED (
    SELECT e.unit_id AS unit, date_trunc('minute', a.started_at) AS began,
        date_trunc('minute', a.submitted_at) AS minute, a.submitted_at < edge.at AS settled
    FROM edge CROSS JOIN attempts_attempt a
    JOIN contests_entry e ON e.id = a.entry_id
    WHERE a.round_id = %(round)s AND a.submitted_at >= %(since)s AND NOT e.unofficial
)
SELECT 'edge', NULL::bigint, at, NULL::boolean, 0 FROM edge
UNION ALL SELECT 'overdue', NULL, NULL, NULL, count(*) FROM open
    WHERE ends < statement_timestamp() - interval '1 minute'
UNION ALL SELECT 'open unit', unit, NULL, NULL, count(*) FROM open GROUP BY unit
UNION ALL SELECT 'open minute', NULL, minute, NULL, count(*) FROM open GROUP BY minute
UNION ALL SELECT 'unit', unit, NULL, settled, count(*) FROM done GROUP BY unit, settled
UNION ALL SELECT 'submitted', NULL, minute, NULL, count(*) FROM done GROUP BY minute
UNION ALL SELECT 'began', NULL, began, settled, count(*) FROM done GROUP BY began, settled
"""


@dataclass
class Found:
    """What one count has read; `edge` is the moment before which all is settled from now on."""

    edge: datetime = BEGINNING
    overdue: int = 0
    open_units: Counter[int] = field(default_factory=Counter)
    open_minutes: Counter[datetime] = field(default_factory=Counter)
    submitted: Counter[datetime] = field(default_factory=Counter)
    units: Counter[tuple[int, bool]] = field(default_factory=Counter)
    began: Counter[tuple[datetime, bool]] = field(default_factory=Counter)


def rounds_to_count() -> list[Round]:
    """Rounds that are open, or were and have not been counted to their end."""
    now = database_now()
    known = RoundCount.objects.values("round")
    rounds = Round.objects.filter(contest__in=announced_contests(), opens_at__lte=now)
    due = rounds.filter(Q(pk__in=known) | Q(closes_at__gt=now - OLD))
    done = RoundCount.objects.filter(final=True).values("round")
    return list(due.exclude(pk__in=done).select_related("contest", "closing").order_by("pk"))


@transaction.atomic
def count_round(round: Round) -> bool:
    """Bring the round's rows up to now; False when another worker is at it."""
    if not try_lock(f"watch:count:{round.pk}"):
        return False
    row = RoundCount.objects.filter(round=round).first()
    since = row.settled_to if row else BEGINNING
    found = _ask(round, since)
    if found.edge < since:  # a closing dated back: count from the beginning
        since = BEGINNING
        found = _ask(round, since)
    now = database_now()
    still_open = found.open_minutes.total()
    _write_minutes(round, found, since, now.replace(second=0, microsecond=0), still_open)
    submitted = _write_units(round, found, since)
    values: dict[str, Any] = {
        "settled_to": found.edge,
        "open": still_open,
        "submitted": submitted,
        "overdue": found.overdue,
        "counted_at": now,
        "final": closing_of(round) is not None and still_open == 0,
    }
    RoundCount.objects.update_or_create(round=round, defaults=values)
    return True


def _ask(round: Round, since: datetime) -> Found:
    found = Found()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"round": round.pk, "since": since})
        for what, unit, minute, settled, number in cursor.fetchall():
            match what:
                case "edge":
                    found.edge = minute
                case "overdue":
                    found.overdue = number
                case "open unit":
                    found.open_units[unit] = number
                case "open minute":
                    found.open_minutes[minute] = number
                case "unit":
                    found.units[unit, settled] = number
                case "submitted":
                    found.submitted[minute] = number
                case _:
                    found.began[minute, settled] = number
    return found


def _write_minutes(round: Round, found: Found, since: datetime, now: datetime, still_open: int) -> None:
    touched = {now, *found.open_minutes, *found.submitted, *(minute for minute, _settled in found.began)}
    stale = ~Q(started=F("settled")) | Q(minute__gte=since) | Q(minute__in=touched)
    rows = {row.minute: row for row in MinuteCount.objects.filter(stale, round=round)}
    changed = []
    for minute in rows.keys() | touched:
        row = rows.get(minute) or MinuteCount(round=round, minute=minute)
        before = (row.pk, row.started, row.submitted, row.settled, row.open)
        # From the beginning, nothing is settled that was not counted just now.
        row.settled = (row.settled if since > BEGINNING else 0) + found.began[minute, True]
        row.started = row.settled + found.began[minute, False] + found.open_minutes[minute]
        if minute >= since:
            row.submitted = found.submitted[minute]
        if minute == now:
            row.open = still_open
        if before != (row.pk, row.started, row.submitted, row.settled, row.open) or row.pk is None:
            changed.append(row)
    MinuteCount.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["round", "minute"],
        update_fields=["started", "submitted", "settled", "open"],
    )


def _write_units(round: Round, found: Found, since: datetime) -> int:
    """The units' rows; how many attempts of the round have been submitted."""
    branch = _branches(round.contest.area_id) if found.units or found.open_units else {}
    opened, settled, fresh = Counter[int](), Counter[int](), Counter[int]()
    for unit, number in found.open_units.items():
        opened[branch[unit]] += number
    for (unit, is_settled), number in found.units.items():
        (settled if is_settled else fresh)[branch[unit]] += number
    rows = {row.unit_id: row for row in UnitCount.objects.filter(round=round)}
    changed = []
    for unit in rows.keys() | opened.keys() | settled.keys() | fresh.keys():
        row = rows.setdefault(unit, UnitCount(round=round, unit_id=unit))
        before = (row.open, row.submitted, row.settled)
        row.open = opened[unit]
        row.settled = (row.settled if since > BEGINNING else 0) + settled[unit]
        row.submitted = row.settled + fresh[unit]
        if before != (row.open, row.submitted, row.settled):
            changed.append(row)
    UnitCount.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["round", "unit"],
        update_fields=["open", "submitted", "settled"],
    )
    return sum(row.submitted for row in rows.values())


def _branches(area: int | None) -> dict[int, int]:
    """Unit → the unit right below the area that it belongs to (the area itself, or its root, elsewhere)."""
    parents: dict[int, int | None] = dict(Unit.objects.order_by().values_list("pk", "parent_id"))
    found = {}
    for unit in parents:
        at = unit
        while at != area and (above := parents[at]) is not None and above != area:
            at = above
        found[unit] = at
    return found
