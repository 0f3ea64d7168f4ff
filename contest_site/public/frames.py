"""What stands around a page (head, menu, foot) is the same for many: made once in a moment and filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from contest_site.accounts.models import User
from contest_site.lib.hot import Kept
from contest_site.public import reading

_frames: Kept[list[str]] = Kept()


class Shown:
    """Stands for the account in the menu of a frame; its name is put in later."""

    is_authenticated = True

    def __init__(self, is_staff: bool) -> None:
        self.is_staff = is_staff

    def __str__(self) -> str:
        return "\0user\0"


def framed(
    request: HttpRequest, template: str, context: Mapping[str, Any], parts: Mapping[str, SafeString]
) -> HttpResponse:
    """Like `render`, where `parts` alone tell of this person and moment, and `context` of the address.

    The marks of the parts hold a NUL, which no text from the database can hold.
    """
    user = request.user
    if not isinstance(user, User) or len(get_messages(request)):
        return render(request, template, {**context, **parts})
    office: bool | None = getattr(user, "holds_office", None)
    if office is None:
        office = user.offices.exists()
    shown = request.COOKIES.get(reading.COOKIE, "")[:200]
    key = (template, request.get_full_path(), get_language(), shown, user.is_staff, office)

    def make() -> list[str]:
        marks = {name: f"\0{name}\0" for name in (*parts, "csrf_token")}
        known = {**context, **marks, "user": Shown(user.is_staff), "is_officer": office}
        return render_to_string(template, known, request).split("\0")

    own = {**parts, "csrf_token": get_token(request), "user": str(user)}
    pieces = list(_frames.get(key, make))
    pieces[1::2] = [conditional_escape(own[name]) for name in pieces[1::2]]
    return HttpResponse("".join(pieces))
