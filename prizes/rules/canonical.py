"""The text whose SHA-256 is a run's digest, so that anyone with the data can compute it again. FORMAT 3.

UTF-8; every line ends with a line feed; the fields of a line stand between "|"; an empty field is "none".

Line 1 is the configuration as JSON, keys sorted, no spaces, letters not escaped:

    format          3
    contest         the contest's name in addresses
    round           the round's number; null for the whole contest
    combine         whole contest: how rounds make one result ("sum", "best", "none"); a round: null
    rank_order      keys of the individual order, the deciding one first
    only_all_right  whether only people all right are ranked
    parts           every mark, and every sum of marks, is a number of 1/parts of a question: 1 where a
                    question is right or not, 60 where parts of a question count. All right is
                    parts × questions
    participants, attempts, all_right    people, attempts, people with an attempt all right, over all rounds
    rounds          one object per round counted here, by number:
        number, counting_attempt, prediction_target, prediction_scope
        regrade     version of the regrade in force, or null
        participants, attempts, all_right    what counts in this round
        excluded, unofficial, disqualified   people with a submitted attempt who do not count, and why; the
                                             first of the three that holds; excluded: on the list of those
                                             who may not take part, or the consent was taken back
        targets     the true answers of the prediction question, one object per block where the plan asks for
                    each block's own, else one, none without a prediction question:
                    block (id or null), participants, attempts, all_right (what it was counted from),
                    value (text with five places; null where there was nothing to divide by)
    tables          the prize tables of this ranking, by number, each with its rules as in the plan and its
                    prizes (position, name, quantity, amount in đồng); min_ratio_percent is text or null
    prizes_per_person
    places          null unless a prize or a place in a final goes by unit or block; then SHA-256 (hex) of
                    one line entry|unit|block for every person ranked, by entry: the competing unit for which
                    the person counts (else the person's own), and its block. The digest alone, because this
                    text is public and says of nobody where they work
    units           null where no unit is ranked, else
        competitors SHA-256 (hex) of one line unit|competing unit|block for every unit whose people count for
                    some competing unit, by unit
        headcounts  SHA-256 (hex) of one line competing unit|headcount, by unit
    won             prizes in force from other rankings of the contest when this one was made, as far as a
                    limit of the plan asks:
        tables      [table, "entry" or "unit", id, times] where a table has a winner_limit; sorted
        people      [entry, prizes] where the plan limits the prizes per person; sorted
    nominations     [table, position of the prize, "entry" or "unit", id] for everybody whom the committee had
                    chosen for a prize without a ranking, by table and position, then in the order of naming

Then one line per person, by rank and entry:

    rank|entry|attempt|correct|duration in ms|submitted at|prediction|distance

submitted at in UTC as 2024-11-10T05:00:00.000000Z, prediction and distance with five places. All of it is in
the stored rows, so the text can be written again at any time, whatever was changed since.

Then, for every table that ranks units, one line per competing unit, by table, block (where the table ranks
inside blocks), rank (those left out last) and unit:

    unit|table|block|unit|rank|left out|participants|attempts|headcount|sittings|correct|all right|winners|
    best people|best correct|best duration in ms|points

(one line), left out one of prizes.enums.LeftOut, points with eight places, half up.

prizes.rules.unit_order says how units are ranked, prizes.rules.targets how the true answers are counted.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

FORMAT = 3
POINT_PLACES = 8


def configuration_line(configuration: Mapping[str, Any]) -> bytes:
    text = json.dumps(configuration, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode() + b"\n"


def line(*fields: object) -> bytes:
    """One line of the text: None is an empty field; decimals with all their places, never as 1E-8."""
    return "|".join(_written(field) for field in fields).encode() + b"\n"


def digest_of_lines(rows: Iterable[Iterable[object]]) -> str:
    """SHA-256 (hex) of rows written as lines, in the order given."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(line(*row))
    return digest.hexdigest()


def points_shown(points: Fraction | None) -> Decimal | None:
    """Points (never negative) as they are stored and written: eight places, half up."""
    if points is None:
        return None
    return Decimal(int(points * 10**POINT_PLACES + Fraction(1, 2))).scaleb(-POINT_PLACES)


def _written(field: object) -> str:
    if field is None:
        return ""
    return f"{field:f}" if isinstance(field, Decimal) else str(field)
