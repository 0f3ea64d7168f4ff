import re

from attempts.rules.receipts import new_receipt, read_receipt


def test_a_receipt_is_four_groups_of_four() -> None:
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", new_receipt())


def test_receipts_differ() -> None:
    assert len({new_receipt() for _ in range(1000)}) == 1000


def test_a_receipt_is_read_however_it_is_typed() -> None:
    assert read_receipt(" 7k2m q9xd o4rt-wz8i ") == "7K2M-Q9XD-04RT-WZ81"


def test_what_is_no_receipt_reads_as_nothing() -> None:
    assert [read_receipt(text) for text in ("", "7K2M", "7K2M-Q9XD-04RT-WZ8U", "7K2M-Q9XD-04RT-WZ8N-1")] == [
        ""
    ] * 4
