"""The prize tables of a contest for its pages: how often each is given, and what it costs in all."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contests.enums import AwardMethod, TableScope, UnitMetric
from contests.models import Contest, Prize, PrizeTable


@dataclass(frozen=True)
class Laid:
    """A table as it is laid along its rankings: once, in each round, in each block. Amounts in đồng."""

    table: PrizeTable
    prizes: list[Prize]
    rounds: int
    blocks: int

    @property
    def times(self) -> int:
        """How often the whole table is given."""
        return self.rounds * self.blocks

    @property
    def quantity(self) -> int:
        """Prizes of one laying."""
        return sum(prize.quantity for prize in self.prizes)

    @property
    def amount(self) -> int:
        """The sum of one laying."""
        return sum(prize.quantity * prize.amount for prize in self.prizes)

    @property
    def total(self) -> int:
        """The sum of all layings, as a budget counts it."""
        return self.amount * self.times

    @property
    def where(self) -> str:
        """Along which rankings, in words: "Mỗi vòng thi (4 vòng), riêng từng khối (3 khối)"."""
        table = self.table
        if table.scope == TableScope.ROUND and table.round:
            words = table.round.name
        elif table.scope == TableScope.EACH_ROUND:
            rounds = ngettext("%(count)d vòng", "%(count)d vòng", self.rounds) % {"count": self.rounds}
            words = _("Mỗi vòng thi (%(rounds)s)") % {"rounds": rounds}
        else:
            words = _("Cả cuộc thi")
        if not table.by_block:
            return words
        blocks = ngettext("%(count)d khối", "%(count)d khối", self.blocks) % {"count": self.blocks}
        return _("%(where)s, riêng từng khối (%(blocks)s)") % {"where": words, "blocks": blocks}

    @property
    def group(self) -> str:
        """The heading under which people look for the table: a week's prizes, the contest's."""
        table = self.table
        if table.scope == TableScope.ROUND and table.round:
            return table.round.name
        return str(TableScope(table.scope).label)

    @property
    def basis(self) -> str:
        return basis_in_words(self.table)


def basis_in_words(table: PrizeTable) -> str:
    """By what a table's winners are found, in words; "" = by the order of its round."""
    if table.method == AwardMethod.CHOSEN:
        return str(AwardMethod.CHOSEN.label)
    if table.weights:
        heaviest_first = sorted(table.weights.items(), key=lambda one: (-one[1], one[0]))
        return "; ".join(f"{_metric(table, name)} {share} %" for name, share in heaviest_first)
    return " → ".join(_metric(table, name) for name in table.unit_order)


def _metric(table: PrizeTable, name: str) -> str:
    """A metric by its name; with how many people, where it adds the best of a unit."""
    label = str(dict(UnitMetric.choices).get(name, name))
    if name in (UnitMetric.BEST_SCORE, UnitMetric.BEST_DURATION) and table.best_of:
        people = ngettext("%(count)d người", "%(count)d người", table.best_of) % {"count": table.best_of}
        return f"{label} ({people})"
    return label


def prize_tables(contest: Contest) -> list[Laid]:
    """Every prize table of the contest with its prizes and their papers, in the plan's order. Two queries."""
    prizes = Prefetch("prizes", Prize.objects.select_related("certificate").order_by("position"))
    tables = (
        contest.prize_tables.select_related("round")
        .annotate(
            rounds_total=Count("contest__rounds", distinct=True),
            blocks_total=Count("contest__blocks", distinct=True),
        )
        .prefetch_related(prizes)
        .order_by("number")
    )
    return [
        Laid(
            table,
            list(table.prizes.all()),
            rounds=table.rounds_total if table.scope == TableScope.EACH_ROUND else 1,
            blocks=table.blocks_total if table.by_block else 1,
        )
        for table in tables
    ]
