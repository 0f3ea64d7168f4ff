"""Dữ liệu của tôi: what is kept and why, the copy, the erasure."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from attempts.models import Attempt
from contest_site.accounts.models import User
from contest_site.accounts.recent import recently_authenticated
from contest_site.audit.trail import record
from contest_site.lib.clock import database_now
from contest_site.lib.network import limit
from contest_site.lib.templatetags.vi import day
from contest_site.privacy.accounts import accounts_of
from contest_site.privacy.asking import ask_for_copy, ask_for_erasure
from contest_site.privacy.copying import path_of
from contests.enums import DataRequestKind
from contests.models import Consent, DataExport, DataRequest, Entry, EntryRequest
from prizes.queries import published_awards


@never_cache
@login_required
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """What is kept and why, in numbers; where the copy and the erasure stand."""
    user = cast(User, request.user)
    rows = DataRequest.objects.filter(user=user).select_related("answer", "export").order_by("-id")
    accounts = accounts_of(user)
    context: dict[str, Any] = {
        "now": database_now(),
        "entries": Entry.objects.filter(user__in=accounts).count(),
        "attempts": Attempt.objects.filter(entry__user__in=accounts).count(),
        "consents": Consent.objects.filter(entry__user__in=accounts).count(),
        "changes": EntryRequest.objects.filter(entry__user__in=accounts).count(),
        "awards": published_awards().filter(entry__user__in=accounts).count(),
        "copy": rows.filter(kind=DataRequestKind.EXPORT).first(),
        "erasure": rows.filter(kind=DataRequestKind.ERASURE).first(),
    }
    return render(request, "privacy/my_data.html", context)


@never_cache
@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: HttpRequest) -> HttpResponse:
    """GET says what will be made, POST asks for it."""
    user = cast(User, request.user)
    if request.method != "POST":
        return render(request, "privacy/copy_asked.html")
    limit("data-copy", user.pk, per_minute=3)
    ask_for_copy(user)
    messages.success(request, _("Đang lập tệp dữ liệu. Mở lại trang này sau ít phút để tải."))
    return redirect("my_data")


@never_cache
@recently_authenticated
@require_safe
def download(request: HttpRequest, pk: int) -> FileResponse:
    """The person's own copy while it is there; each download is in the trail."""
    user = cast(User, request.user)
    exports = DataExport.objects.select_related("request").filter(request__user=user)
    export = exports.filter(pk=pk, expires_at__gt=database_now()).exclude(name="").first()
    if export is None:
        raise Http404
    try:
        file = path_of(export).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    record("downloaded own data", export.request, by=user, digest=export.digest)
    return FileResponse(file, as_attachment=True, filename="du-lieu-cua-toi.zip")


@never_cache
@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def erasure(request: HttpRequest) -> HttpResponse:
    """GET says what goes and what stays, POST asks for it."""
    if request.method != "POST":
        return render(request, "privacy/erasure.html")
    if not request.POST.get("sure"):
        return render(request, "privacy/erasure.html", {"unsure": True}, status=400)
    asked = ask_for_erasure(cast(User, request.user))
    messages.success(
        request,
        _("Đã gửi đề nghị xóa dữ liệu. Ban Tổ chức trả lời trước ngày %(day)s.") % {"day": day(asked.due_at)},
    )
    return redirect("my_data")
