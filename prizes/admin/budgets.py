"""The budget of a contest's prizes as an Excel file, whole or for one round."""

from __future__ import annotations

import io

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from contest_site.lib.clock import database_now
from contests.models import Contest
from contests.queries import announced_contests
from prizes.admin.scopes import Address, check, scope_at
from prizes.budget import budget_of, scopes_of, write_budget
from prizes.scope import Scope

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def budget_file(site: AdminSite, request: HttpRequest, address: Address) -> HttpResponse:
    """Of a round, its prizes; of a contest (with standings of its own or not), those of all its parts."""
    check(request)
    is_round, key = address
    if is_round:
        scope = scope_at(address)
        return _file(scope.contest, [scope], f"{scope.contest.slug}-{scope.round.number}")  # type: ignore[union-attr]
    contest = get_object_or_404(announced_contests(), pk=key)
    return _file(contest, scopes_of(contest), contest.slug)


def _file(contest: Contest, scopes: list[Scope], name: str) -> HttpResponse:
    parts = budget_of(contest, scopes)
    if not parts:
        raise Http404
    file = io.BytesIO()
    write_budget(file, contest, parts, made_at=database_now())
    response = HttpResponse(file.getvalue(), content_type=EXCEL)
    response["Content-Disposition"] = f'attachment; filename="kinh-phi-{name}.xlsx"'
    response["Cache-Control"] = "no-store"
    return response
