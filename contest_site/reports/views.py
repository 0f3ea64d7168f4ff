"""Báo cáo: what can be asked for about a contest, and each report with its progress and its file."""

from __future__ import annotations

import math
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from attempts.reports import reported_unit
from contest_site.accounts.models import User
from contest_site.accounts.recent import recently_authenticated
from contest_site.lib.network import limit
from contest_site.lib.work import settled
from contest_site.reports.domain import ask, find_kind, hand_out, is_kept, kinds_for
from contest_site.reports.making import progress_of
from contest_site.reports.models import Report
from contest_site.reports.registry import SEE_NATIONAL_IDS, Kind
from contests.models import Contest, Round, Unit
from contests.queries import announced_contests

REFRESH = "3"  # seconds after which a page looks again
PER_MINUTE = 10
SHOWN = 20  # reports that were asked for lately


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """What the person may ask for about the contest, for a unit; POST asks and leads to the report's page."""
    user = _user(request)
    contest = get_object_or_404(announced_contests(), slug=slug)
    sent = request.POST if request.method == "POST" else request.GET
    unit = _unit(user, contest, sent.get("unit", ""))
    kinds = kinds_for(user, contest, unit)
    if not kinds:
        raise Http404
    if request.method == "POST":
        limit("report", user.pk, per_minute=PER_MINUTE)
        report = ask(
            sent.get("kind", ""), by=user, contest=contest, unit=unit,
            round=_round(contest, sent.get("round", "")), national_ids=bool(sent.get("national_ids")),
        )  # fmt: skip
        return redirect("reports:report", report.key)
    context = {**asking(user, contest, kinds), "unit": unit}
    return render(request, "reports/new.html", context)


def asking(user: User, contest: Contest, kinds: list[Kind]) -> dict[str, Any]:
    """What a page needs to offer these kinds: for the public frame and for the admin's."""
    reports = Report.objects.filter(by=user, contest=contest).select_related("unit", "round")
    return {
        "contest": contest,
        "kinds": kinds,
        "rounds": list(contest.rounds.order_by("number")),
        "may_see_national_ids": user.has_perm(SEE_NATIONAL_IDS),
        "reports": [(one, find_kind(one.kind)) for one in reports.order_by("-id")[:SHOWN]],
    }


@never_cache
@login_required
@require_safe
def report(request: HttpRequest, key: UUID) -> HttpResponse:
    """Where the report is: waiting with its progress, made, refused, or erased after its day."""
    user = _user(request)
    found = get_object_or_404(Report.objects.only("pk", "kind"), key=key, by=user)
    row = settled(Report.objects.select_related("contest", "unit", "round"), found.pk)
    kind = find_kind(row.kind)
    progress = progress_of(row) if row.waits else None
    context = {
        "report": row,
        "kind": kind,
        "kept": is_kept(row),
        "progress": progress,
        "percent": math.floor(100 * progress[0] / progress[1]) if progress and progress[1] else 0,
        "contest": row.contest,
        "back": _back(user, row.contest),
    }
    response = render(request, "reports/report.html", context)
    if row.waits:
        response["Refresh"] = REFRESH
    return response


def _back(user: User, contest: Contest) -> str:
    """Where the person has asked: organisers in their admin, an agency's officers here."""
    if user.is_staff and user.has_perm("reports.view_report"):
        return reverse("admin:reports_contest", args=[contest.pk])
    return reverse("reports:new", args=[contest.slug])


@login_required
@require_safe
def download(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """The file. Where it names people, only to who has proved within minutes to be the one who asked."""
    row = get_object_or_404(
        Report.objects.select_related("contest__announcement", "unit", "round", "by"),
        key=key,
        by=_user(request),
    )
    kind = find_kind(row.kind)
    send = recently_authenticated(_send) if kind.holds_personal_data else _send
    response: HttpResponseBase = send(request, row, kind)
    patch_cache_control(response, private=True, no_store=True)
    return response


def _send(request: HttpRequest, row: Report, kind: Kind) -> HttpResponseBase:
    limit("download", row.by_id, per_minute=PER_MINUTE)
    file = hand_out(row).open("rb")
    return FileResponse(
        file, as_attachment=True, filename=_file_name(row, kind), content_type=kind.content_type
    )


def _file_name(row: Report, kind: Kind) -> str:
    parts = [kind.file, row.contest.slug]
    parts += [row.unit.code] if row.unit else []
    parts += [_("vong-%(number)d") % {"number": row.round.number}] if row.round else []
    return f"{'-'.join(parts)}.{kind.suffix}"


def _unit(user: User, contest: Contest, named: str) -> Unit | None:
    """The unit named (or the person's own) that the person may report on; 404 for another."""
    if named and not (named.isascii() and named.isdigit() and len(named) <= 18):
        raise Http404
    unit = reported_unit(user, contest, int(named) if named else None)
    if named and unit is None:
        raise Http404
    return unit


def _round(contest: Contest, number: str) -> Round | None:
    """The round of that number; None for none named."""
    if not number:
        return None
    found = next((one for one in contest.rounds.all() if str(one.number) == number), None)
    if found is None:
        raise Http404
    return found


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
