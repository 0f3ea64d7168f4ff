"""What people did in a contest and where that puts them, worked out one after another.

It shares no code with the product: a plan is what its file says (tests.oracles.planwords), a fact is a plain
value, an id is the caller's own. Everything is computed anew whenever it is asked for, slowly and plainly.
A scope is a round's number, or None for the whole contest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracles.planwords import Plan, RoundPlan

Scope = int | None


@dataclass(frozen=True)
class Person:
    unit: int
    account: int
    phones: frozenset[str]
    id_hash: str | None = None
    unofficial: bool = False
    withdrawn: bool = False  # took the consent back, or somebody's guardian did


@dataclass(frozen=True)
class Paper:
    """A submitted attempt; `choices`: per question of the paper 0 for blank, else 1 + the option."""

    id: Any
    person: int
    round: int
    number: int
    questions: tuple[int, ...]
    choices: tuple[int, ...]
    duration_ms: int
    submitted_at: datetime


@dataclass(frozen=True)
class Result:
    """A person's place; `paper` is the one that counts (of a sum: the last one)."""

    rank: int
    person: int
    paper: Any
    correct: int
    duration_ms: int
    submitted_at: datetime
    prediction: Decimal | None
    distance: Decimal | None
    all_right: bool


@dataclass(frozen=True)
class Award:
    """A prize's place given to a person or a unit (`winner`)."""

    scope: Scope
    table: int
    position: int
    block: str | None
    winner: int
    rank: int | None
    name: str
    amount: int
    audience: str
    paper: str | None


@dataclass
class Facts:
    """What happened. `listed`: (account, phone, hash of the ID) of those who may not take part.

    `corrections`: by round and question, the options that count as right, or None when everybody is right.
    `in_force`: the awards that were approved, by scope. `nominated`: by scope, (table, position, winner).
    """

    parents: dict[int, int | None]
    headcounts: dict[int, int]
    blocks: dict[str, list[int]]
    people: dict[int, Person]
    papers: list[Paper]
    keys: dict[int, Sequence[int]]  # by round, the right option of each question
    predictions: dict[tuple[int, int], Decimal]
    listed: list[tuple[int | None, str | None, str | None]] = field(default_factory=list)
    disqualified: set[tuple[int, Scope]] = field(default_factory=set)
    corrections: dict[int, dict[int, frozenset[int] | None]] = field(default_factory=dict)
    in_force: dict[Scope, list[Award]] = field(default_factory=dict)
    nominated: dict[Scope, list[tuple[int, int, int]]] = field(default_factory=dict)
    # By paper, how many are right by the keys: it is asked for again and again.
    marks: dict[Any, int] = field(default_factory=dict)


