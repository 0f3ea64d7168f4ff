"""Forms of the organisers' pages; what they clean has passed the same rules as an imported row."""

from typing import Any, Self

from django import forms
from django.core.files.base import File
from django.core.validators import FileExtensionValidator, URLValidator
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminURLInputWidget,
    UnfoldBooleanWidget,
)

from contest_site.lib.errors import Invalid
from contest_site.lib.text import clean
from questions.domain.topics import topic_name
from questions.enums import Difficulty, Kind
from questions.formats.exchange import FALSE, TRUE
from questions.formats.limits import ALT, TAGS
from questions.formats.rich_reading import pictures_in, to_plain
from questions.importers.container import FILE_LIMIT
from questions.models import Appraisal, Revision
from questions.rules import (
    LEAST_OPTIONS,
    LETTERS,
    LINK_LIMIT,
    NOTE_LIMIT,
    OPTION_LIMIT,
    TAG_LIMIT,
    TEXT_LIMIT,
    TOPIC_LIMIT,
    USUAL_OPTIONS,
    Content,
    clean_lines,
    fingerprint,
    same_options,
    text_fault,
)
from questions.widgets import RichField


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


class QuestionForm(forms.Form):
    """A question's content; `base` is the revision that the person was looking at (0 for a new question)."""

    kind = forms.ChoiceField(
        label=_("Loại câu hỏi"),
        choices=Kind.choices,
        initial=Kind.SINGLE,
        widget=UnfoldAdminRadioSelectWidget(),
    )
    topic = forms.CharField(
        label=_("Chủ đề"),
        max_length=TOPIC_LIMIT,
        widget=UnfoldAdminTextInputWidget(attrs={"list": "topics", "autocomplete": "off"}),
        help_text=_("Chọn chủ đề có sẵn hoặc gõ chủ đề mới; các cấp cách nhau bằng dấu “>”."),
    )
    difficulty = forms.ChoiceField(
        label=_("Mức độ"),
        required=False,
        choices=[("", _("Chưa phân loại")), *Difficulty.choices],
        widget=UnfoldAdminSelectWidget(),
    )
    tags = forms.CharField(
        label=_("Nhãn"),
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Các nhãn cách nhau bằng dấu phẩy."),
    )
    text = RichField(label=_("Câu hỏi"), limit=TEXT_LIMIT, rows=3)
    keys = forms.MultipleChoiceField(
        label=_("Đáp án"),
        choices=[(letter, letter) for letter in LETTERS],
        error_messages={"required": _("Chưa chọn đáp án đúng.")},
    )
    fewer = forms.BooleanField(
        label=_("Câu hỏi cố ý chỉ có ngần ấy phương án"), required=False, widget=UnfoldBooleanWidget()
    )
    explanation = RichField(label=_("Giải thích"), required=False, limit=NOTE_LIMIT, rows=3)
    source = forms.CharField(
        label=_("Căn cứ"),
        required=False,
        strip=True,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("Điều, khoản, tên và số hiệu văn bản."),
    )
    source_link = forms.URLField(
        label=_("Liên kết đến văn bản"),
        required=False,
        max_length=LINK_LIMIT,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget(),
        error_messages={"invalid": _("Liên kết phải là địa chỉ http hoặc https.")},
        validators=[URLValidator(["http", "https"])],
    )
    base = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for letter in LETTERS:
            self.fields[letter] = RichField(
                label=gettext("Phương án %(letter)s") % {"letter": letter}, required=False, limit=OPTION_LIMIT
            )

    @staticmethod
    def initial_of(revision: Revision) -> dict[str, Any]:
        content = revision.content
        return {
            "kind": content.kind,
            "topic": content.topic,
            "difficulty": content.difficulty or "",
            "tags": ", ".join(content.tags),
            "text": content.text,
            "keys": [LETTERS[key] for key in content.keys],
            "fewer": len(content.options) < USUAL_OPTIONS[content.kind],
            "explanation": content.explanation,
            "source": content.source,
            "source_link": content.source_link,
            "base": revision.number,
            **dict(zip(LETTERS, content.options, strict=False)),
        }

    @classmethod
    def unfinished(cls, data: QueryDict, **texts: str) -> Self:
        """What somebody has typed so far, not judged yet; `texts` instead of what was typed there."""
        typed = {name: data.get(name, "") for name in [*cls.base_fields, *LETTERS]}
        return cls(
            initial={**typed, "keys": data.getlist("keys"), "fewer": "fewer" in data, **texts},
        )

    @property
    def option_rows(self) -> list[tuple[str, forms.BoundField, bool]]:
        """(letter, field, whether it is ticked as a key) of each option."""
        ticked = self["keys"].value() or []
        return [(letter, self[letter], letter in ticked) for letter in LETTERS]

    @property
    def asks_about_fewer(self) -> bool:
        """Whether the box for fewer options than usual has something to say."""
        return bool(self["fewer"].value()) or self.has_error("fewer")

    def clean_topic(self) -> str:
        try:
            return topic_name(self.cleaned_data["topic"])
        except Invalid as refusal:
            raise forms.ValidationError(str(refusal.message)) from refusal

    def clean_tags(self) -> tuple[str, ...]:
        tags: dict[str, str] = {}
        for tag in map(clean, self.cleaned_data["tags"].split(",")):
            if fault := text_fault(tag, TAG_LIMIT):
                raise forms.ValidationError(_("Nhãn %(fault)s.") % {"fault": fault})
            if tag:
                tags.setdefault(tag.casefold(), tag)
        if len(tags) > TAGS:
            raise forms.ValidationError(_("Có tối đa %(limit)d nhãn.") % {"limit": TAGS})
        return tuple(tags.values())

    def clean_source(self) -> str:
        source = clean_lines(self.cleaned_data["source"])
        if fault := text_fault(source, NOTE_LIMIT):
            raise forms.ValidationError(fault.capitalize())
        return source

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        text = data.get("text", "")
        if text and not fingerprint(to_plain(text)) and not pictures_in(text):
            self.add_error("text", gettext("Câu hỏi không có chữ nào."))
        if "kind" in data:
            if data["kind"] == Kind.TRUE_FALSE:
                data.update(dict.fromkeys(LETTERS, ""), A=TRUE, B=FALSE)
            self._check_options(Kind(data["kind"]), [data.get(letter, "") for letter in LETTERS])
        return data

    def _check_options(self, kind: Kind, given: list[str]) -> None:
        filled = [place + 1 for place, text in enumerate(given) if text]
        least = LEAST_OPTIONS if self.cleaned_data.get("fewer") else USUAL_OPTIONS[kind]
        count = max([least, *filled])
        for letter, text in zip(LETTERS[:count], given, strict=False):
            if not text and letter not in self.errors:
                self.add_error(letter, gettext("Phương án còn trống."))
        if LEAST_OPTIONS <= len(filled) == max(filled, default=0) < least:
            self.add_error(
                "fewer",
                gettext(
                    "Câu hỏi có %(count)d phương án; loại này thường có ít nhất %(usual)d."
                    " Nếu đúng ý, hãy chọn ô này."
                )
                % {"count": len(filled), "usual": least},
            )
        # A picture is told from another by its name, which its alternative text is not.
        said = [text if pictures_in(text) else to_plain(text) for text in given]
        for later, earlier in same_options(said, exactly=True):
            self.add_error(
                LETTERS[later], gettext("Trùng với phương án %(letter)s.") % {"letter": LETTERS[earlier]}
            )
        self._check_keys(kind, count)

    def _check_keys(self, kind: Kind, count: int) -> None:
        keys = self.cleaned_data.get("keys")
        if not keys:
            return
        if any(LETTERS.index(key) >= count for key in keys):
            self.add_error("keys", gettext("Đáp án không có trong các phương án."))
        elif kind != Kind.MULTIPLE and len(keys) > 1:
            self.add_error("keys", gettext("Loại câu hỏi này chỉ có một đáp án đúng."))
        elif len(keys) >= count:
            self.add_error("keys", gettext("Phải có ít nhất một phương án sai."))

    @property
    def content(self) -> Content:
        """Of a valid form."""
        data = self.cleaned_data
        return Content(
            topic=data["topic"],
            text=data["text"],
            options=tuple(data[letter] for letter in LETTERS if data[letter]),
            keys=tuple(sorted({LETTERS.index(key) for key in data["keys"]})),
            explanation=data["explanation"],
            source=data["source"],
            kind=Kind(data["kind"]),
            difficulty=Difficulty(data["difficulty"]) if data["difficulty"] else None,
            tags=data["tags"],
            source_link=data["source_link"],
        )


class PictureForm(forms.Form):
    """A picture that goes behind one of a question's texts: for browsers without script."""

    file = forms.FileField(
        label=_("Tệp hình (PNG, JPEG, GIF, WebP; tối đa 2 MB)"),
        required=False,
        allow_empty_file=True,  # reading it says better what is wrong
        # The theme's own shows the file's name by script alone.
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/gif,image/webp"}),
    )
    alt = forms.CharField(
        label=_("Mô tả hình cho người không nhìn thấy"),
        required=False,
        max_length=ALT,
        widget=UnfoldAdminTextInputWidget(),
    )
    place = forms.ChoiceField(
        label=_("Đặt vào"),
        choices=[
            ("text", _("Câu hỏi")),
            *((letter, format_lazy(_("Phương án {letter}"), letter=letter)) for letter in LETTERS),
            ("explanation", _("Giải thích")),
        ],
        widget=UnfoldAdminSelectWidget(),
    )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("file") is None and "file" not in self.errors:
            self.add_error("file", gettext("Chưa chọn tệp hình."))
        if not data.get("alt") and "alt" not in self.errors:
            self.add_error("alt", gettext("Chưa có mô tả hình."))
        return data


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
