"""What the organisers' own pages share: the admin's frame, its permissions, files to download."""

import io
from collections.abc import Callable
from typing import IO, Any, TypeVar, cast

from django.contrib.admin import AdminSite
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.decorators import action

from contest_site.accounts.models import User
from contest_site.lib.text import fold
from questions.models import Revision
from questions.rules import LETTERS

View = TypeVar("View", bound=Callable[..., HttpResponse])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page(
    request: HttpRequest, site: AdminSite, template: str, title: str, model: type[Model], **context: Any
) -> TemplateResponse:
    """A page of the admin that is no form of one row."""
    return TemplateResponse(
        request,
        f"admin/questions/{template}.html",
        {
            **site.each_context(request),
            "title": title,
            "opts": model._meta,
            "see_key": request.user.has_perm("questions.see_key"),
            **context,
        },
        status=context.pop("status", 200),
    )


REFRESH_SECONDS = 3


def waiting_page(
    request: HttpRequest, site: AdminSite, title: str, model: type[Model], *, doing: str, **context: Any
) -> TemplateResponse:
    """What a worker is doing for this person, in words; the page looks again by itself, without a script."""
    response = page(request, site, "waiting", title, model, doing=doing, **context)
    response["Refresh"] = str(REFRESH_SECONDS)
    return response


def workbook(name: str, write: Callable[[IO[bytes]], object]) -> HttpResponse:
    """An .xlsx for download, named after `name` in plain letters."""
    file = io.BytesIO()
    write(file)
    response = HttpResponse(file.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{file_name(name)}.xlsx"'
    return response


def file_name(name: str) -> str:
    """A file's name in plain letters, without its extension."""
    plain = "-".join("".join(char if char.isalnum() else " " for char in fold(name)).split())
    return plain[:100].rstrip("-") or "cau-hoi"


def button(name: str, address: str, icon: str, permission: str) -> Callable[[View], View]:
    """Makes a method a page with a button of that name; unfold's own decorator hides the method's type."""
    made = action(description=name, url_path=address, icon=icon, permissions=[permission])
    return cast(Callable[[View], View], made)


def person(request: HttpRequest) -> User:
    """Who asks; the admin's pages are for people who have signed in."""
    assert request.user.is_authenticated
    return request.user


def options_of(revision: Revision) -> list[tuple[str, str, bool]]:
    """(letter, rich text, whether it is right) of each option, for _options.html."""
    return [
        (letter, option, place in revision.keys)
        for place, (letter, option) in enumerate(zip(LETTERS, revision.options, strict=False))
    ]
