"""Questions of a bank that are nearly the same, for people to decide on."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from contest_site.lib.work import settled
from questions.admin.pages import page, waiting_page
from questions.domain.duplicates import SHOWN, ask_for_search, found_pairs, is_current, search_of
from questions.models import Bank, DuplicateSearch


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
        if request.method == "POST":
            ask_for_search(found)
            return HttpResponseRedirect(request.path)
        search = search_of(found)
        if search and search.waits:
            search = settled(DuplicateSearch.objects.select_related("bank"), search.pk)
        back = reverse("admin:questions_bank_change", args=[found.pk])
        title = _("Câu hỏi gần trùng nhau")
        if search and search.waits:
            doing = _("Đang so từng câu hỏi của ngân hàng với các câu khác.")
            return waiting_page(request, self.admin_site, title, Bank, doing=doing, bank=found, back=back)
        pairs = found_pairs(search.pairs) if search and search.pairs else []
        conflicts = [pair for pair in pairs if pair.conflict]
        return page(
            request,
            self.admin_site,
            "duplicates",
            title,
            Bank,
            bank=found,
            search=search,
            current=search is not None and is_current(search),
            groups=[
                (_("Câu hỏi như nhau, đáp án khác nhau"), conflicts, True),
                (_("Gần giống nhau"), pairs[len(conflicts) :], False),
            ],
            count=len(pairs),
            more=len(pairs) == SHOWN,
            back=back,
        )
