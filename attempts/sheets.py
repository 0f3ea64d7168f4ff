"""The paper's page, put together from pieces that many papers share.

A question of a sealed pool is rendered once in a process and language; the rest of the page once per round
and way of showing it, and kept for a moment (contest_site.lib.moulds). What belongs to one attempt stands in
both as a mark, and is put in as text.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from string import ascii_uppercase

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from attempts.domain.papers import sealed_paper
from attempts.models import Attempt
from attempts.pages import paper_context
from attempts.rules.permutation import permutation
from contest_site.lib.moulds import Moulds
from contest_site.lib.showing import way_of_showing
from contest_site.lib.tokens import form_token
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
_moulds = Moulds()


def paper_page(request: HttpRequest, attempt: Attempt, **typed: str) -> str:
    """The page of an open attempt. `typed`: `value` and `error` of a prediction that cannot be read."""
    context = paper_context(attempt)
    prediction = context["prediction"]
    own = {
        "csrf_token": form_token(request),
        "revision": attempt.revision,
        "questions": mark_safe("".join(_questions(attempt))),  # noqa: S308  rendered pieces
        **{f"cell{at}": ANSWERED if answer else "" for at, answer in enumerate(attempt.answers, 1)},
        **{name: context[name] for name in OWN},
    }
    if prediction:
        prediction |= typed
        own["predicted"] = prediction["value"] or None

    def make(marks: dict[str, str]) -> str:
        known = {**context, **marks, "cells": [(at, marks[f"cell{at}"]) for at in range(1, total + 1)]}
        if "predicted" in marks:
            known["prediction"] = {**prediction, "value": marks["predicted"]}
        return render_to_string("attempts/paper.html", known, request)

    total, bound = len(attempt.answers), bool(prediction and prediction["bound"])
    key = (attempt.round_id, total, attempt.entry.unofficial, bound, way_of_showing(request))
    if len(get_messages(request)) or (prediction and prediction["error"]):
        return Moulds().cast(key, own, make)  # said once, kept for nobody
    return _moulds.cast(key, own, make)


def _questions(attempt: Attempt) -> Iterator[str]:
    """Each question's markup, its options in this attempt's order."""
    seal, language = attempt.round.seal.pk, get_language()
    for at, index in enumerate(attempt.paper):
        multiple, head, options, foot = _pieces(seal, index, language)
        number, answer = str(at + 1), attempt.answers[at]
        yield number.join(head)
        # The value tells the place shown, so it says nothing about the bank's own order. Where several may be
        # ticked, the values ticked add up to the answer.
        for place, option in enumerate(permutation(attempt.orders[at], len(options))):
            chosen = answer >> place & 1 if multiple else answer == place + 1
            yield number.join(options[option][place][chosen])
        yield foot


# A text cut where the question's number belongs, and an option's at each place, not chosen and chosen.
Cut = list[str]
Option = list[tuple[Cut, Cut]]


@lru_cache(maxsize=20_000)
def _pieces(seal_id: int, index: int, language: str) -> tuple[bool, Cut, list[Option], str]:
    """A question of a pool: whether several options may be ticked, and its markup cut at the options."""
    question = sealed_paper(seal_id).pool.questions[index]
    multiple = question.kind == Kind.MULTIPLE
    marks = {"number": NUMBER, "value": VALUE, "letter": LETTER, "chosen": CHOSEN, "cut": CUT}
    context = {"question": question, "multiple": multiple, **marks}
    head, *options, foot = render_to_string("attempts/_question.html", context).split(CUT)
    places = range(len(options))
    cut = [[_option(text, place, multiple=multiple) for place in places] for text in options]
    return multiple, head.split(NUMBER), cut, foot


def _option(text: str, place: int, *, multiple: bool) -> tuple[Cut, Cut]:
    value = str(1 << place if multiple else place + 1)
    filled = text.replace(VALUE, value).replace(LETTER, ascii_uppercase[place])
    return filled.replace(CHOSEN, "").split(NUMBER), filled.replace(CHOSEN, " checked").split(NUMBER)
