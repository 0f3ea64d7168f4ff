"""A seed plan's contest with thousands of synthetic people, written as rows.

Everything that happens is kept twice: as rows for the product and as plain facts for the oracles
(tests.oracles.people.Facts). The facts come from what the scenario did, never from the product's answers.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F

from attempts.domain.papers import SealedPaper, sealed_paper
from attempts.models import Attempt, Prediction
from attempts.rules.draw import Paper as Drawn
from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contest_site.lib.identity import national_id_hash
from contest_site.lib.text import fold
from contests.domain.announcing import announce
from contests.domain.entering import EntryData, enter, enter_unofficially
from contests.domain.excluding import exclude_person
from contests.domain.plans import load_plan
from contests.domain.rounds import close_round, seal_round
from contests.enums import ExclusionRole
from contests.models import BlockUnit, Contest, Entry, Headcount, Round, Unit
from contests.queries import contest_units
from tests.oracles import planwords
from tests.oracles.contest import Contest as Oracle
from tests.oracles.people import Facts, Paper, Person
from tests.scenarios.rows import BORN, account_of, copy_in, entry_of, new_ids
from tests.scenarios.sitting import Sitting
from tests.support.factories import make_bank, make_staff, make_user

PLANS = settings.BASE_DIR / "contests" / "plans"
POOL = 90  # questions of each bank: more than any paper has


@dataclass
class World:
    """One contest. `people` are entry ids; units are ids."""

    contest: Contest
    path: Path
    plan: planwords.Plan
    facts: Facts
    dice: random.Random
    secretary: User
    chair: User
    jury: User
    serial: int = 0
    codes: dict[str, int] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    rounds: dict[int, Round] = field(default_factory=dict)
    sealed: dict[int, SealedPaper] = field(default_factory=dict)
    _rows: list[dict[str, Any]] = field(default_factory=list)
    _predictions: list[Prediction] = field(default_factory=list)
    _numbers: dict[tuple[int, int], int] = field(default_factory=dict)

    # --- Units
    def unit(self, code: str) -> int:
        return self.codes[code]

    @property
    def area(self) -> list[int]:
        return list(self.facts.parents)

    @property
    def competing(self) -> list[int]:
        return [unit for units in self.facts.blocks.values() for unit in units]

    def leaves(self, unit: int) -> list[int]:
        """Units whose people count for this competing one: itself and those below."""
        below = [child for child, parent in self.facts.parents.items() if parent == unit]
        return [
            unit,
            *(leaf for child in below if child not in self.competing for leaf in self.leaves(child)),
        ]

    def add_units(self, count: int, *, below: Sequence[int], block: str = "") -> list[int]:
        """More units of the contest's area; with `block` they compete there."""
        made = []
        for _ in range(count):
            self.serial += 1
            name = f"Đơn vị bổ sung {self.serial}"
            parent = below[self.serial % len(below)]
            made.append(Unit(code=f"BS{self.serial}", name=name, folded=fold(name), parent_id=parent))
        Unit.objects.bulk_create(made)
        ids = [unit.pk for unit in made]
        self.facts.parents |= {unit.pk: unit.parent_id for unit in made}
        self.codes |= {unit.code: unit.pk for unit in made}
        if block:
            found = self.contest.blocks.get(name=block)
            BlockUnit.objects.bulk_create(
                BlockUnit(contest=self.contest, block=found, unit_id=unit) for unit in ids
            )
            self.facts.blocks[block] += ids
        return ids

    def count_heads(self, heads: Mapping[int, int]) -> None:
        """Set the units' own headcounts."""
        Headcount.objects.filter(contest=self.contest, unit__in=list(heads)).delete()
        Headcount.objects.bulk_create(
            Headcount(contest=self.contest, unit_id=unit, people=people) for unit, people in heads.items()
        )
        self.facts.headcounts |= heads

    # --- People
    def add_people(self, units: Iterable[int]) -> list[int]:
        """An entry in each of these units (with doubles); every other person has given an ID."""
        units = list(units)
        first = self.serial + 1
        self.serial += len(units)
        numbers = range(first, self.serial + 1)
        category = self.contest.categories.order_by("position")[0]
        accounts, entries = new_ids(User, len(units)), new_ids(Entry, len(units))
        people: list[Person] = []
        for number, account, unit in zip(numbers, accounts, units, strict=True):
            # One in ten has typed another number on the entry than on the account.
            phones = [f"+8438{number:07d}", f"+84{37 if number % 10 == 0 else 38}{number:07d}"]
            id_hash = national_id_hash(id_number(number)) if number % 2 else None
            people.append(Person(unit, account, phones=frozenset(phones), id_hash=id_hash))
        fixed = {"category_id": category.pk, "consent_version": self.contest.consent_version}
        copy_in(User, (account_of(number, one) for number, one in zip(numbers, people, strict=True)))
        copy_in(
            Entry,
            (
                {"id": entry, "contest_id": self.contest.pk, **entry_of(number, one), **fixed}
                for number, entry, one in zip(numbers, entries, people, strict=True)
            ),
        )
        self.facts.people |= dict(zip(entries, people, strict=True))
        self.numbers |= dict(zip(entries, numbers, strict=True))
        return entries

    def populate(self, sizes: Mapping[int, int]) -> dict[int, list[int]]:
        """So many people in each unit, by unit."""
        units = [unit for unit, size in sizes.items() for _ in range(size)]
        found: dict[int, list[int]] = {unit: [] for unit in sizes}
        for person, unit in zip(self.add_people(units), units, strict=True):
            found[unit].append(person)
        return found

    def enter(
        self, unit: int, *, born: date = BORN, by: User | None = None, unofficially: bool = False
    ) -> int:
        """One person by the product's own verb, while the contest takes entries."""
        self.serial += 1
        data = EntryData(
            full_name=f"Nguyễn Thị Số {self.serial}",
            birth_date=born,
            gender="female",
            phone=f"038 {self.serial:07d}",
            unit=Unit.objects.get(pk=unit),
            category=self.contest.categories.order_by("position")[0],
            consented=True,
            national_id=id_number(self.serial),
        )
        verb = enter_unofficially if unofficially else enter
        entry = verb(self.contest, by=by or make_user(phone=f"+8438{self.serial:07d}"), data=data)
        self.know([entry])
        return entry.pk

    def know(self, entries: Iterable[Entry]) -> None:
        """Take entries into the facts."""
        for entry in entries:
            self.facts.people[entry.pk] = Person(
                unit=entry.unit_id,
                account=entry.user_id,
                phones=frozenset(phone for phone in (entry.phone, entry.user.phone) if phone),
                id_hash=entry.national_id_hash,
                unofficial=entry.unofficial,
            )

    def national_id(self, person: int) -> str:
        """The ID that one of `add_people` has given."""
        assert self.facts.people[person].id_hash
        return id_number(self.numbers[person])

    def exclude(self, **by: Any) -> None:
        """Put somebody on the list of those who may not take part."""
        found = exclude_person(
            self.contest,
            by=self.secretary,
            full_name="Thành viên Ban Tổ chức",
            role=ExclusionRole.COMMITTEE,
            **by,
        )
        self.facts.listed.append((found.user_id, found.phone, found.national_id_hash))

    def user_of(self, person: int) -> User:
        return User.objects.get(pk=self.facts.people[person].account)

    def entry(self, person: int) -> Entry:
        return Entry.objects.get(pk=person)

    # --- Time
    def move(self, by: timedelta) -> None:
        """Shift the whole timetable, as a plan of another date would have it."""
        Contest.objects.filter(pk=self.contest.pk).update(
            opens_at=F("opens_at") + by, closes_at=F("closes_at") + by
        )
        # The database looks at each row as it changes: forwards from the last, backwards from the first.
        for number in sorted(self.rounds, reverse=by > timedelta(0)):
            Round.objects.filter(pk=self.rounds[number].pk).update(
                opens_at=F("opens_at") + by, closes_at=F("closes_at") + by
            )
        self.reload()

    def end(self, number: int, *, ago: timedelta = timedelta(seconds=1)) -> None:
        """Move the timetable so that this round ended so long ago, and close what is over."""
        self.move(database_now() - ago - self.rounds[number].closes_at)
        self.close()

    def hold(self, number: int, opens_at: datetime, closes_at: datetime) -> None:
        """Hold one round between these instants, as if its own date had been chosen so."""
        Round.objects.filter(pk=self.rounds[number].pk).update(opens_at=opens_at, closes_at=closes_at)
        self.reload()

    def close(self) -> None:
        now = database_now()
        for round in self.rounds.values():
            if round.closes_at <= now:
                close_round(round, by=None)
        self.reload()

    def reload(self) -> None:
        self.contest = Contest.objects.get(pk=self.contest.pk)
        found = Round.objects.filter(contest=self.contest).select_related("contest", "seal", "closing")
        self.rounds = {round.number: round for round in found}

    # --- Papers
    def draw(self, person: int, number: int) -> Drawn:
        """The paper that the person's next attempt will have."""
        return self.sealed[number].draw(person, self._numbers.get((person, number), 0) + 1)[1]

    def sit(
        self,
        person: int,
        number: int,
        *,
        wrong: int = 0,
        answers: Mapping[int, int | None] | None = None,
        duration_ms: int = 600_000,
        submitted_at: datetime | None = None,
        prediction: Decimal | int | None = None,
        by_server: bool = False,
    ) -> Paper:
        """One more attempt in round `number` with so many wrong or blank answers.

        `answers`: by question of the pool the option chosen (None: blank), whatever `wrong` says.
        """
        round = self.rounds[number]
        attempt = self._numbers[person, number] = self._numbers.get((person, number), 0) + 1
        seed, drawn = self.sealed[number].draw(person, attempt)
        ended = submitted_at or round.closes_at - timedelta(hours=1)
        guess = None if prediction is None else Decimal(prediction).quantize(Decimal("0.00001"))
        sitting = Sitting(
            round=round,
            pool=self.sealed[number].pool,
            person=person,
            number=attempt,
            seed=seed,
            drawn=drawn,
            ended=ended,
            duration_ms=duration_ms,
            guess=guess,
            by_server=by_server,
            id=uuid.UUID(int=self.dice.getrandbits(128), version=4),
        )
        sitting.answer(self.dice, wrong, answers or {})
        paper = sitting.paper()
        self.facts.papers.append(paper)
        self._rows.append(sitting.row())
        if guess is not None and (person, number) not in self.facts.predictions:
            self.facts.predictions[person, number] = guess
            self._predictions.append(
                Prediction(entry_id=person, round=round, attempt_id=paper.id, value=guess, at=ended)
            )
        return paper

    def know_paper(self, attempt: Attempt) -> None:
        """Take an attempt that was made by the product's own verbs into the facts."""
        assert attempt.submitted_at is not None
        self.facts.papers.append(
            Paper(
                id=attempt.pk,
                person=attempt.entry_id,
                round=next(number for number, round in self.rounds.items() if round.pk == attempt.round_id),
                number=attempt.number,
                questions=tuple(attempt.paper),
                choices=tuple(attempt.choices or ()),
                duration_ms=attempt.duration_ms or 0,
                submitted_at=attempt.submitted_at,
            )
        )

    def write(self) -> None:
        """Store what was sat since the last time."""
        copy_in(Attempt, self._rows)
        Prediction.objects.bulk_create(self._predictions)
        self._rows, self._predictions = [], []
        with connection.cursor() as cursor:
            # As the database does by itself where rows come in one by one.
            cursor.execute("ANALYZE")

    # --- What must come out
    def total(self) -> int:
        """What all awards in force cost, in đồng."""
        return sum(award.amount for awards in self.facts.in_force.values() for award in awards)

    def oracle(self) -> Oracle:
        return Oracle(self.plan, self.facts)


