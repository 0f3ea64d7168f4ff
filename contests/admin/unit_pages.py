"""Pages of the directory: a list of units from a file, and mergers and splits by decision in two stages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from contest_site.lib.clock import database_now
from contest_site.lib.errors import DomainError, Refused
from contest_site.lib.unfold import ModelAdmin
from contest_site.lib.work import ask, settled
from contests.admin.pages import permitted, workbook
from contests.domain.unit_changes import Decision, NewUnit, effects_of, record_change
from contests.domain.unit_previewing import TASK, import_units, keep_unit_file
from contests.enums import UnitChangeKind
from contests.importers.units import write_template
from contests.models import Unit, UnitImport, UnitSuccession

DAYS = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"]
REFRESH_SECONDS = "3"
# Ended units follow nobody and take nobody in.
LIVING = Unit.objects.filter(valid_to=None, is_rehearsal=False)


class UnitFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Tệp Excel (.xlsx) hoặc CSV"),
        max_length=200,
        allow_empty_file=True,  # the importer's own sentence says it better
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".xlsx,.csv"}),
        validators=[FileExtensionValidator(["xlsx", "csv"], gettext_lazy("Chọn tệp .xlsx hoặc .csv."))],
        help_text=gettext_lazy(
            "Tối đa 5 MB và 5.000 đơn vị. Chưa có gì được ghi cho đến khi xác nhận ở bước sau."
        ),
    )
    under: forms.ModelChoiceField[Unit] = forms.ModelChoiceField(
        label=gettext_lazy("Cấp trên của những dòng không ghi cấp trên"),
        required=False,
        queryset=LIVING,
        help_text=gettext_lazy("Ví dụ: Sở Giáo dục và Đào tạo, khi nhập danh sách trường."),
    )

    def __init__(self, *args: Any, site: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        searched(self.fields["under"], site, many=False)


class ChangeForm(forms.Form):
    """What the decision says, in the order in which one reads it."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Việc"), choices=UnitChangeKind.choices, widget=UnfoldAdminSelectWidget
    )
    number = forms.CharField(
        label=gettext_lazy("Số quyết định, nghị quyết"), max_length=100, widget=UnfoldAdminTextInputWidget
    )
    signed_on = forms.DateField(
        label=gettext_lazy("Ngày ký"),
        input_formats=DAYS,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "12/06/2025"}),
    )
    effective_on = forms.DateField(
        label=gettext_lazy("Có hiệu lực từ ngày"),
        input_formats=DAYS,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "01/07/2025"}),
        help_text=gettext_lazy("Cuộc thi mở từ ngày này chỉ chọn được đơn vị mới."),
    )
    old: forms.ModelMultipleChoiceField[Unit] = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Đơn vị cũ, chấm dứt hoạt động"), queryset=LIVING
    )
    successors: forms.ModelMultipleChoiceField[Unit] = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Đơn vị tiếp nhận đã có trong danh mục"),
        queryset=LIVING,
        required=False,
        help_text=gettext_lazy("Để trống khi đơn vị tiếp nhận được lập mới ở ô dưới."),
    )
    founded = forms.CharField(
        label=gettext_lazy("Đơn vị được lập mới"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Mỗi dòng một đơn vị: tên; mã; loại. Ví dụ: Phường Bồng Sơn; 21637; Phường. Mã trống thì tự đặt."
        ),
    )
    parent: forms.ModelChoiceField[Unit] = forms.ModelChoiceField(
        label=gettext_lazy("Cấp trên của đơn vị lập mới"),
        queryset=LIVING,
        required=False,
        help_text=gettext_lazy("Để trống: cùng cấp trên với đơn vị cũ."),
    )
    carry = forms.BooleanField(
        label=gettext_lazy("Đơn vị trực thuộc được lập lại dưới đơn vị tiếp nhận"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=gettext_lazy("Không chọn: đơn vị trực thuộc chấm dứt cùng đơn vị cũ."),
    )
    officers_too = forms.BooleanField(
        label=gettext_lazy("Cán bộ đầu mối của đơn vị cũ phụ trách cả đơn vị tiếp nhận"),
        required=False,
        initial=True,
        widget=UnfoldBooleanWidget,
    )
    note = forms.CharField(
        label=gettext_lazy("Ghi chú"),
        required=False,
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, site: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("old", "successors"):
            searched(self.fields[name], site, many=True)
        searched(self.fields["parent"], site, many=False)

    def clean_founded(self) -> list[tuple[str, str, str]]:
        """(name, code, kind) of each line."""
        found = []
        for line in self.cleaned_data["founded"].splitlines():
            parts = [part.strip() for part in line.split(";")]
            if not any(parts):
                continue
            if len(parts) > 3 or len(parts[0]) > 200 or len("".join(parts[1:2])) > 20:
                raise ValidationError(_("Dòng “%(line)s” phải có dạng: tên; mã; loại.") % {"line": line[:60]})
            name, code, kind = (*parts, "", "")[:3]
            found.append((name, code, kind[:60]))
        return found

    def decision(self) -> Decision:
        """Of a valid form."""
        found = self.cleaned_data
        old = list(found["old"])
        parent = found["parent"] or (old[0].parent if old else None)
        return Decision(
            kind=found["kind"],
            number=found["number"],
            signed_on=found["signed_on"],
            effective_on=found["effective_on"],
            old=old,
            successors=list(found["successors"]),
            founded=[NewUnit(name, parent, code, kind) for name, code, kind in found["founded"]],
            carry=found["carry"],
            officers_too=found["officers_too"],
            note=found["note"],
        )


def searched(field: Any, site: Any, *, many: bool) -> None:
    """A unit is found by typing, among thousands."""
    relation = UnitSuccession._meta.get_field("unit")
    field.widget = (AutocompleteSelectMultiple if many else AutocompleteSelect)(relation, site)
    field.widget.choices = field.choices


class UnitPages(ModelAdmin):
    """The pages beside the list of units."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("nhap/", view(self.upload_page), name="contests_unit_import"),
            path("nhap/<int:draft>/", view(self.preview_page), name="contests_unit_preview"),
            path("mau/", view(self.template_page), name="contests_unit_template"),
            path("sap-nhap/", view(self.change_page), name="contests_unit_merge"),
            *super().get_urls(),
        ]

    def template_page(self, request: HttpRequest) -> HttpResponse:
        permitted(request, "contests.view_unit")
        return workbook("mau-danh-muc-don-vi", lambda file: write_template(file, made_at=database_now()))

    def upload_page(self, request: HttpRequest) -> HttpResponse:
        """Choose a file; it is kept for its preview on the next page."""
        user = _importer(request)
        form = UnitFileForm(request.POST or None, request.FILES or None, site=self.admin_site)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                draft = keep_unit_file(file.name, file.read(), by=user, under=form.cleaned_data["under"])
            except DomainError as error:
                form.add_error("file", str(error))
            else:
                return HttpResponseRedirect(reverse("admin:contests_unit_preview", args=[draft.pk]))
        context = {"form": form, "media": self.media + form.media}
        return self._page(request, "unit_import", _("Nhập danh mục đơn vị từ tệp"), context)

    def preview_page(self, request: HttpRequest, draft: int) -> HttpResponse:
        """What the file would do, and the button that does it. Only for the person who uploaded it."""
        user = _importer(request)
        own = UnitImport.objects.filter(by=user).select_related("under")
        if request.method == "POST":
            return self._act(request, get_object_or_404(own, pk=draft), user)
        try:
            kept = settled(own.defer("content"), draft)
        except UnitImport.DoesNotExist:
            raise Http404 from None
        context = {"draft": kept, "found": kept.found or {}}
        response = self._page(request, "unit_preview", _("Xem trước khi nhập"), context)
        if kept.waits:
            response["Refresh"] = REFRESH_SECONDS
        return response

    def _act(self, request: HttpRequest, kept: UnitImport, user: Any) -> HttpResponse:
        """The import, or another reading of the file when the last one failed."""
        if kept.failure and "again" in request.POST:
            ask(kept, TASK)
            return HttpResponseRedirect(request.path)
        try:
            plan = import_units(kept, by=user)
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.path)
        words = {"new": len(plan.new), "changed": len(plan.changed), "same": plan.same}
        done = _("Đã lập %(new)d đơn vị mới, sửa %(changed)d đơn vị, giữ nguyên %(same)d đơn vị.") % words
        messages.success(request, done)
        return HttpResponseRedirect(reverse("admin:contests_unit_changelist"))

    def change_page(self, request: HttpRequest) -> HttpResponse:
        """First what the decision says, then what it will do; only the second page's button does it."""
        user = permitted(request, "contests.merge_unit")
        form = ChangeForm(request.POST or None, site=self.admin_site)
        context: dict[str, Any] = {"form": form}
        if request.method == "POST" and form.is_valid() and request.POST.get("act") != "edit":
            decision = form.decision()
            effects = effects_of(decision)
            if effects.reasons:
                for found in effects.reasons:
                    form.add_error(None, found)
            elif request.POST.get("act") == "confirm":
                try:
                    change = record_change(decision, by=user)
                except Refused as refused:
                    for reason in refused.reasons:
                        form.add_error(None, str(reason))
                else:
                    messages.success(request, _("Đã ghi: %(change)s.") % {"change": change})
                    return HttpResponseRedirect(reverse("admin:contests_unitchange_changelist"))
            else:
                context |= {"decision": decision, "effects": effects, "hidden": _hidden(form)}
                context["kind"] = UnitChangeKind(decision.kind).label
        context["media"] = self.media + form.media
        status = 400 if form.errors and request.POST.get("act") != "edit" else 200
        return self._page(request, "unit_change", _("Sáp nhập, chia tách đơn vị"), context, status=status)

    def _page(
        self, request: HttpRequest, template: str, title: str, context: dict[str, Any], *, status: int = 200
    ) -> TemplateResponse:
        shared = {
            **self.admin_site.each_context(request),
            "opts": Unit._meta,
            "title": title,
            "back": reverse("admin:contests_unit_changelist"),
        }
        return TemplateResponse(
            request, f"admin/contests/{template}.html", {**shared, **context}, status=status
        )


def _importer(request: HttpRequest) -> Any:
    permitted(request, "contests.add_unit")
    return permitted(request, "contests.change_unit")


def _hidden(form: forms.Form) -> list[tuple[str, str]]:
    """What was typed, for the second page's button: (name, value) of every field, chosen ones one by one."""
    data: Any = form.data
    return [(name, value) for name in form.fields for value in data.getlist(name)]
