"""Two steps from a file to a bank: the preview says all that an import would do, then the import does it."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from contest_site.lib.errors import Refused
from contest_site.lib.work import ask, settled
from questions.admin.pages import page, waiting_page
from questions.domain.importing import import_questions
from questions.domain.previewing import TASK, file_of, keep_draft
from questions.enums import Difficulty, Kind
from questions.formats.catalog import FORMATS
from questions.importers.upload import QuestionFileForm
from questions.models import Bank, ImportDraft
from questions.rules import LETTERS

if TYPE_CHECKING:
    from contest_site.accounts.models import User


class ImportPages(ModelAdmin):
    """The import's pages, for the admin of banks."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_page)
        return [
            path("<int:bank>/nhap/<int:draft>/", view, name="questions_bank_preview"),
            *super().get_urls(),
        ]

    def upload_page(self, request: HttpRequest, bank: Bank) -> HttpResponse:
        """Choose a file; it is kept for its preview on the next page."""
        form = QuestionFileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            draft = keep_draft(bank, *form.chosen, by=request.user)
            return HttpResponseRedirect(reverse("admin:questions_bank_preview", args=[bank.pk, draft.pk]))
        title = _("Nhập câu hỏi từ tệp")
        return page(
            request, self.admin_site, "import_file", title, Bank, bank=bank, form=form, **_places(bank)
        )

    def preview_page(self, request: HttpRequest, bank: int, draft: int) -> HttpResponse:
        """What the file would bring, and the button that brings it. Only for the person who uploaded it."""
        if not request.user.has_perm("questions.add_question"):
            raise PermissionDenied
        assert request.user.is_authenticated
        own = ImportDraft.objects.filter(bank=bank, by=request.user).select_related("bank")
        if request.method == "POST":
            return self._act(request, get_object_or_404(own, pk=draft), request.user)
        try:
            kept = settled(own.defer("content"), draft)
        except ImportDraft.DoesNotExist:
            raise Http404 from None
        title = _("Xem trước khi nhập")
        if kept.waits:
            doing = _("Đang đọc tệp “%(name)s” và so với các câu đã có trong ngân hàng.")
            return waiting_page(
                request, self.admin_site, title, Bank,
                doing=doing % {"name": kept.name}, bank=kept.bank, back=_places(kept.bank)["back"],
            )  # fmt: skip
        found = kept.preview or {}
        return page(
            request,
            self.admin_site,
            "import_preview" if kept.preview and not kept.failure else "import_failed",
            title,
            Bank,
            bank=kept.bank,
            draft=kept,
            format=FORMATS[kept.format],
            report=found,
            kinds=_named(Kind, found.get("kinds", {})),
            levels=_named(Difficulty, found.get("levels", {})),
            rows=[_shown(row) for row in found.get("rows", [])],
            **_places(kept.bank),
        )

    def _act(self, request: HttpRequest, kept: ImportDraft, by: "User") -> HttpResponse:
        """The import, or another reading of the file when the last one failed."""
        read = kept.preview if not kept.waits and not kept.failure else None
        if read is None and "again" in request.POST:
            ask(kept, TASK)
        # What no worker has read within its limits is not read here, where there are none.
        if read is None or read["problems"]:
            return HttpResponseRedirect(request.path)
        submit = request.POST.get("submit") != "draft"
        try:
            with transaction.atomic():
                report = import_questions(kept.bank, file_of(kept), by=by, form=kept.format, submit=submit)
                kept.delete()
        except Refused as refused:
            # The bank has changed since the preview: the next one shows what is wrong.
            ask(kept, TASK)
            messages.error(request, refused.message)
            return HttpResponseRedirect(request.path)
        if submit:
            done = _("Đã nhập %(count)d câu hỏi; các câu đang chờ thẩm định.")
        else:
            done = _("Đã nhập %(count)d câu hỏi thành bản nháp; gửi thẩm định khi đã sửa xong.")
        messages.success(request, done % {"count": len(report.questions)})
        return HttpResponseRedirect(reverse("admin:questions_bank_change", args=[kept.bank_id]))


def _named(words: type[Kind] | type[Difficulty], counts: dict[str, int]) -> list[tuple[str, int]]:
    """(words, how many) of each value that there is, in the order of the closed list."""
    return [(str(label), counts[value]) for value, label in words.choices if value in counts]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    options = zip(LETTERS, row["options"], strict=False)
    return {
        **row,
        "kind": Kind(row["kind"]).label,
        "difficulty": Difficulty(row["difficulty"]).label if row["difficulty"] else "",
        "options": [(letter, option, place in row["keys"]) for place, (letter, option) in enumerate(options)],
    }


def _places(bank: Bank) -> dict[str, str]:
    return {
        "back": reverse("admin:questions_bank_change", args=[bank.pk]),
        "upload": reverse("admin:questions_bank_import_file", args=[bank.pk]),
        "blank": reverse("admin:questions_bank_blank_template"),
    }