class People:
    """Who counts with what, and everybody's place, by the facts as they are when it is made."""

    def __init__(self, plan: Plan, facts: Facts) -> None:
        self.plan = plan
        self.facts = facts
        accounts = {account for account, _, _ in facts.listed if account is not None}
        phones = {phone for _, phone, _ in facts.listed if phone is not None}
        hashes = {one for _, _, one in facts.listed if one is not None}
        self.refused = {
            key
            for key, person in facts.people.items()
            if person.unofficial
            or person.withdrawn
            or person.account in accounts
            or person.phones & phones
            or (person.id_hash is not None and person.id_hash in hashes)
        }
        self.competes: dict[int, tuple[int, str]] = self._competitors()
        # By round: the papers that count for anything, by person, and how many each has right.
        self.counted = {one.number: self._counted(one.number) for one in plan.rounds}
        self.right = {
            paper.id: self._mark(paper)
            for own in self.counted.values()
            for papers in own.values()
            for paper in papers
        }
        # By round: the one paper of each person that counts.
        self.counting = {one.number: self._counting(one.number) for one in plan.rounds}
        self._standings: dict[Scope, list[Result]] = {}

    # --- Who and what counts
    def _competitors(self) -> dict[int, tuple[int, str]]:
        """By unit: the nearest competing unit at or above it, and that one's block."""
        own = {unit: block for block, units in self.facts.blocks.items() for unit in units}
        found: dict[int, tuple[int, str]] = {}
        for unit in self.facts.parents:
            above: int | None = unit
            while above is not None and above not in own:
                above = self.facts.parents.get(above)
            if above is not None:
                found[unit] = (above, own[above])
        return found

    def _counted(self, round: int) -> dict[int, list[Paper]]:
        by_person: dict[int, list[Paper]] = {}
        for paper in self.facts.papers:
            who = paper.person
            gone = {(who, round), (who, None)} & self.facts.disqualified
            if paper.round == round and who not in self.refused and not gone:
                by_person.setdefault(who, []).append(paper)
        return by_person

    def _mark(self, paper: Paper) -> int:
        if paper.id not in self.facts.marks:
            keys = self.facts.keys[paper.round]
            self.facts.marks[paper.id] = sum(
                choice == 1 + keys[question]
                for question, choice in zip(paper.questions, paper.choices, strict=True)
            )
        right = self.facts.marks[paper.id]
        for question, accepted in self.facts.corrections.get(paper.round, {}).items():
            if question in paper.questions:
                choice = paper.choices[paper.questions.index(question)]
                right += accepted is None or choice - 1 in accepted
                right -= choice == 1 + self.facts.keys[paper.round][question]
        return right

    def unit_of(self, person: int) -> int | None:
        """The competing unit for which the person counts."""
        found = self.competes.get(self.facts.people[person].unit)
        return found[0] if found else None

    def block_of(self, person: int) -> str | None:
        found = self.competes.get(self.facts.people[person].unit)
        return found[1] if found else None

    def is_all_right(self, paper: Paper) -> bool:
        return self.right[paper.id] == len(paper.questions)

    def _counting(self, round: int) -> dict[int, Paper]:
        which = self.plan.round(round).counting_attempt
        found = {}
        for person, own in self.counted[round].items():
            if which == "first":
                found[person] = min(own, key=lambda paper: paper.number)
            elif which == "last":
                found[person] = max(own, key=lambda paper: paper.number)
            else:
                assert which == "best"
                found[person] = min(own, key=self._goodness)
        return found

    def _goodness(self, paper: Paper) -> tuple[int, int, datetime, int]:
        return (-self.right[paper.id], paper.duration_ms, paper.submitted_at, paper.number)

    # --- The prediction's true answer
    def counts(self, scope: Scope, people: Callable[[int], bool] = lambda person: True) -> dict[str, int]:
        """People, attempts and people all right of a round or of all rounds; each person once."""
        rounds = [one.number for one in self.plan.rounds] if scope is None else [scope]
        own = [
            (who, papers) for round in rounds for who, papers in self.counted[round].items() if people(who)
        ]
        return {
            "participants": len({who for who, _ in own}),
            "attempts": sum(len(papers) for _, papers in own),
            "all_right": len(
                {who for who, papers in own if any(self.is_all_right(paper) for paper in papers)}
            ),
        }

    def target(self, round: int, block: str | None = None) -> Decimal | None:
        """The true answer in a round (for a block, where the plan asks for each block's own)."""
        plan = self.plan.round(round)
        if plan.prediction_target == "none":
            return None
        if plan.prediction_scope == "block":
            if block is None:
                return None
            counted = self.counts(round, lambda person: self.block_of(person) == block)
        else:
            counted = self.counts(None if plan.prediction_scope == "contest" else round)
        if plan.prediction_target != "all_right_percent":
            return Decimal(counted[plan.prediction_target])
        if not counted["participants"]:
            return None
        return half_up(Fraction(100 * counted["all_right"], counted["participants"]), 5)

    # --- People
    def standings(self, scope: Scope) -> list[Result]:
        """Places of a round, or of the whole contest by the plan's way of combining rounds."""
        if scope not in self._standings:
            self._standings[scope] = self._places(scope)
        return self._standings[scope]

    def _places(self, scope: Scope) -> list[Result]:
        if scope is None:
            plan = self.plan
            rows = self._combined()
            return _ranked(rows, plan.overall_rank_order, only_all_right=plan.overall_only_all_right)
        one = self.plan.round(scope)
        rows = list(self._round_results(one).values())
        return _ranked(rows, one.rank_order, only_all_right=one.only_all_right)

    def _round_results(self, plan: RoundPlan) -> dict[int, Result]:
        blocks: list[str | None] = [None, *self.facts.blocks]
        targets = {block: self.target(plan.number, block) for block in blocks}
        found = {}
        for person, paper in self.counting[plan.number].items():
            block = self.block_of(person) if plan.prediction_scope == "block" else None
            guess, target = self.facts.predictions.get((person, plan.number)), targets[block]
            found[person] = Result(
                rank=0,
                person=person,
                paper=paper.id,
                correct=self.right[paper.id],
                duration_ms=paper.duration_ms,
                submitted_at=paper.submitted_at,
                prediction=guess,
                distance=None if guess is None or target is None else abs(guess - target),
                all_right=self.is_all_right(paper),
            )
        return found

    def _combined(self) -> list[Result]:
        if self.plan.overall_combine == "none":
            return []
        by_person: dict[int, dict[int, Result]] = {}
        for one in self.plan.rounds:
            for person, result in self._round_results(one).items():
                by_person.setdefault(person, {})[one.number] = result
        combine = _best_round if self.plan.overall_combine == "best" else self._sum_of_rounds
        return [combine(own) for own in by_person.values()]

    def _sum_of_rounds(self, own: Mapping[int, Result]) -> Result:
        asking = [one.number for one in self.plan.rounds if one.prediction_target != "none"]
        distances = [own[round].distance if round in own else None for round in asking]
        known = [distance for distance in distances if distance is not None]
        last = max(own.values(), key=lambda result: result.submitted_at)
        return Result(
            rank=0,
            person=last.person,
            paper=last.paper,
            correct=sum(result.correct for result in own.values()),
            duration_ms=sum(result.duration_ms for result in own.values()),
            submitted_at=last.submitted_at,
            prediction=None,
            distance=sum(known, Decimal(0)) if asking and len(known) == len(asking) else None,
            all_right=len(own) == len(self.plan.rounds) and all(result.all_right for result in own.values()),
        )


def _ranked(rows: Iterable[Result], order: Sequence[str], *, only_all_right: bool) -> list[Result]:
    wanted = [(_key(row, order), row) for row in rows if row.all_right or not only_all_right]
    wanted.sort(key=lambda pair: (pair[0], pair[1].person))
    ranked: list[Result] = []
    above, rank = None, 0
    for place, (key, row) in enumerate(wanted, 1):
        rank = rank if key == above else place
        above = key
        ranked.append(replace(row, rank=rank))
    return ranked


def _key(row: Result, order: Sequence[str]) -> tuple[Any, ...]:
    values: dict[str, Any] = {
        "score": -row.correct,
        "prediction": (row.distance is None, row.distance or Decimal(0)),
        "duration": row.duration_ms,
        "submitted": row.submitted_at,
    }
    return tuple(values[name] for name in order)


def _best_round(own: Mapping[int, Result]) -> Result:
    best = min(own, key=lambda n: (-own[n].correct, own[n].duration_ms, own[n].submitted_at, n))
    return own[best]


def half_up(value: Fraction, places: int) -> Decimal:
    """A number that is never negative, at so many places."""
    return Decimal(int(value * 10**places + Fraction(1, 2))).scaleb(-places)
