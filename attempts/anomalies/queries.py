"""Questions that other parts ask about signals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from django.db.models import BigIntegerField, Count, Exists, F, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from attempts.anomalies import scanning
from attempts.anomalies.models import AnomalyKind
from attempts.models import Anomaly, AnomalyScan, AnomalyVerdict, Disqualification
from contest_site.lib.hot import Compiled
from contests.models import Contest, Round
from contests.queries import announced_contests

ROUNDS = 100  # on the page of rounds
PASSED_ON = AnomalyVerdict.Conclusion.PASSED_ON


class ScanState(Enum):
    """Whether a round was looked through; until it was, nothing can be said of its signals."""

    MISSING = "missing"  # never, or not since the close, or something changed since
    WAITS = "waits"  # a worker is at it
    FAILED = "failed"
    DONE = "done"


def scan_state(round: Round, *, exact: bool = False) -> ScanState:
    """The round's scan as it stands; `exact`: papers that came since are noticed too, which takes a count."""
    row = AnomalyScan.objects.filter(round=round).defer("found").first()
    if row is None:
        return ScanState.MISSING
    if row.waits:
        return ScanState.WAITS
    if row.failure:
        return ScanState.FAILED
    if not scanning.is_of(row, scanning.bases([round])[round.pk]):
        return ScanState.MISSING
    assert row.basis is not None
    if exact and row.basis["submitted"] != scanning.submitted(round):
        return ScanState.MISSING
    return ScanState.DONE


def anomalies(of: Contest | Round | Iterable[Round]) -> QuerySet[Any]:
    """The signals of a round, of several or of a contest's rounds, as the newest scan of each found them.

    Each with `conclusion`, that of the newest verdict; None while it waits.
    """
    return with_conclusion(Anomaly.objects.filter(pk__in=Subquery(_found(of))))


def every(of: Contest | Round) -> QuerySet[Any]:
    """Also the signals that the newest scan no longer found; each with `conclusion`."""
    rounds = Q(round__contest=of) if isinstance(of, Contest) else Q(round=of)
    return with_conclusion(Anomaly.objects.filter(rounds))


def with_conclusion(rows: QuerySet[Any]) -> QuerySet[Any]:
    newest = AnomalyVerdict.objects.filter(anomaly=OuterRef("pk")).order_by("-pk").values("conclusion")
    told: QuerySet[Any] = rows.annotate(conclusion=Subquery(newest[:1]))
    return told


def skipped_kinds(rounds: Iterable[Round]) -> list[AnomalyKind]:
    """Kinds that the newest scan of one of these rounds had to leave out: nobody knows of them. One query."""
    rows = AnomalyScan.objects.filter(round__in=list(rounds)).values_list("skipped", flat=True)
    left_out = {name for skipped in rows for name in skipped}
    return [kind for kind in AnomalyKind if kind.value in left_out]


def waiting(of: Contest | Round | Iterable[Round]) -> int:
    """How many signals have no verdict yet. One query."""
    if isinstance(of, Round):
        row = _waiting_in_round().row(of.pk)
        return row[0] if row else 0
    return anomalies(of).filter(conclusion=None).count()


@cache
def _waiting_in_round() -> Compiled:
    """The watch asks it every few seconds, of one round."""
    rows = anomalies(Round(pk=-987_654_321)).filter(conclusion=None).order_by()
    return Compiled(rows.values("round").annotate(number=Count("pk")).values_list("number"), -987_654_321)


def undecided_passed_on(of: Contest | Round | Iterable[Round]) -> QuerySet[Any]:
    """Signals that were passed on, of which nobody is disqualified (in the round or the contest) so far.

    A disqualification that was taken back before the signal was passed on is no answer to it; one that was
    taken back since is: somebody has decided.
    """
    place = Func(
        OuterRef("entries"), F("entry_id"), function="array_position", output_field=BigIntegerField()
    )
    passed_on = AnomalyVerdict.objects.filter(anomaly=OuterRef("pk")).order_by("-pk").values("at")[:1]
    judged = Disqualification.objects.annotate(place=place).filter(
        Q(round=None) | Q(round=OuterRef("round")),
        Q(reinstatement=None) | Q(reinstatement__at__gte=OuterRef("passed_on_at")),
        place__isnull=False,
    )
    told: QuerySet[Any] = anomalies(of).annotate(passed_on_at=Subquery(passed_on))
    return told.filter(~Exists(judged), conclusion=PASSED_ON)


@dataclass(frozen=True)
class KindCount:
    """Of one kind: how many signals there are and how many wait."""

    kind: AnomalyKind
    found: int
    waiting: int


def counts_by_kind(of: Contest | Round) -> list[KindCount]:
    """Every kind that there is, in the kinds' order. One query."""
    rows: dict[str, Any] = {
        row["kind"]: row
        for row in anomalies(of)
        .order_by()
        .values("kind")
        .annotate(found=Count("pk"), waits=Count("pk", filter=Q(conclusion=None)))
    }
    return [
        KindCount(kind, rows[kind.value]["found"], rows[kind.value]["waits"])
        for kind in AnomalyKind
        if kind.value in rows
    ]


def running_counts(round: Round) -> tuple[dict[str, int], Any]:
    """How many signals of each kind a worker counted last, and when; ({}, None) before the first time.

    For the watch of a running round. One query.
    """
    row = AnomalyScan.objects.filter(round=round).values_list("counts", "counted_at").first()
    return row or ({}, None)


def _found(of: Contest | Round | Iterable[Round]) -> QuerySet[Any]:
    if isinstance(of, Contest):
        scans = AnomalyScan.objects.filter(round__contest=of)
    elif isinstance(of, Round):
        scans = AnomalyScan.objects.filter(round=of)
    else:
        scans = AnomalyScan.objects.filter(round__in=list(of))
    return scans.values_list(Unnest(F("found")), flat=True)


class Unnest(Func):
    """The elements of an array as rows."""

    function = "unnest"
    set_returning = True
    output_field = BigIntegerField()


@dataclass(frozen=True)
class RoundCount:
    """A round that has begun, with its signals."""

    round: Round
    found: int
    waiting: int
    scanned: bool


def rounds_with_counts() -> list[RoundCount]:
    """Announced contests' rounds that have begun, the newest first. Three queries, whatever their number."""
    rounds = list(
        Round.objects.filter(contest__in=announced_contests(), opens_at__lte=Now())
        .select_related("contest", "closing")
        .order_by("-opens_at", "-pk")[:ROUNDS]
    )
    counts = {
        row["round"]: row
        for row in anomalies(rounds)
        .order_by()
        .values("round")
        .annotate(found=Count("pk"), waits=Count("pk", filter=Q(conclusion=None)))
    }
    scanned = set(
        AnomalyScan.objects.filter(round__in=rounds, scanned_at__isnull=False).values_list(
            "round_id", flat=True
        )
    )
    nothing = {"found": 0, "waits": 0}
    return [
        RoundCount(
            one,
            counts.get(one.pk, nothing)["found"],
            counts.get(one.pk, nothing)["waits"],
            one.pk in scanned,
        )
        for one in rounds
    ]
