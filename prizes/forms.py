"""What people type on the pages of results and certificates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from contests.enums import DOCUMENT_TYPES, RankKey
from prizes.rules.codes import read_code


class CodeForm(forms.Form):
    """The public check of a certificate; `code` comes out in its stored form."""

    code = forms.CharField(
        label=_("Mã kiểm tra"),
        max_length=80,
        error_messages={"required": _("Cần nhập mã kiểm tra in trên giấy chứng nhận.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        code = read_code(self.cleaned_data["code"])
        if code is None:
            raise forms.ValidationError(
                _("Mã kiểm tra gồm 28 chữ cái và chữ số, in bên cạnh mã QR trên giấy chứng nhận.")
            )
        return code


def _words(label: Any, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


class NoFieldsForm(forms.Form):
    """For a step that asks nothing but whether it is meant."""


class CloseForm(forms.Form):
    reason = _words(_("Lý do đóng vòng thi"))


class RankForm(forms.Form):
    reason = _words(_("Lý do xếp hạng"), required=False)


class RankAgainForm(forms.Form):
    """From the second version on: what has changed."""

    reason = _words(_("Lý do xếp hạng lại"))


class ReviewForm(forms.Form):
    note = _words(_("Ý kiến rà soát"), required=False)


class ReturnForm(forms.Form):
    reason = _words(_("Lý do trả lại"))


class DecisionForm(forms.Form):
    number = forms.CharField(
        label=_("Số quyết định"),
        max_length=60,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "123/QĐ-UBND", "autocomplete": "off"}),
    )
    signed_on = forms.DateField(
        label=_("Ngày ký"),
        input_formats=["%d/%m/%Y", "%Y-%m-%d"],
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "15/12/2024", "autocomplete": "off"}),
        help_text=_("Ngày/tháng/năm ghi trên quyết định."),
    )


@dataclass(frozen=True)
class Named:
    """Someone to be put in order: a person with the unit, or a unit with its code."""

    key: int
    name: str
    detail: str


class GroundsForm(forms.Form):
    grounds = _words(_("Căn cứ, lý do"))


class WithdrawNominationForm(forms.Form):
    reason = _words(_("Lý do rút đề nghị"))


class NominationForm(forms.Form):
    """One of the names that were found, with grounds and report. `holder` comes out as the name's key."""

    def __init__(self, names: Sequence[Named], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"] = forms.TypedChoiceField(
            label=_("Đề nghị trao cho"),
            coerce=int,
            choices=[(one.key, f"{one.name} – {one.detail}") for one in names],
            widget=forms.RadioSelect(attrs={"class": "p-radio"}),
            error_messages={"required": _("Cần chọn một tên."), "invalid_choice": _("Cần chọn một tên.")},
        )
        self.fields["grounds"] = _words(_("Căn cứ đề nghị"))
        self.fields["report"] = forms.FileField(
            label=_("Báo cáo kèm theo"),
            help_text=_("Báo cáo, tờ trình, biên bản (PDF, Word, Excel …), không quá 20 MB."),
            widget=UnfoldAdminFileFieldWidget(attrs={"accept": ",".join(DOCUMENT_TYPES)}),
        )


class WhatIfForm(forms.Form):
    """Another order of ranking: up to four keys, the deciding one first. `order` is the keys in turn."""

    KEYS = tuple(f"key_{at}" for at in range(1, len(RankKey.choices) + 1))

    only_all_right = forms.BooleanField(
        label=_("Chỉ xếp hạng người trả lời đúng tất cả"), required=False, widget=UnfoldBooleanWidget
    )
    first = forms.IntegerField(
        label=_("Số suất đầu bảng cần so sánh"),
        min_value=1,
        max_value=200,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for at, name in enumerate(self.KEYS, 1):
            self.fields[name] = forms.ChoiceField(
                label=_("Tiêu chí %(number)d") % {"number": at},
                required=at == 1,
                choices=[("", _("– không có –")), *RankKey.choices],
                widget=UnfoldAdminSelectWidget,
            )
        self.order_fields([*self.KEYS, "only_all_right", "first"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        order = [key for name in self.KEYS if (key := values.get(name))]
        if len(set(order)) != len(order):
            raise forms.ValidationError(_("Mỗi tiêu chí chỉ dùng một lần."))
        values["order"] = order
        return values


class TieForm(forms.Form):
    """The jury's order: a number beside each name, 1 first, blank for no place. `order` is the names' keys.

    `needed`: how many must have a number.
    """

    def __init__(self, names: Sequence[Named], needed: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names
        for one in names:
            self.fields[f"place_{one.key}"] = forms.IntegerField(
                label=one.name,
                min_value=1,
                max_value=len(names),
                required=False,
                widget=forms.NumberInput(attrs={"class": "p-place", "inputmode": "numeric"}),
            )
        self.fields["grounds"] = _words(_("Căn cứ của Ban Giám khảo"))
        self.needed = needed

    def lines(self) -> list[tuple[Named, forms.BoundField]]:
        return [(one, self[f"place_{one.key}"]) for one in self.names]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        places = {one.key: values.get(f"place_{one.key}") for one in self.names}
        numbered = sorted((place, key) for key, place in places.items() if place is not None)
        if not self.errors:
            if [place for place, _key in numbered] != list(range(1, len(numbered) + 1)):
                raise forms.ValidationError(_("Thứ tự phải là 1, 2, 3 … liên tiếp, mỗi số dùng một lần."))
            if len(numbered) < self.needed:
                raise forms.ValidationError(
                    _("Cần ghi thứ tự cho ít nhất %(count)d tên."), params={"count": self.needed}
                )
        values["order"] = [key for _place, key in numbered]
        return values
