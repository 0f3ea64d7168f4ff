"""Pages of the signed-in that differ by a few words: rendered once in a moment for all, then cast."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any
from urllib.parse import quote

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from contest_site.accounts.models import User
from contest_site.lib.moulds import Marks, Moulds
from contest_site.lib.showing import here, way_of_showing
from contest_site.lib.tokens import form_token


class Shown:
    """Stands for the account in the menu of a mould; its name is put in later."""

    is_authenticated = True

    def __init__(self, is_staff: bool) -> None:
        self.is_staff = is_staff

    def __str__(self) -> str:
        return "\0user\0"


def framed(
    request: HttpRequest,
    moulds: Moulds,
    template: str,
    key: Hashable | None,
    context: Mapping[str, Any],
    own: Mapping[str, Any],
) -> HttpResponse:
    """Like `render` with `context` and `own`, where only `own` tells of this person and moment, and all else
    is the same whenever `key` is. Without a key it is rendered as any page.
    """
    user = request.user
    if key is None or not isinstance(user, User) or len(get_messages(request)):
        return render(request, template, {**context, **own})
    office: bool | None = getattr(user, "holds_office", None)
    if office is None:
        office = user.offices.exists()
    address = here(request)

    def make(marks: Marks) -> str:
        known = {**context, **marks, "user": Shown(user.is_staff), "is_officer": office}
        return render_to_string(template, known, request)

    every = {"csrf_token": form_token(request), "user": str(user), "HERE": address, "NEXT": quote(address)}
    whole = (template, key, way_of_showing(request), user.is_staff, office)
    return HttpResponse(moulds.cast(whole, {**own, **every}, make))
