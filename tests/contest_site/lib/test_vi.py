from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from contest_site.lib.templatetags.vi import clock, dong, duration, end_moment, in_fours, moment, number, span

VN = ZoneInfo("Asia/Ho_Chi_Minh")


def test_durations_are_exact_to_the_millisecond() -> None:
    assert [duration(ms) for ms in (242_315, 2_005, 600_000, None)] == [
        "4 phút 02,315 giây",
        "2,005 giây",
        "10 phút 00,000 giây",
        "–",
    ]


def test_money_and_numbers_are_grouped_with_points() -> None:
    assert dong(3_000_000) == "3.000.000 đồng"
    assert [number(value) for value in (1234, Decimal("87.65000"), Decimal("1250.00000"), None)] == [
        "1.234",
        "87,65",
        "1.250",
        "–",
    ]


def test_moments_are_written_as_plans_write_them() -> None:
    assert moment(datetime(2024, 11, 10, 7, tzinfo=VN)) == "07 giờ 00 ngày 10/11/2024"
    assert end_moment(datetime(2024, 12, 1, tzinfo=VN)) == "24 giờ 00 ngày 30/11/2024"
    assert end_moment(datetime(2024, 7, 21, 17, tzinfo=VN)) == "17 giờ 00 ngày 21/07/2024"


def test_the_end_of_a_sitting_is_told_to_the_second() -> None:
    assert clock(datetime(2024, 11, 10, 15, 30, 5, tzinfo=VN)) == "15 giờ 30 phút 05 giây"


def test_a_span_is_told_in_its_two_largest_units() -> None:
    seconds = (183_600, 86_400, 3_660, 3_599, 60, 59, 0)
    expected = ["2 ngày 3 giờ", "1 ngày", "1 giờ 1 phút", "59 phút", "1 phút", "dưới 1 phút", "dưới 1 phút"]
    assert [span(value) for value in seconds] == expected


def test_long_codes_are_read_out_in_fours() -> None:
    assert in_fours("7K2MQ9XD04") == "7K2M-Q9XD-04"
