"""Ôn tập: published questions with their answers, and practice. Open to all, without session or cookie.

Every page can be kept by proxies and browsers, so that thousands may read it; nothing here writes.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from questions.domain.printing import ask_for_print, printed
from questions.enums import Kind
from questions.models import Study
from questions.pools import PoolQuestion
from questions.practice import (
    SIZES,
    Practice,
    choice_of,
    chosen_options,
    draw,
    is_right,
    read_choices,
    shown_order,
)
from questions.rules import LETTERS
from questions.studies import Contents, contents_of, public_studies

PER_PAGE = 40
KEPT_SECONDS = 60


@require_safe
def studies(request: HttpRequest) -> HttpResponse:
    return _shared(request, render(request, "questions/studies.html", {"studies": public_studies()}))


@require_safe
def study(request: HttpRequest, slug: str) -> HttpResponse:
    """The questions by topic, some at a time; ?chu-de= one topic (from 1), ?q= words, ?trang= the page."""
    found = _study(slug)
    if found is None:
        return _gone(request)
    contents = contents_of(found.pool_id)
    topic, typed = _topic(contents, request), request.GET.get("q", "").strip()[:200]
    shown = Paginator(contents.find(topic=topic, words=typed), PER_PAGE).get_page(request.GET.get("trang"))
    kept = {key: value for key, value in (("chu-de", request.GET.get("chu-de", "")), ("q", typed)) if value}
    context = {
        "study": found,
        "topics": [(at, name, contents.count(name)) for at, name in enumerate(contents.topics, 1)],
        "topic": topic,
        "typed": typed,
        "page": shown,
        "lines": [(one, _options(one.question)) for one in shown],
        "query": urlencode(kept) + "&" if kept else "",
    }
    return _shared(request, render(request, "questions/study.html", context))


@require_safe
def practice(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything is in the address: ?de= what the questions are drawn by, ?so= how many, ?tl= the choices."""
    found = _study(slug)
    if found is None:
        return _gone(request)
    contents = contents_of(found.pool_id)
    topic = _topic(contents, request)
    size = int(request.GET["so"]) if request.GET.get("so") in {str(size) for size in SIZES} else 0
    seed = request.GET.get("de", "")
    if not size:
        context = {
            "study": found,
            "sizes": SIZES,
            "topics": [(at, name, contents.count(name)) for at, name in enumerate(contents.topics, 1)],
        }
        return _shared(request, render(request, "questions/practice_start.html", context))
    if not (seed.isascii() and seed.isalnum() and len(seed) <= 16):
        response = HttpResponseRedirect(f"{request.path}?{_address(request, secrets.token_hex(4), size)}")
        response["Cache-Control"] = "no-store"
        return response
    indices = [one.number - 1 for one in contents.find(topic=topic)]
    drawn = draw(indices, size, seed)
    choices = read_choices(request.GET.get("tl", ""), [contents.pool.questions[at] for at in drawn])
    current = Practice(seed, drawn, choices)
    shown = _finished if current.done else _asked
    return _shared(request, shown(request, found, contents, current))


