from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from unfold.decorators import display

from contest_site.lib.errors import DomainError
from questions.admin.board import BoardPages
from questions.admin.comparing import ComparePages
from questions.admin.filters import DifficultyFilter, KindFilter, StateFilter, TopicFilter, WriterFilter
from questions.admin.pages import options_of, page, person
from questions.admin.writing import WritingPages
from questions.domain.appraisal import appraise, submit
from questions.enums import Difficulty, Kind, State
from questions.forms import AppraisalForm
from questions.models import Appraisal, Question, Revision
from questions.queries import questions_now, waiting_revisions
from questions.rules import fingerprint
from questions.templatetags.rich import plain


@admin.register(Question)
class QuestionAdmin(BoardPages, ComparePages, WritingPages):
    """Lists show no key; a question's page shows it to those who may see it, with all that it ever said."""

    list_display = ("number", "short_text", "topic", "nature", "state", "version", "writer")
    list_display_links = ("number", "short_text")
    list_filter = ("bank", StateFilter, TopicFilter, DifficultyFilter, KindFilter, WriterFilter)
    search_fields = ("number",)
    search_help_text = "Tìm trong nội dung câu hỏi, có dấu hoặc không dấu"
    list_per_page = 50
    show_full_result_count = False

    class Media:
        css = {"all": ["questions/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        return questions_now().order_by("bank", "number")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = fingerprint(search_term)
        return (queryset.filter(form__contains=words) if words else queryset), False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a question that is no longer wanted is retired

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    @display(description="Câu hỏi", ordering="text")
    def short_text(self, question: Any) -> str:
        return Truncator(plain(question.text)).chars(260)

    @display(description="Chủ đề", ordering="topic")
    def topic(self, question: Any) -> str:
        return str(question.topic)

    @display(description="Loại, mức độ", ordering="kind")
    def nature(self, question: Any) -> str:
        kind = str(Kind(question.kind).label)
        return f"{kind}, {Difficulty(question.difficulty).label}" if question.difficulty else kind

    @display(
        description="Trạng thái",
        ordering="state",
        label={
            "Bản nháp": "info",
            "Đã duyệt": "success",
            "Chờ duyệt": "warning",
            "Trả lại": "danger",
            "Ngừng dùng": "default",
        },
    )
    def state(self, question: Any) -> str:
        return str(State(question.state).label)

    @display(description="Phiên bản", ordering="version")
    def version(self, question: Any) -> int:
        return int(question.version)

    @display(description="Người soạn", ordering="writer")
    def writer(self, question: Any) -> str:
        return str(question.writer)

    # --- One question ---------------------------------------------------------------------------------------

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """What the question says, its appraisal, and everything that it said before."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if not object_id.isdecimal():
            raise Http404
        question = get_object_or_404(Question.objects.select_related("bank"), pk=object_id)
        form = AppraisalForm(request.POST if "verdict" in request.POST else None)
        if request.method == "POST" and (address := self._acted(request, question, form)):
            return HttpResponseRedirect(address)
        return self._question_page(request, question, form)

    def _question_page(self, request: HttpRequest, question: Question, form: AppraisalForm) -> HttpResponse:
        appraisals = Appraisal.objects.select_related("appraiser").order_by("-id")
        revisions = list(
            question.revisions.select_related("topic", "writer", "submission__by")
            .prefetch_related(Prefetch("appraisals", appraisals))
            .order_by("-number")
        )
        current = revisions[0]
        state = _state(current)
        sees_key = request.user.has_perm("questions.see_key")
        return page(
            request,
            self.admin_site,
            "question",
            _("Câu %(number)d") % {"number": question.number},
            Question,
            question=question,
            current=current,
            state=state.value,
            state_name=state.label,
            history=[(revision, options_of(revision)) for revision in revisions],
            form=form if request.user.has_perm("questions.appraise_revision") else None,
            own=current.writer_id == request.user.pk,
            may_edit=self.has_change_permission(request) and sees_key,
            may_submit=self.has_change_permission(request) and state is State.DRAFT,
        )

    def _acted(self, request: HttpRequest, question: Question, form: AppraisalForm) -> str:
        """Where to go on after handing in or appraising; "" when it was refused, which the form says."""
        if "submit" in request.POST:
            return self._submitted(request, question)
        if not request.user.has_perm("questions.appraise_revision"):
            raise PermissionDenied
        return self._appraised(request, question, form) if form.is_valid() else ""

    def _submitted(self, request: HttpRequest, question: Question) -> str:
        if not self.has_change_permission(request):
            raise PermissionDenied
        chosen = request.POST.get("revision", "")
        try:
            submit(
                Revision.objects.filter(question=question, pk=int(chosen) if chosen.isdecimal() else 0),
                by=person(request),
            )
            messages.success(request, _("Đã gửi thẩm định câu %(number)d.") % {"number": question.number})
        except DomainError as refusal:
            messages.error(request, str(refusal.message))
        return _address(question.pk)

    def _appraised(self, request: HttpRequest, question: Question, form: AppraisalForm) -> str:
        """To the next question that waits for this person."""
        data = form.cleaned_data
        by = person(request)
        revisions = Revision.objects.filter(question=question, pk=data["revision"])
        try:
            appraise(revisions, data["verdict"], by=by, comment=data["comment"])
        except DomainError as refusal:
            form.add_error(None, str(refusal.message))
            return ""
        messages.success(
            request,
            _("Câu %(number)d: %(verdict)s.")
            % {"number": question.number, "verdict": State(data["verdict"]).label.lower()},
        )
        waiting = waiting_revisions(question.bank).exclude(writer=by)
        following = waiting.filter(question__number__gt=question.number).first() or waiting.first()
        return _address(following.question_id if following else question.pk)


def _state(revision: Revision) -> State:
    """Of a revision whose appraisals and submission were read with it."""
    if verdicts := list(revision.appraisals.all()):
        return State(verdicts[0].verdict)
    return State.WAITING if hasattr(revision, "submission") else State.DRAFT


def _address(question: int) -> str:
    return reverse("admin:questions_question_change", args=[question])
