"""The pages of reports in their states, for the look at all of them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from contest_site.lib.clock import database_now
from contest_site.reports.domain import KEPT
from contest_site.reports.models import Report
from contests.models import Contest, Unit


def report_pages(officer: Any, who: str, contest: Contest, ward: Unit) -> list[tuple[str, str, str]]:
    """(who, name of the URLconf with its state, address)."""
    now = database_now()
    kept = {"name": "reports/x.xlsx", "size": 11_000, "made_at": now, "expires_at": now + KEPT}
    states: dict[str, dict[str, Any]] = {
        "made": {**kept, "rows_expected": 2, "rows_written": 2},
        "erased": {},
        "refused": {"failure": "refused", "refusal": "Chưa có danh sách cán bộ nào của đơn vị này."},
    }
    about = {"kind": "participants", "contest": contest, "unit": ward, "by": officer, "done_at": now}
    made = {state: Report.objects.create(**about, **columns) for state, columns in states.items()}
    # One that a worker is at: asked for long ago, so that the page does not wait for it.
    made["waiting"] = Report.objects.create(**{**about, "done_at": None, "asked_at": now - KEPT})
    return [
        (who, "reports:new", reverse("reports:new", args=[contest.slug]) + f"?unit={ward.pk}"),
        *(
            (who, f"reports:report, {state}", reverse("reports:report", args=[one.key]))
            for state, one in made.items()
        ),
    ]
