"""A contest's plan: one page in the order of a plan, what is still missing on top, and its next steps."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Now
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from contest_site.audit.admin import AuditedAdmin
from contest_site.lib.clock import database_now
from contest_site.lib.templatetags.vi import end_moment, moment
from contests.admin.blueprints import BlueprintPages
from contests.admin.cloning import ClonePages
from contests.admin.exclusion_import import ExclusionPages
from contests.admin.forms import ContestForm
from contests.admin.headcounts import HeadcountPages, list_address
from contests.admin.inlines import (
    BlockInline,
    CategoryInline,
    CertificateTemplateInline,
    DocumentInline,
    FaqInline,
    MilestoneInline,
    RoundInline,
)
from contests.admin.locks import OPEN_FIELDS, NothingSilent, is_fixed
from contests.admin.starting import StartPages
from contests.admin.steps import ContestSteps
from contests.admin.timetable import TimetablePages
from contests.admin.wizard import WizardForms, part_asked
from contests.domain.check import problems
from contests.domain.headcounts import headcount_hints, lock_of
from contests.models import Contest, Entry
from contests.prize_tables import prize_tables
from contests.queries import is_announced
from contests.stages import Stage, stage

FIELDSETS: tuple[Any, ...] = (
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
        gettext_lazy("Đối tượng và địa bàn"),
        {"fields": ("eligibility", "ineligible", ("min_age", "age_on"), "area", "headcounts_until")},
    ),
    (
        gettext_lazy("Thời gian và công khai"),
        {"fields": (("opens_at", "closes_at"), ("names_shown", "live_participation"), "agency_comparison")},
    ),
    (
        gettext_lazy("Kết quả cả cuộc thi (khi có nhiều vòng thi)"),
        {
            "fields": (
                "overall_combine",
                "overall_rank_order",
                "overall_only_all_right",
                "prizes_per_person",
            )
        },
    ),
    (gettext_lazy("Chấm điểm"), {"fields": ("marking",)}),
    (
        gettext_lazy("Thông tin khi đăng ký"),
        {
            "fields": (
                ("ask_birth_date", "ask_gender", "ask_phone"),
                ("ask_national_id", "ask_address"),
            ),
            "description": gettext_lazy(
                "Họ và tên, đơn vị, đối tượng luôn được hỏi. Chỉ hỏi thêm những gì thực sự cần. Người dưới 16"
                " tuổi cần cha, mẹ hoặc người giám hộ đồng ý trước khi thi."
            ),
        },
    ),
    (gettext_lazy("Dữ liệu cá nhân"), {"fields": ("consent_version", "consent_text")}),
    (
        gettext_lazy("Những mục kế hoạch không quy định"),
        {"fields": ("chosen",), "classes": ("collapse",)},
    ),
)


@admin.register(Contest)
class ContestAdmin(
    NothingSilent,
    StartPages,
    WizardForms,
    TimetablePages,
    ContestSteps,
    BlueprintPages,
    ClonePages,
    ExclusionPages,
    HeadcountPages,
    AuditedAdmin,
):
    form = ContestForm
    fieldsets = FIELDSETS
    inlines = (
        MilestoneInline,
        DocumentInline,
        FaqInline,
        CategoryInline,
        BlockInline,
        RoundInline,
        CertificateTemplateInline,
    )
    list_display = ("name", "organiser", "window", "stage_label", "entry_count")
    search_fields = ("name", "organiser", "slug")
    autocomplete_fields = ("area",)
    prepopulated_fields = {"slug": ("name",)}
    show_full_result_count = False
    list_per_page = 50
    change_form_outer_before_template = "admin/contests/state.html"
    change_form_outer_after_template = "admin/contests/parts.html"
    warn_unsaved_form = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contest]:
        rows: QuerySet[Contest] = super().get_queryset(request)
        entered = Entry.objects.filter(contest=OuterRef("pk"), unofficial=False).order_by().values("contest")
        rows = rows.annotate(now=Now(), entry_total=Subquery(entered.annotate(n=Count("pk")).values("n")))
        return rows.select_related("announcement").prefetch_related("rounds__seal", "rounds__closing")

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else dict(self.prepopulated_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Contest | None = None) -> tuple[str, ...]:
        if not is_fixed(obj):
            return ()
        names = [field.name for field in Contest._meta.concrete_fields if field.editable]
        return tuple(name for name in names if name not in ("id", *OPEN_FIELDS))

    def has_delete_permission(self, request: HttpRequest, obj: Contest | None = None) -> bool:
        """Only a plan that nobody has read and no paper hangs on."""
        if obj is not None and is_fixed(obj):
            return False
        return bool(super().has_delete_permission(request, obj))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        contest = self.get_object(request, object_id) if object_id and request.method == "GET" else None
        context: dict[str, Any] = {}
        if contest and part_asked(request):
            context = {"contest": contest, **self.parts(request, contest)}
        elif contest:
            context = self.state_context(request, contest)
        return super().changeform_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def state_context(self, request: HttpRequest, contest: Contest) -> dict[str, Any]:
        """What stands above the form: where the contest is, what is wrong, what can be done next."""
        now = database_now()
        at = stage(contest, now)
        wrong = [] if is_announced(contest) else problems(contest)
        return {
            "contest": contest,
            "stage": at,
            "plan_problems": wrong,
            "fixed": is_fixed(contest),
            "steps": self.steps(request, contest, can_run=not wrong),
            "round_lines": self.round_lines(request, contest, now, can_run=not wrong),
            "hints": headcount_hints(contest),
            **self.parts(request, contest),
            "public_address": reverse("contest", args=[contest.slug]) if at is not Stage.DRAFT else "",
        }

    def parts(self, request: HttpRequest, contest: Contest) -> dict[str, Any]:
        """What stands on pages of its own: prizes, people who may not take part, headcounts."""
        tables = prize_tables(contest)
        user = request.user
        return {
            "tables": tables,
            "prize_total": sum(laid.total for laid in tables),
            "may_add_table": not is_fixed(contest) and user.has_perm("contests.add_prizetable"),
            "blocks": contest.blocks.annotate(size=Count("units")).order_by("position", "pk"),
            "excluded": contest.exclusions.count(),
            "may_exclude": user.has_perm("contests.add_exclusion"),
            "headcounts": contest.headcounts.count(),
            "headcount_lock": lock_of(contest),
            "headcount_list": list_address(contest) if user.has_perm("contests.view_headcount") else "",
        }

    @admin.display(description=gettext_lazy("thời gian thi"), ordering="opens_at")
    def window(self, contest: Contest) -> str:
        return f"{moment(contest.opens_at)} – {end_moment(contest.closes_at)}"

    @admin.display(description=gettext_lazy("trạng thái"))
    def stage_label(self, contest: Any) -> str:
        return str(stage(contest, contest.now).label)

    @admin.display(description=gettext_lazy("đăng ký"))
    def entry_count(self, contest: Any) -> str:
        """Every number is a link to the rows behind it."""
        address = f"{reverse('admin:contests_entry_changelist')}?contest__id__exact={contest.pk}"
        address += "&unofficial__exact=0"
        return format_html('<a href="{}">{}</a>', address, contest.entry_total or 0)
