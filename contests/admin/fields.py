"""Form fields in which an organiser writes a plan the way plans are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from contests.enums import RankKey
from contests.fileschema import PLAN_ZONE, moment
from contests.suggestions import SUGGESTED


class MomentField(forms.CharField):
    """ "07:00 10/11/2024"; an end at midnight is shown, and may be typed, as 24:00 of the day before."""

    def __init__(self, *, end: bool = False, **kwargs: Any) -> None:
        example = "24:00 30/11/2024" if end else "07:00 10/11/2024"
        kwargs.setdefault("widget", UnfoldAdminTextInputWidget(attrs={"placeholder": example}))
        kwargs.setdefault(
            "help_text", format_lazy(gettext_lazy("Viết như {example}, giờ Việt Nam."), example=example)
        )
        super().__init__(**kwargs)
        self.end = end

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return moment(" ".join(text.split()))
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, datetime):
            return value
        local = value.astimezone(PLAN_ZONE)
        if self.end and (local.hour, local.minute) == (0, 0):
            return f"24:00 {local - timedelta(days=1):%d/%m/%Y}"
        return f"{local:%H:%M %d/%m/%Y}"

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial or "") != " ".join((data or "").split()))


class LinesField(forms.CharField):
    """A list, one item a line."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", UnfoldAdminTextareaWidget(attrs={"rows": 4}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(list(initial or []) != self.to_python(data))


class YesNoField(forms.TypedChoiceField):
    """A choice that must be made; a tick box would make it silently."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[("", "---------"), ("True", gettext_lazy("Có")), ("False", gettext_lazy("Không"))],
            coerce=lambda value: value == "True",
            widget=UnfoldAdminSelectWidget,
            **kwargs,
        )


class RankOrderWidget(forms.MultiWidget):
    template_name = "admin/contests/rank_order.html"

    def __init__(self) -> None:
        choices = [("", "---------"), *RankKey.choices]
        super().__init__([UnfoldAdminSelectWidget(choices=choices) for _key in RankKey])

    def decompress(self, value: Sequence[str] | None) -> list[str]:
        chosen = list(value or [])
        return [*chosen, *[""] * (len(RankKey) - len(chosen))]


class RankOrderField(forms.MultiValueField):
    """The keys of the order, the deciding one first; what is left empty is skipped."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("", "---------"), *RankKey.choices]
        fields = [forms.ChoiceField(choices=choices, required=False) for _key in RankKey]
        super().__init__(fields, require_all_fields=False, widget=RankOrderWidget(), **kwargs)

    def compress(self, data_list: Iterable[str]) -> list[str]:
        chosen = [key for key in data_list if key]
        if len(set(chosen)) != len(chosen):
            raise ValidationError(_("Mỗi tiêu chí xếp hạng chỉ được chọn một lần."))
        return chosen

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != [key for key in data or [] if key]


def suggest(fields: dict[str, forms.Field], table: str, file_keys: dict[str, str] | None = None) -> None:
    """Put the suggested value into the help text of every field on which plans tend to be silent.

    `table` is the plan file's table; `file_keys` maps a field's name to its key there, where they differ.
    """
    for name, field in fields.items():
        key = f"{table}.{name}"
        if file_keys and name in file_keys:
            key = file_keys[name]
        if key in SUGGESTED:
            hint = _("Kế hoạch không quy định thì gợi ý: %(value)s.") % {"value": SUGGESTED[key].words}
            field.help_text = f"{field.help_text} {hint}".strip()


def key_labels(contest: type[models.Model], round: type[models.Model]) -> list[tuple[str, str]]:
    """Dotted keys of a plan file with the words that the screens use for them."""
    labels = [(f"contest.{field.name}", field) for field in contest._meta.concrete_fields]
    labels += [(f"rounds.{field.name}", field) for field in round._meta.concrete_fields]
    renamed = {"consent_": "consent.", "certificate_": "certificate.", "signature_": "certificate.signature_"}
    found = [("categories", _("đối tượng để người dự thi chọn"))]
    for key, field in labels:
        if not field.editable or field.primary_key or field.name in ("chosen", "contest", "number"):
            continue
        for start, dotted in renamed.items():
            if field.name.startswith(start):
                key = dotted + field.name.removeprefix(start)
        found.append((key, str(field.verbose_name)))
    return found
