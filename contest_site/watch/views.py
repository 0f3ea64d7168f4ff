"""The watch page: whole, and as the parts that its script puts in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, cast

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils.http import quote_etag
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from redis.exceptions import RedisError

from contest_site.accounts.sessions import recognised
from contest_site.lib import tally
from contest_site.lib.errors import NotNow
from contest_site.watch import markup
from contest_site.watch.domain import ask_for_backup
from contest_site.watch.queries import Snapshot, snapshot

SECONDS = 15  # until a page without script looks again
POLL_SECONDS = 5
# Counts are made every fifteen seconds. What was put together is shared for so long by all who look; then one
# of them puts it together anew, while the others still get what is there.
SHARED_SECONDS, KEPT_SECONDS = 10, 60
View = Callable[[HttpRequest], HttpResponse]


def for_watchers(view: View) -> View:
    """For organisers with that right, signed in as for the admin; with the public pages' strict policy."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("watch.see_watch"):
            raise PermissionDenied
        return view(request)

    return cast("View", csp_replace(settings.PUBLIC_CSP)(recognised(admin.site.admin_view(guarded))))


@for_watchers
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Without script it loads itself anew; the script asks for `lien-tuc` and then on for parts alone."""
    alone = "lien-tuc" not in request.GET
    may_back_up = settings.BACKUP_DIR is not None and request.user.has_perm("watch.make_backup")
    response = HttpResponse(
        markup.page(
            json.loads(seen(request)),
            every=POLL_SECONDS,
            alone=alone,
            token=get_token(request) if may_back_up else None,
            said=messages.get_messages(request),
        )
    )
    if alone:
        response["Refresh"] = str(SECONDS)
    return response


@for_watchers
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """The parts of the page as they are now, and the charts' numbers; nothing to whoever has the same."""
    found = seen(request)
    tag = quote_etag(hashlib.sha256(found).hexdigest()[:32])
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    return HttpResponse(found, content_type="application/json", headers={"ETag": tag})


@for_watchers
@require_POST
def backup(request: HttpRequest) -> HttpResponse:
    """Ask a worker for a backup; the page shows it when it is there."""
    try:
        ask_for_backup(by=request.user)  # type: ignore[arg-type]  # signed in
    except NotNow as refusal:
        messages.warning(request, str(refusal))
        return redirect("watch:page")
    messages.success(request, _("Đã yêu cầu sao lưu; bản sao lưu xuất hiện tại đây khi hoàn thành."))
    return redirect("watch:page")


def seen(request: HttpRequest) -> bytes:
    """What the page shows, as JSON, put together once in a few seconds however many look at it.

    `state`, `summary`; `parts`: name → markup; `chart`: columns of numbers.
    """
    wanted = request.GET.get("vong", "")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else None
    every_unit = "tat-ca" in request.GET
    links = request.user.has_perm("attempts.view_anomaly")
    key = f"watch:seen:{get_language()}:{number}:{every_unit}:{links}"
    with suppress(RedisError):
        # In one round trip, and past Django's cache, which makes a client each time.
        with tally.client().pipeline(transaction=False) as pipe:
            pipe.get(key)
            pipe.set(f"{key}:shared", 1, ex=SHARED_SECONDS, nx=True)
            kept, first = pipe.execute()
        # Who comes first after the time puts it together.
        if kept and not first:
            return str(kept).encode()
    found = json.dumps(_seen(snapshot(number, every_unit=every_unit), links=links))
    with suppress(RedisError):
        tally.client().set(key, found, ex=KEPT_SECONDS)
    return found.encode()


def _seen(found: Snapshot, *, links: bool) -> dict[str, Any]:
    return {
        "state": str(found.state),
        "summary": found.summary,
        "parts": markup.parts(found, links=links),
        "chart": found.chart(),
    }
