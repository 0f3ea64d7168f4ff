"""Search without accents in the database, for what has no folded column of its own."""

from django.db.models import CharField, Func


class Folded(Func):
    """What `contest_site.lib.text.fold` makes of a stored text: lower case, no accents, "đ" as "d"."""

    template = (
        r"regexp_replace(normalize(translate(lower(%(expressions)s), 'đ', 'd'), NFD),"
        r" '[\u0300-\u036f]', '', 'g')"
    )
    arity = 1
    output_field = CharField()
