"""Receipts: commitments to one submitted attempt, easy to read aloud and to type.

The canonical line of an attempt, its fields joined by "|":

    attempt|round|entry|number|started|submitted|duration|paper|orders|answers|prediction

`attempt` is a UUID in lower case with dashes; `round`, `entry` and `number` (which attempt of the person in
the round) are decimal; `started` and `submitted` are UTC with six decimals ("2024-11-10T00:00:00.000000Z");
`duration` is in milliseconds; `paper`, `orders` and `answers` are numbers joined by "," (the question's index
in the sealed pool; the rank of its order of options; what was tapped: 0 = blank, else 1 + the place shown);
`prediction` is what this attempt itself predicted, with five decimals, or empty.

The receipt is the first 80 bits of SHA-256 over the line's ASCII bytes, without an end of line, as 16
characters of Crockford's base 32, shown in fours. Whoever has a receipt and the line that was published for
it sees that nothing of the attempt was changed since.
"""

import hashlib
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

# Crockford's base 32: no I, L, O, U
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD = str.maketrans("ILO", "110")
LENGTH = 16
BITS = 80


def attempt_line(
    *,
    attempt_id: UUID,
    round_id: int,
    entry_id: int,
    number: int,
    started_at: datetime,
    submitted_at: datetime,
    duration_ms: int,
    paper: Sequence[int],
    orders: Sequence[int],
    answers: Sequence[int],
    prediction: Decimal | None,
) -> str:
    """The canonical line of a submitted attempt (see above); the moments carry their time zone."""
    fields = [
        str(attempt_id),
        *map(str, (round_id, entry_id, number)),
        _moment(started_at),
        _moment(submitted_at),
        str(duration_ms),
        *(",".join(map(str, numbers)) for numbers in (paper, orders, answers)),
        "" if prediction is None else f"{prediction:.5f}",
    ]
    return "|".join(fields)


def receipt_of_line(line: str) -> str:
    """The receipt of a canonical line, such as "7K2M-Q9XD-04RT-WZ8N"."""
    digest = int.from_bytes(hashlib.sha256(line.encode("ascii")).digest(), "big") >> (256 - BITS)
    return _grouped("".join(ALPHABET[digest >> at & 31] for at in range(BITS - 5, -1, -5)))


def read_receipt(text: str) -> str:
    """The canonical form of a typed code (case, spaces, dashes and the usual misreadings forgiven), or ""."""
    typed = unicodedata.normalize("NFKC", text).upper().translate(MISREAD)
    code = "".join(char for char in typed if char.isalnum())
    return _grouped(code) if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def _moment(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _grouped(code: str) -> str:
    return "-".join(code[at : at + 4] for at in range(0, LENGTH, 4))
