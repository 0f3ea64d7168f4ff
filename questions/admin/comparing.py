"""Two revisions of a question side by side."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from contest_site.lib.unfold import ModelAdmin
from questions.admin.pages import page
from questions.differences import differences
from questions.models import Question


class ComparePages(ModelAdmin):
    """For the admin of questions."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.compare_page)
        return [path("<int:question>/so-sanh/", view, name="questions_question_compare"), *super().get_urls()]

    def compare_page(self, request: HttpRequest, question: int) -> HttpResponse:
        """Of `cu` and `moi` in the address, numbers of revisions; without them the last two."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        compared = get_object_or_404(Question.objects.select_related("bank"), pk=question)
        revisions = {
            revision.number: revision
            for revision in compared.revisions.select_related("topic", "writer").order_by("number")
        }
        last = max(revisions)
        new = revisions.get(_number(request, "moi", last), revisions[last])
        old = revisions.get(_number(request, "cu", new.number - 1), revisions[min(revisions)])
        return page(
            request,
            self.admin_site,
            "compare",
            _("So sánh các phiên bản"),
            Question,
            question=compared,
            numbers=sorted(revisions),
            old=old,
            new=new,
            parts=differences(old.content, new.content, keys=request.user.has_perm("questions.see_key")),
        )


def _number(request: HttpRequest, name: str, otherwise: int) -> int:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 6 else otherwise
