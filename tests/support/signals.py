"""Signals looked for and cleared, for tests that are about something else."""

from __future__ import annotations

from attempts.anomalies.domain import decide, scan_round
from attempts.anomalies.queries import anomalies
from contest_site.accounts.models import User
from contests.models import Contest, Round
from prizes.domain import deciding
from prizes.models import RunApproval, StandingsRun
from prizes.scope import Scope


def clear_signals(of: Contest | Round, *, by: User) -> None:
    """Look all closed rounds through and say of every signal that it changes nothing."""
    rounds = Round.objects.filter(contest=of, closing__isnull=False) if isinstance(of, Contest) else [of]
    for round in rounds:
        scan_round(round)
        if found := list(anomalies(round).filter(conclusion=None)):
            decide(found, conclusion="no_effect", grounds="Biên bản rà soát của Ban Giám khảo.", by=by)


def approve_run(run: StandingsRun, *, by: User) -> RunApproval:
    """Approve once the signals of its rounds are cleared, as nothing is approved before."""
    for round in Scope.of_run(run).rounds():
        clear_signals(round, by=by)
    return deciding.approve_run(run, by=by)
