"""How the pages of results address a scope: vong/<round's id> or cuoc-thi/<contest's id>."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import register_converter, reverse
from django.utils.translation import gettext as _

from contest_site.lib.errors import NotNow
from contests.models import Contest, Round
from contests.queries import announced_contests, has_overall
from prizes.models import StandingsRun
from prizes.progress import Progress
from prizes.queries import runs_of
from prizes.scope import Scope

if TYPE_CHECKING:
    from contest_site.accounts.models import User

VIEW = "prizes.view_standingsrun"
_ROUND, _CONTEST = "vong", "cuoc-thi"


class ScopeConverter:
    """Between an address and what it is about: (is it a round, id) in, a Scope, Round or Contest out."""

    regex = rf"(?:{_ROUND}|{_CONTEST})/[0-9]{{1,18}}"

    def to_python(self, value: str) -> tuple[bool, int]:
        kind, key = value.split("/")
        return kind == _ROUND, int(key)

    def to_url(self, value: Scope | Round | Contest) -> str:
        if isinstance(value, Scope):
            value = value.round or value.contest
        return f"{_ROUND if isinstance(value, Round) else _CONTEST}/{value.pk}"


register_converter(ScopeConverter, "scope")
Address = tuple[bool, int]


def scope_at(address: Address) -> Scope:
    """The scope of an announced contest at this address, its round's closing with it; else 404."""
    is_round, key = address
    if is_round:
        rounds = Round.objects.select_related("contest", "closing")
        return Scope.of_round(get_object_or_404(rounds, pk=key, contest__in=announced_contests()))
    contest = get_object_or_404(announced_contests(), pk=key)
    if not has_overall(contest):
        raise Http404
    return Scope.of_contest(contest)


def progress_at(address: Address) -> Progress:
    return Progress(scope_at(address))


def run_at(scope: Scope, version: int) -> StandingsRun:
    return get_object_or_404(runs_of(scope), version=version)


def check(request: HttpRequest, permission: str = VIEW) -> None:
    """Only organisers who may see results, and have this permission."""
    if not (request.user.has_perm(VIEW) and request.user.has_perm(permission)):
        raise PermissionDenied


def check_seen(request: HttpRequest, progress: Progress) -> None:
    """An act is meant for the version that its page showed."""
    current = str(progress.run.pk) if progress.run else ""
    if request.POST.get("run", "") != current:
        raise NotNow(_("Đã có bảng xếp hạng mới hơn. Hãy xem lại phiên bản mới nhất trước khi tiếp tục."))


def person(request: HttpRequest) -> User:
    return cast("User", request.user)  # the admin lets nobody in without an account


def to_scope(scope: Scope) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:prizes_scope", args=[scope]))
