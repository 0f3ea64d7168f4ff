"""A bank as a file, in two steps: which questions and what the format cannot hold, then the file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget

from contest_site.audit.trail import record
from contest_site.lib.errors import Refused
from questions.admin.pages import file_name, page
from questions.exporters.bank import STATES, Part, items_of
from questions.exporters.papers import PAGE_LIMIT, key_pdf, paper_pdf
from questions.formats.catalog import FORMATS
from questions.formats.exchange import Item, Lost
from questions.models import Bank
from questions.queries import last_revisions
from questions.rules import TOPIC_SEPARATOR

SHOWN_LOST = 200
PDF = "application/pdf"
Write = Callable[[Sequence[Item], Mapping[str, bytes], str], tuple[bytes, Sequence[Lost]]]


@dataclass(frozen=True)
class Choice:
    """A kind of file. `keyless`: it says no key, so the right to see keys is not asked for."""

    name: str | Promise
    about: str | Promise
    extension: str
    media_type: str
    write: Write
    keyless: bool = False


def _by_format(key: str) -> Write:
    return lambda items, pictures, title: FORMATS[key].write(items, pictures, title=title)


ABOUT = {
    "excel": gettext_lazy("Mẫu bảng của cơ quan; chữ thường, không có hình."),
    "word": gettext_lazy("Để in, gửi và sửa; giữ chữ đậm, bảng, hình."),
    "zip": gettext_lazy("Gói của hệ thống; giữ nguyên mọi thứ, kể cả hình. Nên dùng để sao lưu."),
    "moodle": gettext_lazy("Để nhập vào Moodle; giữ chữ đậm, bảng, hình."),
    "gift": gettext_lazy("Tệp văn bản cho Moodle; không có hình."),
    "aiken": gettext_lazy("Tệp văn bản đơn giản nhất; chỉ câu một đáp án, không có giải thích, chủ đề."),
}
CHOICES: dict[str, Choice] = {
    **{
        key: Choice(found.name, ABOUT[key], found.extension, found.media_type, _by_format(key))
        for key, found in FORMATS.items()
    },
    "paper": Choice(
        gettext_lazy("Bản in câu hỏi (PDF)"),
        gettext_lazy("Câu hỏi và phương án, không có đáp án."),
        ".pdf",
        PDF,
        lambda items, pictures, title: (paper_pdf(items, pictures, title=title), ()),
        keyless=True,
    ),
    "key": Choice(
        gettext_lazy("Bản in đáp án (PDF)"),
        gettext_lazy("Bảng đáp án, giải thích, căn cứ theo số thứ tự của bản in câu hỏi."),
        ".pdf",
        PDF,
        lambda items, pictures, title: (key_pdf(items, pictures, title=title), ()),
    ),
}


class ExportForm(forms.Form):
    format = forms.ChoiceField(label=gettext_lazy("Dạng tệp"), widget=UnfoldAdminRadioSelectWidget())
    state = forms.ChoiceField(
        label=gettext_lazy("Trạng thái"), required=False, widget=UnfoldAdminSelectWidget()
    )
    topic = forms.ChoiceField(label=gettext_lazy("Chủ đề"), required=False, widget=UnfoldAdminSelectWidget())

    def __init__(self, bank: Bank, see_key: bool, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, choices in (
            (
                "format",
                [
                    (key, f"{choice.name}: {choice.about}")
                    for key, choice in CHOICES.items()
                    if see_key or choice.keyless
                ],
            ),
            ("state", [("", _("Mọi trạng thái")), *((key, words) for key, (words, _q) in STATES.items())]),
            ("topic", [("", _("Mọi chủ đề")), *((name, name) for name in _topics(bank))]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    @property
    def part(self) -> Part:
        return Part(self.cleaned_data["state"], self.cleaned_data["topic"])


def _topics(bank: Bank) -> list[str]:
    """Every topic of the bank, and whatever lies above one."""
    names: dict[str, None] = {}
    for name in bank.topics.values_list("name", flat=True):
        parts = name.split(TOPIC_SEPARATOR)
        names |= dict.fromkeys(TOPIC_SEPARATOR.join(parts[: depth + 1]) for depth in range(len(parts)))
    return list(names)


class ExportPages(ModelAdmin):
    """The export's page, for the admin of banks."""

    def export_page(self, request: HttpRequest, bank: Bank) -> HttpResponse:
        """GET: the choice, and what it would give; POST: the file."""
        if not request.user.has_perm("questions.view_question"):
            raise PermissionDenied
        see_key = request.user.has_perm("questions.see_key")
        data = request.POST if request.method == "POST" else request.GET
        form = ExportForm(bank, see_key, data if "format" in data else None, initial={"format": "excel"})
        context: dict[str, Any] = {}
        if form.is_bound and form.is_valid():
            choice = CHOICES[form.cleaned_data["format"]]
            items, pictures = items_of(bank, form.part)
            try:
                if request.method == "POST" and items:
                    return _file(request, bank, form, items, pictures)
                context = _summary(choice, items, pictures, bank)
            except Refused as refused:
                context = {"refused": refused.message}
        title = _("Xuất ngân hàng câu hỏi")
        return page(
            request,
            self.admin_site,
            "export",
            title,
            Bank,
            bank=bank,
            form=form,
            total=last_revisions(bank).count(),
            back=reverse("admin:questions_bank_change", args=[bank.pk]),
            **context,
        )


def _summary(choice: Choice, items: list[Item], pictures: Mapping[str, bytes], bank: Bank) -> dict[str, Any]:
    """What the file would hold; a PDF holds all of it, and is not set to find that out."""
    lost: Sequence[Lost] = ()
    if choice.media_type == PDF:
        if len(items) > PAGE_LIMIT:
            message = _("Một bản in có tối đa %(limit)d câu hỏi. Hãy chọn từng chủ đề.")
            raise Refused(message % {"limit": PAGE_LIMIT}, [])
    else:
        _data, lost = choice.write(items, pictures, bank.name)
    return {"choice": choice, "count": len(items), "lost": lost[:SHOWN_LOST], "lost_count": len(lost)}


def _file(
    request: HttpRequest, bank: Bank, form: ExportForm, items: list[Item], pictures: Mapping[str, bytes]
) -> HttpResponse:
    key = form.cleaned_data["format"]
    choice = CHOICES[key]
    data, lost = choice.write(items, pictures, bank.name)
    record(
        "exported bank",
        bank,
        by=request.user if request.user.is_authenticated else None,
        format=key,
        state=form.part.state,
        topic=form.part.topic,
        questions=len(items),
        not_held=len(lost),
    )
    response = HttpResponse(data, content_type=choice.media_type)
    name = file_name(f"{bank.name} dap an" if key == "key" else bank.name)
    response["Content-Disposition"] = f'attachment; filename="{name}{choice.extension}"'
    return response
