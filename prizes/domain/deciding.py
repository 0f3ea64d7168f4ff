"""The steps between a run and its publication. Each is a final record with its person and an audit row.

All steps of a contest wait for one lock, so what a step checks is still so when it writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from attempts.anomalies.gate import check_signals
from attempts.models import KeyCorrection
from contest_site.audit.trail import record
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Invalid, NotAllowed, NotNow, Refused
from contest_site.lib.locks import lock
from contest_site.lib.queue import send_after_commit
from contest_site.lib.text import clean
from contests.models import Block, PrizeTable, Round
from prizes.domain.awarding import awarded, propose_awards, write_awards
from prizes.domain.certificates import issue_certificates, unprintable_names
from prizes.domain.nominating import faults_of_nominations, not_eligible
from prizes.domain.prior import rounds_to_win
from prizes.domain.proposals import BoundaryTie, Proposal
from prizes.domain.ranking import as_now, is_current, why_not_yet
from prizes.models import Decision, Publication, RunApproval, RunReturn, RunReview, StandingsRun, TieDecision
from prizes.queries import approval_of, newest_run, review_of
from prizes.scope import Scope

if TYPE_CHECKING:
    from contest_site.accounts.models import User

NUMBER_LENGTH = 60


def decide_tie(
    run: StandingsRun,
    *,
    table: PrizeTable,
    block: Block | None = None,
    rank: int,
    order: Sequence[int],
    grounds: str,
    by: User,
) -> TieDecision:
    """Record the jury's order of people or units of one rank across a prize boundary, with its grounds.

    `order`: ids of entries (of units in a table of units), those who get a prize first; the rest may be left
    out. Before the review only: the reviewer reviews the awards as they will be. Only while the run is
    current: an order made among others than the run's own would decide against who was not there.
    Raises Invalid, NotNow.
    """
    with _step(run) as run:
        if review_of(run):
            raise NotNow(_("Bảng xếp hạng đã được rà soát nên không thay đổi thứ tự đồng hạng được nữa."))
        _check_current(run)
        tie = open_tie(propose_awards(run), table=table, block=block, rank=rank)
        if tie is None:
            raise NotNow(_("Hạng này không còn trường hợp đồng hạng cần quyết định."))
        if not grounds.strip():
            raise Invalid(_("Cần ghi căn cứ của Ban Giám khảo khi sắp thứ tự đồng hạng."))
        if len(set(order)) != len(order) or not set(order) <= set(tie.keys):
            raise Invalid(_("Thứ tự phải gồm những người hoặc đơn vị đồng hạng, mỗi tên một lần."))
        decision = TieDecision.objects.create(
            run=run, table=table, block=block, rank=rank, order=list(order), grounds=grounds.strip(), by=by
        )
        # The order settles the tie or the transaction takes it back.
        if open_tie(propose_awards(run), table=table, block=block, rank=rank):
            raise Invalid(
                _("Cần sắp thứ tự ít nhất %(count)d người hoặc đơn vị, bằng số giải còn lại cho hạng này.")
                % {"count": tie.winners}
            )
        record(
            "decided tie", run, by=by, reason=decision.grounds,
            table=table.number, block=block.name if block else None, rank=rank, order=decision.order,
        )  # fmt: skip
    return decision


def open_tie(proposal: Proposal, *, table: PrizeTable, block: Block | None, rank: int) -> BoundaryTie | None:
    """The undecided tie of this table, block and rank, if there is one."""
    place = (table, block, rank)
    return next((tie for tie in proposal.undecided if (tie.table, tie.block, tie.rank) == place), None)


def review_run(run: StandingsRun, *, by: User, note: str = "") -> RunReview:
    """Put the run and its proposed awards forward for approval.

    Raises NotNow (already reviewed, not the newest, data changed since, or individual prizes that count for
    units still to be approved), Refused (open ties, names that the certificates cannot show).
    """
    with _step(run) as run:
        if review_of(run):
            raise NotNow(_("Bảng xếp hạng này đã được rà soát."))
        _check_current(run)
        _check_won(run)
        _check_awards(propose_awards(run))
        review = RunReview.objects.create(run=run, by=by, note=note.strip())
        record("reviewed standings", run, by=by, reason=review.note, version=run.version, digest=run.digest)
    return review


def approve_run(run: StandingsRun, *, by: User) -> RunApproval:
    """Approve a reviewed run and write its awards. Another person than the reviewer, says the database too.

    Raises NotAllowed for the reviewer, NotNow (not reviewed, approved before, data changed since, signals
    that nobody has looked into, corrections of keys that nobody has decided), Refused.
    """
    with _step(run) as run:
        review = review_of(run)
        if review is None:
            raise NotNow(_("Bảng xếp hạng chưa được rà soát nên chưa thể phê duyệt."))
        if approval_of(run):
            raise NotNow(_("Bảng xếp hạng này đã được phê duyệt."))
        if review.by_id == by.pk:
            raise NotAllowed(
                _("Người rà soát không được phê duyệt. Việc phê duyệt phải do người khác thực hiện.")
            )
        _check_current(run)
        _check_won(run)
        rounds = Scope.of_run(run).rounds()
        check_signals(rounds)
        _check_corrections(rounds)
        proposal = propose_awards(run)
        _check_awards(proposal)
        approval = RunApproval.objects.create(run=run, reviewer_id=review.by_id, by=by)
        awards = write_awards(proposal)
        record(
            "approved standings", run, by=by,
            version=run.version, digest=run.digest, awards=len(awards), amount=proposal.total,
        )  # fmt: skip
    return approval


def _check_corrections(rounds: Iterable[Round]) -> None:
    waiting = KeyCorrection.objects.filter(round__in=rounds, decision=None)
    if round := waiting.order_by("round").values_list("round__name", flat=True).first():
        raise NotNow(
            _("%(round)s: còn đề nghị sửa đáp án chưa ai quyết định. Quyết định rồi mới phê duyệt.")
            % {"round": round}
        )


def return_run(run: StandingsRun, *, by: User, reason: str) -> RunReturn:
    """Send a reviewed run back before its publication; the next computation makes a new version.

    Raises NotNow (not reviewed, published), Invalid without a reason.
    """
    with _step(run) as run:
        if review_of(run) is None:
            raise NotNow(_("Bảng xếp hạng chưa được rà soát nên chưa có gì để trả lại."))
        if hasattr(run, "publication"):
            raise NotNow(
                _("Kết quả đã công bố nên không trả lại được. Khi cần đính chính, hãy xếp hạng lại.")
            )
        if not reason.strip():
            raise Invalid(_("Cần ghi lý do trả lại."))
        returned = RunReturn.objects.create(run=run, by=by, reason=reason.strip())
        record("returned standings", run, by=by, reason=returned.reason, version=run.version)
    return returned


def enter_decision(run: StandingsRun, *, number: str, signed_on: date, by: User) -> Decision:
    """Enter the number and date of the office's awarding decision.

    The date lies between the round's close and today (Asia/Ho_Chi_Minh): offices sign on paper, sometimes
    before the approval is entered here, but never before there was a result. Raises NotNow, Invalid.
    """
    with _step(run) as run:
        if approval_of(run) is None:
            raise NotNow(_("Kết quả chưa được phê duyệt nên chưa thể nhập quyết định."))
        if hasattr(run, "decision"):
            raise NotNow(_("Quyết định đã được nhập."))
        number = clean(number)
        if not number or len(number) > NUMBER_LENGTH:
            raise Invalid(_("Cần nhập số quyết định, không quá 60 ký tự. Ví dụ: 123/QĐ-UBND."))
        closed_on = timezone.localtime(_closed_at(run)).date()
        if signed_on > timezone.localtime(database_now()).date():
            raise Invalid(_("Ngày ký quyết định không được sau ngày hôm nay."))
        if signed_on < closed_on:
            raise Invalid(
                _("Ngày ký quyết định không được trước ngày đóng vòng thi (%(day)s).")
                % {"day": f"{closed_on:%d/%m/%Y}"}
            )
        decision = Decision.objects.create(run=run, number=number, signed_on=signed_on, by=by)
        record("entered decision", run, by=by, number=number, signed_on=signed_on.isoformat())
    return decision


def publish_run(run: StandingsRun, *, by: User) -> Publication:
    """Make the result public and issue its certificates; their PDFs follow from the workers.

    A later version may be published as a correction, through its own approval and decision: it replaces the
    earlier one on the honour board, and the earlier certificates are shown as replaced. Nothing is deleted.

    Raises NotNow (no decision, published before, data changed since), Refused (names that cannot be printed,
    people chosen who must not have a prize any more).
    """
    with _step(run) as run:
        if hasattr(run, "publication"):
            raise NotNow(_("Kết quả này đã được công bố."))
        if not hasattr(run, "decision"):
            raise NotNow(_("Chưa nhập số và ngày quyết định nên chưa thể công bố."))
        _check_current(run)
        _check_holders(awarded(run))
        publication = Publication.objects.create(run=run, by=by)
        certificates = issue_certificates(run)
        record(
            "published standings", run, by=by,
            version=run.version, digest=run.digest, decision=run.decision.number,
            certificates=len(certificates),
        )  # fmt: skip
        send_after_commit("prizes.tasks.render_certificates", run.pk)
        send_after_commit("prizes.tasks.write_published_list", run.pk)
        send_after_commit("prizes.tasks.count_press_figures", run.pk)
    return publication


@contextmanager
def _step(run: StandingsRun) -> Iterator[StandingsRun]:
    """One step: a transaction on the run as it is now; only the newest version may go on.

    Under the scope's lock and under the contest's: what one scope awards counts for the limits of others.
    """
    with transaction.atomic():
        scope = Scope.of_run(run)
        lock(scope.lock_key)
        lock(f"awards:{run.contest_id}")
        newest = newest_run(scope)
        if newest is None or newest.pk != run.pk:
            raise NotNow(_("Đã có bảng xếp hạng mới hơn. Hãy mở lại trang để xem phiên bản mới nhất."))
        if hasattr(newest, "returned"):
            raise NotNow(_("Bảng xếp hạng này đã bị trả lại. Cần xếp hạng lại trước khi tiếp tục."))
        yield newest


def _closed_at(run: StandingsRun) -> datetime:
    """When the last of the run's rounds was closed: no result is older."""
    return max(round.closing.at for round in Scope.of_run(run).rounds())


