"""Finding people among hundreds of thousands of entries: by index, whatever is typed."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from contest_site.lib.errors import Invalid
from contest_site.lib.identity import normal_phone
from contest_site.lib.names import has_words, words_of
from contests.models import Entry, Unit

# The people of so many units are looked for at once.
UNITS = 500


def named_entries(
    typed: str, entries: QuerySet[Entry] | None = None, *, units: bool = False
) -> QuerySet[Entry]:
    """Entries by phone number, however it is typed, else by the beginnings of the name's words; all for "".

    With `units` also all entries of the units with that code or with these words in their name: one more
    query.
    """
    rows = Entry.objects.order_by("-pk") if entries is None else entries
    if not typed.strip():
        return rows
    try:
        return rows.filter(phone=normal_phone(typed))
    except Invalid:
        words = words_of(typed)
    if not words:
        return rows.none()
    meant = Q(has_words("full_name", typed))
    if units:
        named = Q(*(Q(folded__contains=word) for word in words)) | Q(code__iexact=typed.strip())
        found = list(Unit.objects.filter(named).order_by("code").values_list("pk", flat=True)[:UNITS])
        meant |= Q(unit__in=found)
    return rows.filter(meant)
