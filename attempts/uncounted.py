"""Whom no count of participants has, though they took part."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from attempts.models import Attempt, Disqualification
from contests.models import Contest, Entry, Round
from contests.queries import uncounted_entries


def uncounted_people(contest: Contest, round: Round | None = None) -> list[int]:
    """Ids of entries that `attempts.reports` does not count though they may have submitted. Two queries.

    Excluded, trial, consent taken back; or disqualified wherever they submitted in the round (None: in any).
    """
    judged = Disqualification.objects.filter(entry__contest=contest, reinstatement=None)
    here = judged.filter(Q(round=None) | Q(round=OuterRef("round")), entry=OuterRef("entry"))
    left = Attempt.objects.filter(~Exists(here), entry=OuterRef("pk"), submitted_at__isnull=False)
    if round is not None:
        left = left.filter(round=round)
    disqualified = Entry.objects.filter(~Exists(left), pk__in=judged.values("entry"))
    found = {*uncounted_entries(contest).order_by().values_list("pk", flat=True)}
    return sorted(found | set(disqualified.values_list("pk", flat=True)))
