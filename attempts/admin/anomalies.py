"""Dấu hiệu bất thường, at /quan-tri/attempts/anomaly/: rounds, a queue of one, a signal with its evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from attempts.admin.pages import check, page, words
from attempts.anomalies.domain import Conclusion, ask_for_scan, decide
from attempts.anomalies.evidence import answers_beside, figures_of, papers_beside, summary
from attempts.anomalies.links import queue_url
from attempts.anomalies.models import AnomalyKind
from attempts.anomalies.queries import (
    ScanState,
    anomalies,
    counts_by_kind,
    every,
    rounds_with_counts,
    scan_state,
    with_conclusion,
)
from attempts.models import Anomaly, AnomalyScan
from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.lib.errors import DomainError
from contests.models import Round, Unit
from contests.queries import announced_contests, closing_of

SEE, DECIDE, JUDGE = "attempts.view_anomaly", "attempts.decide_anomaly", "attempts.judge_attempts"
PER_PAGE = 50
REFRESH = "5"  # seconds after which a page that waits for a worker looks again
# What the queue can be narrowed to, by the word in the address.
STATES: dict[str, Any] = {
    "cho": gettext_lazy("Chưa có kết luận"),
    "xong": gettext_lazy("Đã có kết luận"),
    "chuyen": gettext_lazy("Đã chuyển xem xét loại kết quả"),
    "tat-ca": gettext_lazy("Tất cả dấu hiệu hiện nay"),
    "khong-con": gettext_lazy("Lần tìm gần nhất không còn thấy"),
}


class VerdictForm(forms.Form):
    """What is said of one signal or of many, and why."""

    conclusion = forms.ChoiceField(label=gettext_lazy("Kết luận"), widget=UnfoldAdminSelectWidget)
    grounds = words(gettext_lazy("Căn cứ"))

    def __init__(self, *args: Any, people: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["conclusion"]
        offered = [one for one in Conclusion if people or one != Conclusion.PASSED_ON]
        field.choices = [("", _("Chọn kết luận")), *((one.value, one.label) for one in offered)]


@admin.register(Anomaly)
class AnomalyAdmin(ReadOnlyAdmin):
    """No form of rows: a round's queue, the evidence of each signal, a verdict with its grounds."""

    def get_urls(self) -> list[URLPattern]:
        def at(address: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(address, self.admin_site.admin_view(view), name=f"attempts_anomaly_{name}")

        return [
            at("", self.rounds_page, "changelist"),
            at("vong/<int:round_id>/", self.queue_page, "queue"),
            at("vong/<int:round_id>/tim/", self.scan, "scan"),
            at("vong/<int:round_id>/ket-luan/", self.decide_page, "decide"),
            at("<int:pk>/", self.detail_page, "detail"),
        ]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(SEE)

    def rounds_page(self, request: HttpRequest) -> HttpResponse:
        """The rounds that have begun, the newest first, with how much waits in each."""
        check(request, SEE)
        return page(
            request, self.admin_site, "anomaly_rounds", _("Dấu hiệu bất thường"), Anomaly,
            rounds=rounds_with_counts(),
        )  # fmt: skip

    def queue_page(self, request: HttpRequest, round_id: int) -> HttpResponse:
        """The signals of a round that pass the filters; those about most people first."""
        check(request, SEE)
        round = _round(round_id)
        rows = _narrowed(round, request.GET)
        shown: Page[Anomaly] = Paginator(rows, PER_PAGE).get_page(request.GET.get("trang"))
        kept = request.GET.copy()
        kept.pop("trang", None)
        lines = [{"anomaly": one, "summary": summary(one)} for one in shown.object_list]
        frame = _frame(round, request.GET)
        response = page(
            request, self.admin_site, "anomaly_queue", _("Dấu hiệu bất thường"), Anomaly,
            round=round, shown=shown, lines=lines, query=kept.urlencode(), **frame,
            may_decide=request.user.has_perm(DECIDE),
        )  # fmt: skip
        if frame["scan_waits"]:
            response["Refresh"] = REFRESH
        return response

    def scan(self, request: HttpRequest, round_id: int) -> HttpResponse:
        """Have the round looked through anew, by a worker."""
        by = check(request, DECIDE)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        round = _round(round_id)
        try:
            ask_for_scan(round, by=by)
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Hệ thống đang tìm dấu hiệu. Trang tự tải lại khi xong."))
        return HttpResponseRedirect(queue_url(round))

    def decide_page(self, request: HttpRequest, round_id: int) -> HttpResponse:
        """Those that were ticked, or all that the filters leave: first what will happen, then the act."""
        by = check(request, DECIDE)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        round = _round(round_id)
        chosen = _chosen(round, request.POST)
        back = f"{queue_url(round)}?{request.POST.get('loc', '')}".rstrip("?")
        if not chosen:
            messages.error(
                request, _("Chưa chọn dấu hiệu nào. Đánh dấu ít nhất một dấu hiệu trong danh sách.")
            )
            return HttpResponseRedirect(back)
        people = all(one.entries for one in chosen)
        confirmed = "conclusion" in request.POST
        form = VerdictForm(request.POST if confirmed else None, people=people)
        error = None
        if confirmed and form.is_valid():
            try:
                count = decide(chosen, **form.cleaned_data, by=by)
            except DomainError as refusal:
                error = refusal
            else:
                messages.success(request, _("Đã ghi kết luận cho %(count)d dấu hiệu.") % {"count": count})
                return HttpResponseRedirect(back)
        return page(
            request, self.admin_site, "anomaly_decide", _("Kết luận về dấu hiệu bất thường"), Anomaly,
            status=400 if confirmed else 200, round=round, chosen=chosen, kinds=_kinds(chosen), form=form,
            error=error, back=back, sentences=_sentences(people=people), narrowed=request.POST.get("loc", ""),
            last=max(one.pk for one in chosen) if request.POST.get("tat-ca") else None,
        )  # fmt: skip

    def detail_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One signal: figures, papers side by side, what was said of it, and the form to say more."""
        check(request, SEE)
        anomaly = get_object_or_404(
            with_conclusion(Anomaly.objects.all()).select_related(
                "round__contest", "round__closing", "round__seal", "unit"
            ),
            pk=pk,
            round__contest__in=announced_contests(),
        )
        form = VerdictForm(request.POST if request.method == "POST" else None, people=bool(anomaly.entries))
        error = None
        if request.method == "POST":
            by = check(request, DECIDE)
            if form.is_valid():
                try:
                    decide([anomaly], **form.cleaned_data, by=by)
                except DomainError as refusal:
                    error = refusal
                else:
                    messages.success(request, _("Đã ghi kết luận."))
                    return HttpResponseRedirect(queue_url(anomaly.round))
        closed = closing_of(anomaly.round) is not None
        see_questions = request.user.has_perm("questions.see_key")
        return page(
            request, self.admin_site, "anomaly", str(anomaly), Anomaly,
            status=400 if request.method == "POST" else 200, anomaly=anomaly, round=anomaly.round,
            summary=summary(anomaly), figures=figures_of(anomaly), papers=papers_beside(anomaly),
            answers=answers_beside(anomaly, words=see_questions) if closed else None, closed=closed,
            verdicts=anomaly.verdicts.select_related("by"), form=form, error=error,
            back=queue_url(anomaly.round), may_decide=request.user.has_perm(DECIDE),
            may_judge=request.user.has_perm(JUDGE),
        )  # fmt: skip


def _round(round_id: int) -> Round:
    return get_object_or_404(
        Round.objects.select_related("contest", "closing", "seal"),
        pk=round_id,
        contest__in=announced_contests(),
    )


def _frame(round: Round, wanted: QueryDict) -> dict[str, Any]:
    """What stands above the list: the scan, the counts by kind, the filters as they are set."""
    state = scan_state(round)
    scan = AnomalyScan.objects.filter(round=round).defer("found").first()
    kinds = counts_by_kind(round)
    return {
        "scan": scan,
        "scan_waits": state == ScanState.WAITS,
        "scan_failed": state == ScanState.FAILED,
        "scan_missing": state == ScanState.MISSING,
        "skipped": [AnomalyKind(one).label for one in (scan.skipped if scan else [])],
        "kinds": kinds,
        "waiting": sum(one.waiting for one in kinds),
        "units": Unit.objects.filter(pk__in=every(round).values("unit")).order_by("name", "code"),
        "kind": wanted.get("loai", ""),
        "state": wanted.get("trang-thai", "cho"),
        "unit": wanted.get("don-vi", ""),
        "all_kinds": AnomalyKind.choices,
        "states": STATES.items(),
    }


def _narrowed(round: Round, wanted: QueryDict) -> QuerySet[Any]:
    """The round's signals by the filters of an address; without any, those that wait."""
    now = anomalies(round)
    match wanted.get("trang-thai", "cho"):
        case "xong":
            rows = now.exclude(conclusion=None)
        case "chuyen":
            rows = now.filter(conclusion=Conclusion.PASSED_ON)
        case "tat-ca":
            rows = now
        case "khong-con":
            rows = every(round).exclude(pk__in=now.values("pk"))
        case _:
            rows = now.filter(conclusion=None)
    if (kind := wanted.get("loai", "")) in AnomalyKind.values:
        rows = rows.filter(kind=kind)
    if (unit := wanted.get("don-vi", "")).isascii() and unit.isdigit() and len(unit) < 10:
        rows = rows.filter(unit=int(unit))
    return rows.select_related("unit").order_by("-people", "-papers", "pk")


def _chosen(round: Round, sent: QueryDict) -> list[Anomaly]:
    """The signals that were ticked, or with `tat-ca` all that the filters leave. Never another round's."""
    if sent.get("tat-ca"):
        rows = _narrowed(round, QueryDict(sent.get("loc", "")))
        # What was found after the page that asked is not among what was looked at.
        seen = sent.get("den", "")
        return list(rows.filter(pk__lte=int(seen)) if seen.isascii() and seen.isdigit() else rows)
    keys = [int(one) for one in sent.getlist("chon") if one.isascii() and one.isdigit() and len(one) < 18]
    return list(Anomaly.objects.filter(round=round, pk__in=keys).order_by("pk"))


def _kinds(chosen: list[Anomaly]) -> list[tuple[str, int]]:
    """How many of each kind, in the kinds' order."""
    counted = [(kind, sum(one.kind == kind for one in chosen)) for kind in AnomalyKind]
    return [(str(kind.label), count) for kind, count in counted if count]


def _sentences(*, people: bool) -> list[str]:
    """What a verdict does and does not do."""
    found = [
        _("Cùng một kết luận và căn cứ được ghi cho từng dấu hiệu, kèm người kết luận và thời điểm."),
        _("Điểm, thời gian, thứ hạng của người dự thi không thay đổi."),
        _("Kết luận không xóa được; khi có căn cứ mới, ghi kết luận khác, kết luận sau cùng có hiệu lực."),
    ]
    if people:
        found.append(
            _(
                "“Chuyển xem xét loại kết quả” chưa loại ai: việc loại được quyết định ở trang Loại, phục hồi"
                " kết quả. Kết quả chưa được phê duyệt khi chưa có quyết định đó hoặc kết luận khác."
            )
        )
    return found
