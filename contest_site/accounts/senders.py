"""How a one-time code reaches a person. CODE_SENDERS names the classes; all that serve a contact are used.

A gateway for text messages with an HTTP interface needs no code (gateway.py). Any other one is one more
class here or elsewhere: `channels = {Channel.PHONE}`, `slow = True`, `metered = True` if each message
costs, and a `send` that raises when the message was not taken (the worker then tries again).
"""

import json
import os
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import ClassVar, Protocol

import phonenumbers
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

from contest_site.accounts import demo_codes
from contest_site.accounts.contact import Channel, channel_of

BOTH = frozenset(Channel)


class Purpose(StrEnum):
    LOGIN = "login"  # sign-up too: both prove a contact and open a session
    RESET = "reset"
    CHANGE = "change"
    GUARDIAN = "guardian"  # a child named this contact: the code opens the page on which to consent
    CONFIRM = "confirm"  # before something that only the owner may do
    # Notices, without a code: what an organiser did.
    RESET_ASKED = "reset_asked"  # the person is asked to choose a new password
    MOVED = "moved"  # to the old contact: the account has a new one
    MERGED = "merged"
    FACTOR_REMOVED = "factor_removed"


class Sender(Protocol):
    channels: ClassVar[frozenset[Channel]]
    # True: it talks to another machine, so a worker does it, after the transaction is committed.
    slow: ClassVar[bool]

    def send(self, to: str, code: str, purpose: Purpose) -> None:
        """Deliver `code` ("" for a mere notice) to `to`: an E.164 phone number or an e-mail address.

        Must write neither to a log. Raises when it was not delivered.
        """


class Console:
    """For a laptop: the code appears in the terminal."""

    channels = BOTH
    slow = False

    def send(self, to: str, code: str, purpose: Purpose) -> None:
        sys.stdout.write(f"\n>>> {to}: {code or '(no code)'} ({purpose})\n\n")
        sys.stdout.flush()


class File:
    """For rehearsals and tests: one JSON object a line, appended to settings.CODE_FILE."""

    channels = BOTH
    slow = False

    def send(self, to: str, code: str, purpose: Purpose) -> None:
        line = json.dumps(
            {"to": to, "code": code, "purpose": purpose, "at": datetime.now(UTC).isoformat()},
            ensure_ascii=False,
        )
        settings.CODE_FILE.parent.mkdir(parents=True, exist_ok=True)
        # One write to a file opened for appending: lines of several processes never mix.
        handle = os.open(settings.CODE_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, f"{line}\n".encode())
        finally:
            os.close(handle)


class Demo:
    """For the demo alone: the code appears on the page /demo/ma-xac-thuc/."""

    channels = BOTH
    slow = False

    def send(self, to: str, code: str, purpose: Purpose) -> None:
        if settings.DEMO and code:
            demo_codes.remember(to, code, purpose)


class Email:
    channels = frozenset({Channel.EMAIL})
    slow = True

    def send(self, to: str, code: str, purpose: Purpose) -> None:
        context = {
            "code": code,
            "purpose": purpose.value,
            "minutes": settings.CODE_LIFETIME // 60,
            "site": settings.SITE_URL,
        }
        name = "notice" if not code and purpose is not Purpose.RESET_ASKED else "code"
        subject = render_to_string(f"emails/{name}_subject.txt", context).strip()
        EmailMessage(subject, render_to_string(f"emails/{name}.txt", context), to=[to]).send()


def is_served_country(phone: str) -> bool:
    """Whether the E.164 number is of a country in PHONE_COUNTRY_CODES."""
    return str(phonenumbers.parse(phone).country_code) in settings.PHONE_COUNTRY_CODES


def sender(path: str) -> Sender:
    made: Sender = import_string(path)()
    return made


def serving(to: str) -> list[str]:
    """The configured senders (dotted paths) that serve this contact; none serves foreign numbers."""
    if channel_of(to) is Channel.PHONE and not is_served_country(to):
        return []
    return [path for path in settings.CODE_SENDERS if channel_of(to) in sender(path).channels]
