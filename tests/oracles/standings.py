"""Standings of people, written from the contract's words alone, one person after another.

It shares no code with the product and takes plain data, so that the two can only agree by being right (or
by being wrong in the same way twice).
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from decimal import Decimal
from fractions import Fraction
from typing import Any

Row = dict[str, Any]


@dataclass
class Facts:
    """A contest and what happened in it.

    `rounds`: dicts with number, counting_attempt, rank_order, only_all_right, prediction_target and
    prediction_scope, as a plan file writes them. `attempts`: dicts with round (number), entry, id, number,
    correct, questions, duration_ms, submitted_at. `predictions`: by (entry, round). `refused`: people who
    count nowhere; `disqualified`: (entry, round), round None for all of them. `regrades`: by round, one
    {attempt id: correct} after another. `unit_of`: a person's own unit; `competes`: unit → (competing unit,
    block) for which its people count; `blocks`: all there are.
    """

    rounds: Sequence[Mapping[str, Any]]
    attempts: Sequence[Row]
    predictions: Mapping[tuple[int, int], Decimal]
    refused: set[int] = field(default_factory=set)
    disqualified: set[tuple[int, int | None]] = field(default_factory=set)
    regrades: Mapping[int, Sequence[Mapping[Any, int]]] = field(default_factory=dict)
    unit_of: Mapping[int, int] = field(default_factory=dict)
    competes: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    blocks: Sequence[int] = ()
    overall_combine: str = "none"
    overall_rank_order: Sequence[str] = ()
    overall_only_all_right: bool = False

    def plan(self, round: int) -> Mapping[str, Any]:
        return next(one for one in self.rounds if one["number"] == round)

    def papers(self, round: int) -> dict[int, list[Row]]:
        """By person: the submitted attempts that count for something, with their marks in force."""
        found: dict[int, list[Row]] = {}
        newest = (self.regrades.get(round) or [{}])[-1]
        for attempt in self.attempts:
            who = attempt["entry"]
            out = who in self.refused or {(who, round), (who, None)} & self.disqualified
            if attempt["round"] == round and not out:
                correct = newest.get(attempt["id"], attempt["correct"])
                paper = {**attempt, "correct": correct, "all_right": correct == attempt["questions"]}
                found.setdefault(who, []).append(paper)
        return found

    def competitor(self, person: int) -> tuple[int, int] | None:
        return self.competes.get(self.unit_of.get(person, -1))

    def block(self, person: int) -> int | None:
        found = self.competitor(person)
        return found[1] if found else None


def standings(facts: Facts, round: int | None) -> dict[str, Any]:
    """Rows in order with their ranks, and what was counted, of a round or (None) of the whole contest."""
    if round is None:
        order, only = facts.overall_rank_order, facts.overall_only_all_right
        rows = _combined(facts)
        counted = count(facts, [one["number"] for one in facts.rounds])
    else:
        plan = facts.plan(round)
        order, only = plan["rank_order"], plan["only_all_right"]
        rows = list(results(facts, round).values())
        counted = count(facts, [round])
    rows = [row for row in rows if row["all_right"] or not only]
    rows.sort(key=lambda row: (*_key(row, order), row["entry"]))
    for row in rows:
        row["rank"] = 1 + sum(_key(other, order) < _key(row, order) for other in rows)
    return {**counted, "rows": rows}


def count(
    facts: Facts, rounds: Iterable[int], counts: Callable[[int], bool] = lambda person: True
) -> dict[str, int]:
    """People, their attempts and people with an attempt all right, over these rounds, each person once."""
    papers = [
        paper
        for round in rounds
        for person, own in facts.papers(round).items()
        if counts(person)
        for paper in own
    ]
    return {
        "participants": len({paper["entry"] for paper in papers}),
        "attempts": len(papers),
        "all_right": len({paper["entry"] for paper in papers if paper["all_right"]}),
    }


def target(facts: Facts, round: int, block: int | None = None) -> Decimal | None:
    """The true answer of a round's prediction question; a block's own where the plan asks for that."""
    plan = facts.plan(round)
    asked = plan["prediction_target"]
    if asked == "none":
        return None
    if plan["prediction_scope"] == "block":
        if block is None:
            return None
        counted = count(facts, [round], lambda person: facts.block(person) == block)
    elif plan["prediction_scope"] == "contest":
        counted = count(facts, [one["number"] for one in facts.rounds])
    else:
        assert plan["prediction_scope"] == "round"
        counted = count(facts, [round])
    if asked != "all_right_percent":
        return _five_places(Fraction(counted[asked]))
    if not counted["participants"]:
        return None
    return _five_places(Fraction(100 * counted["all_right"], counted["participants"]))


def results(facts: Facts, round: int) -> dict[int, Row]:
    """By person: the counting attempt of the round, prediction and distance, unit and block."""
    plan = facts.plan(round)
    truths = {block: target(facts, round, block) for block in [None, *facts.blocks]}
    found = {}
    for person, own in facts.papers(round).items():
        block = facts.block(person)
        guess = facts.predictions.get((person, round))
        truth = truths[block if plan["prediction_scope"] == "block" else None]
        competitor = facts.competitor(person)
        found[person] = {
            **_counting(own, plan["counting_attempt"]),
            "prediction": guess,
            "distance": None if guess is None or truth is None else abs(guess - truth),
            "unit": competitor[0] if competitor else facts.unit_of.get(person),
            "block": block,
        }
    return found


def _counting(own: Sequence[Row], which: str) -> Row:
    in_time = sorted(own, key=lambda one: one["number"])
    if which == "first":
        return in_time[0]
    if which == "last":
        return in_time[-1]
    assert which == "best"
    best = in_time[0]
    for one in in_time[1:]:
        if (-one["correct"], one["duration_ms"], one["submitted_at"]) < (
            -best["correct"],
            best["duration_ms"],
            best["submitted_at"],
        ):
            best = one
    return best


def _combined(facts: Facts) -> list[Row]:
    if facts.overall_combine == "none":
        return []
    by_person: dict[int, list[Row]] = {}
    for plan in sorted(facts.rounds, key=lambda one: int(one["number"])):
        for person, row in results(facts, plan["number"]).items():
            by_person.setdefault(person, []).append(row)
    if facts.overall_combine == "best":
        return [
            min(own, key=lambda row: (-row["correct"], row["duration_ms"], row["submitted_at"], row["round"]))
            for own in by_person.values()
        ]
    assert facts.overall_combine == "sum"
    return [_sum(facts, own) for own in by_person.values()]


def _sum(facts: Facts, own: Sequence[Row]) -> Row:
    latest = own[0]
    for row in own[1:]:
        if row["submitted_at"] > latest["submitted_at"]:
            latest = row
    asking = {one["number"] for one in facts.rounds if one["prediction_target"] != "none"}
    distances = {row["round"]: row["distance"] for row in own if row["distance"] is not None}
    return {
        **latest,
        "correct": sum(row["correct"] for row in own),
        "duration_ms": sum(row["duration_ms"] for row in own),
        "all_right": len(own) == len(facts.rounds) and all(row["all_right"] for row in own),
        "prediction": None,
        "distance": sum(distances.values(), Decimal(0)) if asking and asking == set(distances) else None,
    }


def _five_places(value: Fraction) -> Decimal:
    hundred_thousandths = int(value * 100_000 + Fraction(1, 2))  # never negative, so this is half up
    return Decimal(hundred_thousandths).scaleb(-5)


def _key(row: Row, order: Sequence[str]) -> tuple[Any, ...]:
    values: dict[str, Any] = {
        "score": -row["correct"],
        "prediction": (row["distance"] is None, row["distance"] or Decimal(0)),
        "duration": row["duration_ms"],
        "submitted": row["submitted_at"],
    }
    return tuple(values[name] for name in order)


def digest(configuration: Mapping[str, Any], rows: Iterable[Row], units: Iterable[str] = ()) -> str:
    """SHA-256 of the published text: the configuration's JSON, a line per person, the lines of units."""
    lines = [json.dumps(configuration, ensure_ascii=False, sort_keys=True, separators=(",", ":"))]
    for row in sorted(rows, key=lambda one: (one["rank"], one["entry"])):
        moment = row["submitted_at"].astimezone(UTC)
        lines.append(
            f"{row['rank']}|{row['entry']}|{row['id']}|{row['correct']}|{row['duration_ms']}"
            f"|{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}Z"
            f"|{_written(row['prediction'])}|{_written(row['distance'])}"
        )
    return hashlib.sha256("".join(f"{line}\n" for line in [*lines, *units]).encode()).hexdigest()


def places(rows: Iterable[Row]) -> str:
    """SHA-256 of where everybody ranked competes: a line entry|unit|block each, by entry."""
    lines = [
        f"{row['entry']}|{_or_empty(row['unit'])}|{_or_empty(row['block'])}\n"
        for row in sorted(rows, key=lambda one: one["entry"])
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _written(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.5f}"


def _or_empty(value: object) -> str:
    return "" if value is None else str(value)
