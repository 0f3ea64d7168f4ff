"""Prizes without a ranking: whom the committee chose, with grounds and report; naming and taking back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from attempts.admin.pages import download
from attempts.queries import found_entries
from contest_site.lib.errors import DomainError
from contests.enums import AwardMethod
from contests.models import BlockUnit, Contest, Entry, Prize, Unit
from contests.queries import tables_of
from contests.unit_search import search_units
from prizes.admin.pages import page
from prizes.admin.scopes import Address, check, person, scope_at
from prizes.admin.steps import SETTLE
from prizes.domain.awarding import is_of_units
from prizes.domain.nominating import may_nominate, nominate, withdraw_nomination
from prizes.forms import Named, NominationForm, WithdrawNominationForm
from prizes.models import Nomination
from prizes.queries import active_nominations, newest_run
from prizes.scope import Scope

if TYPE_CHECKING:
    from contest_site.accounts.models import User

SEE = "prizes.view_nomination"
FOUND = 40


@dataclass(frozen=True)
class ChosenPrize:
    """A prize of the scope that is given by nomination, with those named so far."""

    prize: Prize
    nominations: list[Nomination]

    @property
    def free(self) -> int:
        return max(0, self.prize.quantity - len(self.nominations))


def chosen_prizes(scope: Scope) -> list[ChosenPrize]:
    """Every prize of the scope that is given by nomination. Nominations, with who made them, in one query."""
    tables = tables_of(scope.contest, scope.round).filter(method=AwardMethod.CHOSEN)
    prizes = Prize.objects.filter(table__in=tables).select_related("table__contest")
    ordered = list(prizes.order_by("table__number", "position"))
    if not ordered:
        return []
    named = list(active_nominations(scope))
    return [ChosenPrize(prize, [one for one in named if one.prize_id == prize.pk]) for prize in ordered]


def nominations_page(site: AdminSite, request: HttpRequest, address: Address) -> HttpResponse:
    """All prizes of the scope that are given by nomination, and what was withdrawn."""
    check(request, SEE)
    scope = scope_at(address)
    run = newest_run(scope)
    withdrawn = Nomination.objects.filter(
        prize__table__contest=scope.contest, round=scope.round, withdrawal__isnull=False
    ).select_related("prize", "entry", "unit", "withdrawal__by")
    return page(
        request,
        site,
        "nominations",
        _("Đề nghị trao giải"),
        scope=scope,
        chosen=chosen_prizes(scope),
        withdrawn=withdrawn,
        may_act=request.user.has_perm(SETTLE) and may_nominate(scope),
        locked=not may_nominate(scope),
        published=run is not None and hasattr(run, "publication"),
    )


def nominate_page(site: AdminSite, request: HttpRequest, address: Address, prize: int) -> HttpResponse:
    """Find the unit or person (?q=), then name one with grounds and report."""
    check(request, SETTLE)
    scope = scope_at(address)
    chosen = next((one for one in chosen_prizes(scope) if one.prize.pk == prize), None)
    if chosen is None:
        raise Http404
    of_units = is_of_units(chosen.prize.table)
    typed = request.GET.get("q", "").strip()[:200]
    names = _units(scope.contest, typed) if of_units else _people(scope.contest, typed)
    form = NominationForm(names, request.POST if request.method == "POST" else None, request.FILES or None)
    status, error = 200, None
    if request.method == "POST":
        try:
            if form.is_valid():
                _nominate(scope, chosen.prize, form.cleaned_data, of_units=of_units, by=person(request))
                messages.success(request, _followed(scope, _("Đã ghi đề nghị trao giải.")))
                return _back(scope)
            status = 400
        except DomainError as refusal:
            status, error = refusal.status, refusal
    return page(
        request,
        site,
        "nominate",
        _("Đề nghị: %(prize)s") % {"prize": chosen.prize.name},
        status=status,
        scope=scope,
        prize=chosen.prize,
        of_units=of_units,
        typed=typed,
        names=names,
        limit=FOUND,
        form=form,
        error=error,
    )


def withdraw_page(site: AdminSite, request: HttpRequest, address: Address, nomination: int) -> HttpResponse:
    """Take a nomination back, with the reason."""
    check(request, SETTLE)
    scope = scope_at(address)
    found = get_object_or_404(active_nominations(scope), pk=nomination)
    form = WithdrawNominationForm(request.POST if request.method == "POST" else None)
    status, error = 200, None
    if request.method == "POST":
        try:
            if form.is_valid():
                withdraw_nomination(found, reason=form.cleaned_data["reason"], by=person(request))
                messages.success(request, _followed(scope, _("Đã rút đề nghị trao giải.")))
                return _back(scope)
            status = 400
        except DomainError as refusal:
            status, error = refusal.status, refusal
    sentences = [
        _("%(name)s không còn được đề nghị trao %(prize)s.")
        % {"name": found.entry or found.unit, "prize": found.prize.name},
        _("Đề nghị, căn cứ, báo cáo và lý do rút vẫn được lưu."),
    ]
    return page(
        request,
        site,
        "act",
        _("Rút đề nghị trao giải"),
        status=status,
        scope=scope,
        sentences=sentences,
        form=form,
        button=_("Rút đề nghị"),
        back=reverse("admin:prizes_nominations", args=[scope]),
        error=error,
    )


def report_file(site: AdminSite, request: HttpRequest, address: Address, nomination: int) -> FileResponse:
    """The report on which a nomination rests."""
    check(request, SEE)
    scope = scope_at(address)
    named = Nomination.objects.filter(prize__table__contest=scope.contest, round=scope.round)
    return download(get_object_or_404(named, pk=nomination).report)


def _nominate(scope: Scope, prize: Prize, data: dict[str, Any], *, of_units: bool, by: User) -> None:
    key = data["holder"]
    nominate(
        prize,
        round=scope.round,
        unit=get_object_or_404(Unit, pk=key) if of_units else None,
        entry=None if of_units else get_object_or_404(Entry, pk=key, contest=scope.contest),
        grounds=data["grounds"],
        report=data["report"],
        by=by,
    )


def _followed(scope: Scope, done: str) -> str:
    """What was done, and what has to follow where there are standings already."""
    return f"{done} {_('Cần xếp hạng lại rồi mới rà soát.')}" if newest_run(scope) else done


def _units(contest: Contest, typed: str) -> list[Named]:
    """Units of the area that were looked for; without a word the competing ones."""
    if typed:
        return [Named(unit.pk, unit.name, unit.code) for unit in search_units(contest, typed)]
    competing = BlockUnit.objects.filter(contest=contest).select_related("unit", "block")
    ordered = competing.order_by("block__position", "unit__code")[:FOUND]
    return [Named(one.unit.pk, one.unit.name, one.block.name) for one in ordered]


def _people(contest: Contest, typed: str) -> list[Named]:
    if not typed:
        return []
    found = found_entries(contest, typed).select_related("unit")[:FOUND]
    return [Named(entry.pk, entry.full_name, entry.unit.name) for entry in found]


def _back(scope: Scope) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:prizes_nominations", args=[scope]))
