"""A plan in the form that the rules judge; None or empty where a part could not be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from contests.enums import Asked, Combine, PredictionTarget
from contests.rules.strata import Quotas, Stratum
from questions.rules import is_of_topic


@dataclass(frozen=True)
class Fault:
    """A dotted key of the plan file, such as `rounds[1].closes_at`, and a sentence."""

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


@dataclass(frozen=True)
class BankFacts:
    """A bank as far as a plan needs it: approved questions by topic, topics without any included.

    `levels`: of those, how many have a difficulty, by topic and difficulty.
    """

    topics: Mapping[str, int]
    levels: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def approved(self) -> int:
        return sum(self.topics.values())

    def knows(self, topic: str) -> bool:
        """Whether the topic or one under it is there."""
        return any(is_of_topic(one, topic) for one in self.topics)

    def found(self, line: Stratum) -> int:
        """The approved questions from which a line of the blueprint is drawn."""
        if line.difficulty:
            return sum(count for key, count in self.levels.items() if line.has(*key))
        return sum(count for topic, count in self.topics.items() if line.has(topic, ""))


@dataclass(frozen=True)
class RoundFacts:
    # Where it stands in the file; the rounds of a series stand in one place.
    place: str = ""
    number: int | None = None
    name: str = ""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    promotes_from: int | None = None
    promotes_best: int | None = None
    bank: str = ""
    questions: int | None = None
    quotas: Quotas = field(default_factory=dict)
    attempts_allowed: int | None = None
    attempts_per_day: int | None = None
    time_limit_minutes: int | None = None
    min_plausible_seconds: int | None = None
    prediction_target: str = PredictionTarget.NONE
    prediction_scope: str | None = None
    prediction_text: str = ""
    rank_order: Sequence[str] = ()


@dataclass(frozen=True)
class PrizeFacts:
    name: str = ""
    position: int | None = None
    quantity: int | None = None
    certificate: str | None = None


@dataclass(frozen=True)
class TableFacts:
    """A prize table with its lines."""

    number: int | None = None
    name: str = ""
    scope: str | None = None
    round: int | None = None
    audience: str | None = None
    method: str | None = None
    unit_order: Sequence[str] = ()
    weights: Mapping[str, int] = field(default_factory=dict)
    best_of: int | None = None
    by_block: bool = False
    min_participants: int | None = None
    min_ratio_percent: Decimal | None = None
    winner_limit: int | None = None
    unit_limit: int | None = None
    prizes: Sequence[PrizeFacts] = ()


@dataclass(frozen=True)
class UnitRow:
    """A unit of the plan; `block` is the name of the one in which it competes, "" for none."""

    code: str
    parent_code: str
    kind: str
    name: str
    headcount: int | None = None
    block: str = ""


@dataclass(frozen=True)
class PlanFacts:
    """The parts of a plan that depend on each other."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None
    min_age: int | None = None
    age_on: date | None = None
    ask_birth_date: str | None = Asked.REQUIRED
    overall_combine: str | None = Combine.NONE
    overall_rank_order: Sequence[str] = ()
    overall_only_all_right: bool = False
    categories: Sequence[str] = ()
    certificates: Sequence[str] = ()
    blocks: Sequence[str] = ()
    area: str = ""
    units: Sequence[UnitRow] = ()
    rounds: Sequence[RoundFacts] = ()
    prize_tables: Sequence[TableFacts] = ()
    banks: Mapping[str, BankFacts] = field(default_factory=dict)
