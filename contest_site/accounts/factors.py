"""The second factor of organisers: whether an account has one, and whether this session has shown it."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

from contest_site.accounts.models import User

SET_UP = "second_factor_set_up"


def has_second_factor(request: HttpRequest) -> bool:
    return request.user.is_authenticated and bool(is_mfa_enabled(request.user))


def set_up_now(request: HttpRequest) -> None:
    """What was set up in this session counts as shown in it."""
    request.session[SET_UP] = request.user.pk


def has_shown_second_factor(request: HttpRequest) -> bool:
    """Whether this session came in with it: a session that is older than the organiser's rights did not."""
    user = request.user
    if not isinstance(user, User):
        return False
    shown = any(record.get("method") == "mfa" for record in get_authentication_records(request, user))
    return shown or request.session.get(SET_UP) == user.pk


def page_to_show_it(request: HttpRequest) -> str:
    """Where somebody who is logged in shows the second factor, by app or spare code first."""
    ways = get_adapter().get_reauthentication_methods(request.user)
    found = (way["url"] for way in ways if str(way["id"]).startswith("mfa_reauthenticate"))
    return str(next(found))
