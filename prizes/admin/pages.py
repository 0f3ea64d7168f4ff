"""What the pages of results share: the admin's frame, and standings a page at a time."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import Q
from django.http import HttpRequest
from django.template.response import TemplateResponse

from prizes.models import StandingsRow, StandingsRun

ROWS = 100


def page(
    request: HttpRequest, site: AdminSite, template: str, title: str, *, status: int = 200, **context: Any
) -> TemplateResponse:
    """A page of the admin that is no form of one row."""
    return TemplateResponse(
        request,
        f"admin/prizes/{template}.html",
        {**site.each_context(request), "title": title, "opts": StandingsRun._meta, **context},
        status=status,
    )


def rows_from(run: StandingsRun, request: HttpRequest) -> tuple[list[StandingsRow], StandingsRow | None]:
    """The rows of one page and the last one if more follow, by place and never by OFFSET or COUNT.

    ?hang=N begins at rank N, ?sau=RANK-ENTRY after that row.
    """
    rows = run.rows.select_related("entry__unit", "attempt__round").defer(
        "attempt__seed", "attempt__paper", "attempt__orders", "attempt__limits", "attempt__answers",
        "attempt__choices",
    ).order_by("rank", "entry_id")  # fmt: skip
    rank, _dash, entry = request.GET.get("sau", "").partition("-")
    start = request.GET.get("hang", "")
    if _number(rank) and _number(entry):
        # Both conditions, so that the index on (run, rank) is entered at the right place.
        rows = rows.filter(rank__gte=int(rank)).filter(Q(rank__gt=int(rank)) | Q(entry__gt=int(entry)))
    elif _number(start):
        rows = rows.filter(rank__gte=int(start))
    found = list(rows[: ROWS + 1])
    return found[:ROWS], found[ROWS - 1] if len(found) > ROWS else None


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
