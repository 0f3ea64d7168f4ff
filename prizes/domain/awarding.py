"""From a run and the prize tables to the awards: proposed freely, written at approval."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Prefetch, Q
from django.utils.functional import cached_property

from contests.enums import Audience, AwardMethod
from contests.models import Block, Contest, Entry, Prize, PrizeTable, Unit
from contests.queries import Competitor, competitors, tables_of
from prizes.domain.proposals import BoundaryTie, Proposal, ProposedAward, Section
from prizes.models import Award, Nomination, StandingsRow, StandingsRun, TieDecision, UnitRow
from prizes.queries import active_nominations, awards_in_force
from prizes.rules.allotment import Allotment, Candidate, Ladder, Line, Picked, Placed, Tie, allot
from prizes.scope import Scope

CHUNK = 1_000  # rows of the standings read at once


def propose_awards(run: StandingsRun) -> Proposal:
    """Lay all tables of the run's scope along its standings; writes nothing.

    The rules (ties, who may win, limits) are those of prizes.rules.allotment; awards in force of the
    contest's other scopes count for the limits.
    """
    return _Laying(run).proposal()


def awards_of(run: StandingsRun) -> list[ProposedAward]:
    """What was awarded at approval, in the words and amounts of that day, table by table from the top."""
    stored = Award.objects.filter(run=run).select_related("prize__table", "prize__certificate", "block")
    awards = list(
        stored.order_by(
            "prize__table__number", "prize__table", "block__position", "block", "prize__position", "place"
        )
    )
    holders = _Holders(run, awards)
    return [
        holders.award(one.prize, one.block, one.place, one.rank, one.prize_name, one.amount, _key(one))
        for one in awards
    ]


def awarded(run: StandingsRun) -> Proposal:
    """The awards of an approved run by tables, with the orders recorded and what found nobody."""
    decisions = {
        (one.table_id, one.block_id, one.rank): one for one in run.tie_decisions.select_related("by")
    }
    given = {
        key: list(group)
        for key, group in groupby(awards_of(run), key=lambda one: (one.prize.table, one.block))
    }
    laid = dict.fromkeys([*layings(Scope.of_run(run)), *given])
    ordered = sorted(laid, key=lambda key: (key[0].number, key[1].position if key[1] else 0))
    return Proposal(run, tuple(_settled(*key, given.get(key, []), decisions) for key in ordered))


def write_awards(proposal: Proposal) -> list[Award]:
    """Store the proposed awards with what the plan says of each prize at this moment."""
    return Award.objects.bulk_create(
        Award(
            run=proposal.run,
            prize=award.prize,
            block=award.block,
            place=award.place,
            entry=award.entry,
            unit=award.unit,
            rank=award.rank,
            prize_name=award.prize_name,
            amount=award.amount,
        )
        for award in proposal.awards
    )


def is_of_units(table: PrizeTable) -> bool:
    return table.audience == Audience.UNIT


Laid = tuple[PrizeTable, Block | None]


def layings(scope: Scope) -> list[Laid]:
    """Each table of the scope with its prizes, once or once in every block."""
    prizes = Prefetch("prizes", Prize.objects.select_related("certificate").order_by("position"))
    tables = list(tables_of(scope.contest, scope.round).prefetch_related(prizes))
    blocks = list(scope.contest.blocks.all()) if any(table.by_block for table in tables) else []
    return [
        (table, block)
        for table in tables
        for block in (blocks if table.by_block and table.method == AwardMethod.RANKED else [None])
    ]


class _Laying:
    """One proposal in the making: what its ladders need, each read once."""

    def __init__(self, run: StandingsRun) -> None:
        self.run = run
        self.contest: Contest = run.contest
        self.layings = layings(Scope.of_run(run))
        self.tables = list(dict.fromkeys(table for table, _block in self.layings))
        self.orders: dict[tuple[int, int | None], dict[int, TieDecision]] = defaultdict(dict)
        for one in run.tie_decisions.select_related("by"):
            self.orders[one.table_id, one.block_id][one.rank] = one

    def proposal(self) -> Proposal:
        allotments = allot(
            [self._ladder(table, block) for table, block in self.layings],
            limit=self.contest.prizes_per_person,
            held=Counter(one.entry_id for one in self._elsewhere if one.entry_id is not None),
        )
        holders = _Holders(self.run, _winners(self.layings, allotments))
        sections = [
            self._section(table, block, found, holders)
            for (table, block), found in zip(self.layings, allotments, strict=True)
        ]
        return Proposal(self.run, tuple(sections))

    def _ladder(self, table: PrizeTable, block: Block | None) -> Ladder | Picked:
        prizes = [Line(prize.pk, prize.quantity) for prize in table.prizes.all()]
        if table.method == AwardMethod.CHOSEN:
            given = [(one.prize_id, one.entry_id or one.unit_id or 0) for one in self._nominations[table.pk]]
            return Picked(prizes, given, people=not is_of_units(table))
        decisions = self.orders.get((table.pk, block.pk if block else None), {})
        return Ladder(
            prizes,
            self._units(table, block) if is_of_units(table) else self._people(block),
            orders={rank: one.order for rank, one in decisions.items()},
            barred=self._barred(table),
            group_limit=table.unit_limit,
            people=not is_of_units(table),
        )

    @cached_property
    def _elsewhere(self) -> list[Award]:
        """Awards in force of the contest's other scopes, as far as a limit asks for them."""
        if self.contest.prizes_per_person is None and not any(table.winner_limit for table in self.tables):
            return []
        found = awards_in_force(self.contest, apart_from=Scope.of_run(self.run))
        return list(found.select_related("prize"))

    def _barred(self, table: PrizeTable) -> frozenset[int]:
        """Who has won this table as often as one may."""
        if table.winner_limit is None:
            return frozenset()
        times = Counter(_key(one) for one in self._elsewhere if one.prize.table_id == table.pk)
        return frozenset(key for key, count in times.items() if count >= table.winner_limit)

    @cached_property
    def _competitors(self) -> dict[int, Competitor]:
        needed = any(
            table.audience == Audience.INDIVIDUAL and (table.unit_limit or block)
            for table, block in self.layings
        )
        return competitors(self.contest) if needed else {}

    @cached_property
    def _nominations(self) -> dict[int, list[Nomination]]:
        found: dict[int, list[Nomination]] = defaultdict(list)
        if any(table.method == AwardMethod.CHOSEN for table in self.tables):
            for one in active_nominations(Scope.of_run(self.run)).order_by("prize__position", "pk"):
                found[one.prize.table_id].append(one)
        return found

    @cached_property
    def _unit_rows(self) -> dict[tuple[int, int | None], list[Candidate]]:
        found: dict[tuple[int, int | None], list[Candidate]] = defaultdict(list)
        if not any(is_of_units(table) and table.method == AwardMethod.RANKED for table in self.tables):
            return found
        by_block = {table.pk for table in self.tables if table.by_block}
        rows = self.run.unit_rows.filter(rank__isnull=False).order_by("rank", "unit_id")
        for table, block, rank, unit in rows.values_list("table_id", "block_id", "rank", "unit_id"):
            if rank is not None:
                found[table, block if table in by_block else None].append(Candidate(rank, unit))
        return found

    def _units(self, table: PrizeTable, block: Block | None) -> list[Candidate]:
        return self._unit_rows[table.pk, block.pk if block else None]

    def _people(self, block: Block | None) -> Iterator[Candidate]:
        """The run's people by rank and entry, of one block alone or all; read in pieces, as far as needed."""
        rows = self.run.rows.order_by("rank", "entry_id")
        if block:
            rows = rows.filter(
                entry__unit__in=[unit for unit, of in self._competitors.items() if of.block_id == block.pk]
            )
        page, size = rows, CHUNK
        while size == CHUNK:
            found = list(page.values_list("rank", "entry_id", "entry__unit_id")[:CHUNK])
            for rank, entry, unit in found:
                competitor = self._competitors.get(unit)
                yield Candidate(rank, entry, competitor.unit_id if competitor else unit)
            size = len(found)
            if found:
                rank, entry, _unit = found[-1]
                page = rows.filter(rank__gte=rank).filter(Q(rank__gt=rank) | Q(entry__gt=entry))

    def _section(
        self, table: PrizeTable, block: Block | None, found: Allotment, holders: _Holders
    ) -> Section:
        by_key = {prize.pk: prize for prize in table.prizes.all()}
        decisions = self.orders.get((table.pk, block.pk if block else None), {})

        def boundary(ties: Iterable[Tie]) -> tuple[BoundaryTie, ...]:
            return tuple(
                BoundaryTie(
                    table, block, one.rank, one.keys, tuple(by_key[key] for key in one.slots),
                    decisions.get(one.rank),
                )
                for one in ties
            )  # fmt: skip

        def award(placed: Placed) -> ProposedAward:
            prize = by_key[placed.prize]
            return holders.award(
                prize, block, placed.place, placed.rank, prize.name, prize.amount, placed.key
            )

        return Section(
            table,
            block,
            tuple(by_key.values()),
            awards=tuple(award(placed) for placed in found.placed),
            ties=boundary(found.ties),
            undecided=boundary(found.undecided),
            unawarded=tuple((by_key[key], count) for key, count in found.left.items()),
            waits_at=found.waits_at,
        )


