"""Phân tích câu hỏi, at /quan-tri/attempts/attempt/phan-tich/: what the papers tell about the questions.

The pages show keys: all of them need questions.see_key.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attempts.admin.pages import check, page
from attempts.analysis.charts import Bar, Dot, bar_of, dot_of
from attempts.analysis.report import Analysis, Combination, Item, Option
from attempts.analysis.rules import ENOUGH
from attempts.analysis.storing import ask_for_counts, counts_of, is_current, stored_analysis
from attempts.analysis.words import index, percent, reasons, share
from attempts.analysis.workbook import notes, write_analysis
from attempts.models import Attempt, ItemCounts
from contest_site.audit.trail import record
from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.lib.text import fold
from contest_site.lib.work import settled
from contests.models import Round
from contests.queries import announced_contests
from questions.formats.rich_reading import to_plain
from questions.rules import LETTERS, is_of_topic

SEE_KEY, JUDGE, APPRAISE = "questions.see_key", "attempts.judge_attempts", "questions.appraise_revision"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LISTED = 100
REFRESH = "3"  # seconds after which a page looks again
EASY, WEAK = Fraction(95, 100), Decimal("0.2")

ORDERS: dict[str, tuple[Any, Callable[[Item], Any]]] = {
    "cau": (gettext_lazy("Số câu"), lambda item: item.index),
    "dung": (gettext_lazy("Tỷ lệ đúng, thấp trước"), lambda item: _or_last(item.found.facility)),
    "phan-biet": (gettext_lazy("Độ phân biệt, thấp trước"), lambda item: _or_last(item.found.discrimination)),
    "hieu-qua": (
        gettext_lazy("Hiệu quả phân biệt, thấp trước"),
        lambda item: _or_last(item.found.efficiency),
    ),
    "so-bai": (gettext_lazy("Số bài, nhiều trước"), lambda item: -item.papers),
    "bo-trong": (
        gettext_lazy("Bỏ trống, nhiều trước"),
        lambda item: -(share(item.blank.papers, item.papers) or 0),
    ),
}
FILTERS: dict[str, tuple[Any, Callable[[Item], bool]]] = {
    "": (gettext_lazy("Mọi câu"), lambda item: True),
    "xem-lai": (gettext_lazy("Cần xem lại đáp án"), lambda item: bool(item.suspicions)),
    "de": (gettext_lazy("Quá dễ (từ 95 % đúng)"), lambda item: (item.found.facility or 0) >= EASY),
    "kem": (
        gettext_lazy("Phân biệt kém (dưới 0,20)"),
        lambda item: item.found.discrimination is not None and item.found.discrimination < WEAK,
    ),
    "sua": (gettext_lazy("Đã sửa đáp án"), lambda item: item.corrected),
    "chua": (gettext_lazy("Chưa ra trong bài nào"), lambda item: not item.papers),
}


@dataclass(frozen=True)
class Line:
    """A question in the table: its figures as they are shown."""

    item: Item
    text: str
    facility: str
    deviation: str
    discrimination: str
    efficiency: str
    guess: str
    blank: str
    reasons: list[str]
    bar: Bar
    address: str


@dataclass(frozen=True)
class ChoiceLine:
    """An option, a combination or the blank of one question, with its bars."""

    name: str
    text: str
    right: bool
    papers: int
    all: Bar
    upper: Bar
    lower: Bar


class AnalysisPages(ReadOnlyAdmin):
    """The analysis's pages, for the admin of attempts."""

    def get_urls(self) -> list[URLPattern]:
        def at(address: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(address, self.admin_site.admin_view(view), name=f"attempts_{name}")

        return [
            at("phan-tich/", self.analysis_rounds, "analysis_rounds"),
            at("phan-tich/<int:round_id>/", self.analysis_page, "analysis"),
            at("phan-tich/<int:round_id>/excel/", self.analysis_workbook, "analysis_workbook"),
            at("phan-tich/<int:round_id>/cau/<int:number>/", self.analysis_question, "analysis_question"),
            *super().get_urls(),
        ]

    def analysis_rounds(self, request: HttpRequest) -> HttpResponse:
        """The sealed rounds, the latest first."""
        check(request, SEE_KEY)
        return page(
            request, self.admin_site, "analysis_rounds", _("Phân tích câu hỏi"), Attempt,
            rounds=_rounds().order_by("-opens_at")[:LISTED],
        )  # fmt: skip

    def analysis_page(self, request: HttpRequest, round_id: int) -> HttpResponse:
        """What looks wrong on top, a picture of all questions, and the table."""
        check(request, SEE_KEY)
        round, every = _round(round_id), _every(request)
        if request.method == "POST":
            ask_for_counts(round, every=every)
            return HttpResponseRedirect(request.get_full_path())
        row = counts_of(round, every=every)
        if row and row.waits:
            row = settled(ItemCounts.objects.defer("counts"), row.pk)
        if row is None or row.counted_at is None:
            return self._not_yet(request, round, row, every=every)
        analysis = stored_analysis(row)
        shown = _chosen(analysis, request.GET)
        response = page(
            request, self.admin_site, "analysis", _("Phân tích câu hỏi"), Attempt,
            **_heading(analysis, round), row=row, current=is_current(row),
            suspected=[_line(one, analysis) for one in analysis.suspected],
            lines=[_line(item, analysis) for item in shown], dots=_dots(analysis), enough=ENOUGH,
            topics=sorted({item.question.topic for item in analysis.items}),
            orders=[(key, label) for key, (label, _by) in ORDERS.items()],
            filters=[(key, label) for key, (label, _by) in FILTERS.items()],
            order=request.GET.get("sap-xep", "cau"), only=request.GET.get("loc", ""),
            topic=request.GET.get("chu-de", ""), typed=request.GET.get("q", ""),
        )  # fmt: skip
        if row.waits:
            response["Refresh"] = REFRESH
        return response

    def _not_yet(
        self, request: HttpRequest, round: Round, row: ItemCounts | None, *, every: bool
    ) -> HttpResponse:
        """Nothing was counted so far: asked for, failed, or nobody has asked."""
        response = page(
            request, self.admin_site, "analysis_waiting", _("Phân tích câu hỏi"), Attempt,
            round=round, row=row, every=every,
        )  # fmt: skip
        if row and row.waits:
            response["Refresh"] = REFRESH
        return response

    def analysis_question(self, request: HttpRequest, round_id: int, number: int) -> HttpResponse:
        """Who chose what, in all and at either end."""
        check(request, SEE_KEY)
        round = _round(round_id)
        analysis = _stored(round, every=_every(request))
        if analysis is None:
            return HttpResponseRedirect(_page_of(round, every=_every(request)))
        if not 1 <= number <= len(analysis.items):
            raise Http404
        item = analysis.items[number - 1]
        return page(
            request, self.admin_site, "analysis_question", _("Câu %(number)d") % {"number": number}, Attempt,
            **_heading(analysis, round), line=_line(item, analysis), item=item,
            choices=_choice_lines(item), combinations=_combination_lines(item), enough=ENOUGH,
            may_correct=may_correct(request.user),
            previous=_question_address(analysis, number - 1) if number > 1 else "",
            following=_question_address(analysis, number + 1) if number < len(analysis.items) else "",
        )  # fmt: skip

    def analysis_workbook(self, request: HttpRequest, round_id: int) -> HttpResponse:
        """The same figures for Excel; who took them is recorded."""
        by = check(request, SEE_KEY)
        round = _round(round_id)
        analysis = _stored(round, every=_every(request))
        if analysis is None:
            return HttpResponseRedirect(_page_of(round, every=_every(request)))
        file = io.BytesIO()
        write_analysis(file, analysis)
        record(
            "downloaded item analysis", analysis.round, by=by,
            papers=analysis.papers, questions=len(analysis.items), every=analysis.every,
        )  # fmt: skip
        name = f"phan-tich-cau-hoi-{analysis.round.contest.slug}-vong-{analysis.round.number}.xlsx"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)


