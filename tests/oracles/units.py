"""Standings of units, written from the contract's words alone, one unit after another.

Built on tests.oracles.standings alone; it shares no code with the product. A table is a dict with number,
unit_order, weights, best_of, by_block, min_participants, min_ratio_percent and winner_limit, as a plan file
writes them.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracles.standings import Facts, results

Unit = dict[str, Any]


def unit_results(
    facts: Facts,
    round: int | None,
    table: Mapping[str, Any],
    competing: Mapping[int, int],
    headcounts: Mapping[int, int],
    *,
    winners: Mapping[int, int],
    wins: Mapping[int, int],
) -> list[Unit]:
    """Every competing unit (`competing`: unit → block) with its measures, rank or why it has none.

    `headcounts`: by any unit; `winners`: individual prizes of the rounds by competing unit; `wins`: how often
    it has won this table in other rounds. In the order in which they are written.
    """
    units = [
        {
            "unit": unit,
            "block": block,
            **measured(facts, round, unit, table["best_of"]),
            "headcount": _headcount(facts, unit, headcounts),
            "winners": winners.get(unit, 0) if round is None else 0,
        }
        for unit, block in competing.items()
    ]
    for unit in units:
        unit["left_out"] = _left_out(unit, table, wins.get(unit["unit"], 0))
        unit["rank"] = unit["points"] = None
    for unit in units:
        if unit["left_out"]:
            continue
        rivals = [
            other
            for other in units
            if not other["left_out"] and (other["block"] == unit["block"] or not table["by_block"])
        ]
        if table["weights"]:
            own = _points(unit, rivals, table["weights"])
            better = [other for other in rivals if _points(other, rivals, table["weights"]) > own]
            unit["points"] = Decimal(int(own * 10**8 + Fraction(1, 2))).scaleb(-8)
        else:
            better = [other for other in rivals if _before(other, unit, table["unit_order"])]
        unit["rank"] = 1 + len(better)
    return sorted(
        units,
        key=lambda one: (
            one["block"] if table["by_block"] else 0,
            one["rank"] is None,
            one["rank"] or 0,
            one["unit"],
        ),
    )


def lines(table: Mapping[str, Any], units: Sequence[Unit]) -> list[str]:
    """The table's part of the published text."""
    return [
        "|".join(
            "" if value is None else str(value)
            for value in (
                "unit", table["number"], one["block"], one["unit"], one["rank"], one["left_out"],
                one["participants"], one["attempts"], one["headcount"], one["sittings"], one["correct"],
                one["all_right"], one["winners"], one["best_people"], one["best_correct"],
                one["best_duration_ms"], None if one["points"] is None else f"{one['points']:.8f}",
            )
        )
        for one in units
    ]  # fmt: skip


def measured(facts: Facts, round: int | None, unit: int, best_of: int | None) -> Unit:
    """What the unit's people did."""
    rounds = [one["number"] for one in facts.rounds] if round is None else [round]
    papers: list[dict[str, Any]] = []
    counting: dict[int, list[dict[str, Any]]] = {}
    for number in rounds:
        for person, own in facts.papers(number).items():
            if (facts.competitor(person) or (None,))[0] == unit:
                papers += own
                counting.setdefault(person, []).append(results(facts, number)[person])
    sums = sorted(
        (-sum(row["correct"] for row in own), sum(row["duration_ms"] for row in own), person)
        for person, own in counting.items()
    )
    best = sums[: best_of or 0]
    return {
        "participants": len(counting),
        "attempts": len(papers),
        "sittings": sum(len(own) for own in counting.values()),
        "correct": sum(row["correct"] for own in counting.values() for row in own),
        "all_right": len({paper["entry"] for paper in papers if paper["all_right"]}),
        "best_people": len(best),
        "best_correct": -sum(minus for minus, _time, _person in best),
        "best_duration_ms": sum(time for _minus, time, _person in best),
    }


def _headcount(facts: Facts, unit: int, headcounts: Mapping[int, int]) -> int | None:
    own = [people for below, people in headcounts.items() if facts.competes.get(below, (None,))[0] == unit]
    return sum(own) if own else None


def _left_out(unit: Unit, table: Mapping[str, Any], wins: int) -> str:
    least = table["min_ratio_percent"]
    by_ratio = "ratio" in table["unit_order"] or "ratio" in table["weights"] or least is not None
    if unit["participants"] == 0:
        return "nobody"
    if table["min_participants"] is not None and unit["participants"] < table["min_participants"]:
        return "few"
    if by_ratio and unit["headcount"] is None:
        return "headcount"
    if least is not None and Fraction(100 * unit["participants"], unit["headcount"]) < Fraction(str(least)):
        return "ratio"
    if table["winner_limit"] is not None and wins >= table["winner_limit"]:
        return "won"
    return ""


def _value(unit: Unit, metric: str) -> Fraction:
    match metric:
        case "ratio":
            return Fraction(unit["participants"], unit["headcount"])
        case "mean_score":
            return Fraction(unit["correct"], unit["sittings"])
        case "all_right_share":
            return Fraction(unit["all_right"], unit["participants"])
        case "best_score":
            return Fraction(unit["best_correct"])
        case "best_duration":
            return Fraction(unit["best_duration_ms"])
    return Fraction(unit[metric])


def _before(one: Unit, other: Unit, order: Sequence[str]) -> bool:
    for metric in order:
        mine, its = _value(one, metric), _value(other, metric)
        if mine != its:
            return mine < its if metric == "best_duration" else mine > its
    return False


def _points(unit: Unit, rivals: Sequence[Unit], weights: Mapping[str, int]) -> Fraction:
    total = Fraction(0)
    for metric, weight in weights.items():
        own = _value(unit, metric)
        values = [_value(other, metric) for other in rivals]
        if metric == "best_duration":
            total += weight * (min(values) / own if own else 1)
        elif max(values):
            total += weight * own / max(values)
    return total
