"""Looking a round through: by a worker once it is closed, and whenever somebody asks; counting while it runs.

A signal that was found before on the same evidence is the same row; other evidence is a new one. What a scan
no longer finds stays, with what was said of it, and waits for nobody.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from psycopg.errors import QueryCanceled

from attempts.anomalies.answers import TookTooLong, equal_answers
from attempts.anomalies.detection import STATEMENTS, Found, detect, papers, uncounted
from attempts.anomalies.models import AnomalyKind
from attempts.models import Anomaly, AnomalyScan, Attempt
from contest_site.audit.trail import record
from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotNow
from contest_site.lib.locks import lock
from contest_site.lib.work import ask, limited_statements
from contests.models import Round
from contests.queries import announced_contests

if TYPE_CHECKING:
    from contest_site.accounts.models import User

log = logging.getLogger(__name__)

TASK = "attempts.tasks.scan_round"
LATE = timedelta(hours=1)  # for how long after its close a round is looked at for papers that came late
# What takes longer is left out of this scan, and the page says so: no round waits for it for ever.
SECONDS, SECONDS_OF_ALL = 150, 210
BATCH = 500
# What a scan hangs on besides the papers: each part reads few rows.
BASIS = """
SELECT r.id, EXISTS (SELECT FROM contests_roundclosing k WHERE k.round_id = r.id), r.min_plausible_seconds, (
        SELECT coalesce(max(d.id), 0) FROM attempts_keycorrectiondecision d
        JOIN attempts_keycorrection c ON c.id = d.correction_id WHERE c.round_id = r.id AND d.approved
    ), (
        SELECT concat_ws('/', count(*), sum(h.people), sum(h.people::bigint * h.unit_id))
        FROM contests_headcount h WHERE h.contest_id = r.contest_id
    )
FROM contests_round r WHERE r.id = ANY(%s)
"""


def ask_for_scan(round: Round, *, by: User) -> AnomalyScan:
    """Have a worker look the round through anew. Raises NotNow before anybody can have handed in a paper."""
    if database_now() < round.opens_at:
        raise NotNow(_("Vòng thi chưa mở nên chưa có bài để xem xét."))
    with transaction.atomic():
        row, _made = AnomalyScan.objects.get_or_create(round=round)
        ask(row, TASK)
        record("scanned round", round, by=by, contest=round.contest_id)
    return row


def scan_round(round: Round) -> AnomalyScan:
    """Look the round through now, in the caller's process; safe to repeat."""
    row, _made = AnomalyScan.objects.get_or_create(round=round)
    with transaction.atomic():
        columns = scanned(row)
        AnomalyScan.objects.filter(pk=row.pk).update(**columns, failure="", done_at=Now())
    row.refresh_from_db()
    return row


def scanned(row: AnomalyScan) -> dict[str, Any]:
    """The columns of a round that was looked through now; its new signals are written."""
    begun = time.monotonic()
    lock(f"anomalies:{row.round_id}")
    round = Round.objects.select_related("contest", "seal", "closing").get(pk=row.round_id)
    at, basis = database_now(), {**bases([round])[round.pk], "submitted": submitted(round)}
    found, skipped = _look(round)
    keys = _write(round, found)
    return {
        "found": sorted(keys),
        "counts": dict(Counter(one.kind.value for one in found)),
        "counted_at": at,
        "scanned_at": at,
        "skipped": [kind.value for kind in skipped],
        "basis": basis,
        "took_ms": int((time.monotonic() - begun) * 1000),
    }


def count_running() -> None:
    """Count the signals of the rounds that run now, for the watch; nothing is written that waits for anybody.

    Without equal answers: these are compared once the round is closed, or when somebody asks.
    """
    now = database_now()
    running = Round.objects.filter(
        contest__in=announced_contests(),
        opens_at__lte=now,
        closes_at__gt=now,
        closing=None,
        seal__isnull=False,
    )
    for round in running.select_related("contest", "seal", "closing"):
        with transaction.atomic(), connection.cursor() as cursor:
            # One process of the database and no more: the other processors are the contestants'.
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
            found, _skipped = _look(round, tuple(STATEMENTS))
        row, _made = AnomalyScan.objects.get_or_create(round=round, defaults={"done_at": Now()})
        AnomalyScan.objects.filter(pk=row.pk).update(
            counts=dict(Counter(one.kind.value for one in found)), counted_at=Now()
        )


