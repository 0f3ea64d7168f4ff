"""What a run awards, as pages, approval and papers read it: tables, their awards, ties and sums."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import cached_property

from contests.enums import Audience, AwardMethod
from contests.models import Block, Entry, Prize, PrizeTable, Unit
from prizes.models import StandingsRow, StandingsRun, TieDecision, UnitRow


@dataclass(frozen=True)
class ProposedAward:
    """A prize and who gets it: a person or a unit, with every input of the rank (None: chosen without)."""

    prize: Prize
    block: Block | None
    place: int
    rank: int | None
    prize_name: str
    amount: int  # đồng
    entry: Entry | None = None
    unit: Unit | None = None
    row: StandingsRow | None = None
    unit_row: UnitRow | None = None

    @property
    def holder(self) -> str:
        return self.entry.full_name if self.entry else str(self.unit)

    @property
    def key(self) -> int:
        """The id of the entry, or of the unit in a table of units."""
        return (self.entry.pk if self.entry else 0) or (self.unit.pk if self.unit else 0)

    @property
    def of_unit(self) -> str:
        """The unit of a person; "" for a unit."""
        return self.entry.unit.name if self.entry else ""


@dataclass(frozen=True)
class BoundaryTie:
    """Those of one rank whose prizes differ. `prizes` (from the top) has a prize once for each place."""

    table: PrizeTable
    block: Block | None
    rank: int
    keys: tuple[int, ...]  # ids of entries, or of units in a table of units
    prizes: tuple[Prize, ...]
    decision: TieDecision | None

    @property
    def people(self) -> int:
        """How many are equal (units in a table of units)."""
        return len(self.keys)

    @property
    def winners(self) -> int:
        return len(self.prizes)

    @property
    def block_key(self) -> int:
        """The block in an address; 0 for none."""
        return self.block.pk if self.block else 0


@dataclass(frozen=True)
class Section:
    """A table laid along one ranking: its own, or that of one block."""

    table: PrizeTable
    block: Block | None
    prizes: tuple[Prize, ...]
    awards: tuple[ProposedAward, ...]
    ties: tuple[BoundaryTie, ...]
    undecided: tuple[BoundaryTie, ...]
    unawarded: tuple[tuple[Prize, int], ...]  # prizes that found nobody
    waits_at: int | None = None  # rank from which an undecided tie of an earlier table stops the laying

    @property
    def is_chosen(self) -> bool:
        """Whether the committee chooses without a ranking."""
        return self.table.method == AwardMethod.CHOSEN

    @property
    def is_of_units(self) -> bool:
        return self.table.audience == Audience.UNIT

    @property
    def total(self) -> int:
        """Sum of the awards' amounts in đồng."""
        return sum(award.amount for award in self.awards)

    @property
    def budget(self) -> int:
        """What the section costs when every prize is given, in đồng."""
        return sum(prize.quantity * prize.amount for prize in self.prizes)


@dataclass(frozen=True)
class Proposal:
    """What approval would award, or what it did. Approval waits until `undecided` is empty."""

    run: StandingsRun
    sections: tuple[Section, ...]

    @cached_property
    def prizes(self) -> tuple[Prize, ...]:
        return tuple(prize for section in self.sections for prize in section.prizes)

    @cached_property
    def awards(self) -> tuple[ProposedAward, ...]:
        return tuple(award for section in self.sections for award in section.awards)

    @cached_property
    def ties(self) -> tuple[BoundaryTie, ...]:
        return tuple(tie for section in self.sections for tie in section.ties)

    @cached_property
    def undecided(self) -> tuple[BoundaryTie, ...]:
        return tuple(tie for section in self.sections for tie in section.undecided)

    @cached_property
    def unawarded(self) -> tuple[tuple[Prize, int], ...]:
        return tuple(line for section in self.sections for line in section.unawarded)

    @cached_property
    def total(self) -> int:
        """Sum of the amounts in đồng."""
        return sum(section.total for section in self.sections)

    @cached_property
    def budget(self) -> int:
        """What the tables cost when every prize is given, in đồng."""
        return sum(section.budget for section in self.sections)
