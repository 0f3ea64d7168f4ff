"""The organisers of a scenario: every step by the product's own verbs, held up to the oracles at once."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone

from attempts.domain.correcting import decide_correction, propose_correction
from attempts.domain.disqualifying import disqualify, reinstate
from attempts.domain.regrading import regrade
from attempts.models import Attempt, Disqualification
from contest_site.lib.clock import database_now
from contests.models import Block, Prize, PrizeTable, Unit
from prizes.budget import BudgetPart, budget_of, scopes_of
from prizes.domain.awarding import propose_awards
from prizes.domain.comparing import moves
from prizes.domain.deciding import decide_tie, enter_decision, publish_run, review_run
from prizes.domain.nominating import nominate
from prizes.domain.publishing import write_list
from prizes.domain.ranking import compute_standings, is_current
from prizes.models import PublishedList, StandingsRun
from prizes.queries import newest_run
from prizes.scope import Scope as ProductScope
from tests.oracles.contest import Contest as Oracle
from tests.oracles.people import Award as Expected
from tests.oracles.people import Scope
from tests.scenarios.asserting import (
    assert_awards,
    assert_certificates,
    assert_counts,
    assert_moves,
    assert_people,
    assert_units,
    marks_of,
    snapshot,
)
from tests.scenarios.world import World
from tests.support.signals import approve_run

# (table, block, rank)
Tie = tuple[int, str | None, int]


@dataclass
class Office:
    """Ranks, decides ties, awards and publishes; remembers everything published, to see that it stays."""

    world: World
    # What must come out of what was ranked last.
    oracle: Oracle = field(init=False)
    orders: dict[tuple[Scope, int, str | None, int], list[int]] = field(default_factory=dict)
    ties: list[tuple[Scope, Tie]] = field(default_factory=list)
    published: dict[int, Any] = field(default_factory=dict)
    # By scope, everybody's rank in the version before.
    places: dict[Scope, dict[int, int]] = field(default_factory=dict)

    def scope(self, number: Scope) -> ProductScope:
        round = None if number is None else self.world.rounds[number]
        return ProductScope(self.world.contest, round)

    # --- Standings
    def rank(self, number: Scope, *, reason: str = "") -> StandingsRun:
        """The scope's next version, exactly as the oracle has it; computed again it is the same one."""
        before = newest_run(self.scope(number))
        run = compute_standings(self.scope(number), by=self.world.secretary, reason=reason)
        oracle = self.oracle = self.world.oracle()
        assert_counts(run, oracle, number)
        assert_people(run, oracle, number)
        assert_units(run, oracle, number)
        assert compute_standings(self.scope(number), by=None).pk == run.pk
        assert is_current(run)
        self.orders = {key: order for key, order in self.orders.items() if key[0] != number}
        places = {row.person: row.rank for row in oracle.standings(number)}
        if before and before != run:
            assert_moves(moves(before, run), self.places[number], places)
        self.places[number] = places
        return run

    def newest(self, number: Scope) -> StandingsRun:
        found = newest_run(self.scope(number))
        assert found is not None
        return found

    def awards(self, number: Scope) -> list[Expected]:
        """What was awarded last in the scope."""
        return self.world.facts.in_force[number]

    # --- What changes results
    def disqualify(self, person: int, number: Scope) -> Disqualification:
        found = disqualify(
            self.world.entry(person),
            round=None if number is None else self.world.rounds[number],
            grounds="Biên bản xác minh: nhờ người khác làm bài.",
            by=self.world.secretary,
        )
        self.world.facts.disqualified.add((person, number))
        return found

    def reinstate(self, found: Disqualification) -> None:
        reinstate(found, grounds="Kết luận giải quyết khiếu nại.", by=self.world.secretary)
        number = found.round.number if found.round else None
        self.world.facts.disqualified.remove((found.entry_id, number))

    def correct_key(self, number: int, question: int, accepted: set[int] | None) -> None:
        """A wrong key: proposed by one, approved by another (None: everybody is right)."""
        found = propose_correction(
            self.world.rounds[number],
            question=question,
            accepted=accepted or (),
            void=accepted is None,
            grounds="Văn bản đính chính của cơ quan chuyên môn.",
            by=self.world.secretary,
        )
        decide_correction(found, approve=True, by=self.world.chair)
        fixed = self.world.facts.corrections.setdefault(number, {})
        fixed[question] = None if accepted is None else frozenset(accepted)

    def regrade(self, number: int) -> None:
        """Mark the round again; no attempt's own row is touched."""
        before = marks_of(self.world.rounds[number].pk)
        assert regrade(self.world.rounds[number]) is not None
        assert regrade(self.world.rounds[number]) is None
        assert marks_of(self.world.rounds[number].pk) == before

    # --- Prizes
    def decide_ties(self, number: Scope, run: StandingsRun) -> list[Tie]:
        """The jury's order for every tie across a boundary, one after another; which they were."""
        found: list[Tie] = []
        while waiting := self.oracle.awarding(number, self.orders).waiting:
            table, block, rank = tie = min(waiting, key=lambda one: (one[0], one[1] or "", one[2]))
            undecided = {
                (one.table.number, one.block.name if one.block else None, one.rank): one
                for one in propose_awards(run).undecided
            }
            assert tie in undecided
            order = sorted(undecided[tie].keys)
            self.world.dice.shuffle(order)
            decide_tie(
                run,
                table=PrizeTable.objects.get(contest=self.world.contest, number=table),
                block=Block.objects.get(contest=self.world.contest, name=block) if block else None,
                rank=rank,
                order=order,
                grounds="Biên bản họp Ban Giám khảo: bốc thăm giữa những người đồng hạng.",
                by=self.world.jury,
            )
            self.orders[number, table, block, rank] = order
            found.append(tie)
        assert propose_awards(run).undecided == ()
        self.ties += [(number, tie) for tie in found]
        return found

    def award(self, number: Scope, run: StandingsRun) -> list[Expected]:
        """From the ties to the publication of what was just ranked; the awards, which are the oracle's."""
        self.decide_ties(number, run)
        expected = self.oracle.awarding(number, self.orders)
        review_run(run, by=self.world.secretary)
        approve_run(run, by=self.world.chair)
        self.world.facts.in_force[number] = expected.awards
        today = timezone.localdate(database_now())
        enter_decision(run, number=f"{run.pk}/QĐ-UBND", signed_on=today, by=self.world.secretary)
        publish_run(run, by=self.world.secretary)
        assert_awards(run, expected.awards)
        assert_certificates(run, expected.awards)
        assert sum(part.spent for part in self.budget()) == self.world.total()
        self.assert_published_stays()
        self.published[run.pk] = snapshot(run)
        return expected.awards

    def budget(self) -> list[BudgetPart]:
        """The product's own sheet of what the prizes cost; every prize is in it once a scope (and block)."""
        parts = budget_of(self.world.contest, scopes_of(self.world.contest))
        plan = self.world.plan
        rounds = [one.number for one in plan.rounds]
        scopes: list[Scope] = [*rounds, None] if len(rounds) > 1 else [*rounds]
        tables = [table for scope in scopes for table in plan.tables_of(scope)]
        blocks = len(self.world.facts.blocks)
        planned = sum(
            line.quantity * line.amount * (blocks if table.by_block else 1)
            for table in tables
            for line in table.prizes
        )
        assert sum(part.planned for part in parts) == planned
        return parts

    def nominate(self, number: Scope, table: int, position: int, unit: int) -> None:
        """A prize that the committee gives, with its grounds and the unit's own report."""
        nominate(
            Prize.objects.get(table__contest=self.world.contest, table__number=table, position=position),
            round=self.scope(number).round,
            unit=Unit.objects.get(pk=unit),
            grounds="Biên bản họp Ban Tổ chức.",
            report=ContentFile(b"%PDF-1.7", name="bao-cao.pdf"),
            by=self.world.secretary,
        )
        self.world.facts.nominated.setdefault(number, []).append((table, position, unit))

    def assert_anyone_can_check(self, number: Scope) -> None:
        """The public list of what was published last passes the script that anyone may run on it."""
        run = self.newest(number)
        assert write_list(run.pk)
        path = settings.MEDIA_ROOT / PublishedList.objects.get(run=run).name
        rounds = [round for round in self.world.rounds.values() if number in (None, round.number)]
        receipts = Attempt.objects.filter(round__in=rounds).order_by("pk").values_list("receipt", flat=True)
        words = [str(path), "--english", "--digest", run.digest]
        for round in rounds:
            words += ["--commitment", round.seal.commitment]
        for receipt in receipts[:3]:
            words += ["--receipt", str(receipt)]
        script = settings.BASE_DIR / "docs" / "verify.py"
        done = subprocess.run([sys.executable, script, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def assert_published_stays(self) -> None:
        """Nothing of a published version has changed, whatever came after it."""
        for run in StandingsRun.objects.filter(pk__in=self.published):
            assert snapshot(run) == self.published[run.pk]
