"""Standings side by side: what moved since the version before, and what another order would give."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from contest_site.lib.errors import DomainError
from contests.enums import Audience, AwardMethod, RankKey
from prizes.admin.pages import page
from prizes.admin.scopes import Address, check, progress_at, run_at, scope_at
from prizes.domain.awarding import awarded, propose_awards
from prizes.domain.comparing import SHOWN, WhatIf, moves, what_if
from prizes.domain.persons import order_of
from prizes.domain.proposals import Proposal, ProposedAward
from prizes.enums import LeftOut
from prizes.forms import WhatIfForm
from prizes.models import StandingsRun
from prizes.queries import approval_of, runs_of
from prizes.scope import Scope

FIRST = 20  # how many places are shown when there are no prizes


def changes_page(site: AdminSite, request: HttpRequest, address: Address, version: int) -> HttpResponse:
    """What moved from the version before to this one, and in the awards if the one before was approved."""
    check(request)
    scope = scope_at(address)
    newer = run_at(scope, version)
    older = runs_of(scope).filter(version__lt=version).first()
    if older is None:
        raise Http404
    found = moves(older, newer)
    return page(
        request,
        site,
        "changes",
        _("Những gì thay đổi ở phiên bản %(version)d") % {"version": version},
        scope=scope,
        older=older,
        newer=newer,
        moves=found,
        units=[(move, _reason(move.left_out_before), _reason(move.left_out_after)) for move in found.units],
        awards=_award_changes(older, newer),
        limit=SHOWN,
    )


def _reason(word: str) -> str:
    return str(LeftOut(word).label) if word else ""


@dataclass(frozen=True)
class AwardChanges:
    """(table, holder, prize before, prize after) by table and prize; `open`: ties wait for their order."""

    lines: list[tuple[str, str, str, str]]
    open: bool


def _award_changes(older: StandingsRun, newer: StandingsRun) -> AwardChanges | None:
    """Against the last approved version, also before the newer one is approved; None without one."""
    before = older if approval_of(older) else _approved_before(older)
    if before is None:
        return None
    now = awarded(newer) if approval_of(newer) else propose_awards(newer)
    old, new = _held(awarded(before)), _held(now)
    lines = [
        (one.prize.table.name, one.holder, _prize(old.get(key)), _prize(new.get(key)))
        for key, one in {**old, **new}.items()
        if _prize(old.get(key)) != _prize(new.get(key))
    ]
    return AwardChanges(lines, bool(now.undecided))


def _prize(award: ProposedAward | None) -> str:
    return award.prize_name if award else ""


def _approved_before(run: StandingsRun) -> StandingsRun | None:
    earlier = runs_of(Scope.of_run(run)).filter(version__lt=run.version, approval__isnull=False)
    return earlier.first()


def _held(proposal: Proposal) -> dict[tuple[int, int], ProposedAward]:
    """(table's number, holder) → award; nobody holds two prizes of one table."""
    return {(award.prize.table.number, award.key): award for award in proposal.awards}


def what_if_page(site: AdminSite, request: HttpRequest, address: Address) -> HttpResponse:
    """Another order over the data of now, beside the plan's; nothing is stored."""
    check(request)
    progress = progress_at(address)
    order = order_of(progress.scope)
    plan = {
        **{f"key_{at}": str(key) for at, key in enumerate(order.keys, 1)},
        "only_all_right": order.only_all_right,
        "first": _places(progress.proposal),
    }
    asked = "key_1" in request.GET
    form = WhatIfForm(request.GET if asked else None, initial=plan)
    found: WhatIf | None = None
    error: DomainError | None = None
    if asked and form.is_valid():
        try:
            found = what_if(
                progress.scope,
                rank_order=form.cleaned_data["order"],
                only_all_right=form.cleaned_data["only_all_right"],
                first=form.cleaned_data["first"],
            )
        except DomainError as refusal:
            error = refusal
    return page(
        request,
        site,
        "what_if",
        _("Thử thứ tự xếp hạng khác"),
        status=error.status if error else 200,
        scope=progress.scope,
        form=form,
        found=found,
        error=error,
        plan_order=[str(RankKey(key).label) for key in order.keys],
        plan_only_all_right=order.only_all_right,
        other_order=[str(RankKey(key).label) for key in found.other_order.keys] if found else [],
    )


def _places(proposal: Proposal | None) -> int:
    """How many individual prizes there are along the ranking."""
    sections = proposal.sections if proposal else ()
    places = sum(
        prize.quantity
        for section in sections
        if (section.table.audience, section.table.method) == (Audience.INDIVIDUAL, AwardMethod.RANKED)
        for prize in section.prizes
    )
    return min(places, SHOWN) or FIRST
