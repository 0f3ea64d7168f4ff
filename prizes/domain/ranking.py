"""Computing a round's standings: set-based in SQL, versioned, reproducible to the byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _
from psycopg import sql

from attempts.models import Attempt
from contest_site.audit.trail import record
from contest_site.lib.errors import NotNow, Refused
from contest_site.lib.locks import lock
from contests.enums import CountingAttempt, PredictionTarget, RankKey
from contests.models import Prize, Round
from contests.queries import closing_of, tables_of, uncounted_entries
from prizes.models import StandingsRun
from prizes.queries import newest_run
from prizes.rules.canonical import FORMAT, configuration_line, prize_lines
from prizes.rules.targets import Counts, target_value
from prizes.scope import Scope

if TYPE_CHECKING:
    from contest_site.accounts.models import User

# Which attempt counts. The number settles the rest, so that equal attempts of one person make no difference
# between two computations; a prediction never appears here.
COUNTING = {
    CountingAttempt.FIRST: sql.SQL("a.number ASC"),
    CountingAttempt.LAST: sql.SQL("a.number DESC"),
    CountingAttempt.BEST: sql.SQL("a.correct DESC, a.duration_ms ASC, a.submitted_at ASC, a.number ASC"),
}
KEYS = {
    RankKey.SCORE: sql.SQL("correct DESC"),
    RankKey.PREDICTION: sql.SQL("distance ASC NULLS LAST"),
    RankKey.DURATION: sql.SQL("duration_ms ASC"),
    RankKey.SUBMITTED: sql.SQL("submitted_at ASC"),
}

# One row per eligible person: the counting attempt, and what the targets count. The statement is one
# snapshot; everything after it reads this table only.
PERSON = sql.SQL("""
CREATE TEMP TABLE standings_person ON COMMIT DROP AS
SELECT DISTINCT ON (a.entry_id)
    a.entry_id, a.id AS attempt_id, a.correct, a.duration_ms, a.submitted_at,
    a.correct = cardinality(a.paper) AS all_right,
    p.value AS prediction,
    count(*) OVER person AS attempts,
    bool_or(a.correct = cardinality(a.paper)) OVER person AS once_all_right
FROM attempts_attempt a
LEFT JOIN attempts_prediction p ON p.entry_id = a.entry_id AND p.round_id = a.round_id
WHERE a.round_id = %s AND a.submitted_at IS NOT NULL AND a.entry_id <> ALL(%s::bigint[])
WINDOW person AS (PARTITION BY a.entry_id)
ORDER BY a.entry_id, {counting}
""")
COUNTS = """
SELECT count(*), coalesce(sum(attempts), 0)::bigint, count(*) FILTER (WHERE once_all_right)
FROM standings_person
"""
RANKED = sql.SQL("""
SELECT rank() OVER (ORDER BY {keys}) AS rank,
    entry_id, attempt_id, correct, duration_ms, submitted_at, prediction, distance
