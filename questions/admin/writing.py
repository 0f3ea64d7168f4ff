"""The form in which a question is written, and the pictures that go into its texts."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from contest_site.lib.errors import DomainError, Invalid
from contest_site.lib.unfold import ModelAdmin
from questions.admin.pages import page, person
from questions.domain.editing import revise_question, write_question
from questions.domain.pictures import keep_picture
from questions.domain.topics import in_tree_order
from questions.formats.limits import PICTURE
from questions.formats.rich_reading import TooComplexError
from questions.forms import PictureForm, QuestionForm
from questions.models import Bank, Question, Revision
from questions.widgets import with_picture


class WritingPages(ModelAdmin):
    """For the admin of questions."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:question>/sua/", view(self.edit_page), name="questions_question_edit"),
            path("hinh/", view(self.picture_upload), name="questions_question_picture"),
            *super().get_urls(),
        ]

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
        back = reverse("admin:questions_bank_change", args=[bank.pk])
        if _brings_picture(request):
            return self._with_picture(request, bank, _("Thêm câu hỏi"), back)
        form = QuestionForm(request.POST or None, initial={"base": 0})
        if request.method == "POST" and form.is_valid():
            handed_in = _hands_in(request)
            revision = _written(
                form, lambda: write_question(bank, form.content, by=person(request), submit=handed_in)
            )
            if revision:
                _say_saved(request, revision, handed_in)
                return HttpResponseRedirect(_address(revision.question_id))
        return self._form(request, bank, form, _("Thêm câu hỏi"), back)

    def edit_page(self, request: HttpRequest, question: int) -> HttpResponse:
        """A form that writes a new revision. It shows the key, so seeing it is a condition."""
        if not (self.has_change_permission(request) and request.user.has_perm("questions.see_key")):
            raise PermissionDenied
        edited = get_object_or_404(Question.objects.select_related("bank"), pk=question)
        current = edited.revisions.select_related("topic").order_by("-number")[0]
        title = _("Sửa câu %(number)d") % {"number": edited.number}
        if _brings_picture(request):
            return self._with_picture(request, edited.bank, title, _address(edited.pk))
        form = QuestionForm(request.POST or None, initial=QuestionForm.initial_of(current))
        if request.method == "POST" and form.is_valid():
            base, handed_in = form.cleaned_data["base"], _hands_in(request)
            revision = _written(
                form,
                lambda: revise_question(
                    edited, form.content, by=person(request), base=base, submit=handed_in
                ),
            )
            if revision:
                _say_saved(request, revision, handed_in)
                return HttpResponseRedirect(_address(edited.pk))
        return self._form(request, edited.bank, form, title, _address(edited.pk))

    def _with_picture(self, request: HttpRequest, bank: Bank, title: str, back: str) -> HttpResponse:
        """The form as it was typed, the uploaded picture behind the text that it is for; nothing is saved."""
        picture = PictureForm(request.POST, request.FILES)
        form = QuestionForm.unfinished(request.POST)
        if picture.is_valid():
            place, alt = picture.cleaned_data["place"], picture.cleaned_data["alt"]
            try:
                # One byte more than a picture may have is enough for the sentence that it is too large.
                kept = keep_picture(picture.cleaned_data["file"].read(PICTURE + 1), by=person(request))
                text = with_picture(request.POST.get(place, ""), kept.name, alt)
            except TooComplexError as error:
                picture.add_error("place", str(error).capitalize())
            except Invalid as refusal:
                picture.add_error("file", str(refusal.message))
            else:
                form, picture = QuestionForm.unfinished(request.POST, **{place: text}), PictureForm()
                messages.success(request, _("Đã thêm hình vào nội dung. Câu hỏi chưa được lưu."))
        return self._form(request, bank, form, title, back, picture)

    def _form(
        self,
        request: HttpRequest,
        bank: Bank,
        form: QuestionForm,
        title: str,
        back: str,
        picture: PictureForm | None = None,
    ) -> HttpResponse:
        topics = in_tree_order(bank.topics.values_list("name", flat=True))
        return page(
            request,
            self.admin_site,
            "question_form",
            title,
            Question,
            bank=bank,
            form=form,
            picture=picture or PictureForm(),
            back=back,
            topics=topics,
        )

    def picture_upload(self, request: HttpRequest) -> HttpResponse:
        """Keeps the picture `file`; answers {"address", "width", "height"} or, with 400, {"error"}."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        file = request.FILES.get("file")
        if request.method != "POST" or file is None:
            return JsonResponse({"error": _("Chưa chọn tệp hình.")}, status=400)
        try:
            # One byte more than a picture may have is enough for the sentence that it is too large.
            kept = keep_picture(file.read(PICTURE + 1), by=person(request))
        except Invalid as refusal:
            return JsonResponse({"error": str(refusal.message)}, status=400)
        address = reverse("picture", args=[kept.name])
        return JsonResponse({"address": address, "width": kept.width, "height": kept.height})


def _brings_picture(request: HttpRequest) -> bool:
    return request.POST.get("act") == "picture"


def _hands_in(request: HttpRequest) -> bool:
    return request.POST.get("act") == "submit"


def _say_saved(request: HttpRequest, revision: Revision, handed_in: bool) -> None:
    said = (
        _("Đã lưu phiên bản %(number)d, chờ thẩm định.")
        if handed_in
        else _("Đã lưu bản nháp, phiên bản %(number)d. Khi xong, gửi thẩm định để người khác duyệt.")
    )
    messages.success(request, said % {"number": revision.number})


def _written(form: QuestionForm, write: Callable[[], Revision]) -> Revision | None:
    try:
        return write()
    except DomainError as refusal:
        form.add_error("text" if isinstance(refusal, Invalid) else None, str(refusal.message))
        return None


def _address(question: int) -> str:
    return reverse("admin:questions_question_change", args=[question])
