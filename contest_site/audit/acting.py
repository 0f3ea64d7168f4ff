"""Who is at work, told to the database with each statement that changes something.

The triggers that write the trail of changes (contest_site.audit.triggers) must know who acts. A setting of
the session would cost a query and could be left behind for the next request; so what is known stands as a
comment before the statement itself, where only this module can put it: values come later, never first.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from celery import Task
from django.db import connection
from django.http import HttpRequest
from django.utils.functional import empty

from contest_site.audit.tracked import UNTRACKED, VISITORS
from contest_site.lib import changes
from contest_site.lib.network import client_address

if TYPE_CHECKING:
    from contest_site.accounts.models import User

SYSTEM = "Hệ thống"
WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM|WITH|MERGE|TRUNCATE)\b\s*"?(\w*)', re.IGNORECASE)


@dataclass
class Acting:
    """`source` is one of Change.Source; `place` the page's address, the task's or the command's name."""

    source: str
    place: str = ""
    request: HttpRequest | None = None
    # Joins what the database writes with the event that the program records.
    id: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def user(self) -> User | None:
        """Who is signed in, where the request has asked for it already; nothing is asked for here."""
        user: Any = self.request.__dict__.get("user") if self.request else None
        if user is None or getattr(user, "_wrapped", None) is empty or not user.is_authenticated:
            return None
        return user  # type: ignore[no-any-return]  # what is not anonymous is an account

    @property
    def address(self) -> str | None:
        """An organiser's address, by the number of trusted proxies; None where what was sent is no address.

        Nobody else's: the trail is final, and an erasure must leave nothing of a person in it.
        """
        user = self.user
        if user is None or not user.is_staff:
            return None
        try:
            return str(ipaddress.ip_address((self.request and client_address(self.request)) or ""))
        except ValueError:
            return None

    def told(self) -> str:
        """The comment: base64 of JSON, so that it can neither end early nor hold a placeholder."""
        user = self.user
        known = {
            "source": self.source,
            "place": self.place[:200],
            "request": str(self.id),
            "address": self.address,
            "actor": user.pk if user else None,
            "name": name_of(user) if user else SYSTEM if self.request is None else "",
            "organiser": bool(user and user.is_staff),
        }
        return f"/*contest:{base64.b64encode(json.dumps(known).encode()).decode()}*/"

    def tell(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        """A wrapper around each statement (Django's execute_wrapper)."""
        if current() is self and isinstance(sql, str):
            write = WRITES.match(sql)
            if write and write[1] not in UNTRACKED:
                done = execute(self.told() + sql, params, many, context)
                if write[1] not in VISITORS:
                    changes.note()
                return done
        return execute(sql, params, many, context)


_acting: ContextVar[Acting | None] = ContextVar("acting", default=None)


def current() -> Acting | None:
    return _acting.get()


@contextmanager
def acting(who: Acting) -> Iterator[Acting]:
    """Inside, every change is this one's."""
    token = _acting.set(who)
    try:
        with connection.execute_wrapper(who.tell):
            yield who
    finally:
        _acting.reset(token)


def name_of(user: User) -> str:
    """Organisers by name; whoever may ask for erasure by number."""
    return str(user) if user.is_staff else f"#{user.pk}"


class ActingTask(Task):  # type: ignore[type-arg]  # not generic when run
    """Every task of the site (contest_site.celery)."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with acting(Acting("task", self.name)):
            return self.run(*args, **kwargs)
