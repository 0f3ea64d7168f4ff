from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from contests.enums import Gender, NamesShown, PredictionTarget
from prizes.domain.certificates import new_code
from prizes.rules.canonical import configuration_line, digest_of_lines, line, points_shown
from prizes.rules.codes import grouped, read_code
from prizes.rules.names import honorific, official_date, shown_name
from prizes.rules.targets import Counts, percent, target_value


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Nguyễn Văn An", "Nguyễn V. A."),
        ("Đặng Thị Ánh Ẩn", "Đặng T. Á. Ẩ."),
        ("An", "A."),
        ("", ""),
    ],
)
def test_a_masked_name_keeps_the_family_name(name: str, masked: str) -> None:
    assert shown_name(name, NamesShown.MASKED) == masked
    assert shown_name(name, NamesShown.FULL) == name


@pytest.mark.parametrize(
    ("gender", "born", "expected"),
    [
        (Gender.MALE, date(1990, 1, 1), "Ông"),
        (Gender.FEMALE, date(1990, 1, 1), "Bà"),
        (Gender.OTHER, date(1990, 1, 1), "Ông/Bà"),
        (Gender.MALE, date(2006, 12, 5), "Ông"),  # eighteen that very day
        (Gender.FEMALE, date(2006, 12, 6), "Em"),
        (Gender.MALE, date(2008, 2, 29), "Em"),
    ],
)
def test_how_a_paper_addresses_people(gender: Gender, born: date, expected: str) -> None:
    assert honorific(gender, born, date(2024, 12, 5)) == expected


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2024, 12, 15), "ngày 15 tháng 12 năm 2024"),
        (date(2025, 2, 5), "ngày 05 tháng 02 năm 2025"),
        (date(2025, 3, 9), "ngày 09 tháng 3 năm 2025"),
    ],
)
def test_dates_are_written_as_on_administrative_papers(day: date, words: str) -> None:
    assert official_date(day) == words


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (0, 7, "0.00000"),
        (7, 7, "100.00000"),
        (1, 3, "33.33333"),
        (2, 3, "66.66667"),
        (1, 3_200_000, "0.00003"),  # 0.00003125
        (1, 20_000_000, "0.00001"),  # 0.000005, half up
        (126_901, 427_277, "29.69994"),
    ],
)
def test_a_percentage_is_exact_at_five_places(part: int, whole: int, expected: str) -> None:
    assert str(percent(part, whole)) == expected
    assert percent(part, 0) is None


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (PredictionTarget.NONE, None),
        (PredictionTarget.PARTICIPANTS, "3.00000"),
        (PredictionTarget.ATTEMPTS, "7.00000"),
        (PredictionTarget.ALL_RIGHT, "2.00000"),
        (PredictionTarget.ALL_RIGHT_PERCENT, "66.66667"),
    ],
)
def test_the_true_answer_is_what_the_plan_asks_for(target: PredictionTarget, expected: str | None) -> None:
    value = target_value(target, Counts(participants=3, attempts=7, all_right=2))
    assert (None if value is None else str(value)) == expected


def test_the_canonical_text_is_the_same_bytes_everywhere() -> None:
    assert (
        configuration_line({"b": "Giải Nhất", "a": [None, 1]}) == '{"a":[null,1],"b":"Giải Nhất"}\n'.encode()
    )
    assert line("unit", 1, None, "", Decimal("0.50000000")) == b"unit|1|||0.50000000\n"
    assert digest_of_lines([(1, 2), (3, None)]) == hashlib.sha256(b"1|2\n3|\n").hexdigest()


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        (Fraction(100), "100.00000000"),
        (Fraction(200, 3), "66.66666667"),
        (Fraction(1, 3), "0.33333333"),
        (Fraction(1, 2 * 10**8), "0.00000001"),  # half up
        (Fraction(0), "0.00000000"),
    ],
)
def test_points_are_written_with_eight_places(points: Fraction, shown: str) -> None:
    assert line(points_shown(points)).decode() == f"{shown}\n"
    assert points_shown(None) is None


def test_codes_are_long_random_and_easy_to_type() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    for code in codes:
        assert len(code) == 28
        assert not set(code) & set("ILOU")
        assert read_code(grouped(code).lower()) == code
    assert Decimal(32) ** 28 >= Decimal(2) ** 128
