"""The organisers of a scenario: every step by the product's own verbs, held up to the oracles at once."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from attempts.domain.correcting import decide_correction, propose_correction
from attempts.domain.disqualifying import disqualify, reinstate
from attempts.domain.regrading import regrade
from attempts.models import Attempt, Disqualification
from contest_site.lib.clock import database_now
from contests.models import Block, Prize, PrizeTable, Unit
from prizes.domain.awarding import propose_awards
from prizes.domain.deciding import approve_run, decide_tie, enter_decision, publish_run, review_run
from prizes.domain.nominating import nominate
from prizes.domain.publishing import write_list
from prizes.domain.ranking import compute_standings, is_current
from prizes.models import Award, Certificate, PublishedList, StandingsRow, StandingsRun, UnitRow
from prizes.queries import newest_run
from prizes.scope import Scope as ProductScope
from tests.oracles.contest import Contest as Oracle
from tests.oracles.people import Award as Expected
from tests.oracles.people import Scope
from tests.scenarios.world import World

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

    def scope(self, number: Scope) -> ProductScope:
        round = None if number is None else self.world.rounds[number]
        return ProductScope(self.world.contest, round)

    # --- Standings
    def rank(self, number: Scope, *, reason: str = "") -> StandingsRun:
        """The scope's next version, exactly as the oracle has it; computed again it is the same one."""
        run = compute_standings(self.scope(number), by=self.world.secretary, reason=reason)
        oracle = self.oracle = self.world.oracle()
        assert_counts(run, oracle, number)
        assert_people(run, oracle, number)
        assert_units(run, oracle, number)
        assert compute_standings(self.scope(number), by=None).pk == run.pk
        assert is_current(run)
        self.orders = {key: order for key, order in self.orders.items() if key[0] != number}
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
        before = _marks(self.world.rounds[number].pk)
        assert regrade(self.world.rounds[number]) is not None
        assert regrade(self.world.rounds[number]) is None
        assert _marks(self.world.rounds[number].pk) == before

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
        awards = list(
            Award.objects.filter(run=run).select_related("prize__table", "prize__certificate", "block")
        )
        assert Counter(_plain(award) for award in awards) == Counter(
            _expected(one) for one in expected.awards
        )
        assert sum(award.amount for award in awards) == expected.total
        assert_certificates(run, expected.awards)
        self.assert_published_stays()
        self.published[run.pk] = snapshot(run)
        return expected.awards

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


def plain_rows(run: StandingsRun) -> list[Any]:
    """Everybody's place in a run, by rank and entry."""
    columns = (
        *("rank", "entry", "attempt", "correct", "duration_ms", "submitted_at", "prediction", "distance"),
    )
    return list(run.rows.order_by("rank", "entry").values_list(*columns))


def assert_counts(run: StandingsRun, oracle: Oracle, number: Scope) -> None:
    counts = oracle.counts(number)
    assert (run.participants, run.attempts, run.all_right) == tuple(counts.values())
    if number is not None and oracle.plan.round(number).prediction_scope != "block":
        assert run.target_value == oracle.target(number)


def assert_people(run: StandingsRun, oracle: Oracle, number: Scope) -> None:
    expected = [
        (
            *(row.rank, row.person, row.paper, row.correct, row.duration_ms, row.submitted_at),
            *(row.prediction, row.distance),
        )
        for row in oracle.standings(number)
    ]
    assert run.ranked == len(expected)
    assert first_difference(plain_rows(run), expected) is None


def assert_units(run: StandingsRun, oracle: Oracle, number: Scope) -> None:
    counted = (
        *("participants", "attempts", "headcount", "sittings", "correct", "all_right", "winners"),
        *("best_people", "best_correct", "best_duration_ms"),
    )
    names = ("table__number", "block__name", "unit", "rank", "left_out", "points", *counted)
    rows = sorted(run.unit_rows.values_list(*names), key=lambda row: (row[0], row[2]))
    expected = sorted(
        (
            (
                *(table.number, row.block, row.unit, row.rank, row.why, row.points),
                *(row.counts[name] for name in counted),
            )
            for table in oracle.plan.tables_of(number)
            if table.audience == "unit" and table.method == "ranked"
            for row in oracle.unit_results(number, table)
        ),
        key=lambda row: (row[0], row[2]),
    )
    assert first_difference(rows, expected) is None


def assert_certificates(run: StandingsRun, expected: list[Expected]) -> None:
    """A paper of the plan's kind with every prize that the plan gives one with, and none with others."""
    papers = Certificate.objects.filter(award__run=run)
    kinds = papers.values_list("award__prize__certificate__kind", "award__entry", "award__unit")
    wanted = Counter(
        (one.paper, *((one.winner, None) if one.audience == "individual" else (None, one.winner)))
        for one in expected
        if one.paper
    )
    assert Counter(kinds) == wanted
    serials = list(papers.order_by("serial").values_list("serial", flat=True))
    assert serials == list(range(serials[0], serials[0] + len(serials))) if serials else not wanted


def snapshot(run: StandingsRun) -> Any:
    """Everything that was published of a run, as it stands in the database; long tables as a digest."""
    return (
        *(run.version, run.digest, run.reason, run.configuration, run.target_value),
        *(run.participants, run.attempts, run.all_right, run.ranked, run.decision.number, run.publication.at),
        *(_digest(model, run) for model in (StandingsRow, UnitRow, Award)),
        list(Certificate.objects.filter(award__run=run).order_by("pk").values()),
    )


def _digest(model: type[Model], run: StandingsRun) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT md5(string_agg(row::text, '|' ORDER BY row.id)) FROM {model._meta.db_table} row"  # noqa: S608
            " WHERE row.run_id = %s",
            [run.pk],
        )
        found: str = cursor.fetchone()[0]
        return found


def first_difference(found: list[Any], expected: list[Any]) -> Any:
    """The first line that differs, for a short message; None when all are equal."""
    for place, pair in enumerate(zip(found, expected, strict=False)):
        if pair[0] != pair[1]:
            return place, *pair
    return None if len(found) == len(expected) else (len(found), len(expected))


def _marks(round: int) -> list[Any]:
    return list(Attempt.objects.filter(round=round).order_by("pk").values_list("pk", "correct", "receipt"))


def _plain(award: Award) -> tuple[Any, ...]:
    return (
        *(award.prize.table.number, award.prize.position, award.block.name if award.block else None),
        *(award.entry_id or award.unit_id, award.rank, award.prize_name, award.amount),
    )


def _expected(award: Expected) -> tuple[Any, ...]:
    return (*(award.table, award.position, award.block, award.winner, award.rank, award.name, award.amount),)
