"""A contest's plan as its printed rules need it: read once, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Prefetch
from django.utils import timezone

from contests.enums import Audience, AwardMethod, CertificateKind, PredictionTarget, TableScope
from contests.models import (
    Block,
    BlockUnit,
    Category,
    Contest,
    Document,
    Milestone,
    PrizeTable,
    Quota,
    Round,
)
from contests.prize_tables import Laid, prize_tables
from questions.enums import Kind
from questions.models import Revision


@dataclass(frozen=True)
class Plan:
    """Everything that the rules are printed from."""

    contest: Contest
    rounds: Sequence[Round]
    laid: Sequence[Laid]
    categories: Sequence[Category]
    milestones: Sequence[Milestone]
    documents: Sequence[Document]
    blocks: Sequence[tuple[str, Sequence[str]]]
    area: str
    announced_on: date | None
    # Whether who took part gets a paper that says so, on request.
    confirms_participation: bool
    # Whether a round's bank has questions with several right options.
    several_keys: bool

    @property
    def several(self) -> bool:
        """Whether a sentence must say which round it is about."""
        return len(self.rounds) > 1

    @property
    def unit_tables(self) -> list[PrizeTable]:
        """The tables that rank units, in their order."""
        return [
            one.table
            for one in self.laid
            if one.table.audience == Audience.UNIT and one.table.method == AwardMethod.RANKED
        ]

    @property
    def winners(self) -> str:
        """Who may win: "người", "đơn vị" or both."""
        both = {Audience.INDIVIDUAL: "người", Audience.UNIT: "đơn vị"}
        named = dict.fromkeys(both[Audience(one.table.audience)] for one in self.laid)
        return " hoặc ".join(named)

    @property
    def asks_prediction(self) -> bool:
        return any(one.prediction_target != PredictionTarget.NONE for one in self.rounds)

    def groups(self, key: Callable[[Round], Hashable]) -> list[list[Round]]:
        """Rounds that are alike in `key`, in the order of their first: what is said of one is said of all."""
        found: dict[Hashable, list[Round]] = {}
        for one in self.rounds:
            found.setdefault(key(one), []).append(one)
        return list(found.values())

    def about(self, group: Sequence[Round]) -> tuple[str, ...]:
        """The entries of the plan file that a sentence about these rounds is about."""
        return tuple(f"rounds[{at}]" for at, one in enumerate(self.rounds, 1) if one in group)

    def about_table(self, table: PrizeTable) -> tuple[str, ...]:
        return tuple(f"prize_tables[{at}]" for at, laid in enumerate(self.laid, 1) if laid.table == table)

    def where(self, table: PrizeTable) -> str:
        """Whose results a table follows: "mỗi vòng thi", "Vòng chung kết", "cả Cuộc thi"."""
        if table.scope == TableScope.ROUND and table.round:
            return table.round.name
        if table.scope == TableScope.EACH_ROUND and self.several:
            return "mỗi vòng thi"
        return "cả Cuộc thi" if self.several else "Cuộc thi"


def read(contest: Contest) -> Plan:
    """The plan of a saved contest. Queries: rounds, quotas, tables, prizes, and one for each list."""
    quotas = Prefetch(
        "quotas", Quota.objects.select_related("topic").order_by("topic__position", "topic__name", "pk")
    )
    rounds = (
        contest.rounds.select_related("bank", "promotes_from").prefetch_related(quotas).order_by("number")
    )
    units = Prefetch("units", BlockUnit.objects.select_related("unit").order_by("unit__code"))
    blocks = Block.objects.filter(contest=contest).prefetch_related(units).order_by("position", "pk")
    return Plan(
        contest=contest,
        rounds=list(rounds),
        laid=prize_tables(contest),
        categories=list(contest.categories.all()),
        milestones=list(contest.milestones.all()),
        documents=list(contest.documents.all()),
        blocks=[(block.name, [one.unit.name for one in block.units.all()]) for block in blocks],
        area=contest.area.name if contest.area else "",
        announced_on=_announced_on(contest),
        confirms_participation=contest.certificate_templates.filter(kind=CertificateKind.THAM_GIA).exists(),
        several_keys=Revision.objects.filter(
            question__bank__in=contest.rounds.values("bank"), kind=Kind.MULTIPLE
        ).exists(),
    )


def _announced_on(contest: Contest) -> date | None:
    try:
        return timezone.localtime(contest.announcement.at).date()
    except ObjectDoesNotExist:
        return None
