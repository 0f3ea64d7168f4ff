"""When an answer is due. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

VIET_NAM = ZoneInfo("Asia/Ho_Chi_Minh")
WORKING_DAYS = 2  # Decree 356/2025/NĐ-CP


def answer_due(asked: datetime) -> datetime:
    """The end (exclusive) of the second working day after the day of asking, in Viet Nam.

    Saturdays and Sundays are no working days; public holidays are not known here, so the moment is never
    later than the law's.
    """
    day = asked.astimezone(VIET_NAM).date()
    left = WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return datetime.combine(day + timedelta(days=1), time(), VIET_NAM)
