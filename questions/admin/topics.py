"""The tree of a bank's topics: what is in each, other names and places for them."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from contest_site.lib.errors import DomainError
from questions.admin.pages import page, person
from questions.domain.topics import add_topic, in_tree_order, move_topic, remove_topic, rename_topic
from questions.enums import Difficulty
from questions.models import Bank
from questions.queries import named_topics, questions_per_topic
from questions.rules import TOPIC_SEPARATOR, is_of_topic


@dataclass(frozen=True)
class Line:
    """A level of the tree. `total` and `counts`: with the topics under it; `own`: without.

    `counts` goes along Difficulty, and what has none last. `removable`: a topic that no revision ever named.
    """

    path: str
    name: str
    depth: int
    own: int
    total: int
    counts: list[tuple[str, int]]
    removable: bool


class TopicPages(ModelAdmin):
    """For the admin of banks."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.topics_page)
        return [path("<int:bank>/chu-de/", view, name="questions_bank_topics"), *super().get_urls()]

    def topics_page(self, request: HttpRequest, bank: int) -> HttpResponse:
        """The tree; a POST is one act on it."""
        may_change = request.user.has_perm("questions.change_topic")
        if not (may_change or request.user.has_perm("questions.view_topic")):
            raise PermissionDenied
        of = get_object_or_404(Bank, pk=bank)
        if request.method == "POST":
            if not may_change:
                raise PermissionDenied
            if self._changed(request, of):
                return HttpResponseRedirect(request.path)
        return page(
            request,
            self.admin_site,
            "topics",
            _("Chủ đề"),
            Bank,
            bank=of,
            lines=tree(of),
            levels=[*Difficulty.choices, ("none", _("Chưa phân loại"))],
            may_change=may_change,
            typed=request.POST.get("new", ""),
            back=reverse("admin:questions_bank_change", args=[of.pk]),
        )

    def _changed(self, request: HttpRequest, bank: Bank) -> bool:
        """Whether it was done, which a message says."""
        name, by = request.POST.get("topic", ""), person(request)
        try:
            match request.POST.get("act"):
                case "add":
                    added = add_topic(bank, request.POST.get("new", ""), by=by)
                    said = _("Đã thêm chủ đề “%(name)s”.") % {"name": added.name}
                case "rename":
                    count = rename_topic(bank, name, request.POST.get("new", ""), by=by)
                    said = _("Đã đổi tên %(count)d chủ đề.") % {"count": count}
                case "remove":
                    remove_topic(bank, name, by=by)
                    said = _("Đã xóa chủ đề “%(name)s”.") % {"name": name}
                case "up" | "down" as way:
                    move_topic(bank, name, -1 if way == "up" else 1, by=by)
                    said = ""
                case _act:
                    return False
        except DomainError as refusal:
            messages.error(request, str(refusal.message))
            return False
        if said:
            messages.success(request, said)
        return True


def tree(bank: Bank) -> list[Line]:
    """Every level of the bank's topics in order, with what it and those under it have; three statements."""
    counts = questions_per_topic(bank)
    topics = list(bank.topics.values_list("name", flat=True))
    named = named_topics(bank)
    lines = []
    for one in in_tree_order(topics):
        below = [by_level for topic, by_level in counts.items() if is_of_topic(topic, one)]
        by_level = [
            (level, sum(found.get(level, 0) for found in below)) for level in [*Difficulty.values, ""]
        ]
        lines.append(
            Line(
                path=one,
                name=one.rpartition(TOPIC_SEPARATOR)[2],
                depth=one.count(TOPIC_SEPARATOR),
                own=sum(counts.get(one, {}).values()),
                total=sum(count for _level, count in by_level),
                counts=[(level or "none", count) for level, count in by_level],
                removable=one in topics and one not in named,
            )
        )
    return lines
