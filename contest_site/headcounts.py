"""Headcounts of a contest's units beside what came of them: who took part, and which ratio that makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from attempts.models import Attempt
from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.lib.text import fold
from contests.domain.headcounts import headcount_hints, lock_of
from contests.models import BlockUnit, Contest, Entry, Unit
from contests.queries import Competitor, competitors, contest_units, uncounted_entries

UNITS_A_PAGE = 50


@dataclass(frozen=True)
class UnitLine:
    """A unit of the contest's area. `own` is its own headcount; the rest is of everybody who counts for it.

    For a competing unit those are also the people of the units below that compete for it.
    """

    unit: Unit
    block: str
    own: int | None
    headcount: int | None
    participants: int

    @property
    def percent(self) -> Decimal | None:
        """Participants ÷ headcount, to 2 places; more than 100 where the number given was too small."""
        if not self.headcount:
            return None
        return (Decimal(self.participants * 100) / self.headcount).quantize(Decimal("0.01"))

    @property
    def over(self) -> bool:
        return self.headcount is not None and self.participants > self.headcount


class Figures:
    """Headcounts and participants of every unit of a contest. Five queries, however many units there are."""

    def __init__(self, contest: Contest) -> None:
        self.for_whom = competitors(contest)
        self.own = dict(contest.headcounts.values_list("unit", "people"))
        self.blocks = {
            one.unit_id: one.block.name
            for one in BlockUnit.objects.filter(contest=contest).select_related("block")
        }
        taken = participants_by_unit(contest)
        self.headcount = _summed(self.own, self.for_whom)
        self.participants = _summed(taken, self.for_whom)

    def line(self, unit: Unit) -> UnitLine:
        return UnitLine(
            unit=unit,
            block=self.blocks.get(unit.pk, ""),
            own=self.own.get(unit.pk),
            headcount=self.headcount.get(unit.pk),
            participants=self.participants.get(unit.pk, 0),
        )

    def over(self) -> list[int]:
        """Ids of the units with more participants than people."""
        return [
            unit
            for unit, people in self.participants.items()
            if unit in self.headcount and people > self.headcount[unit]
        ]


def participants_by_unit(contest: Contest) -> dict[int, int]:
    """People with a submitted attempt, by the unit that they entered for; trials and excluded left out."""
    submitted = Attempt.objects.filter(entry=OuterRef("pk"), submitted_at__isnull=False)
    # Not "NOT IN": the planner takes most entries to be on the list, and then reads it for each attempt.
    left_out = uncounted_entries(contest).filter(pk=OuterRef("pk"))
    counted = Entry.objects.filter(Exists(submitted), ~Exists(left_out), contest=contest)
    return dict(counted.order_by().values("unit").annotate(people=Count("pk")).values_list("unit", "people"))


def _summed(numbers: Mapping[int, int], for_whom: Mapping[int, Competitor]) -> dict[int, int]:
    """By unit: its own number, and for a competing unit the sum of all who count for it."""
    sums: dict[int, int] = {}
    for unit, number in numbers.items():
        competing = for_whom[unit].unit_id if unit in for_whom else unit
        sums[competing] = sums.get(competing, 0) + number
        if competing != unit:
            sums[unit] = sums.get(unit, 0) + number
    return sums


class HeadcountList(ReadOnlyAdmin):
    """The list of one contest, `?contest=`; a number is changed on the contest's own pages."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not request.user.has_perm("contests.view_headcount"):
            raise PermissionDenied
        named = request.GET.get("contest", "")
        if not (named.isascii() and named.isdigit() and len(named) < 10):
            return redirect("admin:contests_contest_changelist")
        contest = get_object_or_404(Contest, pk=named)
        figures = Figures(contest)
        words, shown = request.GET.get("q", ""), request.GET.get("loc", "")
        units = _filtered(contest_units(contest).select_related("parent"), words, shown, figures)
        page = Paginator(units, UNITS_A_PAGE).get_page(request.GET.get("trang"))
        context = {
            **self.admin_site.each_context(request),
            "opts": Contest._meta,
            "title": contest.name,
            "contest": contest,
            "lines": [figures.line(unit) for unit in page],
            "page": page,
            "q": words,
            "shown": shown,
            "lock": lock_of(contest),
            "hints": headcount_hints(contest),
            "over": len(figures.over()),
            "may_change": request.user.has_perm("contests.change_headcount"),
        }
        return TemplateResponse(request, "admin/contests/headcounts.html", context)


def _filtered(units: QuerySet[Unit], words: str, shown: str, figures: Figures) -> QuerySet[Unit]:
    for word in fold(words[:100]).split():
        units = units.filter(Q(folded__contains=word) | Q(code__iexact=word))
    if shown == "khoi":
        units = units.filter(pk__in=figures.blocks)
    elif shown == "thieu":
        units = units.exclude(pk__in=figures.headcount)
    elif shown == "vuot":
        units = units.filter(pk__in=figures.over())
    return units.order_by("code")
