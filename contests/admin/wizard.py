"""A plan's form in parts: one for each step of the wizard, and what is not filled in yet may wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import flatten_fieldsets
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contest_site.lib.unfold import ModelAdmin
from contests.admin.inlines import (
    BlockInline,
    CategoryInline,
    CertificateTemplateInline,
    DocumentInline,
    FaqInline,
    MilestoneInline,
    RoundInline,
)
from contests.admin.locks import is_fixed
from contests.wizard import Part

FIELDSETS: Mapping[Part, tuple[Any, ...]] = {
    Part.PLAN: (
        (
            gettext_lazy("Cuộc thi"),
            {
                "fields": (
                    "name",
                    ("slug", "place"),
                    ("organiser", "parent_organiser"),
                    ("standing_body", "hotline"),
                    "legal_basis",
                    "subject",
                )
            },
        ),
        (
            gettext_lazy("Thời gian và công khai"),
            {
                "fields": (
                    ("opens_at", "closes_at"),
                    ("names_shown", "live_participation"),
                    "agency_comparison",
                )
            },
        ),
        (
            gettext_lazy("Thông tin khi đăng ký"),
            {
                "fields": (
                    ("ask_birth_date", "ask_gender", "ask_phone"),
                    ("ask_national_id", "ask_address"),
                    "consent_version",
                    "consent_text",
                )
            },
        ),
    ),
    Part.UNITS: (
        (
            gettext_lazy("Đối tượng và địa bàn"),
            {"fields": ("area", "eligibility", "ineligible", ("min_age", "age_on"), "headcounts_until")},
        ),
    ),
    Part.PRIZES: (
        (gettext_lazy("Chấm điểm và số giải"), {"fields": (("marking", "prizes_per_person"),)}),
        (
            gettext_lazy("Kết quả cả cuộc thi (khi có nhiều vòng thi)"),
            {"fields": ("overall_combine", "overall_rank_order", "overall_only_all_right")},
        ),
    ),
    Part.DOCUMENTS: (),
}
INLINES: Mapping[Part, tuple[type[InlineModelAdmin[Any, Any]], ...]] = {
    Part.PLAN: (RoundInline, MilestoneInline),
    Part.UNITS: (CategoryInline, BlockInline),
    Part.PRIZES: (CertificateTemplateInline,),
    Part.DOCUMENTS: (DocumentInline, FaqInline),
}
# Without these there is no row at all.
ALWAYS = ("name", "slug", "opens_at", "closes_at")


def wizard_of(contest_id: object) -> str:
    """The page with all steps belongs to a later app; here it is an address."""
    return reverse("admin:contests_contest_wizard", args=[contest_id])


def part_asked(request: HttpRequest) -> Part | None:
    """The step whose form this request is about; None on the form of the whole plan."""
    step = request.resolver_match.kwargs.get("step") if request.resolver_match else None
    return Part(step) if step in Part.values else None


class WizardForms(ModelAdmin):
    """The contest's form with one step's fields and rows; saved, it leads to the next step."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.step_page)
        return [
            path("<int:object_id>/buoc/<slug:step>/", view, name="contests_contest_step"),
            *super().get_urls(),
        ]

    def step_page(self, request: HttpRequest, object_id: int, step: str) -> HttpResponse:
        part = part_asked(request)
        if part is None:
            raise Http404
        if part is Part.REHEARSAL:
            return HttpResponseRedirect(reverse("admin:contests_contest_rehearsal", args=[object_id]))
        if part not in FIELDSETS:
            return HttpResponseRedirect(f"{wizard_of(object_id)}#{part.value}")
        context = {"part": part, "show_delete": False, "show_save_and_add_another": False}
        response: HttpResponse = self.changeform_view(request, str(object_id), extra_context=context)
        return response

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        part = part_asked(request)
        return super().get_fieldsets(request, obj) if part is None else FIELDSETS[part]

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        part = part_asked(request)
        return super().get_inlines(request, obj) if part is None else INLINES[part]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        part = part_asked(request)
        if part is None:
            return super().get_form(request, obj, change, **kwargs)
        shown = set(flatten_fieldsets(FIELDSETS[part])) - set(self.get_readonly_fields(request, obj))
        # What a form declares is there in every form made of it, unless it is taken out.
        left_out = {name: None for name in self.form.declared_fields if name not in shown}
        form = type("PartForm", (self.form,), left_out)
        made = super().get_form(request, obj, change, **kwargs, form=form)
        return made if is_fixed(obj) else _patient(made)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        part = part_asked(request)
        if part is None or "_popup" in request.POST:
            return super().response_change(request, obj)
        messages.success(request, _("Đã lưu bước “%(step)s”.") % {"step": part.label})
        if "_continue" in request.POST:
            return HttpResponseRedirect(request.path)
        parts = list(Part)
        following = parts[parts.index(part) + 1]
        return HttpResponseRedirect(address_of_step(obj.pk, following))


def address_of_step(contest_id: int, part: Part) -> str:
    return reverse("admin:contests_contest_step", args=[contest_id, part.value])


def _patient(form: Any) -> Any:
    """Text that is still missing may be written later: the checks say that it is missing."""
    for name, field in form.base_fields.items():
        model_field = form._meta.model._meta.get_field(name)
        if name not in ALWAYS and isinstance(model_field, models.CharField | models.TextField):
            field.required = False
    return form