def make_world(name: str | Path, *, seed: int = 1) -> World:
    """The plan's contest, loaded, sealed and announced, open now, with its own units and nobody in it.

    `name` is a seed plan's, or the path of a file.
    """
    path = name if isinstance(name, Path) else PLANS / f"{name}.toml"
    plan = planwords.read(path)
    secretary, chair, jury = (make_staff(full_name=name) for name in ("Thư Ký", "Trưởng Ban", "Giám Khảo"))
    for bank in sorted(planwords.banks(path)):
        make_bank(POOL, name=bank)
    contest = load_plan(path, by=secretary, shift_to_now=True)
    ids = dict(contest_units(contest).values_list("code", "pk"))
    world = World(
        contest=contest,
        path=path,
        plan=plan,
        facts=_facts(path, ids),
        dice=random.Random(seed),
        secretary=secretary,
        chair=chair,
        jury=jury,
        codes=ids,
    )
    for round in contest.rounds.all():
        seal = seal_round(round, by=secretary)
        world.sealed[round.number] = sealed_paper(seal.pk)
        keys = [question.keys[0] for question in world.sealed[round.number].pool.questions]
        world.facts.keys[round.number] = keys
    announce(contest, by=chair)
    world.reload()
    return world


def _facts(path: Path, ids: Mapping[str, int]) -> Facts:
    """The units as the plan's files have them, by the ids that they were given."""
    lines = planwords.units(path)
    blocks: dict[str, list[int]] = {block: [] for block in planwords.blocks(path)}
    for line in lines:
        if line.block:
            blocks[line.block].append(ids[line.code])
    return Facts(
        parents={ids[line.code]: ids.get(line.above) for line in lines},
        headcounts={ids[line.code]: line.headcount for line in lines if line.headcount},
        blocks=blocks,
        people={},
        papers=[],
        keys={},
        predictions={},
    )


def id_number(number: int) -> str:
    """The national ID that the person of this number has given."""
    return f"05120{number:07d}"
