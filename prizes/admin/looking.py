"""The pages of results that change nothing: the list, a scope's page, and its standings."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from contests.models import Contest, Round
from contests.queries import announced_contests
from prizes.admin.pages import page, rows_from
from prizes.admin.scopes import Address, check, run_at, scope_at
from prizes.facts import predicts, true_answers
from prizes.progress import Progress
from prizes.queries import contests_with_overall
from prizes.scope import Scope

LISTED_CONTESTS = 50


def list_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """The latest announced contests: each round, then the whole contest where it has standings."""
    check(request)
    contests = list(
        announced_contests()
        .order_by("-closes_at", "-pk")
        .prefetch_related(
            Prefetch("rounds", Round.objects.select_related("contest", "closing").order_by("number"))
        )[:LISTED_CONTESTS]
    )
    overall = contests_with_overall(contests)
    scopes: dict[Scope, list[Round]] = {}
    for contest in contests:
        rounds = list(contest.rounds.all())
        scopes |= {Scope.of_round(round): [round] for round in rounds}
        if contest.pk in overall:
            scopes[Scope.of_contest(contest)] = rounds
    lines: dict[Contest, list[Progress]] = {contest: [] for contest in contests}
    for progress in Progress.of_all(scopes):
        lines[progress.contest].append(progress)
    return page(request, site, "list", _("Kết quả"), lines=lines.items())


def table_page(site: AdminSite, request: HttpRequest, address: Address, version: int) -> HttpResponse:
    """The individual standings of one version with every input of the order."""
    check(request)
    scope = scope_at(address)
    run = run_at(scope, version)
    rows, more = rows_from(run, request)
    title = _("Bảng xếp hạng, phiên bản %(version)d") % {"version": version}
    return page(
        request,
        site,
        "table",
        title,
        scope=scope,
        run=run,
        rows=rows,
        more=more,
        predicts=predicts(run),
        answers=true_answers(run),
    )
