from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from attempts.rules.limits import Allowance, Limits, Sitting, Wait, allowance

MIDNIGHT = datetime(2024, 11, 10, 17, tzinfo=UTC)  # 00:00 of 11/11 in Viet Nam
FAR = MIDNIGHT + timedelta(days=30)
MINUTE = timedelta(minutes=1)


def sat(*starts: datetime, minutes: int = 10) -> list[Sitting]:
    return [Sitting(at, at + timedelta(minutes=minutes)) for at in starts]


def asked(
    sittings: list[Sitting],
    now: datetime,
    *,
    attempts: int = 10,
    per_day: int | None = None,
    cooldown: int = 0,
    closes_at: datetime = FAR,
) -> Allowance:
    limits = Limits(attempts, per_day, timedelta(minutes=cooldown))
    return allowance(limits, sittings, now=now, closes_at=closes_at)


def test_without_limits_only_the_number_in_the_round_counts() -> None:
    assert asked(sat(MIDNIGHT), MIDNIGHT + 10 * MINUTE) == Allowance(9, None, None, None)


def test_when_all_are_used_there_is_no_next() -> None:
    found = asked(sat(MIDNIGHT), MIDNIGHT + 20 * MINUTE, attempts=1, per_day=1, cooldown=60)
    assert (found.left, found.wait, found.next_at) == (0, Wait.USED, None)


def test_a_day_is_a_day_in_viet_nam_and_an_attempt_belongs_to_the_day_it_began() -> None:
    late = sat(MIDNIGHT - MINUTE, minutes=0)
    before = asked(late, MIDNIGHT - timedelta(microseconds=1), per_day=1)
    assert (before.left_today, before.wait, before.next_at) == (0, Wait.DAY, MIDNIGHT)
    after = asked(late, MIDNIGHT, per_day=1)
    assert (after.left_today, after.wait) == (1, None)


def test_the_cool_down_runs_from_the_end_of_the_last_attempt() -> None:
    sittings = sat(MIDNIGHT - timedelta(hours=5), MIDNIGHT)
    end = MIDNIGHT + 10 * MINUTE
    early = asked(sittings, end + 29 * MINUTE, cooldown=30)
    assert (early.wait, early.next_at) == (Wait.COOLDOWN, end + 30 * MINUTE)
    assert asked(sittings, end + 30 * MINUTE, cooldown=30).wait is None


def test_the_later_of_two_waits_decides() -> None:
    now = MIDNIGHT - MINUTE
    long = asked(sat(now - 10 * MINUTE), now, per_day=1, cooldown=60)
    assert (long.wait, long.next_at) == (Wait.COOLDOWN, now + 60 * MINUTE)
    short = asked(sat(now - 10 * MINUTE), now, per_day=1, cooldown=1)
    assert (short.wait, short.next_at) == (Wait.DAY, MIDNIGHT)


def test_a_next_time_at_or_after_the_close_is_never() -> None:
    now = MIDNIGHT - MINUTE
    found = asked(sat(now - 10 * MINUTE), now, per_day=1, closes_at=MIDNIGHT)
    assert (found.left, found.wait, found.next_at) == (9, Wait.DAY, None)


minutes = st.integers(0, 6 * 24 * 60)


@given(
    starts=st.lists(minutes, max_size=6, unique=True),
    now=minutes,
    attempts=st.integers(1, 7),
    per_day=st.none() | st.integers(1, 4),
    cooldown=st.integers(0, 3000),
)
def test_at_the_time_named_it_does_begin_and_not_before(
    starts: list[int], now: int, attempts: int, per_day: int | None, cooldown: int
) -> None:
    sittings = sat(*(MIDNIGHT + at * MINUTE for at in sorted(starts) if at <= now), minutes=0)

    def at(moment: datetime) -> Allowance:
        return asked(sittings, moment, attempts=attempts, per_day=per_day, cooldown=cooldown)

    found = at(MIDNIGHT + now * MINUTE)
    if found.next_at is None:
        assert (found.wait is None) == (len(sittings) < attempts)
    else:
        assert found.next_at > MIDNIGHT + now * MINUTE
        assert at(found.next_at).wait is None
        assert at(found.next_at - timedelta(microseconds=1)).wait is not None
