"""What is looked for: one statement per kind over a round's papers, whatever their number.

Every statement gives rows of `Found`: which papers and people, how many, and the figures to judge by.
Papers of people who count nowhere (organisers' trials, the excluded, a consent taken back) are left out;
those of the disqualified stay in, so that what was decided of a signal stays decided.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from attempts.anomalies import rules
from attempts.anomalies.models import AnomalyKind
from contests.models import Round
from contests.queries import closing_of, uncounted_entries

SORTED_MB = 64  # for each sort; a round of 400,000 papers needs no file for it
EVIDENCE = 200  # how many papers and people a row names; the numbers count all

# The round's papers, read once for all kinds: the attempts are wide, and few of their columns are looked at.
CREATE = """
CREATE TEMPORARY TABLE paper ON COMMIT DROP AS
SELECT a.id, a.entry_id, a.number, e.unit_id, a.started_at, a.submitted_at, a.deadline, a.saved_at,
    a.duration_ms, a.correct, a.finished_by, a.address, a.device, 0 < ANY(a.answers) AS answered
FROM attempts_attempt a JOIN contests_entry e ON e.id = a.entry_id
WHERE a.round_id = %(round)s AND a.submitted_at IS NOT NULL AND a.entry_id <> ALL(%(uncounted)s)
"""
# Of a group of papers: its unit if it has one, people, papers, the first of both, and a digest of all papers.
GROUP = """
    CASE WHEN min(unit_id) = max(unit_id) THEN min(unit_id) END, count(DISTINCT entry_id), count(*),
    (array_agg(DISTINCT entry_id))[1:%(evidence)s],
    (array_agg(id ORDER BY correct DESC, duration_ms, id))[1:%(evidence)s],
    encode(sha256(string_agg(id::text, ',' ORDER BY id)::bytea), 'hex')
