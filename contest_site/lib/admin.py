"""What the admin screens of all apps share."""

from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property

from contest_site.lib.unfold import ModelAdmin

COUNTED = 10_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # not generic when run
    """Counts at most 10,000 rows, so that a list over millions opens at once; beyond, people search."""

    counted = COUNTED

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if not isinstance(rows, models.QuerySet):
            return len(rows)
        return rows.order_by()[: self.counted].count()


class ReadOnlyAdmin(ModelAdmin):
    """A list to look at: nothing is added, changed or deleted here, by nobody."""

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
