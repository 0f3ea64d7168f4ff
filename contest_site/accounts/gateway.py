"""Codes as text messages, through whatever HTTP interface the office's gateway has; all of it by environment.

The message itself is put into a URL, a form or JSON after these were taken apart, so that nothing in it can
change what is asked of the gateway. Neither the message nor the secret is ever written to a log.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import phonenumbers
from django.conf import settings
from django.template.loader import render_to_string

from contest_site.accounts.contact import Channel
from contest_site.accounts.senders import Purpose
from contest_site.lib.outbound import OutboundError, fetch, host_of

PLACEHOLDER = re.compile(r"\{(phone|text|code|secret)\}")
ANY_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
PHONE_FORMS = ("0", "84", "+84")


class Declined(OutboundError):
    """The gateway refused this message for good; asking again would not help."""


@dataclass(frozen=True)
class Message:
    """One request to the gateway, ready to be sent."""

    url: str
    headers: dict[str, str]
    body: bytes | None


class HttpGateway:
    channels: ClassVar[frozenset[Channel]] = frozenset({Channel.PHONE})
    slow = True
    metered = True

    def send(self, to: str, code: str, purpose: Purpose) -> None:
        """Raises OutboundError when the gateway is away or busy, Declined when it refuses the message."""
        message = compose(to, code, words(code, purpose))
        answer = fetch(
            settings.SMS_METHOD,
            message.url,
            hosts={host_of(settings.SMS_URL)},
            headers=message.headers,
            body=message.body,
            timeout=settings.SMS_TIMEOUT,
        )
        if answer.status in {408, 429} or answer.status >= 500:
            raise OutboundError(f"status {answer.status}")
        if not 200 <= answer.status < 300:
            raise Declined(f"status {answer.status}")
        if settings.SMS_SUCCESS and not re.search(settings.SMS_SUCCESS, answer.body):
            raise OutboundError("the answer does not say that the message was taken")


def words(code: str, purpose: Purpose) -> str:
    """The message, in Vietnamese and then in English; without accents unless SMS_ACCENTS."""
    context = {
        "code": code,
        "purpose": purpose.value,
        "minutes": settings.CODE_LIFETIME // 60,
        "site": urlsplit(settings.SITE_URL).hostname or settings.SITE_URL,
        "address": settings.SITE_URL,
    }
    if settings.SMS_TEXT and code:
        text = str(settings.SMS_TEXT)
        for name in ("code", "minutes", "site"):
            text = text.replace(f"{{{name}}}", str(context[name]))
    else:
        text = " ".join(render_to_string("account/sms.txt", context).split())
    return text if settings.SMS_ACCENTS else without_accents(text)


def without_accents(text: str) -> str:
    """Mã xác thực → Ma xac thuc: what fits into one message of 160 signs."""
    bare = (char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    return "".join(bare).replace("đ", "d").replace("Đ", "D")


def phone_in_form(e164: str, form: str) -> str:
    """+84912345678 as a gateway wants it: "0" → 0912345678, "84" → 84912345678, "+84" → as it is."""
    if form == "+84":
        return e164
    number = phonenumbers.parse(e164)
    if form == "0" and number.country_code == 84:
        return "0" + phonenumbers.national_significant_number(number)
    return e164.removeprefix("+")


def compose(to: str, code: str, text: str) -> Message:
    """The request that SMS_URL, SMS_HEADERS and SMS_BODY describe, with the message in it."""
    values = {
        "phone": phone_in_form(to, settings.SMS_PHONE_FORM),
        "text": text,
        "code": code,
        "secret": settings.SMS_SECRET,
    }
    parts = urlsplit(settings.SMS_URL)
    path = PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), parts.path)
    query = urlencode(_pairs(parts.query, values))
    headers = {name: _fill(value, values) for name, value in headers_setting().items()}
    body = None
    if settings.SMS_BODY:
        kind, body = _body(settings.SMS_BODY, values)
        headers = {"Content-Type": kind, **headers}
    return Message(urlunsplit((parts.scheme, parts.netloc, path, query, "")), headers, body)


def headers_setting() -> dict[str, str]:
    """SMS_HEADERS, a JSON object. Raises ValueError when it is none."""
    headers = json.loads(settings.SMS_HEADERS or "{}")
    if not isinstance(headers, dict):
        raise ValueError("no JSON object")
    return {str(name): str(value) for name, value in headers.items()}


def _body(template: str, values: dict[str, str]) -> tuple[str, bytes]:
    if template.lstrip().startswith(("{", "[")):
        filled = _fill_tree(json.loads(template), values)
        return "application/json", json.dumps(filled, ensure_ascii=False).encode()
    return "application/x-www-form-urlencoded", urlencode(_pairs(template, values)).encode()


def _pairs(query: str, values: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, _fill(value, values)) for name, value in parse_qsl(query, keep_blank_values=True)]


def _fill(template: str, values: dict[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values[found[1]], template)


def _fill_tree(node: Any, values: dict[str, str]) -> Any:
    if isinstance(node, str):
        return _fill(node, values)
    if isinstance(node, list):
        return [_fill_tree(one, values) for one in node]
    if isinstance(node, dict):
        return {name: _fill_tree(one, values) for name, one in node.items()}
    return node
