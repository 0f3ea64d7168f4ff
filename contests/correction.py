"""The form with which a person asks for a correction: the entry form again, and why."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from contest_site.lib.identity import display_phone, national_id_hash
from contests.forms import ASKED, EntryForm
from contests.models import Entry
from contests.queries import DECIDING

REASON_LENGTH = 1000


class CorrectionForm(EntryForm):
    """What is entered, to be changed where it is wrong; without what published results rest on."""

    reason = forms.CharField(
        label=gettext_lazy("Vì sao cần sửa"),
        max_length=REASON_LENGTH,
        help_text=gettext_lazy("Ví dụ: gõ nhầm tên đệm; chuyển công tác từ ngày 01/3."),
        error_messages={"required": gettext_lazy("Ghi lý do, ví dụ: gõ nhầm tên đệm.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, entry: Entry, today: date, published: bool, **kwargs: Any) -> None:
        super().__init__(*args, contest=entry.contest, today=today, **kwargs)
        self.entry = entry
        for name in ("consent", "consent_digest", "missing_unit", "of_age"):
            self.fields.pop(name, None)
        if published:
            for name in (*DECIDING, "unit_query"):
                self.fields.pop(name, None)
        if "national_id" in self.fields and entry.national_id_hash:
            self.fields["national_id"].required = False
            self.fields["national_id"].help_text = gettext_lazy(
                "Đã lưu và không hiện lại. Chỉ nhập 12 chữ số khi số đã lưu bị sai."
            )

    def show_units(self, units: Any) -> None:
        if "unit" in self.fields:
            super().show_units(units)

    def clean(self) -> dict[str, Any]:
        if "unit" in self.cleaned_data and self.cleaned_data["unit"] is None:
            self.cleaned_data["unit"] = self.entry.unit
        return super().clean()

    def wanted(self) -> dict[str, Any]:
        """What differs from the entry, by its columns; of a valid form."""
        found, entry = self.cleaned_data, self.entry
        wanted = {}
        for name in ("full_name", *ASKED, "unit", "category"):
            if name not in found:
                continue
            if name == "national_id":
                if found[name] and national_id_hash(found[name]) != entry.national_id_hash:
                    wanted[name] = found[name]
            elif (found[name] or None) != (getattr(entry, name) or None):
                wanted[name] = found[name]
        return wanted


def shown_values(entry: Entry) -> dict[str, Any]:
    """The entry as the form shows it; the national ID never."""
    return {
        "full_name": entry.full_name,
        "birth_date": f"{entry.birth_date:%d/%m/%Y}" if entry.birth_date else "",
        "gender": entry.gender,
        "phone": display_phone(entry.phone) if entry.phone else "",
        "address": entry.address,
        "category": entry.category_id,
    }
