"""Questions that say nearly the same, by the trigrams of their fingerprints (questions.likeness): accents,
case and punctuation are no difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db.models import Count, Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from contest_site.lib.work import ask
from questions.formats.content import rich_fingerprint
from questions.formats.exchange import Note
from questions.importers.report import Report
from questions.likeness import Alike, most_alike
from questions.models import Bank, DuplicateSearch, Revision
from questions.queries import last_revisions

SAME = Decimal("0.85")  # from here on the two ask the same
SHOWN = 200
TASK = "questions.tasks.search_duplicates"


@dataclass(frozen=True)
class Pair:
    """Two questions of a bank, `similarity` from 0 to 1. `conflict`: they ask the same with another key."""

    one: Revision
    other: Revision
    similarity: Decimal
    conflict: bool


def search_of(bank: Bank) -> DuplicateSearch | None:
    """The bank's search, whether done or asked for; None when nobody has asked yet."""
    return DuplicateSearch.objects.select_related("bank").filter(bank=bank).first()


def ask_for_search(bank: Bank) -> DuplicateSearch:
    """Have a worker find the pairs of the bank anew."""
    search, _made = DuplicateSearch.objects.get_or_create(bank=bank)
    ask(search, TASK)
    return search


def is_current(search: DuplicateSearch) -> bool:
    """Whether the bank still says what was searched."""
    return (search.newest, search.questions) == tuple(_state(search.bank).values())


def _state(bank: Bank) -> dict[str, int | None]:
    """From what a search is made: the newest revision and how many questions there are."""
    return last_revisions(bank).aggregate(newest=Max("pk"), questions=Count("pk"))


def searched(search: DuplicateSearch) -> dict[str, Any]:
    """The columns of a search, done now."""
    state = _state(search.bank)
    rows = list(last_revisions(search.bank).values_list("pk", "fingerprint"))
    pairs = [
        [rows[pair.a][0], rows[pair.b][0], str(_similarity(pair))]
        for pair in most_alike([form for _pk, form in rows], limit=SHOWN)
    ]
    return {"pairs": pairs, "found_at": Now(), **state}


def _similarity(pair: Alike) -> Decimal:
    """To three places and not rounded up: only what is the same is 100 %."""
    return (Decimal(pair.shared) / pair.both).quantize(Decimal("0.001"), ROUND_DOWN)


def found_pairs(pairs: Sequence[tuple[int, int, str]]) -> list[Pair]:
    """Pairs as a search holds them, with what people read: conflicts first, then the most alike."""
    ids = {pk for one, other, _likeness in pairs for pk in (one, other)}
    revisions = Revision.objects.select_related("topic", "question").in_bulk(ids)
    found = [
        _pair(revisions[one], revisions[other], Decimal(likeness))
        for one, other, likeness in pairs
        if one in revisions and other in revisions
    ]
    return sorted(found, key=lambda pair: (not pair.conflict, -pair.similarity))


def _pair(one: Revision, other: Revision, similarity: Decimal) -> Pair:
    return Pair(one, other, similarity, similarity >= SAME and _keys(one) != _keys(other))


def _keys(revision: Revision) -> set[str]:
    """What the right options say."""
    return {rich_fingerprint(revision.options[key]) for key in revision.keys}


def similar_notes(bank: Bank, report: Report, *, limit: int = SHOWN) -> list[Note]:
    """A note for each question of a file that is alike one of the bank or another one of the file."""
    numbers = list(last_revisions(bank).values_list("question__number", "fingerprint"))
    known = [form for _number, form in numbers]
    fresh = [parsed.fingerprint for parsed in report.questions]
    notes = []
    for pair in most_alike([*known, *fresh], known=len(known), limit=limit):
        # The file's questions stand behind the bank's, so `b` is always one of the file's.
        place = report.questions[pair.b - len(known)].place
        if pair.a < len(known):
            other = _("câu số %(number)d trong ngân hàng") % {"number": numbers[pair.a][0]}
        else:
            other = _("%(place)s của tệp") % {"place": report.questions[pair.a - len(known)].place}
        words = _("giống %(percent)d %% với %(other)s; kiểm tra xem có trùng không")
        notes.append(Note(place, words % {"percent": int(_similarity(pair) * 100), "other": other}))
    return notes
