"""Loại, phục hồi kết quả, at /quan-tri/attempts/disqualification/: find a person, judge, look back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from attempts.admin.pages import GroundsForm, check, download, page, sent
from attempts.domain.disqualifying import disqualify, reinstate
from attempts.models import Disqualification, Reinstatement
from attempts.queries import attempts_of, found_entries, with_marks
from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.lib.errors import DomainError
from contests.models import Contest, Entry, Round
from contests.queries import announced_contests, exclusion_of

JUDGE = "attempts.judge_attempts"
FOUND = 50
LISTED = 100
WHOLE = "ca-cuoc-thi"


class FindForm(forms.Form):
    """Whom to look for, in which contest."""

    contest = forms.ModelChoiceField(
        Contest.objects.none(),
        label=gettext_lazy("Cuộc thi"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )
    q = forms.CharField(
        label=gettext_lazy("Họ và tên, số điện thoại hoặc mã biên nhận"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["contest"]
        field.queryset = announced_contests().order_by("-opens_at")


class DisqualifyForm(GroundsForm):
    """Where a person's attempts are not to count any more, and why."""

    scope = forms.ChoiceField(label=gettext_lazy("Phạm vi"), widget=UnfoldAdminSelectWidget)
    field_order = ("scope", "grounds", "attachment")

    def __init__(self, entry: Entry, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rounds = {str(one.number): one for one in entry.contest.rounds.order_by("number")}
        field: Any = self.fields["scope"]
        field.choices = [
            (number, _("%(round)s: không tính mọi lượt thi của vòng này") % {"round": one.name})
            for number, one in self.rounds.items()
        ]
        if len(self.rounds) > 1:
            whole = (WHOLE, _("Cả cuộc thi: không tính lượt thi nào"))
            field.choices = [("", _("Chọn phạm vi")), *field.choices, whole]

    @property
    def round(self) -> Round | None:
        return self.rounds.get(self.cleaned_data["scope"])


@admin.register(Disqualification)
class DisqualificationAdmin(ReadOnlyAdmin):
    """No form of rows: find the person, see the attempts, then act in two steps."""

    def get_urls(self) -> list[URLPattern]:
        def at(address: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(address, self.admin_site.admin_view(view), name=f"attempts_{name}")

        return [
            at("", self.find_page, "disqualification_changelist"),
            at("nguoi/<int:entry_id>/", self.person_page, "person"),
            at("nguoi/<int:entry_id>/loai/", self.disqualify_page, "disqualify"),
            at("<int:pk>/phuc-hoi/", self.reinstate_page, "reinstate"),
            at("<int:pk>/tai-lieu/", self.paper, "disqualification_paper"),
            at("<int:pk>/tai-lieu-phuc-hoi/", self.back_paper, "reinstatement_paper"),
        ]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(JUDGE)

    def find_page(self, request: HttpRequest) -> HttpResponse:
        """A search, and below it everything that was judged, the latest first."""
        check(request, JUDGE)
        form = FindForm(request.GET if "q" in request.GET else None)
        entries: list[Entry] | None = None
        if form.is_bound and form.is_valid():
            found = found_entries(form.cleaned_data["contest"], form.cleaned_data["q"])
            entries = list(found.select_related("unit")[: FOUND + 1])
        judged = Disqualification.objects.select_related(
            "entry__contest", "entry__unit", "round", "by", "reinstatement__by"
        ).order_by("-pk")
        return page(
            request, self.admin_site, "find", _("Loại, phục hồi kết quả"), Disqualification,
            form=form, entries=entries[:FOUND] if entries is not None else None,
            more=entries is not None and len(entries) > FOUND, found=FOUND, judged=judged[:LISTED],
        )  # fmt: skip

    def person_page(self, request: HttpRequest, entry_id: int) -> HttpResponse:
        """A person's attempts and all that was judged about them."""
        check(request, JUDGE)
        entry = _entry(entry_id)
        attempts = with_marks(attempts_of(entry)).select_related("round")
        return page(
            request, self.admin_site, "person", entry.full_name, Disqualification,
            entry=entry, exclusion=exclusion_of(entry),
            attempts=attempts.defer("seed", "paper", "orders", "limits", "answers", "choices"),
            judged=entry.disqualifications.select_related("round", "by", "reinstatement__by"),
        )  # fmt: skip

    def disqualify_page(self, request: HttpRequest, entry_id: int) -> HttpResponse:
        """First what will happen (GET), then the act (POST)."""
        by = check(request, JUDGE)
        entry = _entry(entry_id)
        form = DisqualifyForm(entry, *sent(request))

        def act() -> None:
            disqualify(
                entry,
                round=form.round,
                grounds=form.cleaned_data["grounds"],
                attachment=form.cleaned_data["attachment"],
                by=by,
            )

        sentences = [
            _(
                "Các lượt thi trong phạm vi được chọn không được tính vào bất kỳ"
                " số liệu, xếp hạng, báo cáo nào."
            ),
            _("Bài làm, điểm và mã biên nhận vẫn được lưu nguyên. Có thể phục hồi khi có căn cứ."),
            _("Nếu đã xếp hạng, cần xếp hạng lại: phiên bản mới phải được người khác phê duyệt."),
            _("Người dự thi thấy trên trang kết quả rằng kết quả bị loại và ngày loại, không thấy căn cứ."),
            _("Người thực hiện, thời điểm và căn cứ được ghi vào nhật ký, không sửa được."),
        ]
        return self._step(
            request, entry, form, act,
            title=_("Loại kết quả"), sentences=sentences, button=_("Loại kết quả"),
            done=_("Đã loại kết quả. Nếu vòng thi đã xếp hạng, hãy xếp hạng lại."),
        )  # fmt: skip

    def reinstate_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """First what will happen (GET), then the act (POST)."""
        by = check(request, JUDGE)
        judged = get_object_or_404(Disqualification.objects.select_related("round"), pk=pk)
        form = GroundsForm(*sent(request))

        def act() -> None:
            reinstate(
                judged,
                grounds=form.cleaned_data["grounds"],
                attachment=form.cleaned_data["attachment"],
                by=by,
            )

        scope = judged.round.name if judged.round else _("Cả cuộc thi")
        sentences = [
            _("Phạm vi: %(scope)s. Các lượt thi được tính lại như của mọi người.") % {"scope": scope},
            _("Nếu đã xếp hạng, cần xếp hạng lại: phiên bản mới phải được người khác phê duyệt."),
            _("Người thực hiện, thời điểm và căn cứ được ghi vào nhật ký, không sửa được."),
        ]
        return self._step(
            request, _entry(judged.entry_id), form, act,
            title=_("Phục hồi kết quả"), sentences=sentences, button=_("Phục hồi kết quả"),
            done=_("Đã phục hồi kết quả. Nếu vòng thi đã xếp hạng, hãy xếp hạng lại."),
        )  # fmt: skip

    def paper(self, request: HttpRequest, pk: int) -> HttpResponse:
        check(request, JUDGE)
        return download(get_object_or_404(Disqualification, pk=pk).attachment)  # type: ignore[return-value]

    def back_paper(self, request: HttpRequest, pk: int) -> HttpResponse:
        check(request, JUDGE)
        return download(get_object_or_404(Reinstatement, disqualification=pk).attachment)  # type: ignore[return-value]

    def _step(
        self,
        request: HttpRequest,
        entry: Entry,
        form: forms.Form,
        act: Callable[[], None],
        *,
        title: str,
        sentences: list[str],
        button: str,
        done: str,
    ) -> HttpResponse:
        back = reverse("admin:attempts_person", args=[entry.pk])
        error, status = None, 200
        if request.method == "POST":
            status = 400
            if form.is_valid():
                try:
                    act()
                except DomainError as refusal:
                    error, status = refusal, refusal.status
                else:
                    messages.success(request, done)
                    return HttpResponseRedirect(back)
        return page(
            request, self.admin_site, "judge", title, Disqualification,
            status=status, entry=entry, form=form, sentences=sentences, button=button, error=error, back=back,
        )  # fmt: skip


def _entry(entry_id: int) -> Entry:
    return get_object_or_404(
        Entry.objects.select_related("contest", "unit", "user", "category"),
        pk=entry_id,
        contest__in=announced_contests(),
    )