@dataclass(frozen=True)
class _Winner:
    prize: Prize
    entry_id: int | None
    unit_id: int | None


def _winners(laid: Sequence[Laid], allotments: Sequence[Allotment]) -> list[_Winner]:
    found = []
    for (table, _block), allotment in zip(laid, allotments, strict=True):
        by_key = {prize.pk: prize for prize in table.prizes.all()}
        for one in allotment.placed:
            ids = (None, one.key) if is_of_units(table) else (one.key, None)
            found.append(_Winner(by_key[one.prize], *ids))
    return found


class _Holders:
    """The winners' entries, units and rows of the run, read at once."""

    def __init__(self, run: StandingsRun, winners: Iterable[_Winner | Award]) -> None:
        winners = list(winners)
        people = {one.entry_id for one in winners if one.entry_id is not None}
        units = {one.unit_id for one in winners if one.unit_id is not None}
        self.rows: dict[int, StandingsRow] = {}
        self.entries: dict[int, Entry] = {}
        self.units: dict[int, Unit] = {}
        self.unit_rows: dict[tuple[int, int], UnitRow] = {}
        if people:
            rows = run.rows.filter(entry__in=people).select_related("entry__unit")
            self.rows = {row.entry_id: row for row in rows}
            self.entries = {key: row.entry for key, row in self.rows.items()}
            self.entries |= entries_of(people - set(self.rows))
        if units:
            self.units = Unit.objects.in_bulk(list(units))
            rows_of_units = run.unit_rows.filter(unit__in=units).select_related("block")
            self.unit_rows = {(row.table_id, row.unit_id): row for row in rows_of_units}

    def award(
        self,
        prize: Prize,
        block: Block | None,
        place: int,
        rank: int | None,
        name: str,
        amount: int,
        key: int,
    ) -> ProposedAward:
        if is_of_units(prize.table):
            unit_row = self.unit_rows.get((prize.table_id, key)) if rank is not None else None
            return ProposedAward(
                prize, block, place, rank, name, amount, unit=self.units[key], unit_row=unit_row
            )
        row = self.rows.get(key) if rank is not None else None
        return ProposedAward(prize, block, place, rank, name, amount, entry=self.entries[key], row=row)


def _settled(
    table: PrizeTable,
    block: Block | None,
    awards: list[ProposedAward],
    decisions: Mapping[tuple[int, int | None, int], TieDecision],
) -> Section:
    """A section as it was approved: the recorded orders, and what found nobody."""
    prizes = tuple(table.prizes.all())
    given = Counter(award.prize.pk for award in awards)
    ties = [
        BoundaryTie(
            table, block, rank, tuple(one.order),
            tuple(award.prize for award in awards if award.rank == rank), one,
        )
        for (of_table, of_block, rank), one in decisions.items()
        if (of_table, of_block) == (table.pk, block.pk if block else None)
    ]  # fmt: skip
    left = ((prize, prize.quantity - given[prize.pk]) for prize in prizes)
    return Section(
        table,
        block,
        prizes,
        awards=tuple(awards),
        ties=tuple(ties),
        undecided=(),
        unawarded=tuple((prize, count) for prize, count in left if count > 0),
    )


def _key(award: Award) -> int:
    return award.entry_id or award.unit_id or 0


def entries_of(ids: Iterable[int]) -> dict[int, Entry]:
    """Entries by id, with their units."""
    found = list(ids)
    return Entry.objects.select_related("unit").in_bulk(found) if found else {}
