"""The stages from the prizes to the press summary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from contest_site.lib.templatetags.vi import dong, moment, number
from contests.models import Round
from prizes.admin.nominations import ChosenPrize
from prizes.admin.stage_parts import Link, Stage, made_about, recorded
from prizes.admin.steps import APPROVE, SETTLE
from prizes.press import figures_of
from prizes.progress import Progress, Step


def ties(progress: Progress) -> Stage:
    ties = progress.proposal.ties if progress.proposal else ()
    open_ones = progress.proposal.undecided if progress.proposal else ()
    decided = [tie.decision for tie in ties if tie.decision]
    last = max(decided, key=lambda one: one.at, default=None)
    told: tuple[str, ...] = ()
    if progress.proposal is not None:
        told = (
            (_("Không có đồng hạng ở ranh giới giải."),)
            if not ties
            else (_("%(done)d/%(all)d trường hợp đã có thứ tự.") % {"done": len(decided), "all": len(ties)},)
        )
    return Stage(
        key="dong-hang",
        name=_("Đồng hạng ở ranh giới giải"),
        steps=(Step.TIES,),
        does=_("Ban Giám khảo sắp thứ tự những người, đơn vị bằng nhau về mọi tiêu chí, có căn cứ ghi lại."),
        permission=SETTLE,
        told=told,
        notice=(_("Còn %(count)d trường hợp chưa có thứ tự.") % {"count": len(open_ones)},)
        if open_ones
        else (),
        links=(Link(_("Xem các trường hợp"), "#cac-dong-hang"),) if ties else (),
        by=last.by if last else None,
        at=last.at if last else None,
    )


def awards(progress: Progress, chosen: Sequence[ChosenPrize]) -> Stage:
    review = made_about(progress, "review")
    return Stage(
        key="ra-soat",
        name=_("Giải và rà soát"),
        steps=(Step.REVIEW,),
        does=_("Kiểm tra danh sách giải cá nhân, tập thể, giải xét chọn rồi chuyển sang phê duyệt."),
        permission=SETTLE,
        told=tuple(_how_awarded(progress, chosen)),
        notice=tuple(
            _("%(prize)s: còn %(count)d giải chưa có người nhận.") % {"prize": prize.name, "count": count}
            for prize, count in (progress.proposal.unawarded if progress.proposal else ())
        ),
        links=tuple(_award_links(progress, chosen)),
        by=review.by if review else None,
        at=review.at if review else None,
    )


def _how_awarded(progress: Progress, chosen: Sequence[ChosenPrize]) -> Iterable[str]:
    if proposal := progress.proposal:
        yield _("%(count)d giải, tổng giá trị %(total)s.") % {
            "count": len(proposal.awards),
            "total": dong(proposal.total),
        }
    if chosen:
        named = [f"{one.prize.name} {len(one.nominations)}/{one.prize.quantity}" for one in chosen]
        yield _("Đã đề nghị trao giải xét chọn: %(prizes)s.") % {"prizes": ", ".join(named)}
    review = made_about(progress, "review")
    if review and review.note:
        yield _("Ý kiến khi rà soát: %(note)s") % {"note": review.note}


def _award_links(progress: Progress, chosen: Sequence[ChosenPrize]) -> Iterable[Link]:
    scope = progress.scope
    if progress.proposal:
        yield Link(_("Danh sách giải"), "#danh-sach-giai")
    if chosen:
        yield Link(_("Đề nghị trao giải (xét chọn)"), reverse("admin:prizes_nominations", args=[scope]))
    rules = f"{reverse('prizes:rules', args=[progress.contest.slug])}?ban=to-chuc"
    yield Link(_("Cơ cấu và giới hạn giải trong thể lệ"), rules)
    if progress.proposal and progress.proposal.budget:
        yield Link(_("Kinh phí giải thưởng (Excel)"), reverse("admin:prizes_budget", args=[scope]))
        if scope.round:
            whole = reverse("admin:prizes_budget", args=[scope.contest])
            yield Link(_("Kinh phí cả cuộc thi (Excel)"), whole)


def approval(progress: Progress) -> Stage:
    run = progress.run
    review, approval = made_about(progress, "review"), made_about(progress, "approval")
    told: tuple[str, ...] = ()
    if review and not approval and run:
        told = (
            _("Đã được %(who)s rà soát lúc %(at)s; chờ một người khác phê duyệt.")
            % {"who": review.by, "at": moment(review.at)},
        )
    return recorded(
        "phe-duyet",
        _("Phê duyệt"),
        Step.APPROVE,
        _("Một người khác với người rà soát phê duyệt; danh sách giải được ghi nhận chính thức."),
        APPROVE,
        told,
        approval,
    )


def decision(progress: Progress) -> Stage:
    made = made_about(progress, "decision")
    told = (
        (
            _("Quyết định số %(number)s ngày %(day)s.")
            % {"number": made.number, "day": f"{made.signed_on:%d/%m/%Y}"},
        )
        if made
        else ()
    )
    does = _(
        "Nhập số và ngày của quyết định trao giải đã ký; hai thông tin này được in trên giấy chứng nhận."
    )
    return recorded("quyet-dinh", _("Quyết định trao giải"), Step.DECIDE, does, SETTLE, told, made)


def publication(progress: Progress, finals: Sequence[Round]) -> Stage:
    made = made_about(progress, "publication")
    links = []
    if made:
        board = reverse("prizes:results", args=[progress.contest.slug]) + progress.scope.query
        links.append(Link(_("Xem bảng vinh danh"), board))
    for final in finals:
        text = _("Chọn người vào %(round)s") % {"round": final.name}
        links.append(Link(text, reverse("admin:prizes_promotions", args=[final])))
    does = _("Kết quả được công khai ngay, giấy chứng nhận được cấp số; việc này không hoàn lại được.")
    return recorded("cong-bo", _("Công bố"), Step.PUBLISH, does, SETTLE, (), made, tuple(links))


def papers(progress: Progress) -> Stage:
    made, wanted = progress.papers
    published = made_about(progress, "publication")
    told: tuple[str, ...] = ()
    if published:
        told = (
            (_("Đã tạo %(made)s/%(all)s bản in.") % {"made": number(made), "all": number(wanted)},)
            if wanted
            else (_("Các giải này không kèm giấy chứng nhận."),)
        )
    return Stage(
        key="giay-chung-nhan",
        name=_("Giấy chứng nhận"),
        steps=(Step.RENDER,),
        does=_("Hệ thống tự tạo bản in PDF; việc này tự tiếp tục nếu bị gián đoạn."),
        told=told,
        links=(Link(_("Danh sách và bản in"), "#cac-giay"),) if published and wanted else (),
    )


def press(progress: Progress) -> Stage:
    published = made_about(progress, "publication")
    links: tuple[Link, ...] = ()
    if published:
        links = (Link(_("Xem, tải thông cáo"), reverse("admin:prizes_press", args=[progress.scope])),)
    waits = published and progress.run and figures_of(progress.run) is None
    return Stage(
        key="thong-cao",
        name=_("Thông cáo báo chí"),
        steps=(Step.DONE,),
        does=_("Số liệu, mức điểm, tham gia của đơn vị và danh sách đạt giải, để chép, tải Word hoặc PDF."),
        told=(_("Số liệu đang được tổng hợp, thường xong trong một phút."),) if waits else (),
        links=links,
    )
