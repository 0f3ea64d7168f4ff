"""What was played on a site, read from its tables by hand, and held up to the oracles."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.oracles import planwords
from tests.oracles.contest import Contest as Oracle
from tests.oracles.contest import Orders
from tests.oracles.people import Facts, Paper, Person, Scope

# SQL and its parameters → rows
Query = Callable[..., list[Any]]


def assert_the_oracle_agrees(query: Query, plan: Path) -> None:
    """Standings of people and units, and prizes, are those that plain Python finds in what people sent."""
    facts = facts_of(query)
    orders = orders_of(query)
    published = query(
        "SELECT run.id, r.number FROM prizes_standingsrun run JOIN prizes_publication p ON p.run_id = run.id"
        " LEFT JOIN contests_round r ON r.id = run.round_id ORDER BY run.id"
    )
    assert published
    for run, scope in published:
        oracle = Oracle(planwords.read(plan), facts)
        assert people_of(query, run) == [(row.rank, row.person, row.paper) for row in oracle.standings(scope)]
        assert units_of(query, run) == {
            (table.number, row.unit, row.rank, row.why)
            for table in oracle.plan.tables_of(scope)
            if table.audience == "unit" and table.method == "ranked"
            for row in oracle.unit_results(scope, table)
        }
        given = oracle.awarding(scope, orders)
        assert given.waiting == set()
        assert awards_of(query, run) == Counter((one.table, one.name, one.winner) for one in given.awards)
        facts.in_force[scope] = given.awards


def people_of(query: Query, run: int) -> list[Any]:
    return query(
        "SELECT rank, entry_id, attempt_id FROM prizes_standingsrow WHERE run_id = %s ORDER BY 1, 2", run
    )


def units_of(query: Query, run: int) -> set[Any]:
    return set(
        query(
            "SELECT t.number, unit_id, rank, left_out FROM prizes_unitrow"
            " JOIN contests_prizetable t ON t.id = table_id WHERE run_id = %s",
            run,
        )
    )


def awards_of(query: Query, run: int) -> Counter[Any]:
    return Counter(
        query(
            "SELECT t.number, prize_name, coalesce(entry_id, unit_id) FROM prizes_award"
            " JOIN contests_prize p ON p.id = prize_id JOIN contests_prizetable t ON t.id = table_id"
            " WHERE run_id = %s",
            run,
        )
    )


def orders_of(query: Query) -> Orders:
    found = query(
        'SELECT r.number, t.number, b.name, rank, "order" FROM prizes_tiedecision'
        " JOIN prizes_standingsrun run ON run.id = run_id"
        " LEFT JOIN contests_round r ON r.id = run.round_id"
        " JOIN contests_prizetable t ON t.id = table_id LEFT JOIN contests_block b ON b.id = block_id"
    )
    return {(round, table, block, rank): order for round, table, block, rank, order in found}


def facts_of(query: Query) -> Facts:
    blocks: dict[str, list[int]] = {name: [] for [name] in query("SELECT name FROM contests_block")}
    competing = "SELECT name, unit_id FROM contests_blockunit JOIN contests_block b ON b.id = block_id"
    for name, unit in query(competing):
        blocks[name].append(unit)
    entries = query("SELECT id, unit_id, user_id, phone FROM contests_entry")
    papers = query(
        "SELECT a.id, entry_id, r.number, a.number, paper, choices, duration_ms, submitted_at"
        " FROM attempts_attempt a JOIN contests_round r ON r.id = round_id"
    )
    pools = query(
        "SELECT r.number, content FROM contests_roundseal JOIN contests_round r ON r.id = round_id"
        " JOIN questions_sealedpool p ON p.id = pool_id"
    )
    guesses = query(
        "SELECT entry_id, r.number, value FROM attempts_prediction JOIN contests_round r ON r.id = round_id"
    )
    return Facts(
        parents=dict(query("SELECT id, parent_id FROM contests_unit")),
        headcounts=dict(query("SELECT unit_id, people FROM contests_headcount")),
        blocks=blocks,
        people={entry: Person(unit, user, frozenset({phone})) for entry, unit, user, phone in entries},
        papers=[
            Paper(id, entry, round, number, tuple(paper), tuple(choices), duration, submitted)
            for id, entry, round, number, paper, choices, duration, submitted in papers
        ],
        keys={round: [question["keys"][0] for question in json.loads(content)] for round, content in pools},
        predictions={(entry, round): value for entry, round, value in guesses},
        nominated=_nominated(query),
    )


def _nominated(query: Query) -> dict[Scope, list[tuple[int, int, int]]]:
    found: dict[Scope, list[tuple[int, int, int]]] = {}
    for round, table, position, winner in query(
        "SELECT r.number, t.number, position, coalesce(entry_id, unit_id) FROM prizes_nomination n"
        " JOIN contests_prize p ON p.id = prize_id JOIN contests_prizetable t ON t.id = table_id"
        " LEFT JOIN contests_round r ON r.id = n.round_id"
    ):
        found.setdefault(round, []).append((table, position, winner))
    return found
