"""What a run of the product is held up to, piece by piece."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from django.db import connection
from django.db.models import Model

from attempts.models import Attempt
from prizes.domain.comparing import Moves, what_if
from prizes.models import Award, Certificate, StandingsRow, StandingsRun, UnitRow
from prizes.scope import Scope as ProductScope
from tests.oracles.contest import Contest as Oracle
from tests.oracles.people import Award as Expected
from tests.oracles.people import Scope


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


def assert_moves(found: Moves, before: dict[int, int], after: dict[int, int]) -> None:
    """Who came, who went and whose rank is another one, counted."""
    assert (found.entered, found.left) == (len(after.keys() - before), len(before.keys() - after))
    assert found.reranked == sum(before[who] != after[who] for who in before.keys() & after)


def assert_what_if(
    scope: ProductScope, oracle: Oracle, number: int, order: tuple[str, ...], first: int
) -> None:
    """Another order of the keys beside the plan's: who comes in among the first, and who goes out."""
    rounds = tuple(
        replace(one, rank_order=order) if one.number == number else one for one in oracle.plan.rounds
    )
    changed = Oracle(replace(oracle.plan, rounds=rounds), oracle.facts)
    other = {row.person: row.rank for row in changed.standings(number)}
    plan = {row.person: row.rank for row in oracle.standings(number)}
    found = what_if(scope, rank_order=order, only_all_right=False, first=first)
    inside = [{who for who, rank in ranks.items() if rank <= first} for ranks in (plan, other)]
    assert {row.entry.pk for row in found.entering} == inside[1] - inside[0]
    assert {row.entry.pk for row in found.leaving} == inside[0] - inside[1]
    assert found.moved == sum(plan[who] != other[who] for who in plan)


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


def assert_awards(run: StandingsRun, expected: list[Expected]) -> None:
    awards = list(Award.objects.filter(run=run).select_related("prize__table", "prize__certificate", "block"))
    assert Counter(map(_plain, awards)) == Counter(map(_expected, expected))
    assert sum(award.amount for award in awards) == sum(one.amount for one in expected)


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
            f"SELECT md5(string_agg(row::text, '|' ORDER BY row::text)) FROM {model._meta.db_table} row"  # noqa: S608
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


def marks_of(round: int) -> list[Any]:
    return list(Attempt.objects.filter(round=round).order_by("pk").values_list("pk", "correct", "receipt"))


def _plain(award: Award) -> tuple[Any, ...]:
    return (
        *(award.prize.table.number, award.prize.position, award.block.name if award.block else None),
        *(award.entry_id or award.unit_id, award.rank, award.prize_name, award.amount),
    )


def _expected(award: Expected) -> tuple[Any, ...]:
    return (*(award.table, award.position, award.block, award.winner, award.rank, award.name, award.amount),)
