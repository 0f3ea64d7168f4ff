"""An agency officer's pages in their states, for the look at all of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from contest_site.agency.requesting import ask_headcount, decide_agency_request
from contest_site.lib.clock import database_now
from contests.models import Contest, Roster, RosterImport, RosterPerson, Unit
from contests.rosters import folded_name
from tests.support.factories import make_entry, make_staff

READ = {
    "problems": 0, "sentences": [], "notes": [], "rows": [], "people": 2, "added": 2, "changed": 0, "kept": 0,
    "removed": ["Lê Văn An"], "removed_count": 1, "elsewhere": 1,
    "first": [{"row": 2, "name": "Trần Thị Bình", "reference": "Tổ 1", "unit": "Phường Nguyễn Nghiêm"}],
}  # fmt: skip
FAULTY = {"problems": 1, "sentences": ["Dòng 2, cột Ngày sinh: không có ngày này."], "notes": [], "rows": []}


def agency_pages(officer: Any, who: str, contest: Contest, ward: Unit) -> list[tuple[str, str, str]]:
    """(who, name of the URLconf with its state, address); the officer's office lies above the ward."""
    area = contest.area
    assert area is not None
    asked = ask_headcount(contest, ward, 40, by=officer, reason="Theo biên chế năm nay")
    decide_agency_request(asked, by=make_staff(), accept=False, grounds="Thiếu quyết định kèm theo")
    ask_headcount(contest, ward, 41, by=officer, reason="Theo quyết định gửi kèm")
    entry = make_entry(contest, unit=ward, full_name="Lê Văn An", birth_date=date(1990, 5, 17))
    roster = Roster.objects.create(contest=contest, unit=ward, by=officer)
    person = RosterPerson.objects.create(
        roster=roster,
        unit=ward,
        full_name="Lê Văn Ân",
        folded=folded_name("Lê Văn Ân"),
        birth_date="1990-05-17",
    )
    drafts = [
        RosterImport.objects.create(
            contest=contest, unit=unit, by=officer, name="ds.xlsx", content=b"", language="vi",
            done_at=database_now(), found=found,
        )
        for unit, found in ((ward, READ), (area, FAULTY))
    ]  # fmt: skip
    at = f"?unit={ward.pk}"
    plain = ("contest", "requests", "headcount", "unit_name", "people", "missing", "roster")
    return [
        (who, "agency:offices", reverse("agency:offices")),
        *((who, f"agency:{name}", reverse(f"agency:{name}", args=[contest.slug]) + at) for name in plain),
        (who, "agency:contest, above", reverse("agency:contest", args=[contest.slug])),
        (who, "agency:missing, none", reverse("agency:missing", args=[contest.slug])),
        (who, "agency:people, found", reverse("agency:people", args=[contest.slug]) + f"{at}&q=le"),
        (who, "agency:person", reverse("agency:person", args=[contest.slug, entry.pk]) + at),
        (who, "agency:match", reverse("agency:match", args=[contest.slug, person.pk]) + at),
        (
            who,
            "agency:roster_preview",
            reverse("agency:roster_preview", args=[contest.slug, drafts[0].pk]) + at,
        ),
        (
            who,
            "agency:roster_preview, faulty",
            reverse("agency:roster_preview", args=[contest.slug, drafts[1].pk]),
        ),
    ]
