"""A contest's page as far as it is the same for everybody, read once in a moment by each web process."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from contest_site import queries
from contest_site.lib.clock import database_now
from contest_site.lib.hot import Kept
from contest_site.lib.moulds import Moulds
from contest_site.public.participation import participation
from contests.models import Contest, Round
from contests.prize_tables import prize_tables
from contests.queries import announced_contests
from questions.studies import studies_of_banks


@dataclass
class ContestPlan:
    """As it was when it was read (contest_site.lib.hot.Kept)."""

    contest: Contest
    rounds: list[Round]
    published: set[int | None]
    read_at: datetime  # by the database's clock
    began: float  # the same moment by time.monotonic()
    pages: dict[tuple[str, ...], SafeString] = field(default_factory=dict)  # by language and states
    moulds: Moulds = field(default_factory=Moulds)

    def now(self) -> datetime:
        """The database's time, by what has passed since it was asked."""
        return self.read_at + timedelta(seconds=time.monotonic() - self.began)

    def page(self, items: list[dict[str, Any]]) -> SafeString:
        """What the page shows of the plan below its head."""
        key = get_language(), *(item["state"] for item in items)
        if key not in self.pages:
            self.pages[key] = render_to_string("contests/_plan.html", self._context(items))
        return self.pages[key]

    def _context(self, items: list[dict[str, Any]]) -> dict[str, Any]:
        contest = self.contest
        tables = prize_tables(contest)
        return {
            "contest": contest,
            "rounds": items,
            "overall_published": None in self.published,
            "categories": contest.categories.all(),
            "blocks": queries.blocks_of(contest, tables),
            "milestones": contest.milestones.all(),
            "documents": contest.documents.all(),
            "studies": studies_of_banks(item["round"].bank_id for item in items),
            "tables": tables,
            "prize_total": sum(laid.total for laid in tables),
            "participation": participation(contest, self.rounds, self.now()),
        }


_plans: Kept[ContestPlan | None] = Kept()


def contest_plan(slug: str) -> ContestPlan | None:
    """The announced contest of that address; None without one."""

    def read() -> ContestPlan | None:
        contest = announced_contests().filter(slug=slug).first()
        if contest is None:
            return None
        began, now = time.monotonic(), database_now()
        return ContestPlan(contest, queries.rounds_of(contest), queries.published_rounds(contest), now, began)

    return _plans.get(slug, read)
