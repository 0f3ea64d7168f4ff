"""Questions about runs, awards and certificates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from attempts.models import Disqualification, Reinstatement
from contests.enums import Combine, TableScope
from contests.models import ConsentWithdrawal, Contest, EntryDecision, PrizeTable
from prizes.models import (
    Award,
    Certificate,
    Nomination,
    NominationWithdrawal,
    Publication,
    RunApproval,
    RunReturn,
    RunReview,
    StandingsRun,
)
from prizes.scope import Scope

# A decision is seen only when its transaction ends: what was made so shortly before is looked at, too.
SEEN_LATE = timedelta(minutes=1)


def newest_run(scope: Scope) -> StandingsRun | None:
    """The scope's latest version, with every record that was made about it."""
    return newest_runs([scope]).first()


def newest_runs(scopes: Iterable[Scope]) -> QuerySet[StandingsRun]:
    """The latest version of each scope that has one, with every record that was made about it."""
    mine = Q(pk=None)
    for scope in scopes:
        mine |= Q(contest=scope.contest, round=scope.round)
    return (
        StandingsRun.objects.filter(mine)
        .select_related(
            "contest",
            "round__contest",
            "round__closing",
            "by",
            "review__by",
            "returned__by",
            "approval__by",
            "decision__by",
            "publication__by",
        )
        .order_by("contest_id", "round_id", "-version")
        .distinct("contest_id", "round_id")
    )


def review_of(run: StandingsRun) -> RunReview | None:
    try:
        return run.review
    except ObjectDoesNotExist:
        return None


def approval_of(run: StandingsRun) -> RunApproval | None:
    try:
        return run.approval
    except ObjectDoesNotExist:
        return None


def decided_since(run: StandingsRun) -> bool:
    """Whether what the run rests on was decided anew after it was computed.

    A person judged, a nomination made or taken back, an entry corrected, a consent withdrawn, awards of
    another of the contest's rankings approved or sent back. A look at few rows; whether the standings or the
    awards change by it, only ranking again can tell.
    """
    later, contest = Q(at__gt=run.at - SEEN_LATE), run.contest
    judged = Disqualification.objects.filter(later, entry__contest=contest)
    others = (
        Reinstatement.objects.filter(later, disqualification__entry__contest=contest),
        Nomination.objects.filter(later, prize__table__contest=contest, round=run.round),
        NominationWithdrawal.objects.filter(
            later, nomination__prize__table__contest=contest, nomination__round=run.round
        ),
        EntryDecision.objects.filter(later, request__entry__contest=contest),
        ConsentWithdrawal.objects.filter(later, entry__contest=contest),
        RunApproval.objects.filter(later, run__contest=contest).exclude(run=run),
        RunReturn.objects.filter(later, run__contest=contest).exclude(run=run),
    )
    return judged.values("pk").union(*(rows.order_by().values("pk") for rows in others), all=True).exists()


def runs_in_force(contest: Contest, *, before: RunApproval | None = None) -> QuerySet[StandingsRun]:
    """Of every scope of the contest the newest approved version that was not sent back: its awards stand.

    `before`: only of those that had been approved by that approval. One lock of the contest puts approvals
    one after another, so their ids are in their order, which the times of transactions need not be.
    """
    found = StandingsRun.objects.filter(contest=contest, approval__isnull=False, returned=None)
    if before is not None:
        found = found.filter(approval__pk__lt=before.pk)
    return found.order_by("round_id", "-version").distinct("round_id")


def awards_in_force(
    contest: Contest, *, apart_from: Scope | None, before: RunApproval | None = None
) -> QuerySet[Award]:
    """What stands awarded in the contest, without the awards of one scope (None: with all)."""
    found = Award.objects.filter(run__in=runs_in_force(contest, before=before).values("pk"))
    return found if apart_from is None else found.exclude(run__round=apart_from.round)


def active_nominations(scope: Scope) -> QuerySet[Nomination]:
    """Whom the committee has chosen for prizes of the scope and not withdrawn."""
    return Nomination.objects.filter(
        prize__table__contest=scope.contest, round=scope.round, withdrawal=None
    ).select_related("prize__table", "entry__unit", "unit", "by")


def publications(contest: Contest) -> QuerySet[Publication]:
    """What was published: the rounds in their order, then the whole contest; of each the newest first.

    Of a round (or the whole contest) only its first one here is in force.
    """
    return (
        Publication.objects.filter(run__contest=contest)
        .select_related("run__contest", "run__round", "run__decision")
        .order_by(F("run__round__number").asc(nulls_last=True), "-run__version")
    )


def published_awards() -> QuerySet[Award]:
    """What is public and stands: no later publication of the same round (or whole contest) replaced it."""
    later = (
        Publication.objects.annotate(of=Coalesce("run__round_id", 0))
        .filter(
            of=Coalesce(OuterRef("run__round_id"), 0),
            run__contest=OuterRef("run__contest"),
            run__version__gt=OuterRef("run__version"),
        )
        .values("pk")
    )
    return Award.objects.filter(~Exists(later), run__publication__isnull=False)


def is_in_force(certificate: Certificate) -> bool:
    return published_awards().filter(pk=certificate.award_id).exists()


def papers_of(runs: Iterable[StandingsRun]) -> dict[int, tuple[int, int]]:
    """By run: how many of its certificates have their PDF, and how many there are; none without any."""
    counted = Certificate.objects.filter(award__run__in=runs).values_list("award__run")
    return {
        run: (made, total) for run, made, total in counted.annotate(made=Count("file"), total=Count("pk"))
    }


def certificates_of(run: StandingsRun) -> QuerySet[Certificate]:
    """By number, each with its award, holder and file."""
    return (
        Certificate.objects.filter(award__run=run)
        .select_related("award__entry", "award__unit", "award__prize__certificate", "file")
        .order_by("serial")
    )


def runs_of(scope: Scope) -> QuerySet[StandingsRun]:
    """All versions of a scope, the newest first, with what became of each."""
    return (
        StandingsRun.objects.filter(contest=scope.contest, round=scope.round)
        .select_related("contest", "round", "by", "returned", "publication")
        .order_by("-version")
    )


def contests_with_overall(contests: Iterable[Contest]) -> set[int]:
    """Ids of those contests of which standings of the whole are made (as contests.queries.has_overall)."""
    whole = PrizeTable.objects.filter(contest=OuterRef("pk"), scope=TableScope.CONTEST)
    found = (
        Contest.objects.filter(pk__in=[contest.pk for contest in contests])
        .annotate(rounds_total=Count("rounds"))
        .filter(~Q(overall_combine=Combine.NONE) | Exists(whole), rounds_total__gte=2)
    )
    return set(found.values_list("pk", flat=True))
