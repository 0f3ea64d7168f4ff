"""Finding a unit among thousands by a few letters, with or without accents."""

from __future__ import annotations

import re

from django.db.models import BooleanField, Case, Value, When
from django.db.models.functions import Length

from contest_site.lib.text import fold
from contests.models import Contest, Unit
from contests.queries import contest_units

MAX_RESULTS = 20
MAX_QUERY = 100


def search_units(contest: Contest, text: str) -> list[Unit]:
    """At most 20 units of the contest's area with a word that begins with each word of `text`, in any order.

    "chanh lo", "lo chanh", "cha l" and "Chánh Lộ" find the same. Names with the words as typed come first,
    then shorter ones. Each has its parent loaded: one query in all. Empty for an empty text.
    """
    words = re.findall(r"\w+", fold(text[:MAX_QUERY]))
    if not words:
        return []
    units = contest_units(contest).select_related("parent")
    for word in words:
        # \m is the start of a word; the word itself has letters and digits only.
        units = units.filter(folded__regex=rf"\m{word}")
    as_typed = When(folded__contains=" ".join(words), then=Value(True))
    ordered = units.annotate(
        as_typed=Case(as_typed, default=Value(False), output_field=BooleanField())
    ).order_by("-as_typed", Length("folded"), "code")
    return list(ordered[:MAX_RESULTS])
