"""Counting a round's choices: everything in the database, in one statement, in whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from attempts.analysis.rules import GROUP, Choice
from attempts.queries import NOT_DISQUALIFIED
from contests.models import Round
from contests.queries import uncounted_entries

# The papers that count: submitted ones of people who are ranked; of each person the first one, or all.
COUNTED = f"""
FROM attempts_attempt a
WHERE a.round_id = %(round)s AND a.submitted_at IS NOT NULL AND a.entry_id <> ALL(%(uncounted)s::bigint[])
    AND {NOT_DISQUALIFIED}
    AND (%(every)s OR NOT EXISTS (
        SELECT 1 FROM attempts_attempt earlier
        WHERE earlier.entry_id = a.entry_id AND earlier.round_id = a.round_id AND earlier.number < a.number
            AND earlier.submitted_at IS NOT NULL
    ))
"""  # noqa: S608  only constants of this module and of attempts.queries
# `worths` holds what each choice of each question is worth, question after question; `starts` where the first
# one of a question lies. A paper is marked by it, and so with the keys in force. The best and the poorest
# papers (`part` 1 and −1, never both) are told apart by their mark, among equal ones by the time they took,
# then by their identifier. Both unnest stand in one SELECT, which hands on row by row; in FROM each fills a
# table first. What is alike is counted once before it is added up in two ways: it is a tenth of the answers.
CHOICES = f"""
WITH marked AS MATERIALIZED (
    SELECT a.id, a.paper, a.choices, a.duration_ms, (
        SELECT sum((%(worths)s::smallint[])[(%(starts)s::int[])[question + 1] + choice])
        FROM (SELECT unnest(a.paper) AS question, unnest(a.choices) AS choice) one
    )::int AS mark
    {COUNTED}
), placed AS (
    SELECT marked.*, row_number() OVER (ORDER BY mark DESC, duration_ms, id) AS place,
        count(*) OVER () AS papers, (%(part)s * count(*) OVER () * 2 + %(whole)s) / (2 * %(whole)s) AS size
    FROM marked
), answer AS (
    SELECT unnest(paper) AS question, unnest(choices) AS choice, mark,
        CASE WHEN place <= size THEN 1 WHEN place > papers - size THEN -1 ELSE 0 END AS part
    FROM placed
), alike AS (
    SELECT question, choice, part, count(*) AS number,
        mark - (%(worths)s::smallint[])[(%(starts)s::int[])[question + 1] + choice] AS rest
    FROM answer GROUP BY question, choice, part, rest
)
SELECT question, choice, CASE WHEN grouping(rest) = 0 THEN rest END, grouping(choice) = 0,
    sum(number)::bigint, coalesce(sum(number) FILTER (WHERE part = 1), 0)::bigint,
    coalesce(sum(number) FILTER (WHERE part = -1), 0)::bigint,
    sum(number * rest)::bigint, sum(number * rest * rest)::bigint, (SELECT count(*) FROM marked)
FROM alike
GROUP BY GROUPING SETS ((question, choice), (question, rest))
"""  # noqa: S608  only constants of this module and of attempts.queries


@dataclass
class Counts:
    """Of one question: its choices (0 = blank), and how many papers had each mark on the rest."""

    choices: dict[int, Choice] = field(default_factory=dict)
    rests: dict[int, int] = field(default_factory=dict)


def count_choices(
    round: Round, worths: Sequence[Sequence[int]], *, every: bool
) -> tuple[int, dict[int, Counts]]:
    """How many papers count, and the counts of each question that was in one, by its index in the pool.

    `worths`: of each question of the pool, what each choice is worth. `every`: all papers of a person count,
    not the first one alone.
    """
    starts, place = [], 1
    for one in worths:
        starts.append(place)
        place += len(one)
    parameters: dict[str, Any] = {
        "round": round.pk,
        "uncounted": list(uncounted_entries(round.contest).values_list("pk", flat=True)),
        "every": every,
        "worths": [worth for one in worths for worth in one],
        "starts": starts,
        "part": GROUP.numerator,
        "whole": GROUP.denominator,
    }
    papers = 0
    found: dict[int, Counts] = {}
    with connection.cursor() as cursor:
        cursor.execute(CHOICES, parameters)
        for question, choice, rest, by_choice, count, upper, lower, rests, squares, of_all in cursor:
            papers = of_all
            of = found.setdefault(question, Counts())
            if by_choice:
                of.choices[choice] = Choice(count, upper, lower, rests, squares)
            else:
                of.rests[rest] = count
    return papers, found
