"""Equal wrong answers of two people of one unit: candidates by one statement, each judged by an exact number.

Who copies is wrong where the other is wrong, and in the same way; right answers tell nothing, as whoever
knows has them. For each pair of papers (of different people of one unit) the question is: given what A got
wrong, how likely is it that somebody with a result like B's gives by himself as many of the same wrong
answers on the questions that both papers have? The answer is the exact tail of a sum of independent events,
one for each wrong answer of A, with the shares of the others of B's fifth of the round as their chances
(rules.share); of both directions the likelier counts. Probability × pairs compared ≤ 1/1,000 makes a signal
(rules.is_striking).

The tail is at least the product of the chances of what is equal. So the statement keeps only pairs whose
equal wrong answers weigh -ln(1/1000 ÷ pairs) or more in both fifths, and it finds them without comparing all
pairs: with the wrong answers of a paper ordered from the rarest, two papers that share so much weight share
one answer among those after which that weight is still to come (prefix filtering, as in similarity joins).
Nothing that could be a signal is lost.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db import connection

from attempts.analysis.report import worths_of
from attempts.anomalies import rules
from attempts.anomalies.detection import EVIDENCE, Found, papers_digest
from attempts.anomalies.models import AnomalyKind
from attempts.queries import corrections_in_force
from contests.models import Round
from contests.queries import seal_of

PAIRS = 20_000  # the strongest pairs are judged; a group of copies is whole long before
ROUNDING = 0.000001  # the statement's logarithms are floats; what is near the threshold is judged exactly

CANDIDATES = """
WITH paper AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY a.id) AS n, a.id, a.entry_id, e.unit_id, a.paper, a.choices,
        least(%(bands)s - 1, (rank() OVER (ORDER BY a.correct) - 1) * %(bands)s / count(*) OVER ()) AS band
    FROM attempts_attempt a JOIN contests_entry e ON e.id = a.entry_id
    WHERE a.round_id = %(round)s AND a.submitted_at IS NOT NULL AND a.entry_id <> ALL(%(uncounted)s)
), compared AS MATERIALIZED (
    SELECT coalesce(sum((papers * papers - own) / 2), 0)::bigint AS pairs FROM (
        SELECT sum(papers) AS papers, sum(papers * papers) AS own FROM (
            SELECT unit_id, entry_id, count(*) AS papers FROM paper GROUP BY unit_id, entry_id
        ) person GROUP BY unit_id
    ) unit
), least_weight AS MATERIALIZED (
    SELECT ln(greatest(pairs, 1) * %(rounds)s::float8) - %(rounding)s AS weight FROM compared
), given AS MATERIALIZED (
    SELECT band, question, choice, count(*) AS chosen FROM paper, unnest(paper, choices) one(question, choice)
    GROUP BY band, question, choice
), likely AS MATERIALIZED (
    SELECT band, question, choice, chosen, seen, -ln(greatest(chosen - 1, 1)::float8 / (seen + 1)) AS weight,
        sum(chosen) OVER (PARTITION BY question, choice) AS common
    FROM (SELECT *, sum(chosen) OVER (PARTITION BY band, question) AS seen FROM given) one
    WHERE (%(wrong)s::bool[])[(%(starts)s::int[])[question + 1] + choice]
), wrong AS MATERIALIZED (
    SELECT n, entry_id, unit_id, question, choice, likely.weight, likely.common
    FROM paper CROSS JOIN LATERAL unnest(paper, choices) one(question, choice)
    JOIN likely USING (band, question, choice)
), placed AS (
    SELECT *, sum(weight) OVER rest AS to_come, row_number() OVER rest AS many
    FROM wrong WINDOW rest AS (PARTITION BY n ORDER BY common DESC, question, choice)
), prefix AS MATERIALIZED (
    SELECT n, entry_id, unit_id, question, choice FROM placed
    WHERE to_come >= (SELECT weight FROM least_weight) AND many >= %(equal)s
), candidate AS MATERIALIZED (
    SELECT DISTINCT a.n AS a, b.n AS b FROM prefix a
    JOIN prefix b USING (unit_id, question, choice) WHERE a.n < b.n AND a.entry_id <> b.entry_id
), strong AS MATERIALIZED (
    SELECT candidate.a, candidate.b, least(sum(mine.weight), sum(theirs.weight)) AS weight
    FROM candidate
    JOIN wrong mine ON mine.n = candidate.a
    JOIN wrong theirs ON theirs.n = candidate.b
        AND theirs.question = mine.question AND theirs.choice = mine.choice
    GROUP BY candidate.a, candidate.b
    HAVING count(*) >= %(equal)s
        AND least(sum(mine.weight), sum(theirs.weight)) >= (SELECT weight FROM least_weight)
    ORDER BY weight DESC, a, b LIMIT %(most)s
)
SELECT ARRAY[band, question, choice, chosen]::bigint[], NULL::uuid[], NULL::smallint[], NULL::smallint[],
    NULL::smallint[], NULL::smallint[], 0
FROM given WHERE EXISTS (SELECT FROM strong)
UNION ALL
SELECT ARRAY[pairs, a.band, b.band, a.entry_id, b.entry_id, a.unit_id]::bigint[], ARRAY[a.id, b.id],
    a.paper, a.choices, b.paper, b.choices, strong.weight
