"""Questions about runs, awards and certificates."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Count, Q, QuerySet

from contests.enums import Audience
from contests.models import Contest, Prize, Round
from prizes.models import Certificate, Publication, RunApproval, RunReview, StandingsRun
from prizes.scope import Scope


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


def prizes_of(round: Round) -> QuerySet[Prize]:
    """The individual prizes that a round's standings decide, from the highest.

    A contest's prizes that name no round belong to its round when it has just one. With several rounds they
    are the whole contest's and no single round decides them.
    """
    mine = Q(round=round)
    if not Round.objects.filter(contest_id=round.contest_id).exclude(pk=round.pk).exists():
        mine |= Q(round=None)
    return Prize.objects.filter(mine, contest_id=round.contest_id, audience=Audience.INDIVIDUAL).order_by(
        "position", "round_id", "pk"
    )


def publications(contest: Contest) -> QuerySet[Publication]:
    """What was published, by round and from the newest; of a round only its first row here is in force."""
    return (
        Publication.objects.filter(run__round__contest=contest)
        .select_related("run__round", "run__decision")
        .order_by("run__round__number", "-run__version")
    )


def is_in_force(certificate: Certificate) -> bool:
    """Whether no later publication of the same round has replaced the certificate's."""
    run = certificate.award.run
    return not Publication.objects.filter(run__round=run.round_id, run__version__gt=run.version).exists()


def papers_of(runs: Iterable[StandingsRun]) -> dict[int, tuple[int, int]]:
    """By run: how many of its certificates have their PDF, and how many there are; none without any."""
    counted = Certificate.objects.filter(award__run__in=runs).values_list("award__run")
    return {
        run: (made, total) for run, made, total in counted.annotate(made=Count("file"), total=Count("pk"))
    }


def certificates_of(run: StandingsRun) -> QuerySet[Certificate]:
    return Certificate.objects.filter(award__run=run).order_by("serial")
