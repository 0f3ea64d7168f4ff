"""What a plan's file says, read with the standard library alone."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any


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


def read(path: Path) -> Plan:
    """The plan of a file that is without faults."""
    words = tomllib.loads(path.read_text(encoding="utf-8"))
    overall = words.get("overall", {})
    kinds = {paper["name"]: paper["kind"] for paper in words.get("certificates", [])}
    return Plan(
        rounds=tuple(one for round in words["rounds"] for one in _rounds(round)),
        tables=tuple(
            _table(table, number, kinds) for number, table in enumerate(words.get("prize_tables", []), 1)
        ),
        overall_combine=overall.get("combine", "none"),
        overall_rank_order=tuple(overall.get("rank_order", ())),
        overall_only_all_right=overall.get("only_all_right", False),
        prizes_per_person=words["contest"].get("prizes_per_person"),
    )


def _rounds(words: Mapping[str, Any]) -> list[RoundPlan]:
    """One round, or the weekly ones that are written as one."""
    return [
        RoundPlan(
            number=words["number"] + later,
            questions=words["questions"],
            counting_attempt=words["counting_attempt"],
            prediction_target=words["prediction_target"],
            prediction_scope=words.get("prediction_scope", "round"),
            rank_order=tuple(words["rank_order"]),
            only_all_right=words["only_all_right"],
            promotes_from=words.get("promotion", {}).get("from"),
            promotes_best=words.get("promotion", {}).get("best"),
        )
        for later in range(words.get("weekly", {}).get("count", 1))
    ]


def _table(words: Mapping[str, Any], number: int, kinds: Mapping[str, str]) -> Table:
    ratio = words.get("min_ratio_percent")
    return Table(
        number=words.get("number", number),
        scope=words["scope"],
        round=words.get("round"),
        audience=words["audience"],
        method=words["method"],
        prizes=tuple(
            PrizeLine(
                position=prize["position"],
                name=prize["name"],
                quantity=prize["quantity"],
                amount=prize["amount"],
                paper=kinds.get(prize.get("certificate", "")),
            )
            for prize in sorted(words["prizes"], key=lambda prize: prize["position"])
        ),
        unit_order=tuple(words.get("unit_order", ())),
        weights=words.get("weights") or None,
        best_of=words.get("best_of"),
        by_block=words.get("by_block", False),
        min_participants=words.get("min_participants"),
        min_ratio_percent=None if ratio is None else Decimal(str(ratio).replace(",", ".")),
        winner_limit=words.get("winner_limit"),
        unit_limit=words.get("unit_limit"),
    )


def banks(path: Path) -> set[str]:
    """The names of the question banks that the plan draws from."""
    words = tomllib.loads(path.read_text(encoding="utf-8"))
    return {round["bank"] for round in words["rounds"]}


@dataclass(frozen=True)
class UnitLine:
    """A line of the plan's list of units; `block` is "" for one that does not compete."""

    code: str
    above: str
    headcount: int | None
    block: str


def units(path: Path) -> list[UnitLine]:
    """The units that the plan's own list brings along."""
    words = tomllib.loads(path.read_text(encoding="utf-8"))
    with (path.parent / words["units"]["file"]).open(encoding="utf-8-sig", newline="") as lines:
        return [
            UnitLine(
                code=row["code"].strip(),
                above=row["parent_code"].strip(),
                headcount=int(row["headcount"]) if row["headcount"].strip() else None,
                block=row["block"].strip(),
            )
            for row in csv.DictReader(lines)
        ]


def blocks(path: Path) -> list[str]:
    words = tomllib.loads(path.read_text(encoding="utf-8"))
    return [block["name"] for block in words.get("blocks", [])]
