"""The steps from a closed round to its certificates: each page says what will happen, then does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import transaction
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contest_site.lib.errors import NotNow
from contest_site.lib.queue import send_after_commit
from contest_site.lib.templatetags.vi import dong
from contests.domain.rounds import close_round
from prizes.domain.deciding import approve_run, enter_decision, publish_run, return_run, review_run
from prizes.domain.ranking import compute_standings
from prizes.forms import (
    CloseForm,
    DecisionForm,
    NoFieldsForm,
    RankAgainForm,
    RankForm,
    ReturnForm,
    ReviewForm,
)
from prizes.models import StandingsRun
from prizes.progress import Progress, Step
from prizes.queries import review_of

if TYPE_CHECKING:
    from contest_site.accounts.models import User

SETTLE = "prizes.settle_standings"
APPROVE = "prizes.approve_standings"
RETURN = "tra-lai"


@dataclass(frozen=True)
class StepPage:
    """`will` says, sentence by sentence, what `act` is going to do."""

    title: str | Promise
    button: str | Promise
    done: str | Promise
    permission: str
    form: Callable[[Progress], type[forms.Form]]
    will: Callable[[Progress], list[str]]
    act: Callable[[Progress, User, Mapping[str, Any]], object]


def _close(progress: Progress, by: User, data: Mapping[str, Any]) -> None:
    if progress.round is None:
        raise NotNow(_("Cả cuộc thi kết thúc khi vòng thi cuối cùng đóng."))
    with transaction.atomic():
        close_round(progress.round, by=by, reason=data["reason"])
        send_after_commit("prizes.tasks.settle_round", progress.round.pk)


def _will_close(progress: Progress) -> list[str]:
    return [
        _("Vòng thi dừng ngay, không ai bắt đầu hoặc nộp bài được nữa. Việc này không hoàn lại được."),
        _("%(count)s bài thi đang làm được hệ thống nộp với các câu trả lời đã lưu.")
        % {"count": number_format(progress.open_attempts, force_grouping=True)},
        _("Sau đó hệ thống tự xếp hạng lần đầu."),
        _("Người đóng, thời điểm và lý do được ghi vào nhật ký."),
    ]


def _will_rank(progress: Progress) -> list[str]:
    return [
        _(
            "Hệ thống tính kết quả thực tế của câu dự đoán và xếp hạng theo thể lệ,"
            " không tính người không được dự thi."
        ),
        _("Nếu dữ liệu không thay đổi so với phiên bản gần nhất thì giữ nguyên phiên bản đó."),
        _("Nếu có thay đổi, một phiên bản mới được tạo; các phiên bản cũ vẫn được lưu."),
    ]


def _will_review(progress: Progress) -> list[str]:
    return [
        *_awards(progress),
        _("Bảng xếp hạng và danh sách giải được chuyển sang bước phê duyệt, do người khác thực hiện."),
        _("Sau bước này không thay đổi thứ tự đồng hạng được nữa."),
    ]


def _will_approve(progress: Progress) -> list[str]:
    return [
        *_awards(progress),
        _("Danh sách giải được ghi nhận chính thức. Sau đó cần nhập số, ngày quyết định rồi mới công bố."),
    ]


def _awards(progress: Progress) -> list[str]:
    proposal = progress.proposal
    if proposal is None:
        return []
    sentences = [
        _("%(count)d giải, tổng giá trị %(total)s.")
        % {"count": len(proposal.awards), "total": dong(proposal.total)}
    ]
    sentences += [
        _("%(prize)s: còn %(count)d giải chưa có người nhận.") % {"prize": prize.name, "count": count}
        for prize, count in proposal.unawarded
    ]
    return sentences


def _will_decide(progress: Progress) -> list[str]:
    return [
        _("Số và ngày quyết định được in trên giấy chứng nhận và ghi trên bảng vinh danh."),
        _("Nhập rồi thì không sửa được; nếu sai phải trả lại và làm lại từ bước xếp hạng."),
    ]


def _will_publish(progress: Progress) -> list[str]:
    return [
        _("Kết quả (%(scope)s) được công khai trên bảng vinh danh ngay lập tức.")
        % {"scope": progress.scope.name},
        *_papers(progress),
        _("Việc công bố không hoàn lại được. Khi cần đính chính phải xếp hạng, phê duyệt và công bố lại."),
    ]


def _papers(progress: Progress) -> list[str]:
    """How many papers of each kind are going to be numbered."""
    awards = progress.proposal.awards if progress.proposal else ()
    kinds = Counter(award.prize.certificate.get_kind_display() for award in awards if award.prize.certificate)
    return [
        _("%(count)d %(paper)s được cấp số, mã kiểm tra và tạo bản in.")
        % {"count": count, "paper": kind.lower()}
        for kind, count in kinds.items()
    ] or [_("Các giải này không kèm giấy chứng nhận nên không có bản in nào được tạo.")]


def _will_return(progress: Progress) -> list[str]:
    return [
        _(
            "Phiên bản này không được phê duyệt hoặc công bố nữa; cần xếp hạng lại,"
            " kể cả khi dữ liệu không đổi."
        ),
        _("Phiên bản và lý do trả lại vẫn được lưu."),
    ]


STEPS: dict[str, StepPage] = {
    Step.CLOSE.value: StepPage(
        title=gettext_lazy("Đóng vòng thi ngay"),
        button=gettext_lazy("Đóng vòng thi"),
        done=gettext_lazy("Đã đóng vòng thi. Hệ thống đang kết thúc các bài thi còn dở và xếp hạng."),
        permission=SETTLE,
        form=lambda progress: CloseForm,
        will=_will_close,
        act=_close,
    ),
    Step.RANK.value: StepPage(
        title=gettext_lazy("Xếp hạng"),
        button=gettext_lazy("Xếp hạng"),
        done=gettext_lazy("Đã xếp hạng theo dữ liệu hiện có."),
        permission=SETTLE,
        form=lambda progress: RankAgainForm if progress.run else RankForm,
        will=_will_rank,
        act=lambda progress, by, data: compute_standings(progress.scope, by=by, reason=data["reason"]),
    ),
    Step.REVIEW.value: StepPage(
        title=gettext_lazy("Xác nhận đã rà soát"),
        button=gettext_lazy("Xác nhận đã rà soát"),
        done=gettext_lazy("Đã rà soát. Kết quả đang chờ người khác phê duyệt."),
        permission=SETTLE,
        form=lambda progress: ReviewForm,
        will=_will_review,
        act=lambda progress, by, data: review_run(_run(progress), by=by, note=data["note"]),
    ),
    Step.APPROVE.value: StepPage(
        title=gettext_lazy("Phê duyệt kết quả"),
        button=gettext_lazy("Phê duyệt"),
        done=gettext_lazy("Đã phê duyệt kết quả."),
        permission=APPROVE,
        form=lambda progress: NoFieldsForm,
        will=_will_approve,
        act=lambda progress, by, data: approve_run(_run(progress), by=by),
    ),
    RETURN: StepPage(
        title=gettext_lazy("Trả lại kết quả"),
        button=gettext_lazy("Trả lại"),
        done=gettext_lazy("Đã trả lại. Cần xếp hạng lại."),
        permission=APPROVE,
        form=lambda progress: ReturnForm,
        will=_will_return,
        act=lambda progress, by, data: return_run(_run(progress), by=by, reason=data["reason"]),
    ),
    Step.DECIDE.value: StepPage(
        title=gettext_lazy("Nhập quyết định trao giải"),
        button=gettext_lazy("Ghi quyết định"),
        done=gettext_lazy("Đã ghi số và ngày quyết định."),
        permission=SETTLE,
        form=lambda progress: DecisionForm,
        will=_will_decide,
        act=lambda progress, by, data: enter_decision(
            _run(progress), number=data["number"], signed_on=data["signed_on"], by=by
        ),
    ),
    Step.PUBLISH.value: StepPage(
        title=gettext_lazy("Công bố kết quả"),
        button=gettext_lazy("Công bố"),
        done=gettext_lazy("Đã công bố kết quả. Giấy chứng nhận đang được tạo."),
        permission=SETTLE,
        form=lambda progress: NoFieldsForm,
        will=_will_publish,
        act=lambda progress, by, data: publish_run(_run(progress), by=by),
    ),
}


def _run(progress: Progress) -> StandingsRun:
    if progress.run is None:
        raise NotNow(_("Vòng thi chưa có bảng xếp hạng."))
    return progress.run


def offered(progress: Progress) -> list[str]:
    """The steps whose pages make sense now: the next one, ranking again, sending back."""
    steps = [progress.next.value] if progress.next.value in STEPS else []
    run = progress.run
    if run is None:
        return steps
    if progress.next is not Step.RANK:
        steps.append(Step.RANK.value)
    if review_of(run) and not hasattr(run, "returned") and not hasattr(run, "publication"):
        steps.append(RETURN)
    return steps
