from decimal import Decimal

import pytest

from attempts.rules.predictions import read_prediction
from contest_site.lib.errors import Invalid
from contests.enums import PredictionTarget

COUNT = PredictionTarget.ALL_RIGHT
PERCENT = PredictionTarget.ALL_RIGHT_PERCENT


@pytest.mark.parametrize(
    ("typed", "value"),
    [("0", 0), ("1250", 1250), (" 1.250 ", 1250), ("1 250", 1250), ("12.345.678", 12345678), ("１２", 12)],
)
def test_a_count_is_read_as_people_write_it(typed: str, value: int) -> None:
    assert read_prediction(typed, COUNT) == value


@pytest.mark.parametrize("typed", ["", "  "])
def test_a_blank_is_no_prediction(typed: str) -> None:
    assert read_prediction(typed, COUNT) is None


@pytest.mark.parametrize(
    "typed", ["-1", "1e9", "١٢", "1.5", "1,5", "12a", "1000000000", "0x10", "1.2.3", "NaN", "vô cùng"]
)
def test_what_is_no_count_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Invalid, match="ví dụ 1250"):
        read_prediction(typed, COUNT)


@pytest.mark.parametrize(
    ("typed", "value"), [("87,65432", "87.65432"), ("87.65", "87.65"), ("100", "100"), ("12,5 %", "12.5")]
)
def test_a_percentage_takes_comma_or_point(typed: str, value: str) -> None:
    assert read_prediction(typed, PERCENT) == Decimal(value)


@pytest.mark.parametrize("typed", ["101", "-1", "87,654321", "1e1", "٥٠", "100,00001"])
def test_what_is_no_percentage_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="0 đến 100"):
        read_prediction(typed, PERCENT)
