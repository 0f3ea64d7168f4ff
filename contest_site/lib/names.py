"""People and things found by the beginnings of their words, without accents, among hundreds of thousands.

The database's function `contest_words` (audit's migration 0005) makes a text's words as `fold` of
contest_site.lib.text has them; an index of what it makes stands beside each column that is searched so. To
the planner it is costly, so that an index is looked into before the function is called for row upon row.
"""

from __future__ import annotations

import re

from django.contrib.postgres.search import SearchQuery, SearchVectorExact, SearchVectorField
from django.db.models import Func, TextField
from django.db.models.expressions import Combinable

from contest_site.lib.text import fold

LONGEST = 100


class Joined(Func):
    """Texts that are never null behind one another, in an index too, which Concat cannot be."""

    template = "(%(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = TextField()


class Words(Func):
    """The words of a text that is never null, to be indexed and searched."""

    function = "contest_words"
    arity = 1
    output_field = SearchVectorField()


def words_of(typed: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(typed[:LONGEST]))


def has_words(text: str | Combinable, typed: str) -> SearchVectorExact:
    """The condition that the text has, for each word typed, one that begins so; typed must have words.

    "binh nguy" and "Nguyễn Văn Bình" find one another.
    """
    asked = " & ".join(f"{word}:*" for word in words_of(typed))
    return SearchVectorExact(Words(text), SearchQuery(asked, config="simple", search_type="raw"))
