"""Attempts and predictions in the admin: to look up, never to change."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attempts.admin.analysis import AnalysisPages
from attempts.admin.previews import PreviewPages
from attempts.models import Attempt, Prediction
from attempts.queries import with_marks
from attempts.rules.marking import in_questions
from attempts.rules.receipts import read_receipt
from contest_site.lib.admin import BoundedPaginator
from contest_site.lib.templatetags.vi import duration, number
from contests.finding import named_entries
from contests.models import Contest, Round

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


# So many people's attempts are listed for one search.
PEOPLE = 200


class ContestFilter(admin.SimpleListFilter):
    """The attempts of a contest. None began after its last round's end, so the list is read from there on."""

    title = gettext_lazy("cuộc thi")
    parameter_name = "cuoc-thi"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return list(Contest.objects.order_by("-opens_at").values_list("pk", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Attempt]) -> QuerySet[Attempt]:
        chosen = self.value() or ""
        if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 10):
            return queryset
        rounds = list(Round.objects.filter(contest=int(chosen)).values_list("pk", "closes_at"))
        last = max((closes_at for _pk, closes_at in rounds), default=None)
        found = queryset.filter(round__in=[pk for pk, _closes_at in rounds])
        return found.filter(started_at__lte=last) if last else found


class FewPages(BoundedPaginator):
    """Of a filter that one in twenty passes, 2,000 are found in a moment; 10,000 are not."""

    counted = 2_000


@admin.register(Attempt)
class AttemptAdmin(PreviewPages, AnalysisPages):
    """Neither answers nor orders are shown: with the pool they would tell keys while the round runs."""

    list_display = ["entry", "unit", "round", "number", "started_at", "submitted_at", "mark", "time"]
    list_filter = [ContestFilter, "finished_by"]
    list_select_related = ["entry__unit", "round__contest"]
    search_fields = ["receipt"]  # a search field is there; what is done with it stands below
    search_help_text = "Mã biên nhận, số điện thoại hoặc họ và tên"
    ordering = ["-started_at"]
    paginator = FewPages
    fields = SHOWN
    readonly_fields = SHOWN

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        attempts: QuerySet[Attempt] = super().get_queryset(request)
        return with_marks(attempts).defer("seed", "paper", "orders", "limits", "answers", "choices")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Attempt], search_term: str
    ) -> tuple[QuerySet[Attempt], bool]:
        """By receipt, else by the people who are meant: they are looked for before their attempts."""
        if not search_term.strip():
            return queryset, False
        if receipt := read_receipt(search_term):
            found = queryset.filter(receipt=receipt)
            if found.exists():  # else it was a name
                return found, False
        people = list(named_entries(search_term).values_list("pk", flat=True)[: PEOPLE + 1])
        if len(people) > PEOPLE:
            messages.info(
                request,
                _(
                    "Rất nhiều người có tên như vậy: chỉ tìm trong %(count)d người đăng ký gần đây nhất."
                    " Gõ đủ họ và tên, số điện thoại hoặc mã biên nhận để tìm trong tất cả."
                )
                % {"count": PEOPLE},
            )
        return queryset.filter(entry__in=people[:PEOPLE]), False

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