@require_safe
def paper(request: HttpRequest, slug: str) -> Any:
    """The study as a PDF, which a worker has made once; until then a page that says so."""
    found = _study(slug)
    if found is None:
        return _gone(request)
    path = printed(found)
    if path is None:
        ask_for_print(found)
        response = render(request, "questions/study_printing.html", {"study": found}, status=503)
        response["Retry-After"] = "30"
        response["Cache-Control"] = "no-store"
        return response
    etag = f'"{path.stem}"'
    unchanged = get_conditional_response(request, etag=etag)
    file: Any = unchanged or FileResponse(
        path.open("rb"), content_type="application/pdf", filename=f"{found.slug}.pdf"
    )
    file["ETag"] = etag
    file["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return file


# --- Practice -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownOption:
    """An option as it is shown; `chosen` and `right` are told only once there is an answer."""

    index: int
    letter: str
    text: str
    right: bool
    chosen: bool


def _asked(request: HttpRequest, found: Study, contents: Contents, current: Practice) -> HttpResponse:
    """The next question; with an answer in the address, what is right about it."""
    question = contents.pool.questions[current.questions[len(current.choices)]]
    answered = "tra-loi" in request.GET
    ticked = [
        int(one) for one in request.GET.getlist("chon") if one.isascii() and one.isdigit() and len(one) < 3
    ]
    choice = choice_of(question, ticked) if answered else 0
    made = (*current.choices, choice)
    context = {
        "study": found,
        "question": question,
        "options": _options(question, chosen_options(question, choice), shown_order(question, current.seed)),
        "several": question.kind == Kind.MULTIPLE,
        "number": current.number,
        "total": len(current.questions),
        "score": _score(contents, current),
        "answered": answered,
        "blank": answered and not choice,
        "right": answered and is_right(question, choice),
        "fields": _fields(request, current.seed, current.choices),
        "following": f"{request.path}?{_address(request, current.seed, _size(request), made)}",
        "last": current.number == len(current.questions),
    }
    return render(request, "questions/practice.html", context)


def _finished(request: HttpRequest, found: Study, contents: Contents, current: Practice) -> HttpResponse:
    """The score, and every question with what was chosen."""
    lines = [
        (
            number,
            question,
            _options(question, chosen_options(question, choice), shown_order(question, current.seed)),
            is_right(question, choice),
            not choice,
        )
        for number, (at, choice) in enumerate(zip(current.questions, current.choices, strict=False), 1)
        for question in [contents.pool.questions[at]]
    ]
    context = {
        "study": found,
        "lines": lines,
        "score": _score(contents, current),
        "total": len(current.questions),
        "again": f"{request.path}?{_address(request, '', _size(request))}",
    }
    return render(request, "questions/practice_end.html", context)


def _score(contents: Contents, current: Practice) -> int:
    made = zip(current.questions, current.choices, strict=False)
    return sum(is_right(contents.pool.questions[at], choice) for at, choice in made)


def _size(request: HttpRequest) -> int:
    return int(request.GET["so"])


def _fields(request: HttpRequest, seed: str, choices: Sequence[int]) -> list[tuple[str, str]]:
    """What the address has besides the answer."""
    fields = [("so", request.GET["so"]), ("de", seed), ("tl", ".".join(map(str, choices)))]
    if request.GET.get("chu-de"):
        fields.append(("chu-de", request.GET["chu-de"]))
    return [(name, value) for name, value in fields if value]


def _address(request: HttpRequest, seed: str, size: int, choices: Sequence[int] = ()) -> str:
    return urlencode(
        [(name, str(size) if name == "so" else value) for name, value in _fields(request, seed, choices)]
    )


# --- Shared -------------------------------------------------------------------------------------------------


def _study(slug: str) -> Study | None:
    """A public study; None when it was withdrawn. Raises Http404 for one that never was public."""
    found = public_studies().filter(slug=slug).first()
    if found is None and not Study.objects.filter(slug=slug, withdrawal__isnull=False).exists():
        raise Http404
    return found


def _topic(contents: Contents, request: HttpRequest) -> str:
    """The topic whose number is in the address, or ""."""
    number = request.GET.get("chu-de", "")
    if number.isascii() and number.isdigit() and len(number) < 5 and 1 <= int(number) <= len(contents.topics):
        return contents.topics[int(number) - 1]
    return ""


def _options(
    question: PoolQuestion, chosen: set[int] | None = None, order: Sequence[int] | None = None
) -> list[ShownOption]:
    indices = order or range(len(question.options))
    return [
        ShownOption(
            index, LETTERS[place], question.options[index], index in question.keys, index in (chosen or ())
        )
        for place, index in enumerate(indices)
    ]


def _gone(request: HttpRequest) -> HttpResponse:
    response = render(request, "questions/study_gone.html", status=410)
    response["Cache-Control"] = "no-store"
    return response


def _shared(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """May be kept by everybody on the way; named by its content, so that asking again costs a line."""
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return cast(HttpResponse, get_conditional_response(request, etag=etag, response=response))
