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
    """Rows of a contest, or of a row of its plan, that can only be looked at once the plan is fixed."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not is_fixed(contest_of(obj)) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not is_fixed(contest_of(obj)) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not is_fixed(contest_of(obj)) and super().has_delete_permission(request, obj)


class PlanPart(BaseModelAdmin):
    """A row of a plan on a page of its own, reached from its contest and fixed with it."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not is_fixed(contest_of(obj)) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not is_fixed(contest_of(obj)) and bool(super().has_delete_permission(request, obj))


def contest_of(obj: Any) -> Contest | None:
    """The contest of a row of its plan; a contest itself is its own."""
    if obj is None or isinstance(obj, Contest):
        return obj
    contest = getattr(obj, "contest", None)
    return contest if isinstance(contest, Contest) else None
