"""Who goes on to a final: the units, their people, open ties, withdrawals and what is to be done next."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from contest_site.lib.errors import DomainError
from contests.models import Promotion, Round, Unit
from contests.queries import announced_contests
from prizes.admin.pages import page
from prizes.admin.scopes import Address, check, person
from prizes.admin.steps import SETTLE
from prizes.domain.awarding import entries_of
from prizes.domain.promoting import decide_promotion_tie, fill_promotions, withdraw_promotion
from prizes.forms import GroundsForm, Named, TieForm
from prizes.models import StandingsRun
from prizes.promotions import UnitPromotions, approved_run, people_without_unit, promotions_of
from prizes.scope import Scope


def promotions_page(site: AdminSite, request: HttpRequest, address: Address) -> HttpResponse:
    """Every unit of a final (GET); promoting as far as there are places (POST)."""
    check(request)
    final = _final(address)
    error: DomainError | None = None
    if request.method == "POST":
        check(request, SETTLE)
        try:
            made = fill_promotions(final, by=person(request))
            messages.success(request, _("Đã chọn thêm %(count)d người vào vòng sau.") % {"count": len(made)})
            return _back(final)
        except DomainError as refusal:
            error = refusal
    run = approved_run(final)
    units = promotions_of(final, run) if run else []
    return page(
        request,
        site,
        "promotions",
        _("Chọn người vào %(round)s") % {"round": final.name},
        status=error.status if error else 200,
        scope=Scope.of_round(final),
        final=final,
        run=run,
        units=units,
        active=sum(len(one.active) for one in units),
        waiting=sum(len(one.next_entries) for one in units),
        ties=[one for one in units if one.tie],
        against=_against(units),
        without_unit=people_without_unit(final, run) if run else 0,
        may_settle=request.user.has_perm(SETTLE),
        error=error,
    )


def promotion_tie_page(
    site: AdminSite, request: HttpRequest, address: Address, unit: int, rank: int
) -> HttpResponse:
    """The order of people equal at the last place of a unit: of all of them, for who withdraws later."""
    check(request, SETTLE)
    final = _final(address)
    of = get_object_or_404(Unit, pk=unit)
    run = approved_run(final)
    found = promotions_of(final, run, unit=of) if run else []
    tie = found[0].tie if found else None
    if tie is None or tie.rank != rank:
        return _back(final)
    people = entries_of(tie.entries)
    names = [Named(key, people[key].full_name, people[key].unit.name) for key in tie.entries]
    form = TieForm(names, len(names), request.POST if request.method == "POST" else None)
    status, error = 200, None
    if request.method == "POST":
        try:
            if form.is_valid():
                decide_promotion_tie(
                    final,
                    unit=of,
                    rank=rank,
                    order=form.cleaned_data["order"],
                    grounds=form.cleaned_data["grounds"],
                    by=person(request),
                )
                messages.success(request, _("Đã ghi thứ tự và chọn người vào vòng sau."))
                return _back(final)
            status = 400
        except DomainError as refusal:
            status, error = refusal.status, refusal
    return page(
        request,
        site,
        "promotion_tie",
        _("Đồng hạng %(rank)d của %(unit)s") % {"rank": rank, "unit": of.name},
        status=status,
        scope=Scope.of_round(final),
        final=final,
        unit=of,
        tie=tie,
        form=form,
        error=error,
    )


def withdrawal_page(site: AdminSite, request: HttpRequest, address: Address, promotion: int) -> HttpResponse:
    """Somebody promoted does not take part: with the grounds; the next of the unit steps in."""
    check(request, SETTLE)
    final = _final(address)
    active = Promotion.objects.filter(round=final, withdrawal=None)
    found = get_object_or_404(active.select_related("entry", "unit", "round__promotes_from"), pk=promotion)
    form = GroundsForm(request.POST if request.method == "POST" else None)
    status, error = 200, None
    if request.method == "POST":
        try:
            if form.is_valid():
                withdraw_promotion(found, grounds=form.cleaned_data["grounds"], by=person(request))
                messages.success(request, _("Đã ghi việc rút khỏi vòng thi."))
                return _back(final)
            status = 400
        except DomainError as refusal:
            status, error = refusal.status, refusal
    sentences = [
        _("%(name)s (%(unit)s) không được vào thi %(round)s nữa. Việc này không hoàn lại được.")
        % {"name": found.entry.full_name, "unit": found.unit.name, "round": final.name},
        _("Người tiếp theo của đơn vị được vào thay ngay; nếu đồng hạng thì chờ quyết định về thứ tự."),
    ]
    return page(
        request,
        site,
        "act",
        _("Rút khỏi %(round)s") % {"round": final.name},
        status=status,
        scope=Scope.of_round(final),
        sentences=sentences,
        form=form,
        button=_("Ghi việc rút"),
        back=reverse("admin:prizes_promotions", args=[final]),
        error=error,
    )


def finals_of(round: Round | None, run: StandingsRun | None) -> list[Round]:
    """The final that this round is, or those that take their people from it once it has results."""
    if round is None:
        return []
    if round.promotes_from_id is not None:
        return [round]
    return list(round.promoting_to.order_by("number")) if run else []


def _final(address: Address) -> Round:
    is_round, key = address
    if not is_round:
        raise Http404
    finals = Round.objects.select_related("contest", "closing", "promotes_from__contest")
    return get_object_or_404(finals, pk=key, promotes_from__isnull=False, contest__in=announced_contests())


def _against(units: list[UnitPromotions]) -> list[tuple[Promotion, str]]:
    """Those who should be withdrawn, and why."""
    return [
        (one, str(unit.against[one.pk].label))
        for unit in units
        for one in unit.active
        if one.pk in unit.against
    ]


def _back(final: Round) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:prizes_promotions", args=[final]))
