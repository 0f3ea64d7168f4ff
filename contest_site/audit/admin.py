"""The audit trail to read, and the base of screens whose changes go into it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, pgettext_lazy

from contest_site.audit import changes_admin as changes_admin  # its pages are registered with these
from contest_site.audit.models import SAID, AuditEvent
from contest_site.audit.trail import record
from contest_site.audit.verbs import VERBS, kind_label, verb_label
from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.lib.names import has_words, words_of
from contest_site.lib.text import sort_key
from contest_site.lib.unfold import ModelAdmin

# Of more people with such a name the latest accounts' events are found.
ACTORS = 200


class AuditedAdmin(ModelAdmin):
    """A screen of the admin; what is added, changed or deleted on it is in the trail, in one transaction."""

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        self._record("added", request, obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        if message:
            self._record("changed", request, obj, message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            self._record("deleted", request, obj, [])
        return super().log_deletions(request, queryset)

    def _record(self, verb: str, request: HttpRequest, obj: models.Model, message: Any) -> None:
        by = request.user if request.user.is_authenticated else None
        record(f"{verb} {obj._meta.model_name}", obj, by=by, changes=message)


class VerbFilter(admin.SimpleListFilter):
    """By the verbs that there are, without reading the whole trail for them."""

    title = gettext_lazy("việc")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(((verb, str(label)) for verb, label in VERBS.items()), key=lambda one: sort_key(one[1]))

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        return queryset.filter(verb=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor_label", "verb_label", "object_label", "reason")
    list_select_related = ("actor",)
    list_filter = (VerbFilter, ("at", admin.DateFieldListFilter))
    search_fields = ("actor_name",)  # and all that is written of an event, see get_search_results
    search_help_text = gettext_lazy("Người thực hiện, đối tượng hoặc lý do")
    fields = (
        "at",
        "actor_label",
        "verb_label",
        "kind_label",
        "object_id",
        "object_name",
        "reason",
        "details",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEvent], search_term: str
    ) -> tuple[QuerySet[AuditEvent], bool]:
        """By the beginnings of words of what was written, or of the name that the account has now."""
        if not words_of(search_term):
            return (queryset.none() if search_term.strip() else queryset), False
        people: Any = get_user_model().objects
        actors = (
            people.filter(has_words("full_name", search_term)).order_by("-pk").values_list("pk", flat=True)
        )
        return queryset.filter(Q(has_words(SAID, search_term)) | Q(actor__in=list(actors[:ACTORS]))), False

    @admin.display(description=gettext_lazy("tên người thực hiện"), ordering="actor_name")
    def actor_label(self, event: AuditEvent) -> str:
        """Who is no organiser is kept by number; the name is the account's, as long as it has one."""
        if event.actor_name.startswith("#") and event.actor:
            return f"{event.actor} ({event.actor_name})"
        return event.actor_name

    @admin.display(description=pgettext_lazy("nhật ký", "đối tượng"), ordering="object_name")
    def object_label(self, event: AuditEvent) -> str:
        if event.object_name.startswith("#"):
            return f"{kind_label(event)} {event.object_name}"
        return event.object_name

    @admin.display(description=gettext_lazy("việc"), ordering="verb")
    def verb_label(self, event: AuditEvent) -> str:
        return verb_label(event)

    @admin.display(description=gettext_lazy("loại đối tượng"))
    def kind_label(self, event: AuditEvent) -> str:
        return kind_label(event)

    @admin.display(description=gettext_lazy("chi tiết"))
    def details(self, event: AuditEvent) -> str:
        return format_html("<pre>{}</pre>", json.dumps(event.data, ensure_ascii=False, indent=1))
