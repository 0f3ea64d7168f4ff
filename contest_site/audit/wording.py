"""Changes in the organisers' words: names of tables and columns, values as the screens show them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contest_site.audit.models import Change
from contest_site.audit.tracked import tracked_models
from contest_site.audit.trail import PEOPLE
from contest_site.lib.templatetags.vi import day
from contest_site.lib.text import sort_key

# Tables that join two others have no name of their own.
JOINING = {
    "auth_group_permissions": gettext_lazy("quyền của nhóm"),
    "accounts_user_groups": gettext_lazy("nhóm của tài khoản"),
    "accounts_user_user_permissions": gettext_lazy("quyền của tài khoản"),
    "auth_group": gettext_lazy("nhóm tài khoản"),
}
NAMED_COLUMNS = 3  # in a line of the list


@dataclass(frozen=True)
class Difference:
    """One column; `before` and `after` as text, "" where there is nothing. `veiled`: kept back."""

    label: str
    before: str
    after: str
    veiled: bool


def table_label(table: str) -> str:
    """ "cuộc thi" for contests_contest; the table's name where no model of this release has it."""
    if table in JOINING:
        return str(JOINING[table])
    model = _models().get(table)
    return str(model._meta.verbose_name) if model else table


def tables() -> list[tuple[str, str]]:
    """The tables that are followed, with their labels, in alphabetical order."""
    found = [(model._meta.db_table, table_label(model._meta.db_table)) for model in tracked_models()]
    return sorted(found, key=lambda one: sort_key(one[1]))


def differences(change: Change) -> list[Difference]:
    """Side by side, in the order of the model's fields; asks for the names of rows that columns refer to."""
    fields = _fields(change.table_name)
    order = list(fields)
    columns = sorted(
        change.changes, key=lambda name: (order.index(name) if name in order else len(order), name)
    )
    return [_difference(fields.get(column), column, *change.changes[column]) for column in columns]


def summary(change: Change) -> str:
    """Which columns a line of the list is about: "tên, hạn nộp bài, +2"."""
    if "rows" in change.changes and not change.row_key:
        return _("%(number)s dòng") % {
            "number": next(value for value in change.changes["rows"] if value is not None)
        }
    if change.operation != Change.Operation.UPDATE:
        return ""
    fields = _fields(change.table_name)
    labels = [_label(fields.get(column), column) for column in change.changes]
    rest = len(labels) - NAMED_COLUMNS
    return ", ".join(labels[:NAMED_COLUMNS]) + (f", +{rest}" if rest > 0 else "")


def _difference(field: models.Field[Any, Any] | None, column: str, before: Any, after: Any) -> Difference:
    return Difference(
        label=_label(field, column),
        before=_value(field, before),
        after=_value(field, after),
        veiled=_is_veiled(before) or _is_veiled(after),
    )


def _label(field: models.Field[Any, Any] | None, column: str) -> str:
    if column == "rows":
        return _("số dòng")
    return str(field.verbose_name) if field else column


def _value(field: models.Field[Any, Any] | None, value: Any) -> str:
    if value is None or value == "":
        return ""
    if _is_veiled(value):
        return str(value)
    if isinstance(value, bool):
        return _("Có") if value else _("Không")
    if isinstance(field, models.ForeignKey):
        return _referred(field, value)
    if field is not None and field.choices and not isinstance(value, list | dict):
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateTimeField):
        return _moment(value)
    if isinstance(field, models.DateField):
        return day(parse_date(value)) if isinstance(value, str) else str(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _moment(value: Any) -> str:
    instant = parse_datetime(value) if isinstance(value, str) else None
    return f"{timezone.localtime(instant):%d/%m/%Y %H:%M:%S}" if instant else str(value)


def _referred(field: models.ForeignKey[Any, Any], value: Any) -> str:
    """What the column points to, by name while it is there; people who are no organisers by number."""
    target = field.related_model
    named: Any = target._meta.label_lower not in PEOPLE and not any(
        one.name == "entry" for one in target._meta.concrete_fields
    )
    row = target._default_manager.filter(**{field.target_field.attname: value}).first() if named else None
    if isinstance(row, get_user_model()) and not row.is_staff:
        row = None
    return f"{row} (#{value})" if row else f"{target._meta.verbose_name} #{value}"


def _is_veiled(value: Any) -> bool:
    return value == "•••" or (isinstance(value, str) and value.startswith("#") and value[1:].isdigit())


@cache
def _models() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}


def _fields(table: str) -> dict[str, models.Field[Any, Any]]:
    model = _models().get(table)
    return {str(field.column): field for field in model._meta.concrete_fields} if model else {}
