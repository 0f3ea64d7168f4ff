from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from contest_site.lib.errors import DomainError, Invalid
from questions.admin.filters import StateFilter, TopicFilter
from questions.admin.pages import page
from questions.domain.appraisal import appraise
from questions.domain.editing import revise_question, write_question
from questions.forms import AppraisalForm, QuestionForm
from questions.models import Appraisal, Bank, Question, Revision
from questions.queries import questions_now, waiting_revisions
from questions.rules import LETTERS, fingerprint

WAITING = "waiting"
STATES = {WAITING: "Chờ duyệt", **dict(Appraisal.Verdict.choices)}


@admin.register(Question)
class QuestionAdmin(ModelAdmin):
    """Lists show no key; a question's page shows it to those who may see it, with all that it ever said."""

    list_display = ("number", "short_text", "topic", "state", "version", "writer")
    list_display_links = ("number", "short_text")
    list_filter = ("bank", StateFilter, TopicFilter)
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
        return Truncator(question.text).chars(260)

    @display(description="Chủ đề", ordering="topic")
    def topic(self, question: Any) -> str:
        return str(question.topic)

    @display(
        description="Trạng thái",
        ordering="verdict",
        label={"Đã duyệt": "success", "Chờ duyệt": "warning", "Trả lại": "danger", "Ngừng dùng": "default"},
    )
    def state(self, question: Any) -> str:
        return STATES[question.verdict or WAITING]

    @display(description="Phiên bản", ordering="version")
    def version(self, question: Any) -> int:
        return int(question.version)

    @display(description="Người soạn", ordering="writer")
    def writer(self, question: Any) -> str:
        return str(question.writer)

    # --- One question ---------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        edit = self.admin_site.admin_view(self.edit_page)
        return [path("<int:question>/sua/", edit, name="questions_question_edit"), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        chosen = request.GET.get("bank", request.GET.get("bank__id__exact", ""))
        if not chosen.isdecimal():
            messages.info(request, _("Chọn ngân hàng câu hỏi, rồi thêm câu hỏi tại đó."))
            return HttpResponseRedirect(reverse("admin:questions_bank_changelist"))
        bank = get_object_or_404(Bank, pk=chosen)
        form = QuestionForm(bank, request.POST or None, initial={"base": 0})
        if request.method == "POST" and form.is_valid():
            revision = self._written(form, lambda: write_question(bank, form.content, by=_person(request)))
            if revision:
                return HttpResponseRedirect(_address(revision.question_id))
        return self._form(
            request, bank, form, _("Thêm câu hỏi"), reverse("admin:questions_bank_change", args=[bank.pk])
        )

    def edit_page(self, request: HttpRequest, question: int) -> HttpResponse:
        """A form that writes a new revision. It shows the key, so seeing it is a condition."""
        if not (self.has_change_permission(request) and request.user.has_perm("questions.see_key")):
            raise PermissionDenied
        edited = get_object_or_404(Question.objects.select_related("bank"), pk=question)
        current = edited.revisions.select_related("topic").order_by("-number")[0]
        form = QuestionForm(edited.bank, request.POST or None, initial=QuestionForm.initial_of(current))
        if request.method == "POST" and form.is_valid():
            base = form.cleaned_data["base"]
            if self._written(
                form, lambda: revise_question(edited, form.content, by=_person(request), base=base)
            ):
                messages.success(
                    request, _("Đã lưu phiên bản %(number)d, chờ thẩm định.") % {"number": base + 1}
                )
                return HttpResponseRedirect(_address(edited.pk))
        title = _("Sửa câu %(number)d") % {"number": edited.number}
        return self._form(request, edited.bank, form, title, _address(edited.pk))

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
        may_appraise = request.user.has_perm("questions.appraise_revision")
        form = AppraisalForm(request.POST or None)
        if request.method == "POST":
            if not may_appraise:
                raise PermissionDenied
            if form.is_valid() and (address := self._appraised(request, question, form)):
                return HttpResponseRedirect(address)
        revisions = list(
            question.revisions.select_related("topic", "writer")
            .prefetch_related(
                Prefetch("appraisals", Appraisal.objects.select_related("appraiser").order_by("-id"))
            )
            .order_by("-number")
        )
        current = revisions[0]
        verdicts = list(current.appraisals.all())
        return page(
            request,
            self.admin_site,
            "question",
            _("Câu %(number)d") % {"number": question.number},
            Question,
            question=question,
            current=current,
            state=verdicts[0].verdict if verdicts else WAITING,
            state_name=STATES[verdicts[0].verdict if verdicts else WAITING],
            history=[(revision, _options(revision)) for revision in revisions],
            form=form if may_appraise else None,
            own=current.writer_id == request.user.pk,
            may_edit=self.has_change_permission(request) and request.user.has_perm("questions.see_key"),
        )

    def _appraised(self, request: HttpRequest, question: Question, form: AppraisalForm) -> str:
        """Where to go on: to the next question that waits for this person. "" when it was refused."""
        data = form.cleaned_data
        person = _person(request)
        revisions = Revision.objects.filter(question=question, pk=data["revision"])
        try:
            appraise(revisions, data["verdict"], by=person, comment=data["comment"])
        except DomainError as refusal:
            form.add_error(None, str(refusal.message))
            return ""
        messages.success(
            request,
            _("Câu %(number)d: %(verdict)s.")
            % {"number": question.number, "verdict": STATES[data["verdict"]].lower()},
        )
        waiting = waiting_revisions(question.bank).exclude(writer=person)
        following = waiting.filter(question__number__gt=question.number).first() or waiting.first()
        return _address(following.question_id if following else question.pk)

    def _written(self, form: QuestionForm, write: Any) -> Revision | None:
        try:
            revision: Revision = write()
        except DomainError as refusal:
            form.add_error("text" if isinstance(refusal, Invalid) else None, str(refusal.message))
            return None
        return revision

    def _form(
        self, request: HttpRequest, bank: Bank, form: QuestionForm, title: str, back: str
    ) -> HttpResponse:
        return page(
            request, self.admin_site, "question_form", title, Question, bank=bank, form=form, back=back
        )


def _options(revision: Revision) -> list[tuple[str, str, bool]]:
    return [
        (letter, option, place in revision.keys)
        for place, (letter, option) in enumerate(zip(LETTERS, revision.options, strict=False))
    ]


def _person(request: HttpRequest) -> Any:
    assert request.user.is_authenticated
    return request.user


def _address(question: int) -> str:
    return reverse("admin:questions_question_change", args=[question])
