"""The admin's first page: each contest, where it is, and the one thing to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contest_site.accounts.domain.budget import has_meter, spending
from contest_site.lib.clock import database_now
from contest_site.lib.templatetags.vi import end_moment, moment
from contests.domain.check import problems
from contests.models import Contest, Round
from contests.queries import (
    RoundState,
    effective_close,
    has_overall,
    is_announced,
    round_state,
    seal_of,
)
from contests.stages import Stage, stage
from prizes.admin.corrections import may_look, waiting_corrections
from prizes.progress import Progress, Step
from prizes.scope import Scope

SHOWN_CONTESTS = 8
SHOWN_CORRECTIONS = 20


@dataclass(frozen=True)
class Next:
    """What to do, where, and whether it cannot wait."""

    text: str
    address: str
    urgent: bool = False


@dataclass(frozen=True)
class Line:
    contest: Contest
    stage: Stage
    entries: int
    attempts: int
    todo: Next


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """UNFOLD's DASHBOARD_CALLBACK: adds `lines`, the latest contests first."""
    if request.user.has_perm("contests.view_contest"):
        context["lines"] = contest_lines(database_now())
        context["may_add_contest"] = request.user.has_perm("contests.add_contest")
    if request.user.has_perm("accounts.view_user") and has_meter():
        context["messages_today"] = spending()
    if may_look(request.user):
        context["corrections"] = waiting_corrections()[:SHOWN_CORRECTIONS]
    return context


def contest_lines(now: datetime) -> list[Line]:
    """The latest contests, rehearsals left out."""
    contests = (
        Contest.objects.filter(is_rehearsal=False)
        .select_related("announcement")
        .prefetch_related("rounds__seal", "rounds__closing")
        .order_by("-opens_at")[:SHOWN_CONTESTS]
    )
    counted = dict(
        Contest.objects.filter(pk__in=[one.pk for one in contests])
        .annotate(people=Count("entries"))
        .values_list("pk", "people")
    )
    attempts = dict(
        Round.objects.filter(contest__in=[one.pk for one in contests])
        .values("contest")
        .annotate(count=Count("attempts"))
        .values_list("contest", "count")
    )
    return [
        Line(one, stage(one, now), counted[one.pk], attempts.get(one.pk, 0), next_step(one, now))
        for one in contests
    ]


def next_step(contest: Contest, now: datetime) -> Next:
    """The first thing that keeps the contest from going on."""
    plan = reverse("admin:contests_contest_change", args=[contest.pk])
    if not is_announced(contest):
        return _before_announcement(contest, plan)
    for one in contest.rounds.all():
        state = round_state(one, now)
        if state is not RoundState.CLOSED and seal_of(one) is None:
            address = reverse("admin:contests_round_seal", args=[contest.pk, one.number])
            return Next(
                _("Niêm phong đề %(round)s") % {"round": one.name}, address, urgent=one.opens_at <= now
            )
        if state is RoundState.OPEN:
            text = _("Đang thi đến %(end)s") % {"end": end_moment(effective_close(one))}
            return Next(text, reverse("admin:prizes_scope", args=[one]))
        if state is RoundState.NOT_OPEN:
            return Next(_("Chờ mở lúc %(opening)s") % {"opening": moment(one.opens_at)}, plan)
        if found := _after_close(Scope.of_round(one)):
            return found
    if has_overall(contest) and (found := _after_close(Scope.of_contest(contest))):
        return found
    return Next(_("Đã hoàn thành"), reverse("prizes:results", args=[contest.slug]))


def _after_close(scope: Scope) -> Next | None:
    """What keeps the scope's results from their end, if anything does."""
    step = Progress(scope).next
    if step is Step.DONE:
        return None
    return Next(f"{scope.name}: {step.label}", reverse("admin:prizes_scope", args=[scope]), urgent=True)


def _before_announcement(contest: Contest, plan: str) -> Next:
    count = len(problems(contest))
    if count:
        text = ngettext("Sửa %(count)d điểm của kế hoạch", "Sửa %(count)d điểm của kế hoạch", count)
        return Next(text % {"count": count}, plan)
    return Next(_("Công bố cuộc thi"), reverse("admin:contests_contest_announce", args=[contest.pk]))