def rows_due() -> list[AnomalyScan]:
    """Rows of closed rounds to be looked through: never since the close, or of what has changed.

    A round with open attempts is not yet due. What failed waits for a person.
    """
    still_open = Attempt.objects.filter(round=OuterRef("pk"), submitted_at=None)
    closed = Round.objects.filter(
        ~Exists(still_open), contest__in=announced_contests(), closing__isnull=False
    )
    rounds = {round.pk: round for round in closed.order_by("pk")}
    late = set(closed.filter(closing__at__gte=Now() - LATE).values_list("pk", flat=True))
    has = set(AnomalyScan.objects.filter(round__in=rounds).values_list("round_id", flat=True))
    missing = [AnomalyScan(round=round) for pk, round in rounds.items() if pk not in has]
    AnomalyScan.objects.bulk_create(missing, ignore_conflicts=True)
    now = bases(list(rounds.values()))
    rows = AnomalyScan.objects.filter(round__in=rounds, done_at__isnull=False, failure="")
    return [
        row
        for row in rows.order_by("pk").defer("found", "counts")
        if not is_of(row, now[row.round_id])
        or row.basis is None
        or (row.round_id in late and row.basis["submitted"] != submitted(rounds[row.round_id]))
    ]


def bases(rounds: list[Round]) -> dict[int, dict[str, Any]]:
    """By round, what a scan of now would hang on; the number of papers, which takes longer, is left out."""
    with connection.cursor() as cursor:
        cursor.execute(BASIS, [[round.pk for round in rounds]])
        return {
            pk: {"closed": closed, "minimum": minimum, "corrections": corrections, "headcounts": headcounts}
            for pk, closed, minimum, corrections, headcounts in cursor.fetchall()
        }


def is_of(row: AnomalyScan, basis: dict[str, Any]) -> bool:
    """Whether a round was looked through as it is now, but for papers that came since."""
    return row.basis is not None and {**row.basis, **basis} == row.basis


def submitted(round: Round) -> int:
    return Attempt.objects.filter(round=round, submitted_at__isnull=False).count()


def _look(
    round: Round, kinds: tuple[AnomalyKind, ...] = tuple(AnomalyKind)
) -> tuple[list[Found], list[AnomalyKind]]:
    """What there is of each kind, each on evidence of its own, and the kinds that took too long."""
    left_out, until = uncounted(round), time.monotonic() + SECONDS_OF_ALL
    found: dict[str, Found] = {}
    skipped = []
    with papers(round, left_out):
        for kind in kinds:
            seconds = max(1, min(SECONDS, int(until - time.monotonic())))
            ends = time.monotonic() + seconds
            try:
                with transaction.atomic():
                    limited_statements(seconds)
                    if kind in STATEMENTS:
                        some = detect(round, kind, left_out)
                    else:
                        some = equal_answers(round, left_out, ends)
            except (OperationalError, TookTooLong) as error:
                if not isinstance(error, TookTooLong) and not isinstance(error.__cause__, QueryCanceled):
                    raise
                log.warning("signals of kind %s in round %s took too long", kind, round.pk)
                skipped.append(kind)
                continue
            found |= {one.fingerprint: one for one in some}
    return list(found.values()), skipped


def _write(round: Round, found: list[Found]) -> list[int]:
    """Keys of the signals; those that are new become rows."""
    Anomaly.objects.bulk_create(
        [
            Anomaly(
                round=round,
                kind=one.kind,
                fingerprint=one.fingerprint,
                unit_id=one.unit,
                people=one.people,
                papers=one.papers,
                entries=one.entries,
                attempts=one.attempts,
                evidence=one.evidence,
            )
            for one in found
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    prints = [one.fingerprint for one in found]
    return list(Anomaly.objects.filter(round=round, fingerprint__in=prints).values_list("pk", flat=True))
