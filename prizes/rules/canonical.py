"""The text whose SHA-256 is a run's digest, so that anyone with the data can compute it again.

First line: the configuration as JSON, keys sorted, no spaces, UTF-8. Then one line per person, by rank and
entry id: rank|entry|attempt|correct|duration in ms|submitted at (UTC, microseconds)|prediction|distance,
the last two with five places or empty. Every line ends with a line feed.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

FORMAT = 1


def configuration_line(configuration: Mapping[str, Any]) -> bytes:
    text = json.dumps(configuration, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode() + b"\n"


def prize_lines(prizes: Iterable[tuple[int, int, str, int, int]]) -> list[dict[str, Any]]:
    """The prizes as (table, position, name, quantity, amount in đồng): a changed one makes a new version."""
    return [
        {"table": table, "position": position, "name": name, "quantity": quantity, "amount": amount}
        for table, position, name, quantity, amount in prizes
    ]
