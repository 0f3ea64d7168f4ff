"""Marks on pages."""

from django import template

from attempts.rules.marking import in_questions
from contest_site.lib.templatetags.vi import number

register = template.Library()


@register.filter
def mark(value: int | None, parts: int) -> int | str | None:
    """A mark of 1/`parts` of a question, in questions: 28, or with parts 28,5."""
    return value if value is None or parts == 1 else number(in_questions(value, parts))
