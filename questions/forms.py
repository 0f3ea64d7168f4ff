"""Forms of the organisers' pages; what they clean has passed the same rules as an imported row."""

from typing import Any

from django import forms
from django.core.files.base import File
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from questions.importers.container import FILE_LIMIT
from questions.models import Appraisal, Bank, Revision
from questions.rules import (
    LETTERS,
    MIN_OPTIONS,
    NOTE_LIMIT,
    OPTION_LIMIT,
    TEXT_LIMIT,
    Content,
    clean_lines,
    fingerprint,
    same_options,
    text_fault,
)


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Tệp Excel (.xlsx)"),
        max_length=200,
        allow_empty_file=True,  # the importer's own sentence says it better
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".xlsx"}),
        validators=[FileExtensionValidator(["xlsx"], _("Chọn một tệp Excel có đuôi .xlsx."))],
        help_text=_("Tối đa 5 MB và 5.000 câu hỏi. Chưa có gì được ghi cho đến khi xác nhận ở bước sau."),
    )

    def clean_file(self) -> "File[bytes]":
        file: File[bytes] = self.cleaned_data["file"]
        if file.size > FILE_LIMIT:
            raise forms.ValidationError(
                gettext("Tệp lớn hơn 5 MB. Hãy bỏ hình ảnh hoặc chia thành nhiều tệp.")
            )
        return file


def _area(rows: int) -> dict[str, Any]:
    return {"widget": UnfoldAdminExpandableTextareaWidget(attrs={"rows": rows}), "strip": True}


class QuestionForm(forms.Form):
    """A question's content; `base` is the revision that the person was looking at (0 for a new question)."""

    topic = forms.ChoiceField(label=_("Chủ đề"), widget=UnfoldAdminSelectWidget())
    text = forms.CharField(label=_("Câu hỏi"), **_area(2))
    key = forms.ChoiceField(
        label=_("Đáp án"),
        choices=[("", "–"), *((letter, letter) for letter in LETTERS)],
        widget=UnfoldAdminSelectWidget(),
    )
    explanation = forms.CharField(label=_("Giải thích"), required=False, **_area(2))
    source = forms.CharField(label=_("Căn cứ"), required=False, **_area(1))
    base = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, bank: Bank, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        topic = self.fields["topic"]
        assert isinstance(topic, forms.ChoiceField)
        topic.choices = [(name, name) for name in bank.topics.values_list("name", flat=True)]
        for letter in LETTERS:
            self.fields[letter] = forms.CharField(
                label=gettext("Phương án %(letter)s") % {"letter": letter},
                required=letter in LETTERS[:MIN_OPTIONS],
                **_area(1),
            )
        self.order_fields(["topic", "text", *LETTERS, "key", "explanation", "source", "base"])

    @staticmethod
    def initial_of(revision: Revision) -> dict[str, Any]:
        content = revision.content
        return {
            "topic": content.topic,
            "text": content.text,
            "key": LETTERS[content.keys[0]],
            "explanation": content.explanation,
            "source": content.source,
            "base": revision.number,
            **dict(zip(LETTERS, content.options, strict=False)),
        }

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        limits = {"text": TEXT_LIMIT, "explanation": NOTE_LIMIT, "source": NOTE_LIMIT}
        for name in ["text", "explanation", "source", *LETTERS]:
            data[name] = clean_lines(data.get(name) or "")
            if fault := text_fault(data[name], limits.get(name, OPTION_LIMIT)):
                self.add_error(name, fault.capitalize())
        if data["text"] and not fingerprint(data["text"]):
            self.add_error("text", gettext("Câu hỏi không có chữ nào."))
        self._check_options([data[letter] for letter in LETTERS])
        return data

    def _check_options(self, given: list[str]) -> None:
        count = max([MIN_OPTIONS, *(place + 1 for place, text in enumerate(given) if text)])
        for letter, text in zip(LETTERS[:count], given, strict=False):
            if not text and letter not in self.errors:
                self.add_error(letter, gettext("Phương án còn trống."))
        for later, earlier in same_options(given, exactly=True):
            self.add_error(
                LETTERS[later], gettext("Trùng với phương án %(letter)s.") % {"letter": LETTERS[earlier]}
            )
        key = self.cleaned_data.get("key")
        if key and LETTERS.index(key) >= count:
            self.add_error("key", gettext("Đáp án không có trong các phương án."))

    @property
    def content(self) -> Content:
        """Of a valid form."""
        data = self.cleaned_data
        return Content(
            data["topic"],
            data["text"],
            tuple(data[letter] for letter in LETTERS if data[letter]),
            (LETTERS.index(data["key"]),),
            data["explanation"],
            data["source"],
        )


class AppraisalForm(forms.Form):
    """`revision` is what the person read, so that a later one is never approved unread."""

    verdict = forms.ChoiceField(
        label=_("Kết luận"), choices=Appraisal.Verdict.choices, widget=UnfoldAdminRadioSelectWidget()
    )
    comment = forms.CharField(
        label=_("Ý kiến"),
        required=False,
        max_length=2_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("Bắt buộc khi trả lại câu hỏi."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)
