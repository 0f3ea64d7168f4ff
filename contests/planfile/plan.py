"""A contest's whole plan as values: what a file says, and what the database is written from."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, TypeVar

from django.utils import timezone

from contests.rules.facts import Fault, PlanFacts, PrizeFacts, RoundFacts, TableFacts, UnitRow

Values = dict[str, Any]
Facts = TypeVar("Facts")


@dataclass
class PlanFile:
    """A plan in the fields' own names and types; a key that could not be read is missing.

    A round names its bank and, with `promotes_from`, the number of another round; a prize table names its
    round's number, a prize its certificate. A document's "file" is what can be opened and has a name.
    """

    contest: Values = field(default_factory=dict)
    overall: Values = field(default_factory=dict)
    entry: Values = field(default_factory=dict)
    consent: Values = field(default_factory=dict)
    chosen: list[str] = field(default_factory=list)
    categories: list[Values] = field(default_factory=list)
    milestones: list[Values] = field(default_factory=list)
    documents: list[Values] = field(default_factory=list)
    area: str = ""
    units: list[UnitRow] = field(default_factory=list)
    blocks: list[Values] = field(default_factory=list)
    # A series is here as its rounds; `round_places` says for each where in the file it stands.
    rounds: list[Values] = field(default_factory=list)
    round_places: list[str] = field(default_factory=list)
    certificates: list[Values] = field(default_factory=list)
    prize_tables: list[Values] = field(default_factory=list)
    exclusions: list[Values] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def facts(self) -> PlanFacts:
        """The parts that depend on each other, for `contests.rules.faults`; without the banks."""
        places = self.round_places or [f"rounds[{index}]" for index, one in enumerate(self.rounds, 1)]
        return _facts(
            PlanFacts,
            {**self.contest, **self.overall, **self.entry},
            categories=[one.get("name", "") for one in self.categories],
            certificates=[one.get("name", "") for one in self.certificates],
            blocks=[one.get("name", "") for one in self.blocks],
            area=self.area,
            units=self.units,
            rounds=[
                _facts(RoundFacts, one, place=place) for place, one in zip(places, self.rounds, strict=True)
            ],
            prize_tables=[
                _facts(TableFacts, one, prizes=[_facts(PrizeFacts, line) for line in one.get("prizes", [])])
                for one in self.prize_tables
            ],
        )

    def shift_to(self, opening: datetime) -> None:
        """Move every date and time by one offset, so that the first round opens at `opening`."""
        first = min([one["opens_at"] for one in self.rounds] or [self.contest["opens_at"]])
        offset = opening - first
        days = timezone.localdate(opening) - timezone.localdate(first)
        for table in (self.contest, *self.rounds):
            table["opens_at"] += offset
            table["closes_at"] += offset
        for dated in (self.contest, *self.milestones):
            for key in ("age_on", "headcounts_until", "starts_on", "ends_on"):
                if dated.get(key):
                    dated[key] += days


def _facts(kind: type[Facts], values: Values, **more: Any) -> Facts:
    known = {one.name for one in fields(kind)}  # type: ignore[arg-type]  # all facts are dataclasses
    return kind(**{key: value for key, value in values.items() if key in known} | more)
