"""What may still be changed of a plan: everything, until it is announced or a round of it is sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.http import HttpRequest

from contests.models import Contest
from contests.queries import is_announced

if TYPE_CHECKING:
    from django.contrib import admin

    BaseModelAdmin = admin.options.BaseModelAdmin[Any]
    InlineModelAdmin = admin.options.InlineModelAdmin[Any, Any]
else:
    BaseModelAdmin = InlineModelAdmin = object

# Still open after the announcement: nothing of a paper, a rank or a prize hangs on it.
OPEN_FIELDS = ("hotline",)


def is_fixed(contest: Contest | None) -> bool:
    """Whether fairness no longer allows changes: people have read the plan, or a paper is fixed."""
    if contest is None or contest.pk is None:
        return False
    return is_announced(contest) or contest.rounds.filter(seal__isnull=False).exists()


class NothingSilent(BaseModelAdmin):
    """Every choice begins empty; unfold would take the first one for a field that must be filled."""

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("choices", db_field.get_choices(include_blank=True))
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("empty_label", "---------")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without the buttons that add or change a bank or an account from within a plan."""
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class PlanRows(InlineModelAdmin):
    """Rows of a plan that can be looked at but no longer changed once the plan is fixed."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not is_fixed(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not is_fixed(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not is_fixed(obj) and super().has_delete_permission(request, obj)
