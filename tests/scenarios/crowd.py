"""What the many do in a round: three in ten all right, times that often coincide, guesses that miss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from tests.scenarios.sitting import MILLISECOND
from tests.scenarios.world import World

PERFECT = 0.3
STEP_MS = 5_000  # times are multiples of it, so many are equal
Guess = Callable[[], Decimal | int | None]


def no_guess() -> None:
    return None


def far_guesses(world: World) -> Guess:
    """Blank, or a whole number that no count of these scenarios comes near; few different ones."""
    return lambda: None if world.dice.random() < 0.1 else world.dice.choice([0, 7, 10_000, 12_345, 99_999])


def sit_all(
    world: World,
    number: int,
    people: Sequence[int],
    *,
    guess: Guess = no_guess,
    perfect: float = PERFECT,
    attempts: Callable[[], int] = lambda: 1,
    shortest_ms: int = 300_000,
) -> None:
    """Everybody takes part once or as often as `attempts` says, one attempt after the other."""
    dice, round = world.dice, world.rounds[number]
    longest = round.time_limit_minutes * 60_000
    for person in people:
        times = attempts()
        moments = moments_within(world, number, times, longest)
        for moment in moments:
            wrong = 0 if dice.random() < perfect else dice.randint(1, world.plan.round(number).questions // 2)
            duration = dice.randrange(shortest_ms, longest, STEP_MS)
            world.sit(
                person, number, wrong=wrong, duration_ms=duration, submitted_at=moment, prediction=guess()
            )


def moments_within(world: World, number: int, times: int, longest_ms: int) -> list[datetime]:
    """Instants of submission in the round, each far enough from the one before it."""
    round = world.rounds[number]
    room = (round.closes_at - round.opens_at) // MILLISECOND
    part = room // times
    return [
        round.opens_at + MILLISECOND * (part * place + world.dice.randrange(longest_ms, part))
        for place in range(times)
    ]


def last_instant(world: World, number: int) -> datetime:
    """The last millisecond of the round."""
    return world.rounds[number].closes_at - MILLISECOND


def sit_ladder(
    world: World,
    number: int,
    groups: Sequence[Sequence[int]],
    *,
    truth: Decimal | None = None,
    fastest_ms: int = 60_000,
) -> None:
    """The best of the round, from the top: those of a group are equal on every key, and before the next.

    All are right everywhere; each group is a second slower, two further from the `truth` and a minute later
    than the one above it, so that no order of the keys puts it elsewhere.
    """
    first = world.rounds[number].opens_at + timedelta(minutes=30)
    for place, group in enumerate(groups):
        for person in group:
            world.sit(
                person,
                number,
                duration_ms=fastest_ms + 1000 * place,
                submitted_at=first + timedelta(minutes=place),
                prediction=None if truth is None else truth - 2 * place,
            )


def split(people: Sequence[int], sizes: Sequence[int]) -> list[list[int]]:
    """The people in groups of these sizes, in their order."""
    left = list(people)
    groups = []
    for size in sizes:
        groups.append(left[:size])
        left = left[size:]
    return groups


def sit_alike(
    world: World, number: int, teams: Sequence[Sequence[int]], *, times: int, perfect: float = PERFECT
) -> None:
    """Teams of one size of which every member has a twin in each other team: no measure tells them apart."""
    longest = world.rounds[number].time_limit_minutes * 60_000
    for twins in zip(*teams, strict=True):
        for moment in moments_within(world, number, times, longest):
            wrong = 0 if world.dice.random() < perfect else world.dice.randint(1, 9)
            duration = world.dice.randrange(longest // 2, longest, STEP_MS)
            for person in twins:
                world.sit(person, number, wrong=wrong, duration_ms=duration, submitted_at=moment)
