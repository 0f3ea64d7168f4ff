"""The organisers' pages as a browser has them: what a form would send, what a page says is wrong."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from lxml import html

from contests.models import Contest, Unit


def address(name: str, *args: object) -> str:
    return reverse(f"admin:{name}", args=args)


def parsed(content: bytes) -> html.HtmlElement:
    document = html.document_fromstring(content.decode())
    assert isinstance(document, html.HtmlElement)
    return document


def form_of(content: bytes) -> dict[str, Any]:
    """What a browser would send of the page's main form, untouched."""
    form = max(parsed(content).forms, key=lambda one: len(one.fields))
    values: dict[str, list[str]] = {}
    for field in form.inputs:
        if not field.name or "__prefix__" in field.name or field.get("type") in ("submit", "button", "file"):
            continue
        if field.get("type") in ("checkbox", "radio") and not field.checked:
            continue
        found = field.value
        several = found if isinstance(found, html.MultipleSelectOptions) else [found or ""]
        values.setdefault(field.name, []).extend(several)
    return {key: found if len(found) > 1 else found[0] for key, found in values.items() if found}


def text_of(response: Any) -> str:
    return str(parsed(response.content).text_content())


def errors_of(response: Any) -> list[str]:
    """What the page says is wrong, as people read it."""
    text = " ".join(text_of(response).split())
    context = response.context or {}
    found = []
    for errors in context.get("errors", []):
        found += [errors] if isinstance(errors, str) else [str(error) for error in errors]
    return [error for error in found if error in text]


def rows(prefix: str, *found: dict[str, str]) -> dict[str, str]:
    values = {f"{prefix}-TOTAL_FORMS": str(len(found)), f"{prefix}-INITIAL_FORMS": "0"}
    for index, row in enumerate(found):
        values |= {f"{prefix}-{index}-{key}": value for key, value in row.items()}
    return values


def plan_page(contest: Contest) -> str:
    return address("contests_contest_change", contest.pk)


def ward(letter: str) -> Unit:
    """Of the city of the fixture `draft`."""
    found = Unit.objects.get(code=f"C-{letter}")
    assert isinstance(found, Unit)
    return found
