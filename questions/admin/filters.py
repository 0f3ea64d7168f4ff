from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from questions.models import Appraisal, Topic


class StateFilter(admin.SimpleListFilter):
    title = _("trạng thái")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("Chờ duyệt")), *Appraisal.Verdict.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return queryset.filter(verdict=None if self.value() == "waiting" else self.value())


class TopicFilter(admin.SimpleListFilter):
    """By name, so that one topic of several banks is one choice; only the chosen bank's when there is one."""

    title = _("chủ đề")
    parameter_name = "topic"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        topics = Topic.objects.order_by("name")
        bank = request.GET.get("bank__id__exact", "")
        if bank.isdecimal():
            topics = topics.filter(bank_id=int(bank))
        return [(name, name) for name in topics.values_list("name", flat=True).distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(topic=self.value()) if self.value() else queryset
