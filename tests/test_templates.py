"""Every template compiles, obeys the content policy and stays small."""

import gzip
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpRequest
from django.shortcuts import render
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(
    path.relative_to(ROOT / "templates").as_posix() for path in (ROOT / "templates").rglob("*.html")
)
# Papers are styled inside their own file for the printer; the admin's own policy is looser.
PUBLIC = [name for name in TEMPLATES if not name.startswith(("pdf/", "admin/", "emails/"))]

COMMENT = re.compile(r"\{% comment.*?%\}.*?\{% endcomment %\}|\{#.*?#\}", re.S)
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.S)
ERROR_PAGES = ["400.html", "403.html", "403_csrf.html", "404.html", "500.html", "503.html"]


def source(name: str) -> str:
    return COMMENT.sub("", (ROOT / "templates" / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", TEMPLATES)
def test_compiles(name: str) -> None:
    get_template(name)  # raises at the first fault


@pytest.mark.parametrize("name", PUBLIC)
def test_has_nothing_inline_and_nothing_from_elsewhere(name: str) -> None:
    text = source(name)
    assert not re.search(r"<style\b", text), "style belongs to a file under static/css"
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "script belongs to a file under static/js"
    assert not re.search(r"\s(?:style|on[a-z]+)\s*=", TAG.sub("", text)), "no inline style or event handler"
    assert not re.search(r"javascript:|(?:src|href|action)=[\"']?(?:https?:)?//", text), "no third party"


@pytest.mark.parametrize("name", PUBLIC)
def test_addresses_nobody_with_a_pronoun(name: str) -> None:
    assert not re.search(r"\bbạn\b", source(name), re.IGNORECASE)


def dead_request() -> HttpRequest:
    """A request while the database is away: whoever asks for the account or the messages fails."""

    def away() -> Any:
        raise AssertionError("an error page asked the database")

    class Messages(BaseStorage):
        def _get(self, *args: Any, **kwargs: Any) -> Any:
            return away()

    request = RequestFactory().get("/cuoc-thi/mot/?trang=2")
    request.user = SimpleLazyObject(away)  # type: ignore[assignment]
    request._messages = Messages(request)  # type: ignore[attr-defined]
    return request


@pytest.mark.parametrize("name", ERROR_PAGES)
def test_error_page_stands_without_a_database(name: str) -> None:
    assert "<h1>" in render(dead_request(), name).content.decode()


@pytest.mark.parametrize("name", ERROR_PAGES)
def test_error_page_stands_without_any_context(name: str) -> None:
    assert "<h1>" in render_to_string(name)


@pytest.mark.parametrize("name", ["500.html", "503.html", "403_csrf.html"])
def test_error_page_leads_back_to_the_page(name: str) -> None:
    assert 'href="/cuoc-thi/mot/?trang=2"' in render(dead_request(), name).content.decode()


def paper_page() -> str:
    """A paper of thirty questions as long as real ones, and its prediction."""
    text = "Theo Nghị quyết số 76/NQ-CP của Chính phủ, nội dung nào dưới đây là một nhiệm vụ cải cách?"
    questions = [
        {
            "topic": "Cải cách thủ tục hành chính",
            # Every text differs, or the compression would flatter.
            "text": f"{text} {some_words(number)}",
            "options": [some_words(number * 10 + at) for at in range(1, 5)],
        }
        for number in range(1, 31)
    ]
    pieces = [
        render_to_string(
            "attempts/_question.html",
            {"question": question, "number": number, "value": number % 4 + 1, "letter": "ABCD"[number % 4]},
        )
        for number, question in enumerate(questions, 1)
    ]
    contest = {"name": "Cuộc thi", "organiser": "Ủy ban nhân dân", "slug": "mot"}
    prediction = {"text": "Có bao nhiêu người dự thi?", "value": "", "bound": False, "example": "1250"}
    context = {
        "attempt_id": UUID(int=1),
        "revision": 0,
        "contest": contest,
        "round": {"name": "Vòng 1"},
        "questions": mark_safe("".join(pieces)),  # noqa: S308  rendered pieces
        "cells": [(number, "") for number in range(1, 31)],
        "prediction": prediction,
        "remaining_seconds": 1800,
        "remaining": "30:00",
        "deadline": "08:30",
        "save_url": "/luu/",
        "review_url": "/xem-lai/",
        "paper_url": "/bai-thi/",
        "submit_url": "/nop-bai/",
    }
    return render_to_string("attempts/paper.html", context)


SOME_WORDS = [
    "cơ",
    "quan",
    "nhà",
    "nước",
    "cung",
    "cấp",
    "dịch",
    "vụ",
    "công",
    "người",
    "dân",
    "theo",
    "quy",
    "định",
]


def some_words(seed: int) -> str:
    """Some 70 characters of words, different for each seed."""
    return " ".join(SOME_WORDS[(seed * 7 + at * (seed % 5 + 1)) % len(SOME_WORDS)] for at in range(16))


def compressed(*texts: bytes) -> int:
    return sum(len(gzip.compress(text, 9)) for text in texts)


def static(*names: str) -> list[bytes]:
    return [(ROOT / "static" / name).read_bytes() for name in names]


def test_paper_is_small_enough_for_a_weak_network() -> None:
    files = static(
        "css/base.css",
        "css/paper.css",
        "js/base.js",
        "js/paper.js",
        "js/saving.js",
        "img/emblem.svg",
        "img/favicon.svg",
    )
    assert compressed(paper_page().encode(), *files) <= 45_000


def test_paper_works_as_a_plain_form() -> None:
    page = paper_page()
    assert len(re.findall(r'<input type="radio" name="q30" value="[1-4]">', page)) == 4
    assert '<form id="bai-thi" method="post" action="/xem-lai/"' in page
    assert 'formaction="/luu/"' in page
    assert 'name="revision" value="0"' in page
    assert 'name="prediction"' in page


def test_base_style_leaves_room_in_every_budget() -> None:
    assert compressed(*static("css/base.css", "js/base.js", "img/emblem.svg", "img/favicon.svg")) <= 10_000
