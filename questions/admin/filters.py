from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from contest_site.accounts.models import User
from questions.domain.topics import in_tree_order
from questions.enums import Difficulty, Kind, State
from questions.models import Revision, Topic
from questions.rules import TOPIC_SEPARATOR


class StateFilter(admin.SimpleListFilter):
    title = _("trạng thái")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(State.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() else queryset


class TopicFilter(admin.SimpleListFilter):
    """A topic with those under it; one topic of several banks is one choice.

    Only the chosen bank's when there is one, in the order of its tree.
    """

    title = _("chủ đề")
    parameter_name = "topic"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        topics = Topic.objects.order_by("position", "name")
        bank = request.GET.get("bank__id__exact", "")
        if bank.isdecimal():
            topics = topics.filter(bank_id=int(bank))
        return [(name, name) for name in in_tree_order(topics.values_list("name", flat=True))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not (name := self.value()):
            return queryset
        return queryset.filter(Q(topic=name) | Q(topic__startswith=name + TOPIC_SEPARATOR))


class KindFilter(admin.SimpleListFilter):
    title = _("loại câu hỏi")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Kind.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class DifficultyFilter(admin.SimpleListFilter):
    title = _("mức độ")
    parameter_name = "difficulty"
    NONE = "none"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*Difficulty.choices, (self.NONE, _("Chưa phân loại"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not (value := self.value()):
            return queryset
        return queryset.filter(difficulty="" if value == self.NONE else value)


class WriterFilter(admin.SimpleListFilter):
    """Who wrote the last revision."""

    title = _("người soạn")
    parameter_name = "writer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        writers = User.objects.filter(pk__in=Revision.objects.values("writer")).order_by("full_name")
        return [(str(pk), name) for pk, name in writers.values_list("pk", "full_name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        return queryset.filter(writer_pk=int(value)) if value.isdecimal() else queryset
