"""What a key correction would change, told before it is approved: marks, standings, prizes.

The corrections and the rankings are really carried out, by the same statements as after an approval, and
rolled back: nothing is written, and what is shown cannot differ from what will happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction

from attempts.domain.regrading import apply_corrections, mark_changes
from attempts.models import Attempt, KeyCorrection
from attempts.queries import corrections_in_force, lines_of, newest_regrade
from attempts.rules.corrections import Line
from contest_site.lib.locks import lock
from contests.models import Round
from contests.queries import closing_of
from prizes.domain.awarding import awarded, propose_awards
from prizes.domain.proposals import ProposedAward
from prizes.domain.ranking import rank_as_marked
from prizes.domain.settling import scopes_marked_by
from prizes.models import StandingsRun
from prizes.queries import approval_of, newest_run
from prizes.scope import Scope

MOVED = """
SELECT count(*) FILTER (WHERE after.rank < before.rank), count(*) FILTER (WHERE after.rank > before.rank),
    count(*) FILTER (WHERE before.rank IS NULL), count(*) FILTER (WHERE after.rank IS NULL)
FROM (SELECT entry_id, rank FROM prizes_standingsrow WHERE run_id = %s) before
FULL JOIN (SELECT entry_id, rank FROM prizes_standingsrow WHERE run_id = %s) after USING (entry_id)
"""


@dataclass(frozen=True)
class PrizeChange:
    """Who would get another prize of a table than before; `before` or `after` "" = none."""

    table: str
    holder: str
    of_unit: str
    before: str
    after: str


@dataclass(frozen=True)
class StandingsChange:
    """What the next version of a scope's standings would have that the present one has not.

    `up`, `down`: people with a better or worse rank; `entered`, `left`: people ranked only after or before.
    `undecided`: ties across a prize boundary for which the jury would have to record an order.
    """

    scope: Scope
    up: int
    down: int
    entered: int
    left: int
    target_before: Decimal | None
    target_after: Decimal | None
    prizes: list[PrizeChange]
    undecided: int

    @property
    def changes(self) -> bool:
        return bool(self.up or self.down or self.entered or self.left or self.prizes)


@dataclass(frozen=True)
class Preview:
    """`marks`: how many attempts' number right would change, by how much it would.

    `attempts`: how many are submitted; `final`: whether that is all there will be, so that there may be
    standings to compare; `standings`: of each scope that has some.
    """

    marks: dict[int, int]
    attempts: int
    final: bool
    standings: list[StandingsChange]

    @property
    def changed(self) -> int:
        return sum(self.marks.values())


def preview(correction: KeyCorrection) -> Preview:
    """What approving the correction now would change, against the corrections in force."""
    round = Round.objects.select_related("contest", "closing", "seal").get(pk=correction.round_id)
    in_force = corrections_in_force(round)
    others = [line for line in in_force if line[0] != correction.question]
    lines = sorted([*others, (correction.question, correction.accepted, correction.void)])
    with transaction.atomic():
        if in_force != lines_of(newest_regrade(round)):
            apply_corrections(round, in_force)
        marks = mark_changes(round, lines)
        final = (
            closing_of(round) is not None
            and not Attempt.objects.filter(round=round, submitted_at=None).exists()
        )
        standings = _standings(round, lines) if final else []
        transaction.set_rollback(True)
    return Preview(
        marks={change: count for change, count in marks.items() if change},
        attempts=sum(marks.values()),
        final=final,
        standings=standings,
    )


def _standings(round: Round, lines: list[Line]) -> list[StandingsChange]:
    scopes = scopes_marked_by(round)
    for scope in scopes:
        lock(scope.lock_key)
    # As they are now: the newest version may be overtaken by something that is not this correction's doing.
    before = [(rank_as_marked(scope, by=None), _awards(scope)) for scope in scopes]
    apply_corrections(round, lines)
    return [_change(scope, run, awards) for scope, (run, awards) in zip(scopes, before, strict=True)]


Awards = Mapping[tuple[int, int | None, str, int], ProposedAward]


def _awards(scope: Scope) -> Awards:
    """What stands awarded, or is proposed, by table, block and holder."""
    run = newest_run(scope)
    assert run is not None
    return _by_holder((awarded(run) if approval_of(run) else propose_awards(run)).awards)


def _by_holder(awards: tuple[ProposedAward, ...]) -> Awards:
    return {
        (
            award.prize.table_id,
            award.block.pk if award.block else None,
            "entry" if award.entry else "unit",
            award.entry.pk if award.entry else award.unit.pk if award.unit else 0,
        ): award
        for award in awards
    }


def _change(scope: Scope, before: StandingsRun, awards: Awards) -> StandingsChange:
    after = rank_as_marked(scope, by=None)
    proposal = propose_awards(after)
    with connection.cursor() as cursor:
        cursor.execute(MOVED, [before.pk, after.pk])
        up, down, entered, left = cursor.fetchone()
    return StandingsChange(
        scope=scope,
        up=up,
        down=down,
        entered=entered,
        left=left,
        target_before=before.target_value,
        target_after=after.target_value,
        prizes=_prize_changes(awards, _by_holder(proposal.awards)),
        undecided=len(proposal.undecided),
    )


def _prize_changes(before: Awards, after: Awards) -> list[PrizeChange]:
    """Those whose prize is another one: by the prize that they would get, those who would get none last."""
    found = []
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if old and new and old.prize == new.prize:
            continue
        award = new or old
        assert award is not None
        names = (old.prize_name if old else "", new.prize_name if new else "")
        place = (new is None, award.prize.position)
        change = PrizeChange(award.prize.table.name, award.holder, award.of_unit, *names)
        found.append(((award.prize.table.number, key[1] or 0, place, key[3]), change))
    return [change for _place, change in sorted(found, key=lambda one: one[0])]
