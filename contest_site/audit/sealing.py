"""Sealing what the trails hold, and finding what was done to them afterwards.

Whoever owns the database can switch triggers off and rewrite rows. The seals make that visible: each binds
the digests of its rows to the seal before it, so that one number, kept elsewhere (the worker's log, an
export), vouches for every row up to it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from contest_site.audit.models import Seal
from contest_site.audit.triggers import unwatched
from contest_site.lib.clock import database_now

log = logging.getLogger(__name__)

ROWS = 5_000  # of one seal
TRIES, PAUSE = 20, 0.1  # for the moment in which nobody writes
LATE = timedelta(minutes=15)  # a row that waits longer waits for a process that is not there
TABLES = {Seal.Trail.CHANGES: "audit_change", Seal.Trail.EVENTS: "audit_auditevent"}
# What became of the rows of one seal.
DAMAGE = """
WITH sealed AS (
    SELECT row, substring(s.digests FROM (32 * (place - 1) + 1)::int FOR 32) AS digest
    FROM audit_seal AS s, unnest(s.rows) WITH ORDINALITY AS listed (row, place) WHERE s.id = %(seal)s
), stored AS (
    SELECT t.id AS row, sha256(convert_to(audit_text(t), 'UTF8')) AS digest
    FROM {table} AS t, audit_seal AS s WHERE s.id = %(seal)s AND t.id > s.after AND t.id <= s.upto
)
SELECT row, CASE WHEN stored.digest IS NULL THEN 'missing' WHEN sealed.digest IS NULL THEN 'inserted'
    ELSE 'altered' END
FROM sealed FULL JOIN stored USING (row)
WHERE sealed.digest IS DISTINCT FROM stored.digest ORDER BY row
"""
# Numbers that no sequence gave: below all seals, or above all that can be sealed.
FORGED = """
SELECT id FROM {table}
WHERE id < 1 OR id > (SELECT last_value FROM {table}_id_seq) ORDER BY id
"""
# The first row of each trail that no seal binds.
OPEN = """
SELECT min(at) FROM (
    (SELECT t.at FROM audit_change AS t WHERE t.id > coalesce((
        SELECT s.upto FROM audit_seal AS s WHERE s.trail = 'changes' ORDER BY s.after DESC LIMIT 1), 0)
    ORDER BY t.id LIMIT 1)
    UNION ALL
    (SELECT t.at FROM audit_auditevent AS t WHERE t.id > coalesce((
        SELECT s.upto FROM audit_seal AS s WHERE s.trail = 'events' ORDER BY s.after DESC LIMIT 1), 0)
    ORDER BY t.id LIMIT 1)
) AS first
"""
CHAIN = """
SELECT id, after, upto, lag(upto) OVER line AS reached, encode(seal, 'hex'),
    seal = audit_seal_of(lag(seal) OVER line, rows, digests)
FROM audit_seal WHERE trail = %s WINDOW line AS (ORDER BY after) ORDER BY after
"""


@dataclass
class Verdict:
    """What the seals say. `damage`: (trail, row's id, "altered" | "missing" | "inserted")."""

    seals: int = 0
    rows: int = 0
    open_rows: int = 0
    damage: list[tuple[str, int, str]] = field(default_factory=list)
    # (trail, the seal's id): it does not follow from what it should, or one before it is gone.
    broken: list[tuple[str, int]] = field(default_factory=list)
    # Tables whose changes are not recorded just now.
    unwatched: list[str] = field(default_factory=list)
    # trail → the last seal, in hex.
    last: dict[str, str] = field(default_factory=dict)
    # Seals that somebody expected and that are not there.
    unknown: list[str] = field(default_factory=list)
    # Since when a row waits for its seal, where that is too long.
    late: datetime | None = None

    @property
    def whole(self) -> bool:
        return not (self.damage or self.broken or self.unwatched or self.unknown or self.late)


def seal_trails() -> int:
    """Seal what was written since the last time; how many rows. What is being written waits."""
    return sum(_seal(trail) for trail in TABLES)


def _seal(trail: Seal.Trail) -> int:
    sealed = 0
    while number := _seal_next(trail):
        sealed += number
        if number < ROWS:
            break
    if sealed:
        last = Seal.objects.filter(trail=trail).latest("after")
        # Outside the database: with it an export or a log vouches for every row before.
        log.info("trail %s sealed up to %d: %s", trail.value, last.upto, bytes(last.seal).hex())
    return sealed


def _seal_next(trail: Seal.Trail) -> int:
    for _try in range(TRIES):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT audit_seal_next(%s, %s)", [trail.value, ROWS])
                return int(cursor.fetchone()[0])
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            time.sleep(PAUSE)
    log.warning("trail %s is written to all the time: its newest rows have no seal yet", trail.value)
    return 0


def unsealed_since() -> datetime | None:
    """The moment of the oldest row that no seal binds; None when all are sealed. One query, by index."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN)
        found: datetime | None = cursor.fetchone()[0]
    return found


def verify(*expected: str) -> Verdict:
    """Compare every sealed row with its seal, and every seal with the one before; reads only.

    `expected`: seals (hex) noted elsewhere that must be among those stored.
    """
    verdict = Verdict(unwatched=unwatched())
    known: set[str] = set()
    with connection.cursor() as cursor:
        for trail, table in TABLES.items():
            sealed = 0
            for pk, after, upto, reached, seal, follows in _chain(trail):
                sealed = upto
                verdict.seals += 1
                known.add(seal)
                verdict.last[trail.value] = seal
                if not follows or after != (reached or 0):
                    verdict.broken.append((trail.value, pk))
                cursor.execute(DAMAGE.format(table=table), {"seal": pk})
                verdict.damage += [(trail.value, row, what) for row, what in cursor.fetchall()]
            cursor.execute(FORGED.format(table=table))
            verdict.damage += [(trail.value, row, "inserted") for (row,) in cursor.fetchall()]
            cursor.execute(
                f"SELECT count(*) FILTER (WHERE id <= %s), count(*) FILTER (WHERE id > %s) FROM {table}",  # noqa: S608
                [sealed, sealed],
            )
            rows, open_rows = cursor.fetchone()
            verdict.rows += rows
            verdict.open_rows += open_rows
    since = unsealed_since()
    verdict.late = since if since and since < database_now() - LATE else None
    verdict.unknown = [seal for seal in expected if seal.lower() not in known]
    return verdict


def _chain(trail: Seal.Trail) -> Iterator[tuple[int, int, int, int | None, str, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(CHAIN, [trail.value])
        yield from cursor.fetchall()
