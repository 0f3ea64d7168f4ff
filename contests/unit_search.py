"""Finding a unit among thousands by a few letters, with or without accents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db import connection

from contest_site.lib.text import fold
from contests.models import Contest, Unit
from contests.queries import directory_day

MAX_RESULTS = 20
MAX_QUERY = 100
# So many names are looked at before it is asked which of them lie in the contest's area.
FIRST_LOOK = 200
# A name as its words, each after one space, so that "% chanh%" is a word that begins so: a column that the
# database itself fills from `folded` (migration 0008), with a trigram index.
WORDS = "words"
BEST = f"({WORDS} LIKE %(as_typed)s) DESC, length(folded), code"
# Units of the directory as it is on the day of the contest's opening (contests.queries.valid_on, in SQL).
VALID = "(valid_from IS NULL OR valid_from <= %(day)s) AND (valid_to IS NULL OR valid_to > %(day)s)"
# The best names of the whole directory, and the way up from each: a few names times their depth.
UPWARDS = f"""
WITH RECURSIVE found AS MATERIALIZED (
    SELECT id, parent_id, {WORDS} LIKE %(as_typed)s AS as_typed, length(folded) AS long, code
    FROM contests_unit WHERE {{words}} AND {VALID} ORDER BY {BEST} LIMIT {FIRST_LOOK}
), up AS (
    SELECT id AS start, id, parent_id FROM found
    UNION ALL
    SELECT up.start, above.id, above.parent_id
    FROM up JOIN contests_unit above ON above.id = up.parent_id WHERE up.id <> %(area)s
)
SELECT found.id, (SELECT count(*) FROM found) FROM found JOIN up ON up.start = found.id AND up.id = %(area)s
ORDER BY found.as_typed DESC, found.long, found.code LIMIT {MAX_RESULTS}
"""  # noqa: S608
# The best of the area, where its names lie behind many like them elsewhere.
DOWNWARDS = f"""
WITH RECURSIVE area AS (
    SELECT id, folded, words, code, valid_from, valid_to FROM contests_unit WHERE id = %(area)s
    UNION ALL
    SELECT unit.id, unit.folded, unit.words, unit.code, unit.valid_from, unit.valid_to
    FROM contests_unit unit JOIN area ON unit.parent_id = area.id
)
SELECT id FROM area WHERE {{words}} AND {VALID} ORDER BY {BEST} LIMIT {MAX_RESULTS}
"""  # noqa: S608
# Names like the one typed, whatever words they share; for the organisers' decision on a missing unit.
NEAREST = f"""
WITH RECURSIVE area AS (
    SELECT id FROM contests_unit WHERE id = %(area)s
    UNION ALL
    SELECT unit.id FROM contests_unit unit JOIN area ON unit.parent_id = area.id
)
SELECT unit.id FROM contests_unit unit JOIN area ON area.id = unit.id
WHERE {VALID} ORDER BY similarity(unit.folded, %(name)s) DESC, unit.code LIMIT %(results)s
"""  # noqa: S608


def search_units(contest: Contest, text: str) -> list[Unit]:
    """At most 20 units of the contest's area with a word that begins with each word of `text`, in any order.

    Units that ended by the day of the opening, or began after it, are not offered.
    "chanh lo", "lo chanh", "cha l" and "Chánh Lộ" find the same. Names with the words as typed come first,
    then shorter ones. Each has its parent loaded. Two queries, or three where the
    area is a small part of the directory; none for an empty text.
    """
    words = re.findall(r"[^\W_]+", fold(text[:MAX_QUERY]))
    if not words or contest.area_id is None:
        return []
    values: dict[str, Any] = {f"word{at}": f"% {word}%" for at, word in enumerate(words)}
    values |= {
        "as_typed": f"% {' '.join(words)}%",
        "area": contest.area_id,
        "day": directory_day(contest),
    }
    matching = " AND ".join(f"{WORDS} LIKE %(word{at})s" for at in range(len(words)))
    with connection.cursor() as cursor:
        cursor.execute(UPWARDS.format(words=matching), values)
        rows = cursor.fetchall()
        # With no row at all it is unknown how many were looked at.
        if len(rows) < MAX_RESULTS and (not rows or rows[0][1] == FIRST_LOOK):
            cursor.execute(DOWNWARDS.format(words=matching), values)
            rows = cursor.fetchall()
    return _in_order([row[0] for row in rows])


def nearest_units(contest: Contest, name: str, *, results: int = 8) -> list[Unit]:
    """The units of the contest's area whose names are most like `name`, however it is spelt. Two queries."""
    if contest.area_id is None:
        return []
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"area": contest.area_id, "name": fold(name), "results": results}
        cursor.execute(NEAREST, {**values, "day": directory_day(contest)})
        return _in_order([row[0] for row in cursor.fetchall()])


def _in_order(ids: Sequence[int]) -> list[Unit]:
    """The units with their parents, in the order of the ids; one query, none for none."""
    if not ids:
        return []
    units = Unit.objects.select_related("parent").in_bulk(ids)
    return [units[one] for one in ids]
