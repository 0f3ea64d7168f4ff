from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from contest_site.lib.admin import ReadOnlyAdmin
from questions.models import SealedPool


@admin.register(SealedPool)
class SealedPoolAdmin(ReadOnlyAdmin):
    """To look up what was sealed when; the content has the keys and is not shown."""

    list_display = ("bank", "size", "digest", "sealed_by", "sealed_at")
    list_select_related = ("bank", "sealed_by")
    fields = ("bank", "size", "digest", "sealed_by", "sealed_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[SealedPool]:
        return super().get_queryset(request).defer("content")
