"""An agency officer's pages: three numbers, one chart, one download, for the own subtree alone."""

from __future__ import annotations

import tempfile
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from attempts import reports
from attempts.exporters import hidden_note, write_participation
from contest_site.accounts.recent import recently_authenticated
from contest_site.agency.asked import ROUND, Asked, asked, user_of
from contest_site.agency.charts import trend
from contest_site.agency.comparison import comparison, hidden_until_closed
from contest_site.agency.figures import every_day, figures
from contest_site.agency.requests import waiting
from contest_site.agency.state import state
from contest_site.audit import trail
from contest_site.lib.clock import database_now
from contest_site.lib.network import limit
from contest_site.reports.registry import EXPORT_PEOPLE
from contests import rosters

SEE_ROSTER = "contests.view_roster"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A page shows a whole subtree while it can be read as one; a larger one is walked level by level.
ROWS_SHOWN = 300
# So many people are in a file at once; larger ones a worker makes (contest_site.reports).
PEOPLE_AT_ONCE = 5_000
DOWNLOADS_PER_MINUTE = 10
IN_MEMORY = 5_000_000  # bytes of a file before it goes to the disk

no_store = cache_control(private=True, no_store=True)


@require_safe
@no_store
@login_required
def offices(request: HttpRequest) -> HttpResponse:
    user, now = user_of(request), database_now()
    units = reports.offices_of(user)
    contests = reports.contests_of(user, units)
    found = [
        {"unit": unit, "contests": [(contest, state(contest, now)) for contest in contests[unit.pk]]}
        for unit in units
    ]
    return render(request, "agency/offices.html", {"offices": found})


@require_safe
@no_store
@login_required
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    about, now = asked(request, slug), database_now()
    values = reports.parameters(about.contest, about.unit, about.round)
    context = {**_numbers(about, now, values), **_more(about, now, values)}
    return render(request, "agency/contest.html", context)


def _numbers(about: Asked, now: datetime, values: dict[str, Any]) -> dict[str, Any]:
    """Participation against headcount, of the unit and of each below it."""
    contest, unit, round = about.contest, about.unit, about.round
    shown = reports.scores_shown(contest, now, round)
    rows = reports.unit_rows(contest, unit, with_scores=shown, round=round, values=values)
    whole = rows[0]
    below = rows if len(rows) <= ROWS_SHOWN else [row for row in rows if row.depth <= 1]
    return {
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
        "rounds": about.rounds if len(about.rounds) > 1 else [],
        "round": round,
        "page_url": reverse("agency:contest", args=[contest.slug]),
    }


def _more(about: Asked, now: datetime, values: dict[str, Any]) -> dict[str, Any]:
    """What stands beside the numbers: by day, by round, by category, in the block; and where else to go."""
    contest, unit, round = about.contest, about.unit, about.round
    found = figures(contest, unit, round=round, values=values)
    days = every_day(found.days, contest, now=now, round=round)
    compared = comparison(contest, unit, now=now, round=round)
    return {
        "now": now,
        "state": state(contest, now, round),
        "days": days,
        "trend": trend(days),
        "comparison": compared,
        "comparison_note": "" if compared else hidden_until_closed(contest, now),
        "by_round": found.rounds if len(about.rounds) > 1 and not round else [],
        "by_category": found.categories,
        "roster": rosters.counts(contest, unit, round=round, asking=about.user),
        "waiting": waiting(about, values["units"]),
        "links": {name: about.page(name) for name in ("excel", "missing", "requests")},
        "reports_url": reverse("reports:new", args=[contest.slug]),
        "people_at_once": PEOPLE_AT_ONCE,
        "may_export": about.may_name_people(EXPORT_PEOPLE),
        "may_see_roster": about.may_name_people(SEE_ROSTER),
    }


@require_safe
@no_store
@recently_authenticated
def excel(request: HttpRequest, slug: str) -> HttpResponse | FileResponse:
    """The units, and by name everybody who took part: after proving to be the officer.

    More people than PEOPLE_AT_ONCE are a worker's: the answer leads to the page where that is asked for.
    """
    about, now = asked(request, slug), database_now()
    contest, unit, round = about.contest, about.unit, about.round
    if not about.may_name_people(EXPORT_PEOPLE):
        raise PermissionDenied
    limit("download", about.user.pk, per_minute=DOWNLOADS_PER_MINUTE)
    shown = reports.scores_shown(contest, now, round)
    units = reports.unit_rows(contest, unit, with_scores=shown, round=round)
    if units[0].people > PEOPLE_AT_ONCE:
        return redirect(f"{reverse('reports:new', args=[contest.slug])}?{about.query}")
    people = reports.participant_rows(contest, unit, with_scores=shown, round=round)
    # Closed by the response that sends it.
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
    write_participation(file, contest, unit, units, people, round=round, with_scores=shown, made_at=now)
    which: dict[str, Any] = {"round": round.number} if round else {}
    trail.record(
        "downloaded participation report",
        contest,
        by=about.user,
        unit=unit.pk,
        unit_name=unit.name,
        units=len(units),
        people=len(people),
        **which,
    )
    file.seek(0)
    suffix = f"-{ROUND}-{round.number}" if round else ""
    name = f"tham-gia-{contest.slug}-{unit.code}{suffix}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=EXCEL)
