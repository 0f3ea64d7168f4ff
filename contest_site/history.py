"""Lịch sử of one object of the admin: what the trail holds about it, the newest first.

Reasons, who is no organiser, and the changes of the row itself are for those who may read the trail.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from contest_site.audit.models import AuditEvent, Change
from contest_site.audit.verbs import verb_label
from contest_site.audit.wording import summary

A_PAGE = 50
LATEST = 20  # changes of the row itself; the rest is in the trail


@dataclass(frozen=True)
class Event:
    """One act: its moment, who did it, what, why, and the fields that it touched, in words."""

    at: datetime
    who: str
    what: str
    reason: str
    fields: str


class HistoryPages:
    """In place of Django's own page, for every model of the site: that one knows its own forms alone."""

    def __init__(self, site: AdminSite) -> None:
        self.site = site

    def urls(self) -> list[URLPattern]:
        view = self.site.admin_view(self.history)
        address = "<slug:app_label>/<slug:model_name>/<path:object_id>/history/"
        return [path(address, view, name="object_history")]

    def history(self, request: HttpRequest, app_label: str, model_name: str, object_id: str) -> HttpResponse:
        """For whoever may see the object; it need not be there any more."""
        try:
            model = apps.get_model(app_label, model_name)
            screen = self.site._registry[model]
        except (LookupError, KeyError):
            raise Http404 from None
        obj = screen.get_object(request, unquote(object_id))
        if not screen.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        if obj is None and not request.user.has_perm("audit.view_auditevent"):
            raise Http404
        key = unquote(object_id)
        events = AuditEvent.objects.filter(object_type=model._meta.label_lower, object_id=key)
        if obj is None and not events.exists():
            raise Http404
        page = Paginator(events.select_related("actor").order_by("-id"), A_PAGE).get_page(
            request.GET.get("trang")
        )
        may_see_trail = request.user.has_perm("audit.view_auditevent")
        changes: list[Change] = []
        if request.user.has_perm("audit.view_change"):
            rows = Change.objects.filter(table_name=model._meta.db_table, row_key=key)
            changes = list(rows.order_by("-id")[: LATEST + 1])
        context = {
            **self.site.each_context(request),
            "title": _("Lịch sử: %(name)s") % {"name": obj or page.object_list[0].object_name},
            "opts": model._meta,
            "object": obj,
            "page": page,
            "events": [_event(one, whole=may_see_trail) for one in page],
            "may_see_trail": may_see_trail,
            "changes": [(one, summary(one)) for one in changes[:LATEST]],
            "more_changes": len(changes) > LATEST,
            "every_change": urlencode({"table": model._meta.db_table, "row": key}),
        }
        return TemplateResponse(request, "admin/object_history.html", context)


def _event(event: AuditEvent, *, whole: bool) -> Event:
    """Not `whole`: without what may be about a person who is no organiser, for whom the trail is not open."""
    who = event.actor_name
    if who.startswith("#") and not whole:
        who = _("Người không thuộc Ban Tổ chức")
    elif who.startswith("#") and event.actor:
        who = f"{event.actor} ({who})"
    reason = event.reason if whole else ""
    return Event(event.at, who, verb_label(event), reason, _fields(event.data))


def _fields(data: dict[str, Any]) -> str:
    """Which fields a form changed, as Django says it; "" for acts that are no form."""
    changes = data.get("changes")
    if not isinstance(changes, list) or not changes:
        return ""
    return str(LogEntry(change_message=json.dumps(changes)).get_change_message())