FROM compared, strong JOIN paper a ON a.n = strong.a JOIN paper b ON b.n = strong.b
"""


@dataclass(frozen=True)
class Pair:
    """Two papers: equal wrong answers, how likely so many are by chance, among how many pairs compared."""

    attempts: tuple[UUID, UUID]
    entries: tuple[int, int]
    unit: int
    equal: int
    probability: Fraction
    compared: int


class TookTooLong(Exception):
    """There are more pairs to be judged than the time allows."""


def equal_answers(round: Round, uncounted: list[int], until: float = math.inf) -> list[Found]:
    """Groups of people of one unit whose papers are linked by strikingly equal wrong answers.

    Raises TookTooLong at the moment `until` (of time.monotonic).
    """
    if seal_of(round) is None:
        return []
    pairs = _pairs(round, uncounted, until)
    groups = rules.groups((str(one.attempts[0]), str(one.attempts[1])) for one in pairs)
    return [_group({UUID(one) for one in group}, pairs) for group in groups]


def _group(papers: set[UUID], pairs: list[Pair]) -> Found:
    inside = [one for one in pairs if one.attempts[0] in papers]
    best = min(inside, key=lambda one: (one.probability, one.attempts))
    entries = sorted({entry for one in inside for entry in one.entries})
    return Found(
        kind=AnomalyKind.ANSWERS,
        unit=best.unit,
        people=len(entries),
        papers=len(papers),
        entries=entries[:EVIDENCE],
        # The strongest pair first: the page shows these side by side.
        attempts=[*best.attempts, *sorted(papers - set(best.attempts))][:EVIDENCE],
        digest=papers_digest(list(papers)),
        figures={"equal": best.equal, "one_in": str(int(1 / best.probability)), "pairs": best.compared},
    )


def _pairs(round: Round, uncounted: list[int], until: float) -> list[Pair]:
    """The pairs that are signals; of a group that hangs together, not more than hold it together."""
    parameters, wrong = _parameters(round, uncounted)
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, parameters)
        rows = cursor.fetchall()
    shares = _Shares(wrong)
    for numbers, ids, *_rest in rows:
        if ids is None:
            shares.count(*numbers)
    candidates = sorted((row for row in rows if row[1]), key=lambda row: (-row[6], row[1]))
    found = []
    linked: dict[UUID, UUID] = {}
    for numbers, (a, b), paper_a, choices_a, paper_b, choices_b, _weight in candidates:
        if a in linked and linked[a] == linked.get(b):
            continue
        if time.monotonic() > until:
            raise TookTooLong
        compared, band_a, band_b, entry_a, entry_b, unit = numbers
        one = dict(zip(paper_a, choices_a, strict=True))
        other = dict(zip(paper_b, choices_b, strict=True))
        equal, in_b = shares.compare(one, other, band_b, alike=band_a == band_b)
        _equal, in_a = shares.compare(other, one, band_a, alike=band_a == band_b)
        if any(rules.is_surely_chance(equal, chances, compared) for chances in (in_a, in_b)):
            continue
        probability = max(rules.at_least(equal, in_a), rules.at_least(equal, in_b))
        if rules.is_striking(equal, probability, compared):
            found.append(Pair((a, b), (entry_a, entry_b), unit, equal, probability, compared))
            _link(linked, a, b)
    return found


class _Shares:
    """How often each choice of each question was given in each band, and which choices are wrong."""

    def __init__(self, wrong: Sequence[Sequence[bool]]) -> None:
        self.wrong = wrong
        self.chosen: Counter[tuple[int, int, int]] = Counter()
        self.seen: Counter[tuple[int, int]] = Counter()

    def count(self, band: int, question: int, choice: int, papers: int) -> None:
        self.chosen[band, question, choice] += papers
        self.seen[band, question] += papers

    def compare(
        self, of: Mapping[int, int], by: Mapping[int, int], band: int, *, alike: bool
    ) -> tuple[int, list[Fraction]]:
        """How many wrong answers of `of` are also `by`'s, and how likely each of them is in `by`'s band.

        What the two gave themselves is no measure of what others give: it is taken out of the band (`of` is
        in it where the two are `alike`).
        """
        asked = [(at, choice) for at, choice in of.items() if at in by and self.wrong[at][choice]]
        equal = sum(by[at] == choice for at, choice in asked)
        chances = [
            rules.share(
                self.chosen[band, at, choice] - (by[at] == choice) - alike, self.seen[band, at] - 1 - alike
            )
            for at, choice in asked
        ]
        return equal, chances


def _link(linked: dict[UUID, UUID], a: UUID, b: UUID) -> None:
    """Put both into one group, named after its first member."""
    name, other = linked.setdefault(a, a), linked.setdefault(b, b)
    for one, group in list(linked.items()):
        if group == other:
            linked[one] = name


def _parameters(round: Round, uncounted: list[int]) -> tuple[dict[str, Any], list[list[bool]]]:
    """What the statement takes, and of each question which choices are wrong: they earn nothing of it."""
    worths = worths_of(round, corrections_in_force(round))
    wrong = [[choice > 0 and worth == 0 for choice, worth in enumerate(one)] for one in worths]
    starts, place = [], 1
    for one in wrong:
        starts.append(place)
        place += len(one)
    parameters = {
        "round": round.pk,
        "uncounted": uncounted,
        "bands": rules.BANDS,
        "rounds": int(1 / rules.FALSE_ALARMS),
        "rounding": ROUNDING,
        "equal": rules.EQUAL_WRONG,
        "most": PAIRS,
        "wrong": [is_wrong for one in wrong for is_wrong in one],
        "starts": starts,
    }
    return parameters, wrong
