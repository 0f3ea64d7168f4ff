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
    from unfold.admin import ModelAdmin as _ModelAdmin
    from unfold.admin import StackedInline, TabularInline

    class ModelAdmin(_ModelAdmin):
        # unfold's page asks for it at each field, and what is missing costs a template a search of the class.
        conditional_fields = {}


__all__ = ["ModelAdmin", "StackedInline", "TabularInline"]
