"""What the pages about people's results share: the admin's frame, the forms' grounds, the papers attached."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import FileResponse, Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from contests.enums import DOCUMENT_TYPES

if TYPE_CHECKING:
    from contest_site.accounts.models import User


def page(
    request: HttpRequest,
    site: AdminSite,
    template: str,
    title: str,
    model: type[Model],
    *,
    status: int = 200,
    **context: Any,
) -> TemplateResponse:
    """A page of the admin that is no form of one row."""
    return TemplateResponse(
        request,
        f"admin/attempts/{template}.html",
        {**site.each_context(request), "title": title, "opts": model._meta, **context},
        status=status,
        headers={"Cache-Control": "no-store"},
    )


def check(request: HttpRequest, *permissions: str) -> User:
    """The organiser, if the account has all of these permissions."""
    if not request.user.has_perms(permissions):
        raise PermissionDenied
    return cast("User", request.user)  # the admin lets nobody in without an account


def sent(request: HttpRequest) -> tuple[Any, Any]:
    """What a form of the page is made with: the data and files of a POST, or nothing."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def words(label: Any, *, required: bool = True, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=4000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": rows}),
    )


def paper() -> forms.FileField:
    """A paper that may be attached; its kind and size are the domain's to check."""
    return forms.FileField(
        label=_("Tài liệu kèm theo"),
        required=False,
        help_text=_("Biên bản, báo cáo, văn bản (PDF, Word, Excel …), không quá 20 MB."),
        widget=forms.FileInput(attrs={"class": "p-file", "accept": ",".join(DOCUMENT_TYPES)}),
    )


class GroundsForm(forms.Form):
    """What an act on results rests on."""

    grounds = words(_("Căn cứ"))
    attachment = paper()


def download(file: Any) -> FileResponse:
    """A paper that was attached, always as a download. Raises Http404 when there is none."""
    if not file:
        raise Http404
    kind = DOCUMENT_TYPES.get(PurePath(file.name).suffix.lower(), "application/octet-stream")
    try:
        opened = file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(opened, as_attachment=True, filename=PurePath(file.name).name, content_type=kind)
    response["Cache-Control"] = "no-store"
    return response
