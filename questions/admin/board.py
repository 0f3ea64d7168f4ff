"""The board: what waits for whom, in one bank or in all, and verdicts on many questions at once."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contest_site.accounts.models import User
from contest_site.lib.errors import DomainError
from contest_site.lib.text import name_sort_key
from contest_site.lib.unfold import ModelAdmin
from questions.admin.pages import options_of, page, person
from questions.domain.appraisal import appraise, submit
from questions.enums import State
from questions.models import Appraisal, Bank, Question, Revision
from questions.queries import WorkCount, work, work_counts

PAGE = 50
APPRAISE, RETURNED, DRAFTS, IN_USE = "appraise", "returned", "drafts", "approved"
HEADINGS: dict[str, Promise] = {
    APPRAISE: gettext_lazy("Chờ thẩm định"),
    RETURNED: gettext_lazy("Bị trả lại"),
    DRAFTS: gettext_lazy("Bản nháp"),
    IN_USE: gettext_lazy("Đã duyệt"),
}
# What a button does, and what is said then.
VERDICTS: dict[str, tuple[Appraisal.Verdict, Promise]] = {
    "approve": (Appraisal.Verdict.APPROVED, gettext_lazy("Đã duyệt %(count)d câu.")),
    "return": (Appraisal.Verdict.RETURNED, gettext_lazy("Đã trả lại %(count)d câu.")),
    "retire": (
        Appraisal.Verdict.RETIRED,
        gettext_lazy("Đã ngừng dùng %(count)d câu. Đề đã niêm phong không thay đổi."),
    ),
}


class BankLine(NamedTuple):
    """A bank's counts by State, and how many of those that wait are the asking person's own."""

    id: int
    name: str
    counts: Counter[str]
    own_waiting: int

    @property
    def to_appraise(self) -> int:
        return self.counts[State.WAITING] - self.own_waiting


class WriterLine(NamedTuple):
    id: int
    name: str
    counts: Counter[str]


class BoardPages(ModelAdmin):
    """For the admin of questions."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.board_page)
        return [path("bang-viec/", view, name="questions_question_board"), *super().get_urls()]

    def board_page(self, request: HttpRequest) -> HttpResponse:
        """Of `bank` in the address, or of all; `work`: which of the lists is open."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        chosen = request.GET.get("bank", "")
        bank = get_object_or_404(Bank, pk=int(chosen)) if chosen.isdecimal() else None
        if request.method == "POST" and self._judged(request):
            return HttpResponseRedirect(request.get_full_path())
        by = person(request)
        counts = work_counts()
        shown = [count for count in counts if bank is None or count.bank == bank.pk]
        tasks = self._tasks(request, shown, by)
        task = request.GET.get("work", "")
        if task not in tasks:
            waiting = (one for one, count in tasks.items() if count and one != IN_USE)
            task = next(waiting, next(iter(tasks)))
        listed = Paginator(_listed(task, bank, by), PAGE).get_page(request.GET.get("page"))
        return page(
            request,
            self.admin_site,
            "board",
            _("Bảng việc"),
            Question,
            bank=bank,
            banks=_bank_lines(counts, by),
            writers=_writer_lines(shown),
            tasks=[(one, HEADINGS[one], count) for one, count in tasks.items()],
            task=task,
            listed=listed,
            rows=[(revision, options_of(revision)) for revision in listed],
            ticked=request.POST.getlist("revision"),
            comment=request.POST.get("comment", ""),
            may_submit=self.has_change_permission(request),
            may_appraise=request.user.has_perm("questions.appraise_revision"),
            query=f"bank={bank.pk}&" if bank else "",
        )

    def _tasks(self, request: HttpRequest, counts: Iterable[WorkCount], by: User) -> dict[str, int]:
        """The lists that this person has something to do with, and how long each is."""
        tasks: dict[str, int] = {}
        appraises = request.user.has_perm("questions.appraise_revision")
        if appraises:
            tasks[APPRAISE] = _sum(counts, State.WAITING, but=by.pk)
        tasks[RETURNED] = _sum(counts, State.RETURNED, of=by.pk)
        tasks[DRAFTS] = _sum(counts, State.DRAFT)
        if appraises:
            tasks[IN_USE] = _sum(counts, State.APPROVED, but=by.pk)
        return tasks

    def _judged(self, request: HttpRequest) -> bool:
        """Does to the ticked questions what the button says; whether it was done is said in a message."""
        act, by = request.POST.get("act", ""), person(request)
        numbers = [int(one) for one in request.POST.getlist("revision") if one.isdecimal()][: 10 * PAGE]
        chosen = Revision.objects.filter(pk__in=numbers)
        try:
            if act == "submit":
                if not self.has_change_permission(request):
                    raise PermissionDenied
                said: str | Promise = _("Đã gửi thẩm định %(count)d câu.")
                count = submit(chosen, by=by)
            else:
                if not request.user.has_perm("questions.appraise_revision"):
                    raise PermissionDenied
                verdict, said = VERDICTS.get(act, ("", ""))
                count = appraise(chosen, verdict, by=by, comment=request.POST.get("comment", ""))
        except DomainError as refusal:
            messages.error(request, str(refusal.message))
            return False
        messages.success(request, str(said) % {"count": count})
        return True


def _listed(task: str, bank: Bank | None, by: User) -> QuerySet[Revision]:
    rows = work(bank)
    if task == APPRAISE:
        return rows.filter(state=State.WAITING).exclude(writer=by)
    if task == RETURNED:
        return rows.filter(state=State.RETURNED, writer=by)
    if task == IN_USE:
        return rows.filter(state=State.APPROVED).exclude(writer=by)
    return rows.filter(state=State.DRAFT)


def _sum(counts: Iterable[WorkCount], state: State, *, of: int | None = None, but: int | None = None) -> int:
    return sum(
        one.count for one in counts if one.state == state and of in (None, one.writer) and one.writer != but
    )


def _bank_lines(counts: Iterable[WorkCount], by: User) -> list[BankLine]:
    lines: dict[int, BankLine] = {}
    for one in counts:
        line = lines.get(one.bank) or BankLine(one.bank, one.bank_name, Counter(), 0)
        line.counts[one.state] += one.count
        if one.state == State.WAITING and one.writer == by.pk:
            line = line._replace(own_waiting=line.own_waiting + one.count)
        lines[one.bank] = line
    return list(lines.values())


def _writer_lines(counts: Iterable[WorkCount]) -> list[WriterLine]:
    lines: dict[int, WriterLine] = {}
    for one in counts:
        line = lines.setdefault(one.writer, WriterLine(one.writer, one.writer_name, Counter()))
        line.counts[one.state] += one.count
    return sorted(lines.values(), key=lambda line: name_sort_key(line.name))
