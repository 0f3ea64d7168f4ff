"""What follows by itself once a round is over: closing, finishing what is open, the first standings."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from attempts.domain.finishing import finish_open_attempts
from attempts.domain.regrading import regrade
from attempts.models import Attempt, Regrade
from attempts.queries import corrections_wait, disqualified_entries, lines_of, rounds_to_regrade
from contest_site.lib.errors import DomainError
from contest_site.lib.locks import lock
from contests.domain.rounds import close_round
from contests.models import Contest, Round
from contests.queries import announced_contests, closing_of, uncounted_entries
from prizes.domain.persons import rounds_needed
from prizes.domain.ranking import compute_standings
from prizes.models import StandingsRun
from prizes.queries import contests_with_overall, newest_run, newest_runs, review_of
from prizes.scope import Scope

log = logging.getLogger(__name__)

LATE = timedelta(hours=1)  # for how long after its close a round is looked at for attempts that came late

What = TypeVar("What", Round, Scope)


def close_due() -> None:
    """Close every announced round whose end has come, and settle what is over and has no standings yet.

    What changed right after its first standings, by attempts or corrections of the key, is ranked again.

    Scans the database, so a late, lost or doubled run does no harm. What fails does not hold up the others;
    it is tried again at the next scan.
    """
    announced = (
        Round.objects.filter(contest__in=announced_contests()).select_related("contest").order_by("pk")
    )
    for round in announced.filter(closing=None, closes_at__lte=Now()):
        _guarded(lambda round: close_round(round, by=None), round)
    for round in announced.filter(closing__isnull=False, runs=None):
        _guarded(settle, Scope.of_round(round))
    for contest in _whole_contests_due():
        _guarded(settle, Scope.of_contest(contest))
    for round in rounds_to_regrade():
        _guarded(regrade_and_rank, round)
    for round in _rounds_behind():
        _guarded(_rank_again, round)


def settle(scope: Scope) -> StandingsRun | None:
    """Finish a closed scope's open attempts, apply approved key corrections, rank it; safe to repeat.

    None, and nothing done, while a round that the standings need is still to be closed.
    """
    rounds = rounds_needed(scope)
    if any(closing_of(round) is None for round in rounds):
        return None
    for round in rounds:
        finish_open_attempts(round)
    for round in rounds:
        # A round that has standings of its own gets their next version, not only this scope's first one.
        regrade_and_rank(round)
    return compute_standings(scope, by=None)


def regrade_and_rank(round: Round) -> Regrade | None:
    """Apply the approved key corrections of a closed round, and make the next version of its standings.

    Of every standings made so far that its marks count in, all in one transaction: a regrade that was not
    followed by them cannot be. What was not ranked yet takes the marks up with its first standings; what
    waits for the corrections of another round too is ranked when those are applied. None, and nothing done,
    when the corrections are applied already or the round is not closed.
    """
    if closing_of(round) is None:
        return None
    finish_open_attempts(round)
    with transaction.atomic():
        # One round of a contest at a time: of two at once neither would see that the other is done.
        lock(f"regrade:contest:{round.contest_id}")
        made = regrade(round)
        if made is None:
            return None
        questions = ", ".join(str(question + 1) for question, *_rest in lines_of(made))
        reason = _(
            "Chấm lại %(round)s (lần %(version)d) sau khi sửa đáp án câu %(questions)s của bộ câu hỏi."
        )
        values = {"round": round.name, "version": made.version, "questions": questions}
        for scope in scopes_marked_by(round):
            if not any(corrections_wait(one) for one in rounds_needed(scope)):
                compute_standings(scope, by=None, reason=reason % values)
    return made


def scopes_marked_by(round: Round) -> list[Scope]:
    """The scopes with standings in which the round's marks count, the round's own first."""
    ranked = StandingsRun.objects.filter(contest=round.contest_id)
    rounds = Round.objects.filter(runs__in=ranked).select_related("contest", "closing").distinct()
    scopes = [Scope.of_round(one) for one in rounds.order_by("number")]
    if ranked.filter(round=None).exists():
        scopes.append(Scope.of_contest(round.contest))
    touched = [scope for scope in scopes if round in rounds_needed(scope)]
    return sorted(touched, key=lambda scope: scope.round != round)


def _rounds_behind() -> list[Round]:
    """Rounds closed lately of which more attempts count by now than in their newest standings.

    No attempt should come so late: this sees to it that none is forgotten. Not after the review, from which
    on organisers alone decide what is ranked; its next step refuses what is not current.
    """
    lately = Round.objects.filter(
        contest__in=announced_contests(), closing__at__gte=Now() - LATE, runs__isnull=False
    )
    rounds = lately.select_related("contest", "closing").distinct().order_by("pk")
    newest = newest_runs([Scope.of_round(round) for round in rounds])
    counted = {run.round_id: run.attempts for run in newest if review_of(run) is None}
    return [one for one in rounds if one.pk in counted and _attempts_counting(one) > counted[one.pk]]


def _attempts_counting(round: Round) -> int:
    refused = (uncounted_entries(round.contest), disqualified_entries(round.contest, round))
    out = [pk for entries in refused for pk in entries.values_list("pk", flat=True)]
    return Attempt.objects.filter(round=round, submitted_at__isnull=False).exclude(entry__in=out).count()


def _rank_again(round: Round) -> None:
    reason = _("Có bài thi được tính của %(round)s sau lần xếp hạng trước.") % {"round": round.name}
    for scope in scopes_marked_by(round):
        run = newest_run(scope)
        if run and review_of(run) is None:
            compute_standings(scope, by=None, reason=reason)


def _whole_contests_due() -> list[Contest]:
    """Contests of which every round has standings, and the whole should have and has not."""
    unranked = Round.objects.filter(contest=OuterRef("pk"), runs=None)
    whole = StandingsRun.objects.filter(contest=OuterRef("pk"), round=None)
    due = list(announced_contests().filter(~Exists(unranked), ~Exists(whole)).order_by("pk"))
    overall = contests_with_overall(due)
    return [contest for contest in due if contest.pk in overall]


def _guarded(act: Callable[[What], object], what: What) -> None:
    try:
        act(what)
    except DomainError as error:
        log.warning("%s cannot be settled yet: %s", _named(what), error)
    except Exception:
        log.exception("%s could not be settled", _named(what))


def _named(what: Round | Scope) -> str:
    round = what.round if isinstance(what, Scope) else what
    return f"round {round.pk}" if round else f"contest {what.contest.pk}"
