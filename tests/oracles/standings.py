"""The standings and awards of a round, written from the plan's words alone, one person after another.

It shares no code with the product and takes plain data, so that the two can only agree by being right (or
by being wrong in the same way twice). Attempts are dicts with entry, id, number, correct, questions,
duration_ms, submitted_at; predictions are {entry: Decimal}; the configuration is a dict with
counting_attempt, rank_order, only_all_right, prediction_target as a plan file writes them.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from decimal import Decimal
from fractions import Fraction
from typing import Any

Row = dict[str, Any]


def standings(
    attempts: Iterable[Row],
    predictions: Mapping[int, Decimal],
    excluded: Iterable[int],
    configuration: Mapping[str, Any],
) -> dict[str, Any]:
    """Rows in order with their ranks, and what was counted."""
    refused = set(excluded)
    by_person: dict[int, list[Row]] = {}
    for attempt in attempts:
        if attempt["entry"] not in refused:
            by_person.setdefault(attempt["entry"], []).append(attempt)
    once_right = [
        person for person, own in by_person.items() if any(one["correct"] == one["questions"] for one in own)
    ]
    counted: dict[str, Any] = {
        "participants": len(by_person),
        "attempts": sum(len(own) for own in by_person.values()),
        "all_right": len(once_right),
    }
    target = _target(configuration["prediction_target"], counted)
    rows = []
    for person, own in by_person.items():
        attempt = _counting(own, configuration["counting_attempt"])
        if configuration["only_all_right"] and attempt["correct"] != attempt["questions"]:
            continue
        guess = predictions.get(person)
        distance = None if guess is None or target is None else abs(guess - target)
        rows.append({**attempt, "prediction": guess, "distance": distance})
    order = configuration["rank_order"]
    rows.sort(key=lambda row: (*_key(row, order), row["entry"]))
    for row in rows:
        row["rank"] = 1 + sum(_key(other, order) < _key(row, order) for other in rows)
    return {**counted, "target": target, "rows": rows}


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


def _target(asked: str, counted: Mapping[str, int]) -> Decimal | None:
    if asked == "none":
        return None
    if asked != "all_right_percent":
        return _five_places(Fraction(counted[asked]))
    if not counted["participants"]:
        return None
    return _five_places(Fraction(100 * counted["all_right"], counted["participants"]))


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


def digest(configuration: Mapping[str, Any], rows: Iterable[Row]) -> str:
    """SHA-256 of the published text format: the configuration's JSON, then a line per person."""
    lines = [json.dumps(configuration, ensure_ascii=False, sort_keys=True, separators=(",", ":"))]
    for row in sorted(rows, key=lambda one: (one["rank"], one["entry"])):
        moment = row["submitted_at"].astimezone(UTC)
        lines.append(
            f"{row['rank']}|{row['entry']}|{row['id']}|{row['correct']}|{row['duration_ms']}"
            f"|{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}Z"
            f"|{_written(row['prediction'])}|{_written(row['distance'])}"
        )
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def _written(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.5f}"


def awards(
    rows: Sequence[Row],
    prizes: Sequence[tuple[str, int]],
    orders: Mapping[int, Sequence[int]],
) -> tuple[list[tuple[str, int]], set[int]]:
    """(prize name, person) from the top, and the ranks that wait for the jury.

    `prizes`: (name, how many) from the highest; `orders`: rank → people as the jury put them.
    """
    purse = [name for name, count in prizes for _ in range(count)]
    given: list[tuple[str, int]] = []
    waiting: set[int] = set()
    for rank in sorted({row["rank"] for row in rows}):
        people = sorted(row["entry"] for row in rows if row["rank"] == rank)
        mine, purse = purse[: len(people)], purse[len(people) :]
        if not mine:
            break
        alike = len(mine) == len(people) and mine[0] == mine[-1]
        if not alike and rank not in orders:
            waiting.add(rank)
            continue
        winners = people if alike else list(orders[rank])
        given += list(zip(mine, winners, strict=False))
    return given, waiting
