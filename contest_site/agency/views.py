"""An agency officer's pages: one number, one table, one file."""

import tempfile
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from attempts import reports
from attempts.exporters import hidden_note, write_participation
from contest_site.accounts.models import User
from contest_site.audit import trail
from contest_site.lib.clock import database_now
from contest_site.lib.network import limit
from contests.models import Contest, Round, Unit
from contests.queries import announced_contests

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A page shows a whole subtree while it can be read as one; a larger one is walked level by level.
ROWS_SHOWN = 300
DOWNLOADS_PER_MINUTE = 10
ROUND = "vong"
IN_MEMORY = 5_000_000  # bytes of a file before it goes to the disk

no_store = cache_control(private=True, no_store=True)


@require_safe
@no_store
@login_required
def offices(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    units = reports.offices_of(user)
    contests = reports.contests_of(user, units)
    offices = [{"unit": unit, "contests": contests[unit.pk]} for unit in units]
    return render(request, "agency/offices.html", {"offices": offices})


@require_safe
@no_store
@login_required
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    contest, unit = _asked(request, slug)
    rounds, round = _rounds(request, contest)
    shown = reports.scores_shown(contest, database_now(), round)
    rows = reports.unit_rows(contest, unit, with_scores=shown, round=round)
    whole = rows[0]
    below = rows if len(rows) <= ROWS_SHOWN else [row for row in rows if row.depth <= 1]
    query = {"unit": unit.pk} | ({ROUND: round.number} if round else {})
    context: dict[str, Any] = {
        "contest": contest,
        "unit": unit,
        "numbers": {
            "headcount": whole.headcount,
            "people": whole.people,
            "percent": whole.percent,
            "over": whole.over,
            "attempts": whole.attempts,
        },
        "rows": below,
        "rows_left_out": len(rows) - len(below),
        "scores_shown": shown,
        "scores_note": "" if shown else hidden_note(),
        "rounds": rounds if len(rounds) > 1 else [],
        "round": round,
        "page_url": reverse("agency:contest", args=[slug]),
        "excel_url": f"{reverse('agency:excel', args=[slug])}?{urlencode(query)}",
    }
    return render(request, "agency/contest.html", context)


@require_safe
@no_store
@login_required
def excel(request: HttpRequest, slug: str) -> FileResponse:
    contest, unit = _asked(request, slug)
    limit("download", _user(request).pk, per_minute=DOWNLOADS_PER_MINUTE)
    _all, round = _rounds(request, contest)
    now = database_now()
    shown = reports.scores_shown(contest, now, round)
    units = reports.unit_rows(contest, unit, with_scores=shown, round=round)
    people = reports.participant_rows(contest, unit, with_scores=shown, round=round)
    # Closed by the response that sends it.
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
    write_participation(file, contest, unit, units, people, round=round, with_scores=shown, made_at=now)
    which: dict[str, Any] = {"round": round.number} if round else {}
    trail.record(
        "downloaded participation report",
        contest,
        by=_user(request),
        unit=unit.pk,
        unit_name=unit.name,
        units=len(units),
        people=len(people),
        **which,
    )
    file.seek(0)
    suffix = f"-vong-{round.number}" if round else ""
    name = f"tham-gia-{contest.slug}-{unit.code}{suffix}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=EXCEL)


def _asked(request: HttpRequest, slug: str) -> tuple[Contest, Unit]:
    """The contest and the unit of the address, or 404 for whatever is not the account's own."""
    contest = get_object_or_404(announced_contests(), slug=slug)
    raw = request.GET.get("unit")
    # More digits than a database's whole number has would be an error there.
    if raw is not None and not (raw.isascii() and raw.isdigit() and len(raw) <= 18):
        raise Http404
    unit = reports.reported_unit(_user(request), contest, None if raw is None else int(raw))
    if unit is None:
        raise Http404
    return contest, unit


def _rounds(request: HttpRequest, contest: Contest) -> tuple[list[Round], Round | None]:
    """The contest's rounds, and the one asked for (None: all of them), or 404 for another."""
    rounds = list(contest.rounds.select_related("closing").order_by("number"))
    raw = request.GET.get(ROUND)
    if raw is None:
        return rounds, None
    asked = next((round for round in rounds if str(round.number) == raw), None)
    if asked is None:
        raise Http404
    return rounds, asked


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
