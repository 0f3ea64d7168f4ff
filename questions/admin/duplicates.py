"""Questions of a bank that are nearly the same, for people to decide on."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from questions.admin.pages import page
from questions.domain.duplicates import near_duplicates
from questions.models import Bank

SHOWN = 200


class DuplicatePages(ModelAdmin):
    """The page of near duplicates, for the admin of banks."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.duplicates_page)
        return [path("<int:bank>/trung-lap/", view, name="questions_bank_duplicates"), *super().get_urls()]

    def duplicates_page(self, request: HttpRequest, bank: int) -> HttpResponse:
        """That two questions have different keys says something of both: for those who may see keys."""
        if not (
            request.user.has_perm("questions.view_question") and request.user.has_perm("questions.see_key")
        ):
            raise PermissionDenied
        found = get_object_or_404(Bank, pk=bank)
        pairs = near_duplicates(found, limit=SHOWN)
        conflicts = [pair for pair in pairs if pair.conflict]
        return page(
            request,
            self.admin_site,
            "duplicates",
            _("Câu hỏi gần trùng nhau"),
            Bank,
            bank=found,
            groups=[
                (_("Câu hỏi như nhau, đáp án khác nhau"), conflicts, True),
                (_("Gần giống nhau"), pairs[len(conflicts) :], False),
            ],
            count=len(pairs),
            more=len(pairs) == SHOWN,
            back=reverse("admin:questions_bank_change", args=[found.pk]),
        )
