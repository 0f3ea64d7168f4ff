"""Two steps from a file to a bank: the preview says all that an import would do, then the import does it."""

import io
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from contest_site.lib.errors import Refused
from questions.admin.pages import page
from questions.domain.importing import import_questions, preview_import
from questions.forms import UploadForm
from questions.models import Bank, ImportDraft
from questions.rules import LETTERS

FIRST_ROWS = 20
DRAFT_LIFE = timedelta(days=1)


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
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            draft = keep_draft(bank, form.cleaned_data["file"], by=request.user)
            return HttpResponseRedirect(reverse("admin:questions_bank_preview", args=[bank.pk, draft.pk]))
        title = _("Nhập câu hỏi từ Excel")
        return page(
            request, self.admin_site, "import_file", title, Bank, bank=bank, form=form, **_places(bank)
        )

    def preview_page(self, request: HttpRequest, bank: int, draft: int) -> HttpResponse:
        """What the file would bring, and the button that brings it. Only for the person who uploaded it."""
        if not request.user.has_perm("questions.add_question"):
            raise PermissionDenied
        assert request.user.is_authenticated
        kept = get_object_or_404(
            ImportDraft.objects.select_related("bank"), pk=draft, bank=bank, by=request.user
        )
        if request.method == "POST":
            try:
                with transaction.atomic():
                    report = import_questions(kept.bank, _file(kept), by=request.user)
                    kept.delete()
            except Refused as refused:
                # The bank has changed since the preview, which now shows what is wrong.
                messages.error(request, refused.message)
                return HttpResponseRedirect(request.path)
            done = _("Đã nhập %(count)d câu hỏi; các câu đang chờ thẩm định.") % {
                "count": len(report.questions)
            }
            messages.success(request, done)
            return HttpResponseRedirect(reverse("admin:questions_bank_change", args=[kept.bank_id]))
        report = preview_import(kept.bank, _file(kept))
        return page(
            request,
            self.admin_site,
            "import_preview",
            _("Xem trước khi nhập"),
            Bank,
            bank=kept.bank,
            draft=kept,
            report=report,
            rows=[_shown(parsed) for parsed in report.questions[:FIRST_ROWS]],
            **_places(kept.bank),
        )


def keep_draft(bank: Bank, file: Any, *, by: Any) -> ImportDraft:
    """Keep the file for its preview, in place of the person's last one; forget those of yesterday."""
    with transaction.atomic():
        ImportDraft.objects.filter(at__lt=Now() - DRAFT_LIFE).delete()
        ImportDraft.objects.filter(bank=bank, by=by).delete()
        return ImportDraft.objects.create(bank=bank, by=by, name=str(file.name)[-200:], content=file.read())


def _file(draft: ImportDraft) -> io.BytesIO:
    return io.BytesIO(bytes(draft.content))


def _places(bank: Bank) -> dict[str, str]:
    return {
        "back": reverse("admin:questions_bank_change", args=[bank.pk]),
        "upload": reverse("admin:questions_bank_import_file", args=[bank.pk]),
        "blank": reverse("admin:questions_bank_blank_template"),
    }


def _shown(parsed: Any) -> dict[str, Any]:
    content = parsed.content
    return {
        "row": parsed.row,
        "content": content,
        "options": [
            (letter, option, place in content.keys)
            for place, (letter, option) in enumerate(zip(LETTERS, content.options, strict=False))
        ],
    }