FROM (
    SELECT *, abs(prediction - {target}::numeric)::numeric(14, 5) AS distance FROM standings_person
) person
WHERE all_right OR NOT {only_all_right}
ORDER BY rank, entry_id
""")
LINES = sql.SQL("""
COPY (
    SELECT concat_ws('|', rank, entry_id, attempt_id, correct, duration_ms,
        to_char(submitted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        coalesce(prediction::text, ''), coalesce(distance::text, ''))
    FROM ({ranked}) ranked
    ORDER BY rank, entry_id
) TO STDOUT
""")
INSERT = sql.SQL("""
INSERT INTO prizes_standingsrow
    (run_id, rank, entry_id, attempt_id, correct, duration_ms, submitted_at, prediction, distance)
SELECT %s, ranked.* FROM ({ranked}) ranked
""")


@dataclass(frozen=True)
class Draft:
    """What the standings are at this moment, before they are a version."""

    configuration: Mapping[str, Any]
    counts: Counts
    target: Decimal | None
    ranked: int
    digest: str


def compute_standings(scope: Scope, *, by: User | None, reason: str = "") -> StandingsRun:
    """Rank a closed round as its next version, or return the newest version if nothing has changed since.

    Eligible are the entries not on the exclusion list. Which attempt counts and the order come from the
    plan; people equal on every key share a rank. A newest version that was sent back is always followed by
    a new one. `by=None` is the system itself. The run is final: digest and rows are written whole.

    Raises NotNow unless the round is closed and every attempt finished, Refused for a plan without an order.
    """
    assert scope.round is not None
    with transaction.atomic():
        lock(scope.lock_key)
        round = Round.objects.select_related("contest", "closing").get(pk=scope.round.pk)
        scope = Scope.of_round(round)
        _check_ready(round)
        newest = newest_run(scope)
        with _draft(round) as (draft, cursor):
            if newest and newest.digest == draft.digest and not hasattr(newest, "returned"):
                return newest
            run = StandingsRun.objects.create(
                contest=scope.contest,
                round=scope.round,
                version=newest.version + 1 if newest else 1,
                configuration=draft.configuration,
                target_value=draft.target,
                participants=draft.counts.participants,
                attempts=draft.counts.attempts,
                all_right=draft.counts.all_right,
                ranked=draft.ranked,
                digest=draft.digest,
                reason=reason.strip(),
                by=by,
            )
            cursor.execute(INSERT.format(ranked=_ranked(round, draft.target)), [run.pk])
        record(
            "computed standings", run, by=by, reason=run.reason,
            version=run.version, digest=run.digest, ranked=run.ranked,
        )  # fmt: skip
    return run


def is_current(run: StandingsRun) -> bool:
    """Whether ranking again with the plan, prizes and exclusion list of now gives the same digest."""
    with transaction.atomic():
        round = Round.objects.select_related("contest").get(pk=run.round_id)
        with _draft(round) as (draft, _cursor):
            return draft.digest == run.digest


def _check_ready(round: Round) -> None:
    if closing_of(round) is None:
        raise NotNow(_("Vòng thi chưa đóng nên chưa thể xếp hạng."))
    if Attempt.objects.filter(round=round, submitted_at=None).exists():
        raise NotNow(
            _("Còn bài thi chưa nộp. Hệ thống đang kết thúc các bài thi này, vui lòng thử lại sau ít phút.")
        )
    if not round.rank_order:
        raise Refused(_("Chưa thể xếp hạng."), [_("Kế hoạch chưa quy định thứ tự xếp hạng của vòng thi.")])


@contextmanager
def _draft(round: Round) -> Iterator[tuple[Draft, CursorWrapper]]:
    """The standings of now in a temporary table that lives as long as the context."""
    excluded = list(uncounted_entries(round.contest).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            PERSON.format(counting=COUNTING[CountingAttempt(round.counting_attempt)]),
            [round.pk, excluded],
        )
        cursor.execute(COUNTS)
        row = cursor.fetchone()
        assert row is not None
        counts = Counts(*row)
        target = target_value(PredictionTarget(round.prediction_target), counts)
        configuration = _configuration(round, counts, target, excluded)
        digest, ranked = _digest(cursor, round, configuration, target)
        yield Draft(configuration, counts, target, ranked, digest), cursor
        cursor.execute("DROP TABLE standings_person")


def _configuration(
    round: Round, counts: Counts, target: Decimal | None, excluded: list[int]
) -> dict[str, Any]:
    refused = Attempt.objects.filter(round=round, submitted_at__isnull=False, entry__in=excluded)
    return {
        "format": FORMAT,
        "contest": round.contest.slug,
        "round": round.number,
        "counting_attempt": round.counting_attempt,
        "rank_order": list(round.rank_order),
        "only_all_right": round.only_all_right,
        "prediction_target": round.prediction_target,
        "target_value": None if target is None else str(target),
        "participants": counts.participants,
        "attempts": counts.attempts,
        "all_right": counts.all_right,
        "excluded": refused.values("entry").distinct().count(),
        "prizes": prize_lines(
            Prize.objects.filter(table__in=tables_of(round.contest, round))
            .order_by("table__number", "position")
            .values_list("table__number", "position", "name", "quantity", "amount")
        ),
    }


def _digest(
    cursor: CursorWrapper, round: Round, configuration: Mapping[str, Any], target: Decimal | None
) -> tuple[str, int]:
    """SHA-256 (hex) of the canonical text and the number of people in it; streamed, so memory stays flat."""
    digest = hashlib.sha256(configuration_line(configuration))
    people = 0
    with cursor.copy(LINES.format(ranked=_ranked(round, target))) as lines:
        for chunk in lines:
            digest.update(chunk)
            people += bytes(chunk).count(b"\n")
    return digest.hexdigest(), people


def _ranked(round: Round, target: Decimal | None) -> sql.Composed:
    return RANKED.format(
        keys=sql.SQL(", ").join(KEYS[RankKey(key)] for key in round.rank_order),
        target=sql.Literal(target),
        only_all_right=sql.Literal(round.only_all_right),
    )