def _check_current(run: StandingsRun) -> None:
    """Raises NotNow where the result is about to change (a reason not to rank yet), or has changed."""
    if waiting := why_not_yet(as_now(Scope.of_run(run))):
        raise NotNow(waiting)
    if not is_current(run):
        raise NotNow(
            _(
                "Dữ liệu đã thay đổi sau khi xếp hạng (danh sách người không được dự thi, thể lệ, cơ cấu giải"
                " thưởng, đề nghị trao giải hoặc giải đã trao ở vòng khác). Cần xếp hạng lại."
            )
        )


def _check_won(run: StandingsRun) -> None:
    if rounds := rounds_to_win(Scope.of_run(run)):
        raise NotNow(
            _(
                "Giải tập thể của cả cuộc thi tính theo số giải cá nhân ở các vòng thi. Cần phê duyệt kết quả"
                " của %(rounds)s trước, sau đó xếp hạng lại cả cuộc thi."
            )
            % {"rounds": ", ".join(round.name for round in rounds)}
        )


def _check_holders(proposal: Proposal) -> None:
    """Refuse with all reasons at once what was awarded and cannot be given or printed any more."""
    if reasons := [*_unprintable(proposal), *not_eligible(proposal)]:
        raise Refused(_("Chưa thể tiếp tục."), reasons)


def _unprintable(proposal: Proposal) -> list[str]:
    return [
        _("Họ tên hoặc đơn vị của “%(name)s” có ký tự không in được: %(chars)s")
        % {"name": name, "chars": " ".join(chars)}
        for name, chars in unprintable_names(proposal.awards)
    ]


def _check_awards(proposal: Proposal) -> None:
    """Refuse with all reasons at once what could not be awarded or printed."""
    reasons = [
        _("%(table)s: hạng %(rank)d có %(count)d tên đồng hạng ở ranh giới giải, chưa có thứ tự.")
        % {"table": tie.table.name, "rank": tie.rank, "count": tie.people}
        for tie in proposal.undecided
    ]
    reasons += _unprintable(proposal)
    reasons += faults_of_nominations(proposal)
    if reasons:
        raise Refused(_("Chưa thể tiếp tục."), reasons)
