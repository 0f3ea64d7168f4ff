"""Who is signed in, at the cost of one statement: for the pages that thousands open at the same moment.

Django reads a session and then its account. Here both come together, by a column beside the session that says
whose it is (migration 0003). What is checked is the same: that the account is active and has the password
that the session was opened with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from contest_site.accounts.models import User
from contest_site.lib import hot

# The offices are a later app's; what the menu asks about them comes along.
READ = """
SELECT {{along}}, s.session_data,
    EXISTS (SELECT FROM contests_unitofficer o WHERE o.user_id = u.id), {columns}
FROM django_session s LEFT JOIN accounts_user u ON u.id = s.user_id {{joins}}
WHERE s.session_key = %s AND s.expire_date > statement_timestamp()
"""
# A new password that is being written at this moment is waited for.
BIND = """
UPDATE django_session s SET user_id = u.id
FROM (SELECT id FROM accounts_user WHERE id = %s AND password = %s FOR SHARE) u WHERE s.session_key = %s
"""


@dataclass(frozen=True)
class Along:
    """What a page reads in the same statement: `columns` of `joins` to the account `u`, each of them a row at
    most; `width` is the number of the columns.
    """

    columns: str
    joins: str
    width: int


NOTHING = Along("NULL", "", 1)


def recognise(
    request: HttpRequest, along: Along = NOTHING, parameters: Sequence[Any] = ()
) -> tuple[Any, ...] | None:
    """Put the session and its account into the request, unless somebody has asked for them already.

    Gives what was read along; None where it was not read, or may be another's.
    """
    session: Any = request.session
    if hasattr(request, "_cached_user") or hasattr(session, "_session_cache") or not session.session_key:
        return None
    row = hot.row(_read(along), [*parameters, session.session_key])
    if row is None:
        return None  # Django finds the same, and gives the visitor a new session
    data, holds_office, *values = row[along.width :]
    session._session_cache = session.decode(data)
    if values[0] is None:  # its number, the first of the columns
        bind(request)
        return None
    user = User.from_db("default", hot.attributes(User), values)
    if not _is_of(session._session_cache, user):
        return None
    user.holds_office = holds_office  # type: ignore[attr-defined]  # for the menu
    # Where Django's middleware looks first.
    request._cached_user = user  # type: ignore[attr-defined]
    return row[: along.width]


def recognised(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that comes to know first who asks."""

    @wraps(view)
    def knowing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        recognise(request)
        return view(request, *args, **kwargs)

    return knowing


def session_key(request: HttpRequest) -> str:
    """The session that the browser names, not looked up; "" without one, or where it can be no key."""
    key: str = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return key if key.isalnum() else ""


def session_mark(request: HttpRequest) -> str:
    """What stands for the browser's session where its key must not be kept; "" without one."""
    key = session_key(request)
    return blake2b(key.encode(), digest_size=12).hexdigest() if key else ""


def bind(request: HttpRequest) -> None:
    """Note whose session it is where its log-in did not (session_engine.py), so that the next page knows."""
    user = request.user
    if user.is_authenticated:
        with connection.cursor() as cursor:
            cursor.execute(BIND, [user.pk, user.password, request.session.session_key])


def _is_of(data: dict[str, str], user: User) -> bool:
    return (
        user.is_active
        and data.get(SESSION_KEY) == str(user.pk)
        and data.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    )


@cache
def _read(along: Along) -> str:
    known = READ.format(columns=hot.columns(User, "u"))
    return known.format(along=along.columns, joins=along.joins)
