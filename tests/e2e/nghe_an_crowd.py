"""What the office does not do in the test of Nghệ An: a week goes by, and the crowd takes part in it.

Run inside the stack (`manage.py shell`), so the pages see it as they would see anybody's. Time moves as in
tests.scenarios: the timetable of the contest and its rounds is shifted, as a plan of another date would have
it. The site's rules, its clock and every row of what has happened stay untouched.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from attempts.domain.papers import sealed_paper
from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contests.models import Contest
from contests.queries import contest_units
from tests.oracles import planwords
from tests.oracles.people import Facts
from tests.scenarios.world import PLANS, World

SLUG = "nghe-an-bon-tuan"
# The unit that wins each week: it has the most attempts of those that have not won yet.
TEAMS = (("NAN-NV", 14), ("NAN-TP", 12), ("NAN-TC", 10), ("NAN-XD", 8), ("NAN-CT", 6), ("NAN-VP", 5))
BEST = 16  # as many as a week has individual prizes
CHEAT = "Người thi quá nhanh"
LEFT = timedelta(hours=1)  # until the week's end: closing it early is the office's own act


def week(number: int) -> None:
    """Move the timetable to the last hour of the week, and let everybody take part in it once."""
    contest = Contest.objects.get(slug=SLUG)
    world = _world(contest, seed=2022 + number)
    world.move(database_now() + LEFT - world.rounds[number].closes_at)
    people = _people(world, first=number == 1)
    for person in people.crowd:
        _sits(world, number, person, wrong=world.dice.randint(1, 12))
    for place, person in enumerate(people.best):
        # In the first week two are equal where the second prizes end and the third begin.
        alike = 2 if number == 1 and place == 3 else place
        _sits(world, number, person, duration_ms=120_000 + 1000 * alike, minute=alike)
    if number == 2:
        _sits(world, number, people.cheat, duration_ms=21_000)
    world.write()


@dataclass
class People:
    """Ids of entries."""

    crowd: list[int]
    best: list[int]
    cheat: int


def _people(world: World, *, first: bool) -> People:
    """The same people in every week; they enter in the first one."""
    if first:
        for unit, size in TEAMS:
            world.add_people([world.unit(unit)] * size)
        teams = dict(TEAMS)
        others = sorted(code for code in world.codes if code.startswith("NAN-") and code not in teams)
        world.add_people([world.unit(code) for code in others[: BEST + 1]])
    entries = list(world.contest.entries.order_by("pk").values_list("pk", flat=True))
    crowd, best, cheat = entries[: -BEST - 1], entries[-BEST - 1 : -1], entries[-1]
    world.contest.entries.filter(pk=cheat).update(full_name=CHEAT)
    return People(crowd, best, cheat)


def _sits(
    world: World, number: int, person: int, *, wrong: int = 0, duration_ms: int = 0, minute: int | None = None
) -> None:
    """One attempt, somewhere in the days before; of the best in this minute of the week."""
    round = world.rounds[number]
    at = minute if minute is not None else world.dice.randrange(60, 6 * 24 * 60)
    world.sit(
        person,
        number,
        wrong=wrong,
        duration_ms=duration_ms or world.dice.randrange(300_000, 1_400_000, 1000),
        submitted_at=round.opens_at + timedelta(minutes=30 + at),
    )


def _world(contest: Contest, *, seed: int) -> World:
    path = PLANS / "nghe-an-2022.toml"
    nobody = User()  # the office's people are in front of their browsers
    world = World(
        contest=contest,
        path=path,
        plan=planwords.read(path),
        facts=Facts({}, {}, {}, {}, [], {}, {}),
        dice=random.Random(seed),
        secretary=nobody,
        chair=nobody,
        jury=nobody,
        codes=dict(contest_units(contest).values_list("code", "pk")),
    )
    world.reload()
    world.sealed = {number: sealed_paper(round.seal.pk) for number, round in world.rounds.items()}
    return world
