"""A round on a page of its own, where its questions by topic are fixed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from contest_site.audit.admin import AuditedAdmin
from contests.admin.forms import RoundForm
from contests.admin.inlines import ROUND_FIELDSETS, QuotaInline, in_words, only_rounds, order_in_words
from contests.admin.locks import NothingSilent, PlanPart
from contests.models import Round


@admin.register(Round)
class RoundAdmin(PlanPart, NothingSilent, AuditedAdmin):
    form = RoundForm
    fieldsets = ((None, {"fields": ("contest",)}), *ROUND_FIELDSETS)
    inlines = (QuotaInline,)
    autocomplete_fields = ("bank",)
    list_display = ("name", "contest", "number", "opens_at", "closes_at")
    list_select_related = ("contest",)
    readonly_fields = ("contest",)
    search_fields = ("name", "contest__name")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # added on its contest's page

    def has_delete_permission(self, request: HttpRequest, obj: Round | None = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "promotes_from" and field is not None:
            match = request.resolver_match
            own = Round.objects.filter(pk=(match.kwargs.get("object_id") if match else None) or 0)
            others = Round.objects.filter(contest__in=own.values("contest")).exclude(pk__in=own.values("pk"))
            only_rounds(field, others)
        return field

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return in_words(super().get_fieldsets(request, obj), self.has_change_permission(request, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("contest",) if self.has_change_permission(request, obj) else ("contest", "order_in_words")

    @admin.display(description=gettext_lazy("thứ tự xếp hạng"))
    def order_in_words(self, round: Round) -> str:
        return order_in_words(round)
