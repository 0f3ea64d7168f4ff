"""Attempts and predictions in the admin: to look up, never to change."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from attempts.admin.analysis import AnalysisPages
from attempts.admin.previews import PreviewPages
from attempts.models import Attempt, Prediction
from attempts.queries import with_marks
from attempts.rules.marking import in_questions
from contest_site.lib.templatetags.vi import duration, number

SHOWN: list[Any] = [
    "entry",
    "unit",
    "round",
    "number",
    "started_at",
    "deadline",
    "saved_at",
    "submitted_at",
    "finished_by",
    "mark",
    "regraded",
    "time",
    "receipt",
    "predicted",
    "address",
    "device",
]


@admin.register(Attempt)
class AttemptAdmin(PreviewPages, AnalysisPages):
    """Neither answers nor orders are shown: with the pool they would tell keys while the round runs."""

    list_display = ["entry", "unit", "round", "number", "started_at", "submitted_at", "mark", "time"]
    list_filter = ["round__contest", "finished_by"]
    list_select_related = ["entry__unit", "round__contest"]
    search_fields = ["receipt", "entry__phone", "entry__full_name"]
    search_help_text = "Mã biên nhận, số điện thoại hoặc họ và tên"
    ordering = ["-started_at"]
    fields = SHOWN
    readonly_fields = SHOWN

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        attempts: QuerySet[Attempt] = super().get_queryset(request)
        return with_marks(attempts).defer("seed", "paper", "orders", "limits", "answers", "choices")

    @admin.display(description="đơn vị")
    def unit(self, attempt: Attempt) -> str:
        return str(attempt.entry.unit)

    @admin.display(description="thời gian làm bài", ordering="duration_ms")
    def time(self, attempt: Attempt) -> str:
        return duration(attempt.duration_ms)

    @admin.display(description="số câu đúng", ordering="correct")
    def mark(self, attempt: Attempt) -> str:
        return self.get_empty_value_display() if attempt.correct is None else _shown(attempt.correct, attempt)

    @admin.display(description="số câu đúng sau khi chấm lại")
    def regraded(self, attempt: Attempt) -> str:
        mark: int | None = attempt.mark  # type: ignore[attr-defined]  # annotated by the query
        return "–" if mark is None or mark == attempt.correct else _shown(mark, attempt)

    @admin.display(description="câu dự đoán có hiệu lực")
    def predicted(self, attempt: Attempt) -> str:
        bound = Prediction.objects.filter(entry_id=attempt.entry_id, round_id=attempt.round_id).first()
        return number(bound.value) if bound else "–"


def _shown(mark: int, attempt: Attempt) -> str:
    return number(in_questions(mark, attempt.round.contest.parts))
