"""Incidents: one row from when something could not wait until it was over, told once at each end."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from contest_site.lib.clock import database_now
from contest_site.watch.enums import IncidentKind, State
from contest_site.watch.models import Incident
from contest_site.watch.signs import Sign

# An incident is over when it has not shown for so long: what flickers is one incident.
CALM = timedelta(minutes=2)


@transaction.atomic
def observe(signs: Iterable[Sign], kinds: Collection[IncidentKind]) -> None:
    """Open an incident for each urgent sign, and end those of these kinds that have not shown for a while."""
    now = database_now()
    urgent = {
        (sign.kind, sign.about): sign for sign in signs if sign.kind in kinds and sign.state is State.URGENT
    }
    known = Incident.objects.select_for_update().filter(ended_at=None, kind__in=kinds)
    for row in known:
        if urgent.pop((row.kind, row.about), None):
            if row.calm_since is not None:
                row.calm_since = None
                row.save(update_fields=["calm_since"])
        elif row.calm_since is None:
            row.calm_since = now
            row.save(update_fields=["calm_since"])
        elif now - row.calm_since >= CALM:
            row.ended_at = now
            row.tries = 0
            row.save(update_fields=["ended_at", "tries"])
    fresh = [
        Incident(kind=kind, about=about, text=_text(sign), began_at=now)
        for (kind, about), sign in urgent.items()
    ]
    # Another process may see the same at the same time: the constraint lets one row in.
    Incident.objects.bulk_create(fresh, ignore_conflicts=True)


def _text(sign: Sign) -> str:
    return f"{sign.label}: {sign.value}" + (f" ({sign.note})" if sign.note else "")


def untold(tries: int) -> QuerySet[Incident]:
    """Those of which somebody is still to be told: of the beginning while they last, then of the end.

    What was over before anybody could be told stays in the list alone.
    """
    waiting = Q(told=False, ended_at=None) | Q(told=True, told_end=False, ended_at__isnull=False)
    return Incident.objects.filter(waiting, tries__lt=tries).order_by("began_at", "pk")


def claim(incident: Incident) -> bool:
    """Whether it is this process that tells; a compare-and-set, so that two do not tell the same."""
    mine = Incident.objects.filter(
        pk=incident.pk, tries=incident.tries, told=incident.told, told_end=incident.told_end
    )
    return bool(mine.update(tries=F("tries") + 1))
