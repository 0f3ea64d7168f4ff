"""The contest that is checked, with what several checks read of it, each looked up once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from contest_site.lib.clock import database_now
from contests.domain.check import Finding, findings
from contests.models import CertificateTemplate, Contest, Document, RehearsalRun, Round
from contests.planfile.plan import PlanFile
from contests.planfile.writer import write_plan
from contests.queries import RoundState, is_announced, round_state
from contests.saved_plan import saved_plan
from contests.wizard import Part, part_of
from questions.queries import banks_with_counts


@dataclass
class Subject:
    contest: Contest

    @cached_property
    def now(self) -> datetime:
        return database_now()

    @cached_property
    def announced(self) -> bool:
        return is_announced(self.contest)

    @cached_property
    def plan(self) -> PlanFile:
        return saved_plan(self.contest)

    @cached_property
    def digest(self) -> str:
        """Of everything that a rehearsal plays: the plan without its documents."""
        return digest_of(self.plan)

    @cached_property
    def findings(self) -> list[Finding]:
        return findings(self.contest, self.plan)

    def found(self, part: Part, *, only: str = "", but: Sequence[str] = ()) -> list[str]:
        """Sentences about one step: of places that begin with `only` and with none of `but`."""
        return [
            one.text
            for one in self.findings
            if part_of(one.place) is part
            and one.place.startswith(only)
            and not one.place.startswith(tuple(but))
        ]

    @cached_property
    def rounds(self) -> list[Round]:
        """In the order of their time, each with its seal and closing."""
        rounds = self.contest.rounds.select_related("seal", "closing", "bank", "contest")
        return list(rounds.order_by("opens_at"))

    @cached_property
    def to_come(self) -> list[Round]:
        """Rounds that are not over."""
        return [one for one in self.rounds if round_state(one, self.now) is not RoundState.CLOSED]

    @cached_property
    def banks(self) -> list[Any]:
        """The rounds' banks with how many questions there are in each state."""
        return list(banks_with_counts().filter(pk__in={one.bank_id for one in self.rounds}).order_by("name"))

    @cached_property
    def papers(self) -> list[CertificateTemplate]:
        return list(self.contest.certificate_templates.order_by("position", "id"))

    @cached_property
    def documents(self) -> list[Document]:
        return list(self.contest.documents.order_by("position", "id"))

    @cached_property
    def rehearsal(self) -> RehearsalRun | None:
        """The last one, played or waiting to be."""
        return self.contest.rehearsal_runs.order_by("-id").first()

    @property
    def unit_names(self) -> Sequence[str]:
        return [one.name for one in self.plan.units]

    @property
    def prizes(self) -> Sequence[Mapping[str, Any]]:
        return [prize for table in self.plan.prize_tables for prize in table["prizes"]]


def digest_of(plan: PlanFile) -> str:
    """SHA-256 (hex) of the plan as a file would say it, with its units, without documents and people."""
    bare = PlanFile(**{**plan.__dict__, "documents": [], "exclusions": []})
    text = write_plan(bare, units_file="units.csv", document_files=[], with_people=False)
    units = "\n".join(f"{one.code}|{one.parent_code}|{one.headcount}|{one.block}" for one in plan.units)
    return hashlib.sha256(f"{text}\n{units}".encode()).hexdigest()
