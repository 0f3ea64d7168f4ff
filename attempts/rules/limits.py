"""How often a person may take a round's paper, and when the next time may begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

# A plan's day is a day in Viet Nam, whatever a server's clock is set to.
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True)
class Limits:
    """A round's limits for one person; `per_day` None = as many a day as the round allows."""

    attempts: int
    per_day: int | None
    cooldown: timedelta


@dataclass(frozen=True)
class Sitting:
    """One attempt that is over: when it began and when it ended."""

    started_at: datetime
    ended_at: datetime


class Wait(Enum):
    """What keeps the next attempt back."""

    USED = "used"  # no attempt is left in the round
    DAY = "day"
    COOLDOWN = "cooldown"


@dataclass(frozen=True)
class Allowance:
    """What is left: in the round, and today (None without a limit per day); `wait` None = may begin now.

    `next_at` is when the next attempt may begin, None when that is now or never (the round ends before).
    """

    left: int
    left_today: int | None
    wait: Wait | None
    next_at: datetime | None


def allowance(
    limits: Limits, sittings: Sequence[Sitting], *, now: datetime, closes_at: datetime
) -> Allowance:
    """What a person who has sat `sittings` may do at `now` in a round that ends at `closes_at` (exclusive).

    An attempt belongs to the day on which it began; the cool-down runs from the end of the last one.
    """
    left = max(0, limits.attempts - len(sittings))
    today = now.astimezone(VIETNAM).date()
    left_today = None
    waits: list[tuple[datetime, Wait]] = []
    if limits.per_day is not None:
        begun = sum(sitting.started_at.astimezone(VIETNAM).date() == today for sitting in sittings)
        left_today = max(0, limits.per_day - begun)
        if not left_today:
            waits.append((datetime.combine(today + timedelta(days=1), time.min, VIETNAM), Wait.DAY))
    rested_at = max((sitting.ended_at for sitting in sittings), default=now) + limits.cooldown
    if sittings and rested_at > now:
        waits.append((rested_at, Wait.COOLDOWN))
    if not left:
        return Allowance(0, left_today, Wait.USED, None)
    if not waits:
        return Allowance(left, left_today, None, None)
    at, wait = max(waits, key=lambda one: one[0])
    return Allowance(left, left_today, wait, at if at < closes_at else None)
