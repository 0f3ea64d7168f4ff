"""Questions that say nearly the same, by the trigrams of their fingerprints (pg_trgm): accents, case and
punctuation are no difference.

To compare each with each would be 12 million comparisons for 5,000 questions. So each is first told by its
eight rarest pairs of neighbouring words, of those that any other question has too; only questions that share
three of them (fewer when one has fewer than eight) are compared. A pair of words in more than 200 questions
tells nothing apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from questions.formats.content import rich_fingerprint
from questions.formats.exchange import Note
from questions.importers.report import Report
from questions.models import Bank, Revision
from questions.queries import last_revisions

ALIKE = Decimal("0.70")  # from here on people should look at the two
SAME = Decimal("0.85")  # from here on the two ask the same
PIECES, COMMON = 8, 200

SIMILAR = """
WITH given AS MATERIALIZED (
    SELECT id, form, fresh
    FROM unnest(%(ids)s::int[], %(forms)s::text[], %(fresh)s::bool[]) AS t(id, form, fresh)
), pieces AS MATERIALIZED (
    SELECT DISTINCT id, piece FROM (
        SELECT id, word || ' ' || coalesce(lead(word) OVER (PARTITION BY id ORDER BY place), '') AS piece
        FROM given, string_to_table(form, ' ') WITH ORDINALITY AS t(word, place)
    ) AS neighbours
), counts AS MATERIALIZED (
    SELECT piece, count(*) AS questions FROM pieces GROUP BY piece HAVING count(*) BETWEEN 2 AND %(common)s
), rare AS MATERIALIZED (
    SELECT id, piece, least(known, %(pieces)s) AS known FROM (
        SELECT id, piece, count(*) OVER (PARTITION BY id) AS known,
            row_number() OVER (PARTITION BY id ORDER BY questions, piece) AS place
        FROM pieces JOIN counts USING (piece)
    ) AS ranked WHERE place <= %(pieces)s
), candidates AS MATERIALIZED (
    SELECT a.id AS a, b.id AS b FROM rare a JOIN rare b ON a.piece = b.piece AND a.id < b.id
    GROUP BY a.id, b.id HAVING count(*) * 8 >= 3 * least(min(a.known), min(b.known))
), compared AS MATERIALIZED (
    SELECT x.id AS a, y.id AS b, similarity(x.form, y.form)::numeric(4, 3) AS alike
    FROM candidates JOIN given x ON x.id = a JOIN given y ON y.id = b
    WHERE x.fresh OR y.fresh
)
SELECT a, b, alike FROM compared WHERE alike >= %(least)s ORDER BY alike DESC, a, b LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Pair:
    """Two questions of a bank, `similarity` from 0 to 1. `conflict`: they ask the same with another key."""

    one: Revision
    other: Revision
    similarity: Decimal
    conflict: bool


def near_duplicates(bank: Bank, *, limit: int = 200) -> list[Pair]:
    """Pairs of the bank's questions, as they are now, that are alike: conflicts, then the most alike."""
    revisions = list(last_revisions(bank).select_related("topic", "question"))
    forms = [(index, revision.fingerprint, True) for index, revision in enumerate(revisions)]
    pairs = []
    for a, b, similarity in _similar(forms, limit):
        one, other = revisions[a], revisions[b]
        conflict = similarity >= SAME and _keys(one) != _keys(other)
        pairs.append(Pair(one, other, similarity, conflict))
    return sorted(pairs, key=lambda pair: (not pair.conflict, -pair.similarity))


def _keys(revision: Revision) -> set[str]:
    """What the right options say."""
    return {rich_fingerprint(revision.options[key]) for key in revision.keys}


def similar_notes(bank: Bank, report: Report, *, limit: int = 200) -> list[Note]:
    """A note for each question of a file that is alike one of the bank or another one of the file."""
    numbers = list(last_revisions(bank).values_list("question__number", "fingerprint"))
    known = [(index, form, False) for index, (_number, form) in enumerate(numbers)]
    fresh = [
        (len(known) + index, rich_fingerprint(parsed.content.text), True)
        for index, parsed in enumerate(report.questions)
    ]
    notes = []
    for a, b, similarity in _similar([*known, *fresh], limit):
        # The file's questions stand behind the bank's, so `b` is always one of the file's.
        place = report.questions[b - len(known)].place
        if a < len(known):
            other = _("câu số %(number)d trong ngân hàng") % {"number": numbers[a][0]}
        else:
            other = _("%(place)s của tệp") % {"place": report.questions[a - len(known)].place}
        words = _("giống %(percent)d %% với %(other)s; kiểm tra xem có trùng không")
        notes.append(Note(place, words % {"percent": int(similarity * 100), "other": other}))
    return notes


def _similar(forms: Sequence[tuple[int, str, bool]], limit: int) -> list[tuple[int, int, Decimal]]:
    """(a, b, similarity) with a < b, the most alike first; of two that are not fresh nothing is said.

    `forms`: (number of one's own, fingerprint, fresh). One statement for any number of questions.
    """
    values: dict[str, Any] = {
        "ids": [number for number, _form, _fresh in forms],
        "forms": [form for _number, form, _fresh in forms],
        "fresh": [fresh for _number, _form, fresh in forms],
        "least": ALIKE,
        "pieces": PIECES,
        "common": COMMON,
        "limit": limit,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        # The planner takes the lists for short ones, and would go through one for each row of the other.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(SIMILAR, values)
        found: list[tuple[int, int, Decimal]] = cursor.fetchall()
        cursor.execute("SET LOCAL enable_nestloop = on")
    return found
