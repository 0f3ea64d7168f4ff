"""Who gets which prize, written from the plan's words alone, one rank after another.

It shares no code with the product and takes plain data. A table is a dict with `prizes` [(name, how many)]
from the highest, `rows` [(rank, who, unit)], `barred` (a set), `unit_limit` (or None), `orders`
{rank: people as the jury put them} and `people` (False: units, whom no limit per person meets), or
`chosen` [(name, who)] instead of rows.

Whether a rank needs the jury is found by trying every order of its people: it does exactly when somebody's
prize depends on the order.
"""

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any

Table = Mapping[str, Any]


def awards(
    tables: Sequence[Table], per_person: int | None, held: Mapping[int, int]
) -> tuple[list[list[tuple[str, int]]], list[list[int]]]:
    """By table: (prize name, who) from the top, and the ranks at which the jury is asked.

    Every such rank must have its order in `orders`; a KeyError otherwise.
    """
    hands = dict(held)
    given_by_table, asked_by_table = [], []
    for table in tables:
        given: list[tuple[str, int]] = []
        asked: list[int] = []
        if "chosen" in table:
            given = list(table["chosen"])
        else:
            _along(table, per_person, hands, given, asked)
        if table["people"]:
            for _name, who in given:
                hands[who] = hands.get(who, 0) + 1
        given_by_table.append(given)
        asked_by_table.append(asked)
    return given_by_table, asked_by_table


def _along(
    table: Table,
    per_person: int | None,
    hands: Mapping[int, int],
    given: list[tuple[str, int]],
    asked: list[int],
) -> None:
    purse = [name for name, count in table["prizes"] for _ in range(count)]
    unit_of = {who: unit for _rank, who, unit in table["rows"]}
    for rank in sorted({row[0] for row in table["rows"]}):
        if not purse:
            return
        people = [
            who
            for at, who, _unit in sorted(table["rows"])
            if at == rank
            and who not in table["barred"]
            and not (table["people"] and per_person is not None and hands.get(who, 0) >= per_person)
        ]
        outcomes = {
            frozenset(_hand_out(order, purse, given, unit_of, table["unit_limit"]))
            for order in permutations(people)
        }
        order: Sequence[int] = people
        if len(outcomes) > 1:
            asked.append(rank)
            order = [who for who in table["orders"][rank] if who in people]
        mine = _hand_out(order, purse, given, unit_of, table["unit_limit"])
        given += mine
        purse = purse[len(mine) :]


def _hand_out(
    order: Sequence[int],
    purse: Sequence[str],
    given: Sequence[tuple[str, int]],
    unit_of: Mapping[int, Any],
    unit_limit: int | None,
) -> list[tuple[str, int]]:
    """The prizes of one rank when its people come up in this order."""
    mine: list[tuple[str, int]] = []
    for who in order:
        unit = unit_of[who]
        winners = sum(1 for _name, other in [*given, *mine] if unit_of[other] == unit)
        if len(mine) == len(purse) or (unit_limit is not None and winners >= unit_limit):
            continue
        mine.append((purse[len(mine)], who))
    return mine