"""

SPEED = f"""
SELECT {GROUP}, jsonb_build_object('minimum_ms', %(minimum_ms)s::bigint, 'fastest_ms', min(duration_ms))
FROM paper
WHERE duration_ms < %(minimum_ms)s AND answered AND finished_by = 'contestant'
GROUP BY entry_id
"""  # noqa: S608

# What is shared is found by columns as narrow as they come, without sorting them; then its papers are read.
# Accounts that gave one ID: in this contest it is taken once, so the other gave it in another contest.
NATIONAL_ID = f"""WITH twice AS (
    SELECT national_id_hash AS value FROM contests_entry WHERE national_id_hash IS NOT NULL
    GROUP BY national_id_hash HAVING min(user_id) < max(user_id)
), known AS (
    SELECT DISTINCT person.id AS entry_id, value
    FROM twice JOIN contests_entry other ON other.national_id_hash = value
    JOIN contests_entry person ON person.user_id = other.user_id AND person.contest_id = %(contest)s
)
SELECT {GROUP}, '{{}}'::jsonb
FROM known JOIN paper USING (entry_id)
GROUP BY value HAVING count(DISTINCT entry_id) > 1
"""  # noqa: S608

# A number stands on one entry of a contest and on one account at most: it is shared by the person of the one
# and the person of the other.
PHONE = f"""WITH shared AS (
    SELECT entry.phone AS value, entry.id AS one, other.id AS another
    FROM contests_entry entry
    JOIN accounts_user account ON account.phone = entry.phone AND account.id <> entry.user_id
    JOIN contests_entry other ON other.user_id = account.id AND other.contest_id = entry.contest_id
    WHERE entry.contest_id = %(contest)s
), known AS (SELECT value, one AS entry_id FROM shared UNION ALL SELECT value, another FROM shared)
SELECT {GROUP}, '{{}}'::jsonb
FROM known JOIN paper USING (entry_id)
GROUP BY value HAVING count(DISTINCT entry_id) > 1
"""  # noqa: S608

NAME = f"""WITH named AS (
    SELECT id AS entry_id, lower(full_name) AS name, birth_date FROM contests_entry
    WHERE contest_id = %(contest)s AND birth_date IS NOT NULL AND erased_at IS NULL
), alike AS (SELECT name, birth_date FROM named GROUP BY name, birth_date HAVING count(*) > 1)
SELECT {GROUP}, jsonb_build_object('units', count(DISTINCT unit_id))
FROM alike JOIN named USING (name, birth_date) JOIN paper USING (entry_id)
GROUP BY name, birth_date HAVING count(DISTINCT entry_id) > 1
"""  # noqa: S608

ADDRESS = f"""WITH busy AS (
    SELECT address FROM paper WHERE address IS NOT NULL GROUP BY address HAVING count(*) >= %(address_people)s
)
SELECT {GROUP}, jsonb_build_object('units', count(DISTINCT unit_id), 'devices', count(DISTINCT device))
FROM busy JOIN paper USING (address)
GROUP BY address HAVING count(DISTINCT entry_id) >= %(address_people)s
"""  # noqa: S608

# One device handed on: begun when all before it had ended, and soon after the last of them.
DEVICE = f"""WITH often AS (
    SELECT address, device FROM paper WHERE address IS NOT NULL AND device <> ''
    GROUP BY address, device HAVING count(*) >= %(device_people)s
), turn AS (
    SELECT *, started_at - max(submitted_at) OVER (
        PARTITION BY address, device ORDER BY started_at, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS gap
    FROM often JOIN paper USING (address, device)
), chain AS (
    SELECT *, count(*) FILTER (
        WHERE gap IS NULL OR NOT gap BETWEEN interval '0' AND make_interval(secs => %(device_seconds)s)
    ) OVER (PARTITION BY address, device ORDER BY started_at, id) AS at
    FROM turn
)
SELECT {GROUP}, jsonb_build_object(
    'from', min(started_at), 'until', max(submitted_at), 'units', count(DISTINCT unit_id)
)
FROM chain
GROUP BY address, device, at HAVING count(DISTINCT entry_id) >= %(device_people)s
"""  # noqa: S608

BURST = f"""WITH timed AS (
    SELECT *, date_bin(
        make_interval(secs => %(burst_seconds)s), started_at, timestamptz 'epoch'
    ) AS slot
    FROM paper
), counted AS (
    SELECT unit_id, slot, count(*) AS together, sum(count(*)) OVER (PARTITION BY unit_id) AS every
    FROM timed GROUP BY unit_id, slot
), dense AS MATERIALIZED (
    SELECT * FROM counted
    WHERE together >= %(burst_attempts)s AND together * %(slots)s >= %(burst_times)s * every
), listed AS (
    SELECT unit_id, jsonb_agg(jsonb_build_array(slot, together) ORDER BY slot) AS slots, max(every) AS every
    FROM dense GROUP BY unit_id
)
SELECT {GROUP.replace("unit_id", "timed.unit_id")}, jsonb_build_object(
    'slots', min(listed.slots::text)::jsonb, 'every', max(listed.every), 'of', %(slots)s::bigint
)
FROM dense JOIN timed ON timed.unit_id = dense.unit_id AND timed.slot = dense.slot
JOIN listed ON listed.unit_id = dense.unit_id
GROUP BY timed.unit_id
"""  # noqa: S608

CLOCK = f"""WITH seen AS (
    SELECT *, max(submitted_at) OVER (
        PARTITION BY entry_id ORDER BY number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS before
    FROM paper
), odd AS (
    SELECT *, array_remove(ARRAY[
        CASE WHEN started_at < %(opens_at)s THEN 'before_opening' END,
        CASE WHEN started_at >= %(closes_at)s OR started_at > %(closed_at)s THEN 'after_close' END,
        CASE WHEN submitted_at > greatest(started_at, least(deadline, %(closed_at)s)) THEN 'late' END,
        CASE WHEN duration_ms > %(limit_ms)s THEN 'long' END,
        CASE WHEN deadline > started_at + make_interval(secs => %(limit_ms)s / 1000)
            OR deadline > greatest(started_at, %(closes_at)s) THEN 'deadline' END,
        CASE WHEN duration_ms <> floor(extract(epoch FROM submitted_at - started_at) * 1000)
            THEN 'duration' END,
        CASE WHEN saved_at > deadline THEN 'saved_late' END,
        CASE WHEN submitted_at > statement_timestamp() THEN 'future' END,
        CASE WHEN before > started_at THEN 'overlap' END
    ], NULL) AS reasons
    FROM seen
)
SELECT {GROUP}, jsonb_build_object(
    'reasons', jsonb_agg(jsonb_build_array(id, to_jsonb(reasons)) ORDER BY id)
)
FROM odd WHERE cardinality(reasons) > 0
GROUP BY entry_id
"""  # noqa: S608

# People who took part in this round or an earlier one, of the unit itself, against its own headcount.
# An index has all papers of a round by person; the few that are still open have one of their own.
HEADCOUNT = """
WITH begun AS (
    SELECT a.entry_id, e.unit_id, count(*) AS papers
    FROM attempts_attempt a JOIN contests_entry e ON e.id = a.entry_id
    WHERE e.id <> ALL(%(uncounted)s) AND a.round_id = ANY(ARRAY(
        SELECT id FROM contests_round WHERE contest_id = %(contest)s AND number <= %(number)s
    ))
    GROUP BY a.entry_id, e.unit_id
), still_open AS (
    SELECT entry_id, count(*) AS papers FROM attempts_attempt
    WHERE submitted_at IS NULL AND round_id IN (
        SELECT id FROM contests_round WHERE contest_id = %(contest)s AND number <= %(number)s
    )
    GROUP BY entry_id
)
SELECT unit_id, count(*), sum(begun.papers - coalesce(still_open.papers, 0))::bigint, ARRAY[]::bigint[],
    ARRAY[]::uuid[], '', jsonb_build_object('headcount', h.people)
FROM begun LEFT JOIN still_open USING (entry_id)
JOIN contests_headcount h USING (unit_id)
WHERE h.contest_id = %(contest)s AND begun.papers > coalesce(still_open.papers, 0)
GROUP BY unit_id, h.people HAVING count(*) > h.people
"""

STATEMENTS = {
    AnomalyKind.SPEED: SPEED,
    AnomalyKind.NATIONAL_ID: NATIONAL_ID,
    AnomalyKind.PHONE: PHONE,
    AnomalyKind.NAME: NAME,
    AnomalyKind.ADDRESS: ADDRESS,
    AnomalyKind.DEVICE: DEVICE,
    AnomalyKind.BURST: BURST,
    AnomalyKind.CLOCK: CLOCK,
    AnomalyKind.HEADCOUNT: HEADCOUNT,
}


@dataclass(frozen=True)
class Found:
    """A signal before it is a row. `digest` tells papers apart that `attempts` does not name."""

    kind: AnomalyKind
    unit: int | None
    people: int
    papers: int
    entries: list[int]
    attempts: list[UUID]
    digest: str
    figures: dict[str, Any]

    @property
    def evidence(self) -> dict[str, Any]:
        return {**self.figures, "digest": self.digest}

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex): the same signal on the same evidence has the same, wherever it is computed."""
        people = sorted(self.entries)
        told = [self.kind.value, self.unit, self.people, self.papers, people, self.evidence]
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


@contextmanager
def papers(round: Round, uncounted: list[int]) -> Iterator[None]:
    """The round's submitted papers, for `detect`, without those of the entries that count nowhere.

    Inside a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{SORTED_MB}MB'")
        cursor.execute(CREATE, {"round": round.pk, "uncounted": uncounted})
        cursor.execute("ANALYZE paper")
        yield
        cursor.execute("DROP TABLE paper")


def detect(round: Round, kind: AnomalyKind, uncounted: list[int]) -> list[Found]:
    """The signals of one kind among the `papers` of the round; `uncounted`: entries that count nowhere."""
    if kind == AnomalyKind.SPEED and not round.min_plausible_seconds:
        return []
    with connection.cursor() as cursor:
        cursor.execute(STATEMENTS[kind], _parameters(round, uncounted))
        return [_found(kind, row) for row in cursor.fetchall()]


def uncounted(round: Round) -> list[int]:
    """Entries whose papers nobody looks at here, because they count nowhere."""
    return list(uncounted_entries(round.contest).order_by("pk").values_list("pk", flat=True))


def _found(kind: AnomalyKind, row: tuple[Any, ...]) -> Found:
    unit, people, papers, entries, attempts, digest, figures = row
    figures = json.loads(figures) if isinstance(figures, str) else figures
    return Found(kind, unit, people, papers, list(entries), list(attempts), digest, figures)


def _parameters(round: Round, uncounted: list[int]) -> dict[str, Any]:
    closing = closing_of(round)
    length = round.closes_at - round.opens_at
    return {
        "round": round.pk,
        "contest": round.contest_id,
        "number": round.number,
        "uncounted": uncounted,
        "evidence": EVIDENCE,
        "minimum_ms": (round.min_plausible_seconds or 0) * 1000,
        "address_people": rules.ADDRESS_PEOPLE,
        "device_people": rules.DEVICE_PEOPLE,
        "device_seconds": rules.DEVICE_SECONDS,
        "burst_seconds": rules.BURST_MINUTES * 60,
        "burst_attempts": rules.BURST_ATTEMPTS,
        "burst_times": rules.BURST_TIMES,
        "slots": max(1, int(length.total_seconds()) // (rules.BURST_MINUTES * 60)),
        "opens_at": round.opens_at,
        "closes_at": round.closes_at,
        "closed_at": closing.at if closing else None,
        "limit_ms": round.time_limit_minutes * 60_000,
    }


def papers_digest(papers: list[UUID]) -> str:
    """The digest that GROUP makes of all papers of a group."""
    return hashlib.sha256(",".join(sorted(map(str, papers))).encode()).hexdigest()
