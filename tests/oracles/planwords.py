"""What a plan's file says, read with the standard library alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class PrizeLine:
    """`paper`: the kind of the paper given with it, or None."""

    position: int
    name: str
    quantity: int
    amount: int
    paper: str | None


@dataclass(frozen=True)
class Table:
    number: int
    scope: str
    round: int | None
    audience: str
    method: str
    prizes: tuple[PrizeLine, ...]
    unit_order: tuple[str, ...] = ()
    weights: Mapping[str, int] | None = None
    best_of: int | None = None
    by_block: bool = False
    min_participants: int | None = None
    min_ratio_percent: Decimal | None = None
    winner_limit: int | None = None
    unit_limit: int | None = None


@dataclass(frozen=True)
class RoundPlan:
    number: int
    questions: int
    counting_attempt: str
    prediction_target: str
    prediction_scope: str
    rank_order: tuple[str, ...]
    only_all_right: bool
    promotes_from: int | None = None
    promotes_best: int | None = None


@dataclass(frozen=True)
class Plan:
    rounds: tuple[RoundPlan, ...]
    tables: tuple[Table, ...]
    overall_combine: str = "none"
    overall_rank_order: tuple[str, ...] = ()
    overall_only_all_right: bool = False
    prizes_per_person: int | None = None

    def round(self, number: int) -> RoundPlan:
        return next(one for one in self.rounds if one.number == number)

    def tables_of(self, scope: int | None) -> list[Table]:
        """The tables that a round (None: the whole contest) decides; a single round decides all."""
        single = len(self.rounds) == 1
        return [
            table
            for table in self.tables
            if (table.scope == "contest" and (scope is None or single))
            or (table.scope == "each_round" and scope is not None)
            or (table.scope == "round" and scope is not None and table.round == scope)
        ]
