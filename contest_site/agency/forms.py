"""The forms of an agency's requests and of its list of people."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from contests.domain.headcounts import MOST_PEOPLE
from contests.enums import RosterMode
from contests.models import Unit
from contests.person import UNIT_NAME_LENGTH
from contests.unit_search import MAX_QUERY

REASON_LENGTH = 1000


def _reason(example: Any) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Lý do, căn cứ"),
        max_length=REASON_LENGTH,
        help_text=example,
        error_messages={"required": gettext_lazy("Ghi lý do, để Ban Tổ chức có căn cứ quyết định.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PeopleField(forms.IntegerField):
    """A whole number as it is written in Viet Nam: 1250 or 1.250."""

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str) and re.fullmatch(r"\d{1,3}([. ]\d{3})+", value.strip(), re.ASCII):
            value = re.sub(r"\D", "", value)
        return super().to_python(value)


class HeadcountForm(forms.Form):
    people = PeopleField(
        label=gettext_lazy("Tổng số người đúng"),
        min_value=1,
        max_value=MOST_PEOPLE,
        help_text=gettext_lazy("Người của chính đơn vị này, không kể các đơn vị trực thuộc."),
        error_messages={
            "required": gettext_lazy("Ghi tổng số người của đơn vị."),
            "invalid": gettext_lazy("Ghi một số nguyên, ví dụ: 128."),
            "min_value": gettext_lazy("Tổng số người phải từ 1 trở lên."),
            "max_value": gettext_lazy("Số này lớn quá. Kiểm tra lại rồi gửi."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    reason = _reason(gettext_lazy("Ví dụ: theo Quyết định giao biên chế năm 2026; thêm 12 người hợp đồng."))


class UnitNameForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Tên đúng của đơn vị"),
        max_length=UNIT_NAME_LENGTH,
        help_text=gettext_lazy("Tên này được ghi trên báo cáo, bảng xếp hạng và giấy chứng nhận sau này."),
        error_messages={"required": gettext_lazy("Ghi tên đúng của đơn vị.")},
    )
    reason = _reason(
        gettext_lazy(
            "Ví dụ: danh mục ghi thiếu chữ “phường”. Đơn vị đổi tên, sáp nhập theo nghị quyết: "
            "gửi Ban Tổ chức nghị quyết đó."
        )
    )


class PersonUnitForm(forms.Form):
    """`unit` is chosen among the results of the search `unit_query`."""

    unit_query = forms.CharField(
        label=gettext_lazy("Tìm đơn vị đúng"),
        max_length=MAX_QUERY,
        required=False,
        help_text=gettext_lazy("Gõ vài chữ trong tên đơn vị, có dấu hoặc không dấu, rồi bấm Tìm."),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    unit: forms.ModelChoiceField[Unit] = forms.ModelChoiceField(
        label=gettext_lazy("Đơn vị đúng"),
        queryset=Unit.objects.none(),
        empty_label=None,
        error_messages={
            "required": gettext_lazy("Tìm rồi chọn đơn vị trong danh sách."),
            "invalid_choice": gettext_lazy("Chọn đơn vị trong danh sách của cuộc thi."),
        },
        widget=forms.RadioSelect,
    )
    reason = _reason(gettext_lazy("Ví dụ: chuyển công tác từ ngày 01/3; chọn nhầm phòng khi đăng ký."))


class RosterForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Tệp danh sách"),
        help_text=gettext_lazy("Excel .xlsx hoặc .csv, mỗi người một dòng, nhiều nhất 5 MB."),
        error_messages={
            "required": gettext_lazy("Chọn tệp danh sách."),
            "empty": gettext_lazy("Tệp này trống. Chọn tệp có danh sách người."),
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("Cách nhập"),
        choices=RosterMode.choices,
        initial=RosterMode.REPLACE,
        widget=forms.RadioSelect,
    )
