"""The trail of changes, at /quan-tri/audit/change/: search, one change side by side, export."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from contest_site.audit.exporting import csv_lines, write_excel
from contest_site.audit.models import Change
from contest_site.audit.queries import Wanted, event_of, page_of, search
from contest_site.audit.trail import record
from contest_site.audit.verbs import verb_label
from contest_site.audit.wording import differences, summary, table_label, tables
from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.lib.text import name_sort_key

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
VIEW = "audit.view_change"
EVERY = ("", gettext_lazy("Tất cả"))


class SearchForm(forms.Form):
    """What is searched for; every field may stay empty."""

    words = forms.CharField(
        label=gettext_lazy("Từ cần tìm"), required=False, max_length=200, widget=UnfoldAdminTextInputWidget
    )
    actor = forms.ChoiceField(
        label=gettext_lazy("Người thực hiện"), required=False, widget=UnfoldAdminSelectWidget
    )
    source = forms.ChoiceField(
        label=gettext_lazy("Nguồn"),
        required=False,
        choices=[EVERY, *Change.Source.choices],
        widget=UnfoldAdminSelectWidget,
    )
    table = forms.ChoiceField(
        label=gettext_lazy("Loại đối tượng"), required=False, widget=UnfoldAdminSelectWidget
    )
    row = forms.CharField(
        label=gettext_lazy("Mã đối tượng"), required=False, max_length=60, widget=UnfoldAdminTextInputWidget
    )
    operation = forms.ChoiceField(
        label=gettext_lazy("Thao tác"),
        required=False,
        choices=[EVERY, *Change.Operation.choices],
        widget=UnfoldAdminSelectWidget,
    )
    first = forms.DateField(
        label=gettext_lazy("Từ ngày"), required=False, widget=UnfoldAdminTextInputWidget({"type": "date"})
    )
    last = forms.DateField(
        label=gettext_lazy("Đến ngày"), required=False, widget=UnfoldAdminTextInputWidget({"type": "date"})
    )
    request = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = get_user_model().objects.filter(is_staff=True).only("pk", "full_name", "username")
        names = sorted(((one.pk, str(one)) for one in people), key=lambda one: name_sort_key(one[1]))
        self.fields["actor"].choices = [EVERY, *names]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["table"].choices = [EVERY, *tables()]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """Of a valid form."""
        found = self.cleaned_data
        return Wanted(**{**found, "actor": int(found["actor"]) if found["actor"] else None})


@dataclass(frozen=True)
class Line:
    """A row of the list."""

    change: Change
    kind: str
    about: str


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    """Its pages are its own: nothing here may count or sort a table that only grows."""

    def get_urls(self) -> list[URLPattern]:
        def at(address: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
            return path(address, self.admin_site.admin_view(view), name=f"audit_change_{name}")

        return [
            at("", self.list_page, "changelist"),
            at("xuat.<str:form>", self.export, "export"),
            at("<int:pk>/", self.change_page, "change"),
        ]

    def list_page(self, request: HttpRequest) -> HttpResponse:
        """Search, the latest first, 50 to a page; pages are found by key."""
        _check(request)
        form = SearchForm(request.GET)
        if form.is_valid():
            rows = search(form.wanted())
            page = page_of(rows, before=_number(request, "before"), after=_number(request, "after"))
            lines = [Line(row, table_label(row.table_name), summary(row)) for row in page.rows]
            beside = {"newer": page.newer, "older": page.older}
        else:
            lines, beside = [], {}
        return self._page(
            request,
            "changes",
            _("Nhật ký thay đổi dữ liệu"),
            form=form,
            lines=lines,
            query=_query(request.GET),
            narrowed=any(request.GET.get(name) for name in form.fields),
            **beside,
        )

    def change_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One change, before and after beside each other, with the act that it belongs to."""
        _check(request)
        change = Change.objects.filter(pk=pk).first()
        if change is None:
            raise Http404
        event = event_of(change)
        return self._page(
            request,
            "change",
            f"{change.get_operation_display()} {table_label(change.table_name)} {change.row_key}",
            change=change,
            kind=table_label(change.table_name),
            differences=differences(change),
            event=event,
            verb=verb_label(event) if event else "",
            here=_address_of(change),
        )

    def export(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """What is searched for as xlsx (the newest 100,000) or csv (all), written row by row."""
        _check(request)
        asked = SearchForm(request.GET)
        if form not in {"csv", "xlsx"} or not asked.is_valid():
            raise Http404
        rows, now = search(asked.wanted()), timezone.now()
        name = f"nhat-ky-{timezone.localtime(now):%Y%m%d-%H%M}.{form}"
        user: Any = request.user
        record("exported trail", user, by=user, search=_query(request.GET))
        if form == "csv":
            return StreamingHttpResponse(
                csv_lines(rows),
                content_type="text/csv; charset=utf-8",
                headers={
                    "Content-Disposition": f'attachment; filename="{name}"',
                    "Cache-Control": "no-store",
                },
            )
        file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
        write_excel(file, rows, made_at=now)
        file.seek(0)
        return FileResponse(
            file,
            as_attachment=True,
            filename=name,
            content_type=EXCEL,
            headers={"Cache-Control": "no-store"},
        )

    def _page(self, request: HttpRequest, template: str, title: str, **context: Any) -> TemplateResponse:
        return TemplateResponse(
            request,
            f"admin/audit/{template}.html",
            {**self.admin_site.each_context(request), "title": title, "opts": Change._meta, **context},
            headers={"Cache-Control": "no-store"},
        )


def history_address(obj: Any) -> str:
    """The page with every change of an object (`history_of`)."""
    query = QueryDict(mutable=True)
    query.update({"table": obj._meta.db_table, "row": str(obj.pk)})
    return f"{reverse('admin:audit_change_changelist')}?{query.urlencode()}"


def _address_of(change: Change) -> str:
    query = QueryDict(mutable=True)
    query.update({"table": change.table_name, "row": change.row_key})
    return query.urlencode()


def _query(given: QueryDict) -> str:
    """The search without the place in its list."""
    kept = given.copy()
    for name in [*(name for name in kept if not kept[name]), "before", "after"]:
        kept.pop(name, None)
    return kept.urlencode()


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
