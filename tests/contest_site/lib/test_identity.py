import pytest

from contest_site.lib.errors import Invalid
from contest_site.lib.identity import display_phone, national_id_hash, normal_phone


@pytest.mark.parametrize(
    "typed",
    [
        "0912345678",
        "0912 345 678",
        "0912.345.678",
        "+84 912 345 678",
        "84912345678",
        "0084912345678",
        "+84(0)912345678",
        "０９１２３４５６７８",
        " 0912-345-678 ",
    ],
)
def test_one_number_however_typed(typed: str) -> None:
    assert normal_phone(typed) == "+84912345678"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0120 123 4567", "+84701234567"),
        ("+84 168 123 4567", "+84381234567"),
        ("0084 199 123 4567", "+84591234567"),
        ("0123.456.7890", "+84834567890"),
    ],
)
def test_a_number_from_before_2018_is_its_successor(old: str, new: str) -> None:
    assert normal_phone(old) == new


@pytest.mark.parametrize("typed", ["0130 123 4567", "0120 123 456", "0120 123 45678"])
def test_only_the_prefixes_that_were_changed_are(typed: str) -> None:
    with pytest.raises(Invalid):
        normal_phone(typed)


@pytest.mark.parametrize("typed", ["", "abc", "091234567", "09123456789012", "1234567890", "+1 202"])
def test_what_is_no_phone_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Invalid, match="Ví dụ đúng"):
        normal_phone(typed)


def test_a_phone_is_shown_as_people_write_it() -> None:
    assert display_phone("+84912345678") == "0912 345 678"


def test_an_id_hashes_alike_however_typed() -> None:
    assert (
        national_id_hash("051 090 123 456")
        == national_id_hash("０５１０９０１２３４５６")
        != national_id_hash("0" * 12)
    )


@pytest.mark.parametrize("typed", ["", "12345678901", "1234567890123", "05109012345a", "٠٥١٠٩٠١٢٣٤٥٦"])
def test_an_id_is_12_digits(typed: str) -> None:
    with pytest.raises(Invalid, match="12 chữ số"):
        national_id_hash(typed)
