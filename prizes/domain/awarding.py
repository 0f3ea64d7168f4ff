"""From a run and the prize table to the awards: proposed freely, written at approval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import cached_property

from contests.models import Entry, Prize
from prizes.models import Award, StandingsRow, StandingsRun, TieDecision
from prizes.queries import prizes_of
from prizes.rules.allotment import Allotment, Line, Tie, allot


@dataclass(frozen=True)
class ProposedAward:
    """A prize and who gets it; `row` has every input of the rank, the entry and its unit."""

    prize: Prize
    place: int
    row: StandingsRow
    prize_name: str
    amount: int  # đồng


@dataclass(frozen=True)
class BoundaryTie:
    """People of one rank whose prizes differ. `prizes` (from the top) has a prize once for each place."""

    rank: int
    people: int
    entries: tuple[int, ...]
    prizes: tuple[Prize, ...]
    decision: TieDecision | None

    @property
    def winners(self) -> int:
        return len(self.prizes)


@dataclass(frozen=True)
class Proposal:
    """What approval would award. Approval waits until `undecided` is empty."""

    run: StandingsRun
    prizes: tuple[Prize, ...]
    awards: tuple[ProposedAward, ...]
    ties: tuple[BoundaryTie, ...]
    undecided: tuple[BoundaryTie, ...]
    unawarded: tuple[tuple[Prize, int], ...]  # prizes that found nobody: fewer people than prizes

    @cached_property
    def total(self) -> int:
        """Sum of the amounts in đồng."""
        return sum(award.amount for award in self.awards)


def propose_awards(run: StandingsRun) -> Proposal:
    """Lay the round's individual prizes along the run; writes nothing.

    The rules (ties, who may win) are those of prizes.rules.allotment.
    """
    prizes = tuple(prizes_of(run.round))
    decisions = {decision.rank: decision for decision in run.tie_decisions.select_related("by")}
    allotment = allot(
        _reached(run, sum(prize.quantity for prize in prizes)),
        [Line(prize.pk, prize.quantity) for prize in prizes],
        {rank: decision.order for rank, decision in decisions.items()},
    )
    return _proposal(run, prizes, decisions, allotment)


def awards_of(run: StandingsRun) -> tuple[ProposedAward, ...]:
    """What was awarded at approval, from the highest prize, in the words and amounts of that day."""
    awards = list(
        Award.objects.filter(run=run)
        .select_related("prize")
        .order_by("prize__position", "prize__round_id", "prize_id", "place")
    )
    rows = _rows(run, [award.entry_id for award in awards])
    return tuple(
        ProposedAward(award.prize, award.place, rows[award.entry_id], award.prize_name, award.amount)
        for award in awards
    )


def write_awards(proposal: Proposal) -> list[Award]:
    """Store the proposed awards with what the plan says of each prize at this moment."""
    return Award.objects.bulk_create(
        Award(
            run=proposal.run,
            prize=award.prize,
            place=award.place,
            entry_id=award.row.entry_id,
            rank=award.row.rank,
            prize_name=award.prize_name,
            amount=award.amount,
        )
        for award in proposal.awards
    )


def _rows(run: StandingsRun, entries: list[int]) -> dict[int, StandingsRow]:
    rows = run.rows.filter(entry__in=entries).select_related("entry__unit")
    return {row.entry_id: row for row in rows}


def _reached(run: StandingsRun, places: int) -> list[tuple[int, int]]:
    """(rank, entry) as far down as the prizes reach, the last rank whole."""
    if not places:
        return []
    rows = run.rows.order_by("rank", "entry_id")
    last = rows.values_list("rank", flat=True)[places - 1 : places].first()
    if last is not None:
        rows = rows.filter(rank__lte=last)
    return list(rows.values_list("rank", "entry_id"))


def _proposal(
    run: StandingsRun,
    prizes: tuple[Prize, ...],
    decisions: Mapping[int, TieDecision],
    allotment: Allotment,
) -> Proposal:
    by_key = {prize.pk: prize for prize in prizes}
    rows = _rows(run, [placed.entry for placed in allotment.placed])

    def boundary(ties: Iterable[Tie]) -> tuple[BoundaryTie, ...]:
        return tuple(
            BoundaryTie(
                rank=tie.rank,
                people=len(tie.entries),
                entries=tie.entries,
                prizes=tuple(by_key[key] for key in tie.slots),
                decision=decisions.get(tie.rank),
            )
            for tie in ties
        )

    return Proposal(
        run=run,
        prizes=prizes,
        awards=tuple(
            ProposedAward(prize, placed.place, rows[placed.entry], prize.name, prize.amount)
            for placed in allotment.placed
            for prize in [by_key[placed.prize]]
        ),
        ties=boundary(allotment.ties),
        undecided=boundary(allotment.undecided),
        unawarded=tuple((by_key[key], count) for key, count in allotment.left.items()),
    )


def entries_of(ids: Iterable[int]) -> dict[int, Entry]:
    """Entries by id, with their units."""
    return Entry.objects.select_related("unit").in_bulk(list(ids))
