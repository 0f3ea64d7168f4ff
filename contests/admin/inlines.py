"""The rows of a plan on the contest's page, in the order of a plan."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contest_site.lib.unfold import StackedInline, TabularInline
from contests.admin.forms import (
    CategoryForm,
    CertificateTemplateForm,
    QuotaFormSet,
    RoundForm,
    RoundFormSet,
)
from contests.admin.locks import NothingSilent, PlanRows
from contests.models import Block, Category, CertificateTemplate, Document, Faq, Milestone, Quota, Round
from questions.models import Topic

ROUND_FIELDSETS: tuple[Any, ...] = (
    (None, {"fields": (("number", "name"), ("opens_at", "closes_at"))}),
    (
        gettext_lazy("Đề thi và lượt thi"),
        {
            "fields": (
                ("bank", "questions"),
                ("time_limit_minutes", "attempts_allowed"),
                ("attempts_per_day", "cooldown_minutes"),
                "min_plausible_seconds",
                ("counting_attempt", "result_shown"),
            )
        },
    ),
    (
        gettext_lazy("Câu dự đoán"),
        {"fields": (("prediction_target", "prediction_scope"), "prediction_text")},
    ),
    (gettext_lazy("Xếp hạng"), {"fields": ("rank_order", "only_all_right")}),
    (
        gettext_lazy("Vòng chung kết: chỉ nhận người được chọn từ vòng trước"),
        {"fields": (("promotes_from", "promotes_best"),)},
    ),
)


PAPER_FIELDSETS: tuple[Any, ...] = (
    (
        None,
        {
            "fields": (
                ("position", "name"),
                ("kind", "issuer"),
                "reason",
                ("signature_authority", "signature_title"),
                "signature_name",
            )
        },
    ),
)


class MilestoneInline(TabularInline):
    model = Milestone
    fields = ("position", "label", "starts_on", "ends_on", "text")
    extra = 0
    hide_title = True


class DocumentInline(TabularInline):
    model = Document
    fields = ("position", "title", "file")
    extra = 0
    hide_title = True


class FaqInline(TabularInline):
    """Open while the contest runs: that is when people ask."""

    model = Faq
    fields = ("position", "question", "answer")
    extra = 0
    hide_title = True


class CategoryInline(PlanRows, NothingSilent, TabularInline):
    model = Category
    form = CategoryForm
    extra = 0
    hide_title = True
    fields = ("position", "name", "participation")


class RoundInline(PlanRows, NothingSilent, StackedInline):
    model = Round
    form = RoundForm
    formset = RoundFormSet
    autocomplete_fields = ("bank",)
    show_change_link = True
    fieldsets = ROUND_FIELDSETS
    extra = 0

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return in_words(super().get_fieldsets(request, obj), self.has_change_permission(request, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if self.has_change_permission(request, obj) else ("order_in_words",)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """People come only from a round of the same contest."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "promotes_from" and field is not None:
            match = request.resolver_match
            contest_id = match.kwargs.get("object_id") if match else None
            only_rounds(field, Round.objects.filter(contest=contest_id or 0))
        return field

    @admin.display(description=gettext_lazy("thứ tự xếp hạng"))
    def order_in_words(self, round: Round) -> str:
        return order_in_words(round)


class QuotaInline(PlanRows, TabularInline):
    model = Quota
    formset = QuotaFormSet
    fields = ("topic", "difficulty", "questions")
    extra = 0
    hide_title = True

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["choices"] = db_field.get_choices(blank_choice=[("", _("Mọi mức độ"))])
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only topics of the round's own bank."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        match = request.resolver_match
        round_id = match.kwargs.get("object_id") if match else None
        if db_field.name == "topic" and field is not None:
            bank = Round.objects.filter(pk=round_id or 0).values("bank")
            field.queryset = Topic.objects.filter(bank__in=bank)
        return field


class BlockInline(PlanRows, TabularInline):
    """The blocks by name; which units compete in one is chosen on its own page."""

    model = Block
    fields = ("position", "name")
    extra = 0
    hide_title = True


class CertificateTemplateInline(PlanRows, NothingSilent, StackedInline):
    model = CertificateTemplate
    form = CertificateTemplateForm
    fieldsets = PAPER_FIELDSETS
    extra = 0


def only_rounds(field: Any, rounds: QuerySet[Round]) -> None:
    """Offer these rounds by their own names; the contest's stands above the page."""
    field.queryset = rounds.order_by("number")
    field.label_from_instance = lambda round: round.name


def in_words(fieldsets: Any, can_change: bool) -> Any:
    """Fieldsets in which a list of keys is read as words where it cannot be changed."""
    if can_change:
        return fieldsets
    return [(title, {**options, "fields": _replaced(options["fields"])}) for title, options in fieldsets]


def _replaced(fields: Any) -> tuple[Any, ...]:
    return tuple(
        _replaced(name) if isinstance(name, tuple) else "order_in_words" if name == "rank_order" else name
        for name in fields
    )


def order_in_words(round: models.Model) -> str:
    assert isinstance(round, Round)
    return " → ".join(round.order_labels)
