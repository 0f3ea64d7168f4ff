"""Form fields in which an organiser writes a plan the way plans are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
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

from contests.enums import RankKey, UnitMetric
from contests.fileschema import PLAN_ZONE, field_keys, moment
from contests.models import CertificateTemplate, Contest, Prize, PrizeTable, Round
from contests.suggestions import SUGGESTED

GROUPS = re.compile(r"\d{1,3}(?:\.\d{3})+|\d{1,3}(?: \d{3})+", re.ASCII)
# Tables of a plan file on which official plans tend to be silent.
SILENT: Mapping[str, type[models.Model]] = {
    "contest": Contest,
    "overall": Contest,
    "entry": Contest,
    "rounds": Round,
    "certificates": CertificateTemplate,
    "prize_tables": PrizeTable,
    "consent": Contest,
}


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
            empty_value=None,
            widget=UnfoldAdminSelectWidget,
            **kwargs,
        )


class GroupedField(forms.IntegerField):
    """A whole number that is shown, and may be typed, in groups: 3.000.000 or 3000000."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(widget=widget, **kwargs)

    def to_python(self, value: Any) -> int | None:
        text = " ".join(str("" if value is None else value).split())
        return super().to_python(re.sub("[. ]", "", text) if GROUPS.fullmatch(text) else text)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:,}".replace(",", ".") if isinstance(value, int) else value


class OrderWidget(forms.MultiWidget):
    """Selects one below the other, the deciding one first."""

    template_name = "admin/contests/rank_order.html"

    def __init__(self, choices: Sequence[tuple[str, Any]], slots: int) -> None:
        self.slots = slots
        offered = [("", "---------"), *choices]
        super().__init__([UnfoldAdminSelectWidget(choices=offered) for _slot in range(slots)])

    def decompress(self, value: Sequence[str] | None) -> list[str]:
        chosen = list(value or [])
        return [*chosen, *[""] * (self.slots - len(chosen))]


class OrderField(forms.MultiValueField):
    """The keys of an order, the deciding one first; what is left empty is skipped, nothing stands twice."""

    def __init__(self, choices: type[models.TextChoices], *, slots: int = 0, **kwargs: Any) -> None:
        slots = slots or len(choices)
        offered = [("", "---------"), *choices.choices]
        fields = [forms.ChoiceField(choices=offered, required=False) for _slot in range(slots)]
        widget = OrderWidget(choices.choices, slots)
        super().__init__(fields, require_all_fields=False, widget=widget, **kwargs)

    def compress(self, data_list: Iterable[str]) -> list[str]:
        chosen = [key for key in data_list if key]
        if len(set(chosen)) != len(chosen):
            raise ValidationError(_("Mỗi tiêu chí xếp hạng chỉ được chọn một lần."))
        return chosen

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != [key for key in data or [] if key]


class RankOrderField(OrderField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(RankKey, **kwargs)


class WeightsWidget(forms.MultiWidget):
    """A number of per cent beside each metric."""

    template_name = "admin/contests/weights.html"

    def __init__(self, metrics: Sequence[tuple[str, Any]]) -> None:
        self.metrics = metrics
        attrs = {"inputmode": "numeric", "maxlength": "3", "autocomplete": "off"}
        super().__init__([UnfoldAdminTextInputWidget(attrs=attrs) for _metric in metrics])

    def decompress(self, value: Mapping[str, int] | None) -> list[str]:
        return [str((value or {}).get(name, "")) for name, _label in self.metrics]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        for (_metric, label), widget in zip(self.metrics, context["widget"]["subwidgets"], strict=True):
            widget["metric"] = label
        return context


class WeightsField(forms.MultiValueField):
    """{metric: whole per cent}; a metric left empty is not weighed. Together 100, or nothing at all."""

    def __init__(self, **kwargs: Any) -> None:
        # Less time is better, so time cannot be weighed against what more of is better.
        self.metrics = [one for one in UnitMetric.choices if one[0] != UnitMetric.BEST_DURATION]
        fields = [forms.CharField(required=False) for _metric in self.metrics]
        super().__init__(fields, require_all_fields=False, widget=WeightsWidget(self.metrics), **kwargs)

    def compress(self, data_list: Iterable[str]) -> dict[str, int]:
        weights = {}
        for (name, label), typed in zip(self.metrics, data_list, strict=False):
            text = unicodedata.normalize("NFKC", typed).strip().removesuffix("%").strip()
            if not text:
                continue
            if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 100):
                raise ValidationError(
                    _("Trọng số của “%(metric)s” là số nguyên từ 1 đến 100.") % {"metric": label}
                )
            weights[name] = int(text)
        total = sum(weights.values())
        if weights and total != 100:
            raise ValidationError(
                _("Các trọng số cộng lại là %(total)d %%, phải là 100 %%.") % {"total": total}
            )
        return weights

    def has_changed(self, initial: Any, data: Any) -> bool:
        shown = [str((initial or {}).get(name, "")) for name, _label in self.metrics]
        return shown != [one or "" for one in data or [""] * len(self.metrics)]


def suggest(fields: Mapping[str, forms.Field], *tables: str) -> None:
    """Put the suggested value into the help text of every field on which plans tend to be silent.

    `tables` are the plan file's tables of the form's fields.
    """
    keys = field_keys()
    for name, field in fields.items():
        key = next((keys[table, name] for table in tables if (table, name) in keys), "")
        if key in SUGGESTED:
            hint = _("Kế hoạch không quy định thì gợi ý: %(value)s.") % {"value": SUGGESTED[key].words}
            field.help_text = f"{field.help_text} {hint}".strip()


def key_labels() -> list[tuple[str, str]]:
    """Dotted keys of a plan file with the words that the screens use for them."""
    found = [("categories", _("đối tượng để người dự thi chọn"))]
    for (table, name), key in field_keys().items():
        model = SILENT.get(table)
        fields = {field.name: field for field in model._meta.concrete_fields} if model else {}
        if model and name in fields and name not in ("number", "slug"):
            label = str(fields[name].verbose_name)
            found.append(
                (key, label if model in (Contest, Round) else f"{model._meta.verbose_name}: {label}")
            )
    for field in Prize._meta.concrete_fields:
        if field.name in ("name", "quantity", "amount", "certificate"):
            label = f"{Prize._meta.verbose_name}: {field.verbose_name}"
            found.append((f"prize_tables.prizes.{field.name}", label))
    return found
