"""Rounds that follow each other as one line of a plan file: `weekly`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from contests.fileschema import MAX_DAYS, MAX_ROUNDS, ROUND_NAME_LENGTH
from contests.planfile.plan import Values

# Stands in the name of a series where each of its rounds has its number.
ROUND_NUMBER = "{n}"
OWN = ("number", "name", "opens_at", "closes_at")
DAY = timedelta(days=1)


def spread(one: Values, weekly: Values) -> list[Values]:
    """The rounds of a series, from the round that it is written as; `weekly` is whole."""
    made = []
    for index in range(weekly["count"]):
        number = one["number"] + index
        opens_at = weekly["start"] + DAY * weekly["days"] * index
        own = {"number": number, "opens_at": opens_at, "closes_at": opens_at + DAY * weekly["days"]}
        if "name" in one:
            own["name"] = one["name"].replace(ROUND_NUMBER, str(number))
        made.append({**one, **own})
    return made


def joined(rounds: Sequence[Values]) -> list[Values]:
    """The rounds as the file has them: those that `spread` would make from one line are that line."""
    found: list[Values] = []
    at = 0
    while at < len(rounds):
        one, count = _longest(rounds[at : at + MAX_ROUNDS])
        found.append(one)
        at += count
    return found


def _longest(rounds: Sequence[Values]) -> tuple[Values, int]:
    """The longest series at the beginning and how many rounds it has; one round is none."""
    first = rounds[0]
    length = first["closes_at"] - first["opens_at"]
    if length % DAY or length // DAY > MAX_DAYS:
        return first, 1
    best: tuple[Values, int] = (first, 1)
    for name in _names(first):
        if len(name) > ROUND_NAME_LENGTH:
            continue
        series = {key: value for key, value in first.items() if key not in ("opens_at", "closes_at")}
        series["name"] = name
        weekly = {"start": first["opens_at"], "count": len(rounds), "days": length // DAY}
        count = 0
        for one, made in zip(rounds, spread(series, weekly), strict=True):
            if one != made:
                break
            count += 1
        if count > best[1]:
            best = {**series, "weekly": {**weekly, "count": count}}, count
    return best


def _names(first: Values) -> Iterator[str]:
    """The names with {n} that may have made the first round's: in any one place of its number, and in all."""
    number, name = str(first["number"]), first["name"]
    for found in re.finditer(number, name):
        yield name[: found.start()] + ROUND_NUMBER + name[found.end() :]
    if number in name:
        yield name.replace(number, ROUND_NUMBER)