def may_correct(user: Any) -> bool:
    """Who may propose another key: as the pages of corrections have it."""
    return bool(user.has_perm(SEE_KEY) and (user.has_perm(JUDGE) or user.has_perm(APPRAISE)))


def _rounds() -> Any:
    return Round.objects.filter(contest__in=announced_contests(), seal__isnull=False).select_related(
        "contest", "seal", "closing"
    )


def _round(round_id: int) -> Round:
    found: Round = get_object_or_404(_rounds(), pk=round_id)
    return found


def _every(request: HttpRequest) -> bool:
    return request.GET.get("luot") == "tat-ca"


def _stored(round: Round, *, every: bool) -> Analysis | None:
    row = counts_of(round, every=every)
    return stored_analysis(row) if row and row.counted_at else None


def _page_of(round: Round, *, every: bool) -> str:
    return reverse("admin:attempts_analysis", args=[round.pk]) + ("?luot=tat-ca" if every else "")


def _heading(analysis: Analysis, round: Round) -> dict[str, Any]:
    return {
        "analysis": analysis,
        "round": round,
        "notes": notes(analysis),
        "query": "?luot=tat-ca" if analysis.every else "",
        "back": _page_of(round, every=analysis.every),
    }


def _or_last(value: Any) -> tuple[bool, Any]:
    """For sorting: what has no value stands last."""
    return value is None, value or 0


