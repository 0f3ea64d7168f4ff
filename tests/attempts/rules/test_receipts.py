import base64
import hashlib
import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from attempts.rules.receipts import attempt_line, read_receipt, receipt_of_line

VIETNAM = timezone(timedelta(hours=7))
FACTS: dict[str, Any] = {
    "attempt_id": UUID("0f8fad5b-d9cb-469f-a165-70867728950e"),
    "round_id": 3,
    "entry_id": 1234,
    "number": 2,
    "started_at": datetime(2024, 11, 10, 7, 0, 0, 5, VIETNAM),
    "submitted_at": datetime(2024, 11, 10, 7, 10, 0, 5, VIETNAM),
    "duration_ms": 600_000,
    "paper": [7, 0, 39],
    "orders": [23, 0, 1],
    "answers": [1, 0, 4],
    "prediction": Decimal("87.65"),
}
LINE = (
    "0f8fad5b-d9cb-469f-a165-70867728950e|3|1234|2|2024-11-10T00:00:00.000005Z|2024-11-10T00:10:00.000005Z"
    "|600000|7,0,39|23,0,1|1,0,4|87.65000"
)


def test_the_line_is_as_documented() -> None:
    assert attempt_line(**FACTS) == LINE
    assert attempt_line(**{**FACTS, "prediction": None}) == LINE.removesuffix("87.65000")


def test_the_receipt_is_the_first_80_bits_of_the_lines_sha256() -> None:
    """An independent computation: RFC 4648's base 32 with Crockford's letters put in."""
    rfc = base64.b32encode(hashlib.sha256(LINE.encode()).digest()[:10]).decode()
    crockford = rfc.translate(
        str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    )
    assert receipt_of_line(LINE).replace("-", "") == crockford
    assert receipt_of_line(LINE) == "SAXB-TKKR-KBKW-Z9XP"


@pytest.mark.parametrize(
    ("fact", "other"),
    [
        ("attempt_id", UUID(int=1)),
        ("round_id", 4),
        ("entry_id", 123),
        ("number", 1),
        ("started_at", FACTS["started_at"] + timedelta(microseconds=1)),
        ("submitted_at", FACTS["submitted_at"] - timedelta(microseconds=1)),
        ("duration_ms", 599_999),
        ("paper", [0, 7, 39]),
        ("orders", [23, 1, 0]),
        ("answers", [1, 0, 3]),
        ("prediction", Decimal("87.65001")),
        ("prediction", None),
    ],
)
def test_whatever_is_changed_changes_the_receipt(fact: str, other: object) -> None:
    assert receipt_of_line(attempt_line(**{**FACTS, fact: other})) != receipt_of_line(LINE)


def test_a_receipt_is_four_groups_of_four() -> None:
    codes = [receipt_of_line(attempt_line(**{**FACTS, "number": number})) for number in range(300)]
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)
    assert len(set(codes)) == 300


def test_a_receipt_is_read_however_it_is_typed() -> None:
    assert read_receipt(" 7k2m q9xd o4rt-wz8i ") == "7K2M-Q9XD-04RT-WZ81"


def test_what_is_no_receipt_reads_as_nothing() -> None:
    assert [read_receipt(text) for text in ("", "7K2M", "7K2M-Q9XD-04RT-WZ8U", "7K2M-Q9XD-04RT-WZ8N-1")] == [
        ""
    ] * 4
