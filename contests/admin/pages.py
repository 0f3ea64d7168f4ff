"""What the pages below a contest's own address share: the frame, who may, and the way back."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from contest_site.lib.errors import DomainError
from contests.models import Contest

if TYPE_CHECKING:
    from contest_site.accounts.models import User

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def find_contest(contest_id: int) -> Contest:
    return get_object_or_404(Contest.objects.select_related("announcement"), pk=contest_id)


def address(name: str, *args: int) -> str:
    return reverse(f"admin:contests_{name}", args=args)


def permitted(request: HttpRequest, permission: str) -> User:
    """The person, when they have the permission; else the page is refused."""
    if not (request.user.is_authenticated and request.user.has_perm(permission)):
        raise PermissionDenied
    return request.user


def page(
    request: HttpRequest,
    site: AdminSite,
    template: str,
    contest: Contest | None,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> TemplateResponse:
    """A page of the admin that is no form of a row, about a contest or about no certain one."""
    shared = {
        **site.each_context(request),
        "opts": Contest._meta,
        "contest": contest,
        "back": address("contest_change", contest.pk)
        if contest
        else reverse("admin:contests_contest_changelist"),
    }
    return TemplateResponse(request, f"admin/contests/{template}.html", {**shared, **context}, status=status)


def act(request: HttpRequest, do: Callable[[], object], done: str, where: str) -> HttpResponse:
    """Does it and says so, or says why not, on the page `where`."""
    try:
        do()
        messages.success(request, done)
    except DomainError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(where)


def workbook(name: str, write: Callable[[IO[bytes]], object]) -> HttpResponse:
    """An .xlsx for download; `name` in plain letters."""
    file = io.BytesIO()
    write(file)
    response = HttpResponse(file.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response
