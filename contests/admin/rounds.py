"""A round on a page of its own, where its questions by topic are fixed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from contest_site.audit.admin import AuditedAdmin
from contests.admin.forms import RoundForm
from contests.admin.inlines import ROUND_FIELDSETS, QuotaInline, in_words, order_in_words
from contests.admin.locks import NothingSilent, is_fixed
from contests.models import Round


class LockedQuotaInline(QuotaInline):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _open(obj) and bool(super().has_add_permission(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _open(obj) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _open(obj) and bool(super().has_delete_permission(request, obj))


@admin.register(Round)
class RoundAdmin(NothingSilent, AuditedAdmin):
    form = RoundForm
    fieldsets = ((None, {"fields": ("contest",)}), *ROUND_FIELDSETS)
    inlines = (LockedQuotaInline,)
    list_display = ("name", "contest", "number", "opens_at", "closes_at")
    list_select_related = ("contest",)
    readonly_fields = ("contest",)
    search_fields = ("name", "contest__name")
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False  # reached from its contest

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # added on its contest's page

    def has_change_permission(self, request: HttpRequest, obj: Round | None = None) -> bool:
        return _open(obj) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Round | None = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return in_words(super().get_fieldsets(request, obj), self.has_change_permission(request, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("contest",) if self.has_change_permission(request, obj) else ("contest", "order_in_words")

    @admin.display(description=gettext_lazy("thứ tự xếp hạng"))
    def order_in_words(self, round: Round) -> str:
        return order_in_words(round)


def _open(round: Round | None) -> bool:
    return round is None or not is_fixed(round.contest)
