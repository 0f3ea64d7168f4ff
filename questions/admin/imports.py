"""Two steps from a file to a bank: the preview says all that an import would do, then the import does it."""

import io
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

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
from questions.domain.duplicates import similar_notes
from questions.domain.importing import import_questions, preview_import
from questions.enums import Difficulty, Kind
from questions.formats.catalog import FORMATS, Format
from questions.formats.holding import without_pictures
from questions.formats.rich_reading import pictures_in
from questions.importers.report import ParsedQuestion
from questions.importers.upload import QuestionFileForm
from questions.models import Bank, ImportDraft
from questions.rules import LETTERS, Content

if TYPE_CHECKING:
    from contest_site.accounts.models import User

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
        kept = get_object_or_404(
            ImportDraft.objects.select_related("bank"), pk=draft, bank=bank, by=request.user
        )
        if request.method == "POST":
            return self._import(request, kept, request.user)
        report = preview_import(kept.bank, _file(kept), form=kept.format)
        if not report.problems:
            report.notes += similar_notes(kept.bank, report)
        contents = [parsed.content for parsed in report.questions]
        return page(
            request,
            self.admin_site,
            "import_preview",
            _("Xem trước khi nhập"),
            Bank,
            bank=kept.bank,
            draft=kept,
            format=FORMATS[kept.format],
            report=report,
            kinds=_counted(Kind, [content.kind for content in contents]),
            levels=_counted(Difficulty, [content.difficulty for content in contents if content.difficulty]),
            rows=[_shown(parsed) for parsed in report.questions[:FIRST_ROWS]],
            **_places(kept.bank),
        )

    def _import(self, request: HttpRequest, kept: ImportDraft, by: "User") -> HttpResponse:
        submit = request.POST.get("submit") != "draft"
        try:
            with transaction.atomic():
                report = import_questions(kept.bank, _file(kept), by=by, form=kept.format, submit=submit)
                kept.delete()
        except Refused as refused:
            # The bank has changed since the preview, which now shows what is wrong.
            messages.error(request, refused.message)
            return HttpResponseRedirect(request.path)
        if submit:
            done = _("Đã nhập %(count)d câu hỏi; các câu đang chờ thẩm định.")
        else:
            done = _("Đã nhập %(count)d câu hỏi thành bản nháp; gửi thẩm định khi đã sửa xong.")
        messages.success(request, done % {"count": len(report.questions)})
        return HttpResponseRedirect(reverse("admin:questions_bank_change", args=[kept.bank_id]))


def keep_draft(bank: Bank, name: str, data: bytes, chosen: Format, *, by: Any) -> ImportDraft:
    """Keep the file for its preview, in place of the person's last one; forget those of yesterday."""
    with transaction.atomic():
        ImportDraft.objects.filter(at__lt=Now() - DRAFT_LIFE).delete()
        ImportDraft.objects.filter(bank=bank, by=by).delete()
        return ImportDraft.objects.create(bank=bank, by=by, name=name[-200:], format=chosen.key, content=data)


def _counted(words: type[Kind] | type[Difficulty], values: Iterable[str]) -> list[tuple[str, int]]:
    """(words, how many) of each value that there is, in the order of the closed list."""
    counts = Counter(values)
    return [(str(label), counts[value]) for value, label in words.choices if counts[value]]


def _file(draft: ImportDraft) -> io.BytesIO:
    return io.BytesIO(bytes(draft.content))


def _places(bank: Bank) -> dict[str, str]:
    return {
        "back": reverse("admin:questions_bank_change", args=[bank.pk]),
        "upload": reverse("admin:questions_bank_import_file", args=[bank.pk]),
        "blank": reverse("admin:questions_bank_blank_template"),
    }


def _shown(parsed: ParsedQuestion) -> dict[str, Any]:
    """Pictures are shown by their words: they are kept only with the import."""
    content = parsed.content
    options = zip(LETTERS, content.options, strict=False)
    return {
        "place": parsed.place,
        "content": content,
        "text": _without_pictures(content.text),
        "explanation": _without_pictures(content.explanation),
        "pictures": len({name for text in _texts(content) for name in pictures_in(text)}),
        "options": [
            (letter, _without_pictures(option), place in content.keys)
            for place, (letter, option) in enumerate(options)
        ],
    }


def _texts(content: Content) -> tuple[str, ...]:
    return (content.text, *content.options, content.explanation)


def _without_pictures(rich: str) -> str:
    return without_pictures(rich, pictures_in(rich))
