"""What waits for the organisers today, and for whom; each kind of work in one statement or two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from attempts.anomalies.links import queue_url
from attempts.anomalies.queries import anomalies
from contest_site.agency.models import AgencyRequest
from contest_site.lib.templatetags.vi import moment, number, span
from contest_site.privacy.erasing import erasure_requests
from contest_site.watch.backups import last_backup
from contests.models import Contest, EntryRequest
from contests.queries import RoundState, effective_close, is_announced, round_state, seal_of
from prizes.admin.corrections import may_look, waiting_corrections
from questions.enums import State
from questions.queries import WorkCount, work_counts

if TYPE_CHECKING:
    from contest_site.accounts.models import User

SEAL_BEFORE = timedelta(days=3)  # a round that opens so soon should have its seal
ANNOUNCE_BEFORE = timedelta(days=7)
ANSWER_BEFORE = timedelta(days=3)  # of a request's deadline
SHOWN_CORRECTIONS = 20
APPRAISE = ngettext_lazy("%(count)s câu hỏi chờ thẩm định", "%(count)s câu hỏi chờ thẩm định", "number")
REWRITE = ngettext_lazy(
    "%(count)s câu hỏi được trả lại để sửa", "%(count)s câu hỏi được trả lại để sửa", "number"
)


@dataclass(frozen=True)
class Todo:
    """One thing to do. `whom`: who it waits for, in words; `due`: by when, or since when it waits."""

    text: str
    about: str
    whom: str
    address: str
    urgent: bool = False
    due: datetime | None = None


def in_order(found: Iterable[Todo], now: datetime) -> list[Todo]:
    """Urgent first, then by time; what has none comes last."""
    last = now + timedelta(days=36_500)
    return sorted(found, key=lambda one: (not one.urgent, one.due or last))


def todos(user: User, contests: Sequence[Contest], now: datetime) -> list[Todo]:
    """What this person may see of it. `contests` with rounds, seals and closings."""
    may = user.has_perm
    found: list[Todo] = []
    if may("contests.view_contest"):
        found += [*_plans(contests, now), *_seals(contests, now), *_backup(user, now)]
    if may("attempts.judge_attempts"):
        found += _anomalies(contests)
    if may_look(user):
        found += _corrections(user)
    if may("contests.decide_request"):
        found += _requests()
    if may("agency.decide_agencyrequest"):
        found += _agency_requests()
    if may("contests.view_datarequest"):
        found += _erasures(now)
    if may("questions.appraise_revision") or may("questions.change_question"):
        found += _questions(user)
    return found


def _plans(contests: Iterable[Contest], now: datetime) -> Iterator[Todo]:
    for contest in contests:
        if is_announced(contest) or not now < contest.opens_at <= now + ANNOUNCE_BEFORE:
            continue
        left = span(int((contest.opens_at - now).total_seconds()))
        yield Todo(
            _("Chưa công bố, còn %(left)s là mở") % {"left": left},
            contest.name,
            _("Tổ Thư ký hoàn thiện, Trưởng ban công bố"),
            reverse("admin:contests_contest_wizard", args=[contest.pk]),
            urgent=contest.opens_at - now <= SEAL_BEFORE,
            due=contest.opens_at,
        )


def _seals(contests: Iterable[Contest], now: datetime) -> Iterator[Todo]:
    """Rounds that are open, or open soon, and have no seal: nobody could begin."""
    for contest in contests:
        if not is_announced(contest):
            continue
        for round in contest.rounds.all():
            soon = round.opens_at - now <= SEAL_BEFORE
            if seal_of(round) or not soon or round_state(round, now) is RoundState.CLOSED:
                continue
            late = round.opens_at <= now
            text = (
                _("Đã đến giờ mở mà đề chưa niêm phong: chưa ai vào thi được")
                if late
                else _("Niêm phong đề trước %(at)s") % {"at": moment(round.opens_at)}
            )
            yield Todo(
                text,
                f"{contest.name}, {round.name}",
                _("Trưởng ban hoặc Tổ Thư ký"),
                reverse("admin:contests_round_seal", args=[contest.pk, round.number]),
                urgent=True,
                due=round.opens_at,
            )


def _anomalies(contests: Iterable[Contest]) -> Iterator[Todo]:
    """Signals without a verdict, by round: nothing of a round is approved before they have theirs."""
    rounds = {round.pk: round for contest in contests for round in contest.rounds.all()}
    waiting = anomalies(rounds.values()).filter(conclusion=None).order_by().values_list("round")
    for pk, count in waiting.annotate(count=Count("pk")):
        round = rounds[pk]
        text = ngettext(
            "%(count)s dấu hiệu bất thường chờ kết luận", "%(count)s dấu hiệu bất thường chờ kết luận", count
        )
        yield Todo(
            text % {"count": number(count)},
            f"{round.contest.name}, {round.name}",
            _("Ban Giám khảo hoặc Tổ Thư ký, trước khi phê duyệt kết quả"),
            queue_url(round),
            due=effective_close(round),
        )


def _corrections(user: User) -> Iterator[Todo]:
    for one in waiting_corrections()[:SHOWN_CORRECTIONS]:
        own = one.by_id == user.pk
        yield Todo(
            _("Sửa đáp án chờ quyết định, %(by)s đề nghị lúc %(at)s") % {"by": one.by, "at": moment(one.at)},
            f"{one.round.contest.name}, {one.round.name}",
            _("Người khác: không ai tự quyết định đề nghị của mình") if own else _("Trưởng ban"),
            reverse("admin:attempts_correction", args=[one.pk]),
            due=one.at,
        )


def _requests() -> Iterator[Todo]:
    waiting = EntryRequest.objects.filter(
        decision=None, erased_at=None, entry__contest__is_rehearsal=False
    ).order_by()
    rows = waiting.values_list("entry__contest", "entry__contest__name").annotate(
        count=Count("pk"), first=Min("at")
    )
    for _contest, name, count, first in rows:
        text = ngettext("%(count)s đề nghị của người dự thi", "%(count)s đề nghị của người dự thi", count)
        yield Todo(
            text % {"count": number(count)},
            name,
            _("Tổ Thư ký; đề nghị đầu tiên từ %(at)s") % {"at": moment(first)},
            reverse("admin:contests_entryrequest_changelist"),
            due=first,
        )


def _agency_requests() -> Iterator[Todo]:
    waiting = AgencyRequest.objects.filter(decision=None, contest__is_rehearsal=False).order_by()
    rows = waiting.values_list("contest", "contest__name").annotate(count=Count("pk"), first=Min("at"))
    for _contest, name, count, first in rows:
        text = ngettext("%(count)s đề nghị của đơn vị", "%(count)s đề nghị của đơn vị", count)
        yield Todo(
            text % {"count": number(count)},
            name,
            _("Tổ Thư ký; đề nghị đầu tiên từ %(at)s") % {"at": moment(first)},
            f"{reverse('admin:agency_agencyrequest_changelist')}?tinh-trang=cho",
            due=first,
        )


def _erasures(now: datetime) -> Iterator[Todo]:
    found = erasure_requests().filter(answer=None).aggregate(count=Count("pk"), due=Min("due_at"))
    if not found["count"]:
        return
    text = ngettext(
        "%(count)s đề nghị xóa dữ liệu cá nhân", "%(count)s đề nghị xóa dữ liệu cá nhân", found["count"]
    )
    yield Todo(
        text % {"count": number(found["count"])},
        _("Hạn trả lời gần nhất: %(at)s") % {"at": moment(found["due"])},
        _("Tổ Thư ký hoặc Trưởng ban"),
        reverse("admin:contests_datarequest_changelist"),
        urgent=found["due"] - now <= ANSWER_BEFORE,
        due=found["due"],
    )


def _questions(user: User) -> Iterator[Todo]:
    """For an appraiser what others wrote; for a writer what came back."""
    counts = work_counts()
    board = reverse("admin:questions_question_board")
    if user.has_perm("questions.appraise_revision"):
        yield from _per_bank(
            (one for one in counts if one.state == State.WAITING and one.writer != user.pk),
            APPRAISE, _("Tổ thẩm định, không phải người viết"), board,
        )  # fmt: skip
    if user.has_perm("questions.change_question"):
        yield from _per_bank(
            (one for one in counts if one.state == State.RETURNED and one.writer == user.pk),
            REWRITE, _("Người viết"), board,
        )  # fmt: skip


def _per_bank(counts: Iterable[WorkCount], text: Any, whom: str, board: str) -> Iterator[Todo]:
    sums: dict[int, tuple[str, int]] = {}
    for one in counts:
        sums[one.bank] = (one.bank_name, sums.get(one.bank, ("", 0))[1] + one.count)
    for bank, (name, count) in sums.items():
        words = str(text % {"number": count, "count": number(count)})
        yield Todo(words, name, whom, f"{board}?bank={bank}")


def _backup(user: User, now: datetime) -> Iterator[Todo]:
    last = last_backup()
    hours, _urgent = settings.WATCH_BACKUP_HOURS
    if last and now - last.at <= timedelta(hours=hours):
        return
    text = (
        _("Bản sao lưu gần nhất đã cũ: %(age)s") % {"age": span(int((now - last.at).total_seconds()))}
        if last
        else _("Chưa có bản sao lưu nào")
    )
    where = reverse("watch:page") if user.has_perm("watch.see_watch") else ""
    yield Todo(text, _("Máy chủ"), _("Người vận hành máy chủ"), where)
