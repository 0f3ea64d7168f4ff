"""What an agency has asked the organisers for, and how it stands: of headcounts, names and people's units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from contest_site.agency.asked import Asked
from contest_site.agency.models import AgencyRequest, AgencyRequestKind
from contest_site.lib.templatetags.vi import number
from contests.enums import RequestKind
from contests.models import EntryRequest, Unit
from contests.queries import subtree_ids

SHOWN = 100


@dataclass(frozen=True)
class Line:
    """One request; `decision` has verdict, grounds and moment once there is one."""

    at: datetime
    what: str
    about: str
    wanted: str
    reason: str
    decision: Any


def waiting(about: Asked, units: list[int]) -> int:
    """How many of the subtree's requests nobody has decided; `units` are the ids of its units."""
    mine: int = (
        AgencyRequest.objects.filter(contest=about.contest, unit__in=units).filter(decision=None).count()
    )
    theirs: int = _people(about).filter(decision=None).count()
    return mine + theirs


def lines(about: Asked) -> list[Line]:
    """The newest first."""
    own = _own(about).select_related("unit", "decision").order_by("-id")[:SHOWN]
    people = list(_people(about).select_related("entry", "decision").order_by("-id")[:SHOWN])
    names = _unit_names(people)
    found = [
        Line(one.at, one.get_kind_display(), one.unit.name, _wanted(one), one.reason, _decision(one))
        for one in own
    ] + [
        Line(
            one.at, _("Sửa đơn vị của một người"), one.entry.full_name, names.get(one.wanted.get("unit"), ""),
            one.reason, _decision(one),
        )
        for one in people
    ]  # fmt: skip
    return sorted(found, key=lambda line: line.at, reverse=True)[:SHOWN]


def _own(about: Asked) -> Any:
    return AgencyRequest.objects.filter(contest=about.contest, unit__in=subtree_ids(about.unit))


def _people(about: Asked) -> Any:
    """What this account asked for people; a person moved out of the subtree is still answered here."""
    return EntryRequest.objects.filter(
        entry__contest=about.contest, by=about.user, kind=RequestKind.CORRECTION, wanted__has_key="unit"
    ).exclude(entry__user=about.user)


def _unit_names(people: Sequence[EntryRequest]) -> dict[Any, str]:
    units = {one.wanted.get("unit") for one in people}
    return dict(Unit.objects.filter(pk__in=units).values_list("pk", "name")) if units else {}


def _wanted(one: AgencyRequest) -> str:
    if one.kind == AgencyRequestKind.UNIT_NAME:
        return one.name
    return _("%(number)s người") % {"number": number(one.people)}


def _decision(row: Any) -> Any:
    return getattr(row, "decision", None)
