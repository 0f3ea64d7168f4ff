"""unfold's admin classes; to type checkers they are Django's, with what unfold adds and we use."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.contrib import admin

    class ModelAdmin(admin.ModelAdmin[Any]):
        change_form_before_template: str | None
        change_form_outer_before_template: str | None
        list_before_template: str | None
        warn_unsaved_form: bool

    class TabularInline(admin.TabularInline[Any, Any]):
        pass

    class StackedInline(admin.StackedInline[Any, Any]):
        pass
else:
    from unfold.admin import ModelAdmin, StackedInline, TabularInline

__all__ = ["ModelAdmin", "StackedInline", "TabularInline"]
