"""Who is signed in, at the cost of one statement: for the pages that thousands open at the same moment.

Django reads a session and then its account. Here both come together, by a column beside the session that says
whose it is (migration 0003). What is checked is the same: that the account is active and has the password
that the session was opened with.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
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
SELECT s.session_data, EXISTS (SELECT FROM contests_unitofficer o WHERE o.user_id = u.id), {columns}
FROM django_session s LEFT JOIN accounts_user u ON u.id = s.user_id
WHERE s.session_key = %s AND s.expire_date > statement_timestamp()
"""
# A new password that is being written at this moment is waited for.
BIND = """
UPDATE django_session s SET user_id = u.id
FROM (SELECT id FROM accounts_user WHERE id = %s AND password = %s FOR SHARE) u WHERE s.session_key = %s
"""


def recognise(request: HttpRequest) -> None:
    """Put the session and its account into the request, unless somebody has asked for them already."""
    session: Any = request.session
    if hasattr(request, "_cached_user") or hasattr(session, "_session_cache") or not session.session_key:
        return
    row = hot.row(_read(), [session.session_key])
    if row is None:
        return  # Django finds the same, and gives the visitor a new session
    data, holds_office, *values = row
    session._session_cache = session.decode(data)
    if values[0] is None:  # its number, the first of the columns
        bind(request)
        return
    user = User.from_db("default", hot.attributes(User), values)
    if _is_of(session._session_cache, user):
        user.holds_office = holds_office  # type: ignore[attr-defined]  # for the menu
        # Where Django's middleware looks first.
        request._cached_user = user  # type: ignore[attr-defined]


def recognised(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that comes to know first who asks."""

    @wraps(view)
    def knowing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        recognise(request)
        return view(request, *args, **kwargs)

    return knowing


def session_key(request: HttpRequest) -> str:
    """The session that the browser names, not looked up; "" without one."""
    return request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")


def session_mark(request: HttpRequest) -> str:
    """What stands for the browser's session where its key must not be kept; "" without one."""
    key = session_key(request)
    return blake2b(key.encode(), digest_size=12).hexdigest() if key else ""


def bind(request: HttpRequest) -> None:
    """Note whose session it is, so that the next page need not ask Django; at the log-in, or later."""
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


@lru_cache(maxsize=1)
def _read() -> str:
    return READ.format(columns=hot.columns(User, "u"))
