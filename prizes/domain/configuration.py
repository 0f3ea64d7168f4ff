"""What a run was computed from, as prizes.rules.canonical describes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from contests.enums import AwardMethod
from contests.models import PrizeTable
from prizes.domain.persons import Counted, Order, Persons, Target
from prizes.domain.prior import Prior, won
from prizes.domain.unit_standings import ranks_units
from prizes.queries import active_nominations
from prizes.rules.canonical import FORMAT, digest_of_lines
from prizes.rules.targets import Counts
from prizes.scope import Scope


def configuration_of(
    found: Persons,
    order: Order,
    tables: Sequence[PrizeTable],
    headcounts: Mapping[int, int],
    prior: Sequence[Prior],
) -> dict[str, Any]:
    """`tables` with their prizes prefetched, by number."""
    scope = found.scope
    return {
        "format": FORMAT,
        "contest": scope.contest.slug,
        "round": scope.round.number if scope.round else None,
        "combine": order.combine,
        "rank_order": list(order.keys),
        "only_all_right": order.only_all_right,
        "parts": scope.contest.parts,
        **_counts(found.total),
        "rounds": [_round(one, found.targets) for one in found.rounds],
        "tables": [_table(table) for table in tables],
        "prizes_per_person": scope.contest.prizes_per_person,
        "units": _units(found, headcounts) if any(map(ranks_units, tables)) else None,
        "won": won(scope, tables, prior),
        "nominations": _nominations(scope, tables),
    }


def _counts(counts: Counts) -> dict[str, int]:
    return {
        "participants": counts.participants,
        "attempts": counts.attempts,
        "all_right": counts.all_right,
    }


def _round(one: Counted, targets: Sequence[Target]) -> dict[str, Any]:
    round = one.round
    return {
        "number": round.number,
        "counting_attempt": round.counting_attempt,
        "prediction_target": round.prediction_target,
        "prediction_scope": round.prediction_scope,
        "regrade": one.regrade,
        **_counts(one.counts),
        "excluded": one.refused.excluded,
        "unofficial": one.refused.unofficial,
        "disqualified": one.refused.disqualified,
        "targets": [
            {
                "block": target.block,
                **_counts(target.counts),
                "value": None if target.value is None else str(target.value),
            }
            for target in targets
            if target.round.pk == round.pk
        ],
    }


def _table(table: PrizeTable) -> dict[str, Any]:
    ratio = table.min_ratio_percent
    return {
        "number": table.number,
        "name": table.name,
        "scope": table.scope,
        "audience": table.audience,
        "method": table.method,
        "unit_order": table.unit_order,
        "weights": table.weights,
        "best_of": table.best_of,
        "by_block": table.by_block,
        "min_participants": table.min_participants,
        "min_ratio_percent": None if ratio is None else str(ratio),
        "winner_limit": table.winner_limit,
        "unit_limit": table.unit_limit,
        "prizes": [
            {
                "position": prize.position,
                "name": prize.name,
                "quantity": prize.quantity,
                "amount": prize.amount,
            }
            for prize in table.prizes.all()
        ],
    }


def _nominations(scope: Scope, tables: Sequence[PrizeTable]) -> list[list[Any]]:
    chosen = [table.pk for table in tables if table.method == AwardMethod.CHOSEN]
    if not chosen:
        return []
    named = active_nominations(scope).filter(prize__table__in=chosen)
    columns = ("prize__table__number", "prize__position", "entry_id", "unit_id")
    return [
        [table, position, "entry", entry] if entry is not None else [table, position, "unit", unit]
        for table, position, entry, unit in named.order_by(*columns[:2], "pk").values_list(*columns)
    ]


def _units(found: Persons, headcounts: Mapping[int, int]) -> dict[str, str]:
    return {
        "competitors": digest_of_lines(
            (unit, one.unit_id, one.block_id) for unit, one in sorted(found.competes.items())
        ),
        "headcounts": digest_of_lines(sorted(headcounts.items())),
    }
