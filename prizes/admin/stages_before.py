"""The stages that say whether the standings can be relied on: the end, the keys, the ranking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from attempts.analysis.storing import counts_of, stored_analysis
from attempts.anomalies.links import queue_url
from attempts.anomalies.queries import counts_by_kind, skipped_kinds
from attempts.queries import corrections_wait, newest_regrade
from contest_site.lib.templatetags.vi import end_moment, moment, number
from contests.models import Round
from contests.queries import RoundState, round_state
from prizes.admin.stage_parts import Link, Stage
from prizes.admin.steps import SETTLE
from prizes.admin.units import UnitSummary
from prizes.progress import Progress, Step

APPROVE_KEY = "attempts.approve_key_correction"


def finish(progress: Progress) -> Stage:
    closing = progress.closing
    return Stage(
        key="ket-thuc",
        name=_("Kết thúc"),
        steps=(Step.WAIT, Step.ROUNDS, Step.CLOSE, Step.FINISH),
        does=_("Hết giờ, vòng thi tự đóng; bài thi còn dở được nộp với các câu trả lời đã lưu."),
        permission=SETTLE if progress.round else "",
        told=tuple(_how_finished(progress)),
        by=closing.by if closing else None,
        at=closing.at if closing else None,
    )


def _how_finished(progress: Progress) -> Iterable[str]:
    ends = end_moment(progress.closes_at)
    if progress.round is None:
        closed, total = len(progress.closings), len(progress.rounds)
        yield _("%(closed)d/%(total)d vòng thi đã đóng.") % {"closed": closed, "total": total}
        if closed < total:
            yield _("Theo kế hoạch, vòng thi cuối cùng đóng lúc %(at)s.") % {"at": ends}
    elif not progress.is_closed:
        if round_state(progress.round, progress.now) is RoundState.NOT_OPEN:
            yield _("Vòng thi mở lúc %(at)s.") % {"at": moment(progress.round.opens_at)}
        else:
            yield _("Vòng thi tự đóng lúc %(at)s. Chỉ đóng sớm khi có lý do.") % {"at": ends}
    elif progress.next is Step.ROUNDS:
        yield _(
            "Câu dự đoán tính trên cả cuộc thi nên vòng này được xếp hạng sau khi vòng thi cuối cùng đóng,"
            " theo kế hoạch lúc %(at)s."
        ) % {"at": ends}
    if progress.is_closed or progress.run is None:
        yield from _still_open(progress)


def _still_open(progress: Progress) -> Iterable[str]:
    if progress.run is None and progress.open_attempts:
        count = progress.open_attempts
        if progress.is_closed:
            words = _("Còn %(count)s bài thi đang được hệ thống kết thúc, thường xong trong một phút.")
        else:
            words = _("%(count)s bài thi đang làm.")
        yield words % {"count": number(count)}
    elif progress.is_closed:
        yield _("Mọi bài thi đã kết thúc.")


NOT_LOOKED = frozenset({Step.FINISH, Step.ROUNDS, Step.SIGNALS})


def signals(progress: Progress) -> Stage:
    kinds = counts_by_kind(progress.round or progress.contest) if progress.is_closed else []
    found, waiting = sum(one.found for one in kinds), sum(one.waiting for one in kinds)
    skipped = skipped_kinds(progress.rounds) if progress.is_closed else []
    told: tuple[str, ...] = ()
    if found:
        words = _("%(found)s dấu hiệu, %(waiting)s chờ kết luận.")
        told = (words % {"found": number(found), "waiting": number(waiting)},)
    elif not skipped and progress.is_closed and progress.next not in NOT_LOOKED:
        told = (_("Không có dấu hiệu bất thường nào."),)
    notice = [why for _round, why in progress.waiting_signals] if progress.next is Step.SIGNALS else []
    if skipped:
        words = _("Chưa xem được: %(kinds)s, vì quá nhiều bài thi. Bấm “Tìm dấu hiệu” để hệ thống xem lại.")
        notice.append(words % {"kinds": ", ".join(str(kind.label) for kind in skipped)})
    return Stage(
        key="bat-thuong",
        name=_("Dấu hiệu bất thường"),
        steps=(Step.SIGNALS,),
        does=_(
            "Xem từng dấu hiệu cùng số liệu, ghi kết luận có căn cứ. Dấu hiệu tự nó không làm ai mất kết quả;"
            " loại kết quả là một quyết định riêng."
        ),
        permission="attempts.decide_anomaly",
        told=told,
        notice=tuple(notice),
        links=tuple(_signal_links(progress)),
    )


def _signal_links(progress: Progress) -> Iterable[Link]:
    if not progress.is_closed:
        return
    for round in progress.rounds:
        yield Link(_("Dấu hiệu bất thường %(round)s") % {"round": round.name}, queue_url(round))
    address = reverse("admin:attempts_disqualification_changelist")
    yield Link(_("Loại, phục hồi kết quả"), address)


def keys(progress: Progress) -> Stage:
    suspected = [(round, _suspected(round)) for round in progress.rounds] if progress.is_closed else []
    waiting = progress.waiting_corrections if progress.is_closed else 0
    notice = [
        _("%(round)s: %(count)d câu hỏi có dấu hiệu sai đáp án, cần xem lại trước khi rà soát.")
        % {"round": round.name, "count": count}
        for round, count in suspected
        if count
    ]
    if waiting:
        notice.append(_("%(count)d đề nghị sửa đáp án chờ một người khác quyết định.") % {"count": waiting})
    return Stage(
        key="dap-an",
        name=_("Đáp án"),
        steps=(Step.KEYS,),
        does=_(
            "Câu hỏi đáng ngờ được xem lại; sửa đáp án do một người đề nghị, người khác phê duyệt,"
            " sau đó hệ thống tự chấm lại và xếp hạng lại."
        ),
        permission=APPROVE_KEY,
        told=tuple(_how_marked(progress, suspected)),
        notice=tuple(notice),
        links=tuple(_key_links(progress, suspected, waiting)),
    )


def _suspected(round: Round) -> int | None:
    """How many questions of the round look as if their key were wrong; None before they were counted."""
    row = counts_of(round, every=False)
    return len(stored_analysis(row).suspected) if row and row.counted_at else None


def _how_marked(progress: Progress, suspected: list[tuple[Round, int | None]]) -> Iterable[str]:
    uncounted = [round.name for round, count in suspected if count is None]
    if uncounted:
        yield _("Chưa có kết quả phân tích câu hỏi của %(rounds)s; hệ thống tự tính sau khi đóng.") % {
            "rounds": ", ".join(uncounted)
        }
    elif suspected and not any(count for _round, count in suspected):
        yield _("Phân tích câu hỏi không thấy câu nào có dấu hiệu sai đáp án.")
    for round, _count in suspected:
        if corrections_wait(round):
            yield _("%(round)s: đang chấm lại theo đáp án đã sửa.") % {"round": round.name}
        elif regrade := newest_regrade(round):
            yield _("%(round)s: đã chấm lại lần %(version)d lúc %(at)s.") % {
                "round": round.name,
                "version": regrade.version,
                "at": moment(regrade.at),
            }


def _key_links(progress: Progress, suspected: list[tuple[Round, int | None]], waiting: int) -> Iterable[Link]:
    for round, count in suspected:
        if count is not None:
            text = _("Phân tích câu hỏi %(round)s") % {"round": round.name}
            yield Link(text, reverse("admin:attempts_analysis", args=[round.pk]))
    if progress.is_closed:
        text = _("Đề nghị sửa đáp án (%(count)d)") % {"count": waiting} if waiting else _("Sửa đáp án")
        yield Link(text, reverse("admin:attempts_keycorrection_changelist"))


def standings(progress: Progress, units: Sequence[UnitSummary]) -> Stage:
    run = progress.run
    return Stage(
        key="xep-hang",
        name=_("Xếp hạng"),
        steps=(Step.RANK,),
        does=_(
            "Xếp hạng theo thể lệ, không tính người không được dự thi, người bị loại kết quả;"
            " mỗi lần có thay đổi là một phiên bản mới."
        ),
        permission=SETTLE,
        told=tuple(_how_ranked(progress, units)),
        notice=tuple(_ranking_notices(progress, units)),
        links=tuple(_ranking_links(progress, units)),
        by=run.by if run else None,
        at=run.at if run else None,
    )


def _how_ranked(progress: Progress, units: Sequence[UnitSummary]) -> Iterable[str]:
    run = progress.run
    if run is None:
        yield _("Hệ thống tự xếp hạng lần đầu trong vòng một phút sau khi đóng.")
        return
    yield _("Phiên bản %(version)d, tính lúc %(at)s: %(count)s người được xếp hạng.") % {
        "version": run.version,
        "at": moment(run.at),
        "count": number(run.ranked),
    }
    for table in units:
        left = "".join(f"; {reason.lower()}: {number(count)}" for reason, count in table.left_out)
        words = _("%(table)s: %(count)s đơn vị được xếp hạng") % {
            "table": table.name,
            "count": number(table.ranked),
        }
        yield f"{words}{left}."


def _ranking_notices(progress: Progress, units: Sequence[UnitSummary]) -> Iterable[str]:
    run = progress.run
    if run is None:
        return
    if hasattr(run, "returned"):
        yield _("Kết quả đã bị trả lại với lý do: %(reason)s (%(who)s, %(at)s)") % {
            "reason": run.returned.reason,
            "who": run.returned.by,
            "at": moment(run.returned.at),
        }
    elif progress.next is Step.RANK:
        yield _(
            "Sau lần xếp hạng này có quyết định về kết quả, đề nghị trao giải hoặc giải đã trao ở vòng khác:"
            " cần xếp hạng lại."
        )
    for table in units:
        if table.over:
            yield _("%(table)s: %(count)s đơn vị có số người dự thi nhiều hơn tổng số người.") % {
                "table": table.name,
                "count": number(table.over),
            }


def _ranking_links(progress: Progress, units: Sequence[UnitSummary]) -> Iterable[Link]:
    run, scope = progress.run, progress.scope
    if run is None:
        return
    if run.ranked:
        yield Link(_("Bảng xếp hạng cá nhân"), reverse("admin:prizes_table", args=[scope, run.version]))
    if units:
        yield Link(_("Bảng xếp hạng đơn vị"), reverse("admin:prizes_units", args=[scope, run.version]))
    if run.ranked:
        yield Link(_("Thử thứ tự xếp hạng khác (chỉ xem)"), reverse("admin:prizes_what_if", args=[scope]))
    if run.version > 1:
        address = reverse("admin:prizes_changes", args=[scope, run.version])
        yield Link(_("Những gì thay đổi so với phiên bản trước"), address)
