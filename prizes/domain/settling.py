"""What follows by itself once a round is over: closing, finishing what is open, the first ranking."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db.models.functions import Now

from attempts.domain.finishing import finish_open_attempts
from contest_site.lib.errors import DomainError
from contests.domain.rounds import close_round
from contests.models import Round
from contests.queries import announced_contests
from prizes.domain.ranking import compute_standings
from prizes.scope import Scope

log = logging.getLogger(__name__)


def close_due() -> None:
    """Close every announced round whose end has come, and settle every closed one that has no standings yet.

    Scans the database, so a late, lost or doubled run does no harm. A round that fails does not hold up the
    others; it is tried again at the next scan.
    """
    announced = Round.objects.filter(contest__in=announced_contests()).order_by("pk")
    for round in announced.filter(closing=None, closes_at__lte=Now()):
        _guarded(lambda round: close_round(round, by=None), round)
    for round in announced.filter(closing__isnull=False, runs=None):
        _guarded(settle, round)


def settle(round: Round) -> None:
    """Finish the closed round's open attempts and rank it; safe to repeat."""
    finish_open_attempts(round)
    compute_standings(Scope.of_round(round), by=None)


def _guarded(act: Callable[[Round], object], round: Round) -> None:
    try:
        act(round)
    except DomainError as error:
        log.warning("round %s cannot be settled yet: %s", round.pk, error)
    except Exception:
        log.exception("round %s could not be settled", round.pk)
