"""The paper's page, put together from pieces that many papers share.

A question of a sealed pool is rendered once in a process and language; the rest of the page once per round
and way of showing it, and kept for a moment. What belongs to one attempt stands in both as a mark, and is
put in as text. Marks hold a NUL, which the database takes in no text, so nothing that anybody has written
can be one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from string import ascii_uppercase
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from attempts.domain.papers import sealed_paper
from attempts.models import Attempt
from attempts.pages import paper_context
from attempts.rules.permutation import permutation
from contest_site.lib.hot import Kept
from questions.enums import Kind

NUMBER, VALUE, LETTER, CHOSEN, CUT = "\0number", "\0value", "\0letter", "\0chosen", "\0cut"
# What of the context stands on every page as a mark.
OWN = (
    "attempt_id",
    "remaining_seconds",
    "remaining",
    "deadline",
    "paper_url",
    "save_url",
    "review_url",
    "submit_url",
)
ANSWERED = mark_safe(' class="answered"')
_shells: Kept[list[str]] = Kept()


def paper_page(request: HttpRequest, attempt: Attempt, **typed: str) -> str:
    """The page of an open attempt. `typed`: `value` and `error` of a prediction that cannot be read."""
    context = paper_context(attempt)
    own = {
        "csrf_token": get_token(request),
        "revision": attempt.revision,
        "questions": mark_safe("".join(_questions(attempt))),  # noqa: S308  rendered pieces
        **{f"cell{at}": ANSWERED if answer else "" for at, answer in enumerate(attempt.answers, 1)},
        **{name: context[name] for name in OWN},
    }
    if context["prediction"]:
        context["prediction"] |= typed
        own["predicted"] = context["prediction"]["value"]
    parts = _shell(request, attempt, {**context, **{name: f"\0{name}\0" for name in own}})
    parts[1::2] = [conditional_escape(own[name]) for name in parts[1::2]]
    return "".join(parts)


def _shell(request: HttpRequest, attempt: Attempt, context: dict[str, Any]) -> list[str]:
    """The page without what is the attempt's own: texts and, in turn, names of what stands between them."""
    prediction = context["prediction"]
    has_value = bool(prediction and prediction["value"])
    context["cells"] = [(at, f"\0cell{at}\0") for at in range(1, len(attempt.answers) + 1)]
    if prediction:
        context["prediction"] = {**prediction, "value": context["predicted"] if has_value else ""}

    def make() -> list[str]:
        return render_to_string("attempts/paper.html", context, request).split("\0")

    if len(get_messages(request)) or (prediction and prediction["error"]):
        return make()
    state = prediction and (prediction["bound"], has_value)
    shown = request.COOKIES.get("reading", "")[:200]
    key = (attempt.round_id, len(attempt.paper), attempt.entry.unofficial, state, get_language(), shown)
    return list(_shells.get(key, make))


def _questions(attempt: Attempt) -> Iterator[str]:
    """Each question's markup, its options in this attempt's order."""
    seal, language = attempt.round.seal.pk, get_language()
    for at, index in enumerate(attempt.paper):
        multiple, head, options, foot = _pieces(seal, index, language)
        number, answer = str(at + 1), attempt.answers[at]
        yield head.replace(NUMBER, number)
        # The value tells the place shown, so it says nothing about the bank's own order. Where several may be
        # ticked, the values ticked add up to the answer.
        for place, option in enumerate(permutation(attempt.orders[at], len(options))):
            value = 1 << place if multiple else place + 1
            chosen = answer >> place & 1 if multiple else answer == value
            yield (
                options[option]
                .replace(NUMBER, number)
                .replace(VALUE, str(value))
                .replace(LETTER, ascii_uppercase[place])
                .replace(CHOSEN, " checked" if chosen else "")
            )
        yield foot


@lru_cache(maxsize=20_000)
def _pieces(seal_id: int, index: int, language: str) -> tuple[bool, str, list[str], str]:
    """A question of a pool: whether several options may be ticked, and its markup cut at the options."""
    question = sealed_paper(seal_id).pool.questions[index]
    multiple = question.kind == Kind.MULTIPLE
    marks = {"number": NUMBER, "value": VALUE, "letter": LETTER, "chosen": CHOSEN, "cut": CUT}
    context = {"question": question, "multiple": multiple, **marks}
    head, *options, foot = render_to_string("attempts/_question.html", context).split(CUT)
    return multiple, head, options, foot
