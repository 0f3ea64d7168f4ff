"""The form of a file with questions; what it cleans names its format."""

from typing import Any

from django import forms
from django.core.files.base import File
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from questions.formats import limits
from questions.formats.catalog import Format, format_of

ACCEPTED = ".xlsx,.docx,.zip,.xml,.txt,.gift"


class QuestionFileForm(forms.Form):
    file = forms.FileField(
        label=_("Tệp câu hỏi"),
        max_length=200,
        allow_empty_file=True,  # the importer's own sentence says it better
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ACCEPTED}),
        help_text=_(
            "Excel (.xlsx), Word (.docx), Moodle XML (.xml), GIFT hoặc Aiken (.txt), gói của hệ thống (.zip)."
            " Tối đa 5.000 câu hỏi; Excel, GIFT, Aiken tối đa 5 MB, tệp có hình tối đa 20 MB."
            " Chưa có gì được ghi cho đến khi xác nhận ở bước sau."
        ),
    )

    def clean(self) -> dict[str, Any]:
        file: File[bytes] | None = self.cleaned_data.get("file")
        if file is None:
            return self.cleaned_data
        if file.size > limits.PACKED_FILE:
            self.add_error(
                "file", gettext("Tệp lớn hơn 20 MB. Hãy giảm cỡ hình ảnh hoặc chia thành nhiều tệp.")
            )
            return self.cleaned_data
        data = file.read()
        found = format_of(str(file.name), data)
        if found is None:
            message = gettext(
                "Chọn một tệp Excel (.xlsx), Word (.docx), Moodle XML, GIFT, Aiken hoặc gói .zip."
            )
            self.add_error("file", message)
        return {**self.cleaned_data, "data": data, "format": found}

    @property
    def chosen(self) -> tuple[str, bytes, Format]:
        """(name, content, format) of a valid form."""
        data = self.cleaned_data
        return str(data["file"].name), data["data"], data["format"]