def _chosen(analysis: Analysis, wanted: QueryDict) -> list[Item]:
    """The questions that pass the filters, in the order asked for."""
    _label, keep = FILTERS.get(wanted.get("loc", ""), FILTERS[""])
    _label, by = ORDERS.get(wanted.get("sap-xep", ""), ORDERS["cau"])
    topic, typed = wanted.get("chu-de", ""), wanted.get("q", "").strip()
    items = [item for item in analysis.items if keep(item) and _matches(item, topic, typed)]
    return sorted(items, key=lambda item: (by(item), item.index))


def _matches(item: Item, topic: str, typed: str) -> bool:
    if topic and not is_of_topic(item.question.topic, topic):
        return False
    if typed.isascii() and typed.isdigit():
        return str(item.number) == typed.lstrip("0")
    return fold(typed) in fold(to_plain(item.question.text))


def _line(item: Item, analysis: Analysis) -> Line:
    found = item.found
    return Line(
        item=item,
        text=to_plain(item.question.text),
        facility=percent(found.facility),
        deviation=percent(found.deviation),
        discrimination=index(found.discrimination),
        efficiency=percent(found.efficiency),
        guess=percent(item.guess),
        blank=percent(share(item.blank.papers, item.papers)),
        reasons=reasons(item),
        bar=bar_of(found.facility),
        address=_question_address(analysis, item.number),
    )


def _question_address(analysis: Analysis, number: int) -> str:
    query = "?luot=tat-ca" if analysis.every else ""
    return reverse("admin:attempts_analysis_question", args=[analysis.round.pk, number]) + query


def _dots(analysis: Analysis) -> list[Dot]:
    made = (dot_of(item, _question_address(analysis, item.number)) for item in analysis.items)
    # What looks wrong is drawn over the rest.
    return sorted((dot for dot in made if dot), key=lambda dot: dot.bad)


def _choice_lines(item: Item) -> list[ChoiceLine]:
    lines = [
        _choice(item, LETTERS[one.index], item.question.options[one.index], one.right or item.void, one)
        for one in item.options
    ]
    return [*lines, _choice(item, "–", _("Bỏ trống"), item.void, item.blank)]


def _combination_lines(item: Item) -> list[ChoiceLine]:
    return [
        _choice(item, " + ".join(LETTERS[at] for at in one.options), percent(one.worth), one.worth == 1, one)
        for one in item.combinations
    ]


def _choice(item: Item, name: str, text: str, right: bool, counts: Option | Combination | Any) -> ChoiceLine:
    return ChoiceLine(
        name,
        text,
        right,
        counts.papers,
        bar_of(share(counts.papers, item.papers)),
        bar_of(share(counts.upper, item.upper)),
        bar_of(share(counts.lower, item.lower)),
    )
