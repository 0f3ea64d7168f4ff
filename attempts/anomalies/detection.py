"""What is looked for: one statement per kind over a round's papers, whatever their number.

Every statement gives rows of `Found`: which papers and people, how many, and the figures to judge by.
Papers of people who count nowhere (organisers' trials, the excluded, a consent taken back) are left out;
those of the disqualified stay in, so that what was decided of a signal stays decided.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from attempts.anomalies import rules
from attempts.anomalies.models import AnomalyKind
from contests.models import Round
from contests.queries import closing_of, uncounted_entries

EVIDENCE = 200  # how many papers and people a row names; the numbers count all

PAPERS = """
WITH paper AS (
    SELECT a.id, a.entry_id, a.number, e.unit_id, e.user_id, a.started_at, a.submitted_at, a.deadline,
        a.saved_at, a.duration_ms, a.correct, a.finished_by, a.address, a.device,
        0 < ANY(a.answers) AS answered
    FROM attempts_attempt a JOIN contests_entry e ON e.id = a.entry_id
    WHERE a.round_id = %(round)s AND a.submitted_at IS NOT NULL AND a.entry_id <> ALL(%(uncounted)s)
)
"""
# Of a group of papers: its unit if it has one, people, papers, the first of both, and a digest of all papers.
GROUP = """
    CASE WHEN min(unit_id) = max(unit_id) THEN min(unit_id) END, count(DISTINCT entry_id), count(*),
    (array_agg(DISTINCT entry_id))[1:%(evidence)s],
    (array_agg(id ORDER BY correct DESC, duration_ms, id))[1:%(evidence)s],
    encode(sha256(string_agg(id::text, ',' ORDER BY id)::bytea), 'hex')
"""

SPEED = f"""{PAPERS}
SELECT {GROUP}, jsonb_build_object('minimum_ms', %(minimum_ms)s::bigint, 'fastest_ms', min(duration_ms))
FROM paper
WHERE duration_ms < %(minimum_ms)s AND answered AND finished_by = 'contestant'
GROUP BY entry_id
"""  # noqa: S608

# Accounts that gave one ID: in this contest it is taken once, so the other gave it in another contest.
NATIONAL_ID = f"""{PAPERS}, person AS (SELECT DISTINCT entry_id, user_id FROM paper), known AS (
    SELECT DISTINCT person.entry_id, other.national_id_hash AS value
    FROM person JOIN contests_entry other ON other.user_id = person.user_id
    WHERE other.national_id_hash IS NOT NULL
), shared AS (SELECT value FROM known GROUP BY value HAVING count(*) > 1)
SELECT {GROUP}, '{{}}'::jsonb
FROM shared JOIN known USING (value) JOIN paper USING (entry_id)
GROUP BY value
"""  # noqa: S608

# A number stands on the entry or on the account, and may stand on one person's entry and another's account.
PHONE = f"""{PAPERS}, person AS (SELECT DISTINCT entry_id, user_id FROM paper), known AS (
    SELECT person.entry_id, entry.phone AS value
    FROM person JOIN contests_entry entry ON entry.id = person.entry_id WHERE entry.phone IS NOT NULL
    UNION
    SELECT person.entry_id, account.phone
    FROM person JOIN accounts_user account ON account.id = person.user_id WHERE account.phone IS NOT NULL
), shared AS (SELECT value FROM known GROUP BY value HAVING count(*) > 1)
SELECT {GROUP}, '{{}}'::jsonb
FROM shared JOIN known USING (value) JOIN paper USING (entry_id)
GROUP BY value
"""  # noqa: S608

NAME = f"""{PAPERS}, person AS (
    SELECT entry.id AS entry_id, lower(entry.full_name) AS name, entry.birth_date,
        count(*) OVER (PARTITION BY lower(entry.full_name), entry.birth_date) AS alike
    FROM contests_entry entry
    WHERE entry.id IN (SELECT entry_id FROM paper) AND entry.birth_date IS NOT NULL
        AND entry.erased_at IS NULL
)
SELECT {GROUP}, jsonb_build_object('units', count(DISTINCT unit_id))
FROM person JOIN paper USING (entry_id) WHERE alike > 1
GROUP BY name, birth_date
"""  # noqa: S608

ADDRESS = f"""{PAPERS}
SELECT {GROUP}, jsonb_build_object('units', count(DISTINCT unit_id), 'devices', count(DISTINCT device))
FROM paper WHERE address IS NOT NULL
GROUP BY address HAVING count(DISTINCT entry_id) >= %(address_people)s
"""  # noqa: S608

# One device handed on: begun when all before it had ended, and soon after the last of them.
DEVICE = f"""{PAPERS}, turn AS (
    SELECT *, started_at - max(submitted_at) OVER (
        PARTITION BY address, device ORDER BY started_at, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS gap
    FROM paper WHERE address IS NOT NULL AND device <> ''
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

BURST = f"""{PAPERS}, timed AS (
    SELECT *, to_timestamp(
        floor(extract(epoch FROM started_at) / %(burst_seconds)s) * %(burst_seconds)s
    ) AS slot
    FROM paper
), counted AS (
    SELECT *, count(*) OVER (PARTITION BY unit_id, slot) AS together,
        count(*) OVER (PARTITION BY unit_id) AS every
    FROM timed
), dense AS (
    SELECT * FROM counted
    WHERE together >= %(burst_attempts)s AND together * %(slots)s >= %(burst_times)s * every
), listed AS (
    SELECT unit_id, jsonb_agg(jsonb_build_array(slot, together) ORDER BY slot) AS slots
    FROM (SELECT DISTINCT unit_id, slot, together FROM dense) one GROUP BY unit_id
)
SELECT {GROUP.replace("unit_id", "dense.unit_id")}, jsonb_build_object(
    'slots', min(listed.slots::text)::jsonb, 'every', max(every), 'of', %(slots)s::bigint
)
FROM dense JOIN listed USING (unit_id)
GROUP BY dense.unit_id
"""  # noqa: S608

CLOCK = f"""{PAPERS}, seen AS (
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
HEADCOUNT = """
SELECT e.unit_id, count(DISTINCT e.id), count(*), ARRAY[]::bigint[], ARRAY[]::uuid[], '',
    jsonb_build_object('headcount', h.people)
FROM contests_headcount h
JOIN contests_entry e ON e.unit_id = h.unit_id AND e.contest_id = h.contest_id
JOIN attempts_attempt a ON a.entry_id = e.id AND a.submitted_at IS NOT NULL
JOIN contests_round r ON r.id = a.round_id AND r.number <= %(number)s
WHERE h.contest_id = %(contest)s AND e.id <> ALL(%(uncounted)s)
GROUP BY e.unit_id, h.people HAVING count(DISTINCT e.id) > h.people
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


def detect(round: Round, kind: AnomalyKind, uncounted: list[int]) -> list[Found]:
    """The signals of one kind in the round's submitted papers; `uncounted`: entries that count nowhere."""
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
