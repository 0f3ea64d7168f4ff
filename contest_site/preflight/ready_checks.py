"""The last three steps: documents, the rehearsal and the machine, seals and the announcement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contest_site.accounts.contact import Channel
from contest_site.accounts.senders import sender
from contest_site.lib.templatetags.vi import moment, number, span
from contest_site.preflight.plan_checks import form_of
from contest_site.preflight.report import Check, Mend, State
from contest_site.preflight.subject import Subject
from contest_site.watch.backups import last_backup
from contests.queries import seal_of
from contests.wizard import Part

# A round that opens so soon and has no seal is urgent.
SOON = timedelta(days=3)


def document_checks(subject: Subject) -> Iterator[Check]:
    part, count = Part.DOCUMENTS, len(subject.documents)
    mend = form_of(subject, part)
    lost = [one.title for one in subject.documents if not one.file.storage.exists(str(one.file.name))]
    if lost:
        state, why = State.FIX, [_("Tệp không còn trên máy chủ: %(titles)s") % {"titles": ", ".join(lost)}]
    elif count:
        state, why = State.OK, [one.title for one in subject.documents]
    else:
        state, why = State.ADVISE, [_("Chưa có tài liệu nào: kế hoạch, thể lệ có chữ ký, tài liệu ôn tập.")]
    yield Check("documents", part, _("Tài liệu tải về"), state, why, [mend])
    rules = f"{reverse('prizes:rules', args=[subject.contest.slug])}?ban=to-chuc"
    yield Check(
        "rules", part, _("Thể lệ in từ kế hoạch"),
        State.LATER if subject.findings else State.OK,
        [_("Còn điểm phải sửa nên thể lệ chưa đầy đủ.") if subject.findings
         else _("Thể lệ được in tự động từ kế hoạch; hãy đọc lại cả bản trước khi công bố.")],
        [Mend(rules, _("Xem thể lệ"))],
    )  # fmt: skip
    asked = subject.contest.faqs.count()
    told = ngettext("%(count)d câu hỏi thường gặp.", "%(count)d câu hỏi thường gặp.", asked)
    yield Check(
        "faq", part, _("Hỏi và đáp"), State.OK,
        [told % {"count": asked} if asked else _("Không bắt buộc; có thể bổ sung cả khi đang thi.")], [mend],
    )  # fmt: skip


def rehearsal_checks(subject: Subject) -> Iterator[Check]:
    yield _rehearsal(subject)
    yield _backup(subject)
    yield _senders()


def _rehearsal(subject: Subject) -> Check:
    run, part = subject.rehearsal, Part.REHEARSAL
    where = reverse("admin:contests_contest_rehearsal", args=[subject.contest.pk])
    mends = [Mend(where, _("Tổng duyệt"), "contests.change_contest")]
    if run is None:
        state, why = State.ADVISE, [_("Chưa tổng duyệt lần nào trên kế hoạch này.")]
    elif run.waits:
        state, why = State.LATER, [_("Đang tổng duyệt, yêu cầu lúc %(at)s.") % {"at": moment(run.asked_at)}]
    elif not run.passed:
        state, why = State.ADVISE, [_("Lần tổng duyệt gần nhất chưa đạt:"), *run.faults[:5]]
    elif run.digest != subject.digest:
        state, why = State.ADVISE, [_("Kế hoạch đã thay đổi từ lần tổng duyệt gần nhất; cần tổng duyệt lại.")]
    else:
        figures = {"people": number(run.people), "attempts": number(run.attempts), "at": moment(run.done_at)}
        state = State.OK
        why = [_("Đạt lúc %(at)s: %(people)s người, %(attempts)s lượt thi.") % figures]
    return Check("rehearsal", part, _("Tổng duyệt trên đúng kế hoạch này"), state, why, mends)


def _backup(subject: Subject) -> Check:
    title, part = _("Sao lưu còn mới"), Part.REHEARSAL
    last = last_backup()
    mends = [Mend(reverse("watch:page"), _("Theo dõi trực tiếp"), "watch.see_watch")]
    hours, _urgent = settings.WATCH_BACKUP_HOURS
    if last is None:
        why = _("Chưa có bản sao lưu nào. Người vận hành máy chủ đặt sao lưu hằng đêm (tài liệu vận hành).")
        return Check("backup", part, title, State.ADVISE, [why], mends)
    state = State.OK if subject.now - last.at <= timedelta(hours=hours) else State.ADVISE
    why = _("Bản gần nhất lúc %(at)s; phải không quá %(hours)d giờ.") % {
        "at": moment(last.at),
        "hours": hours,
    }
    return Check("backup", part, title, state, [why], mends)


def _senders() -> Check:
    """Whether codes reach phones and mailboxes; that is set by who runs the server."""
    served = {channel for path in settings.CODE_SENDERS for channel in sender(path).channels}
    by_mail = "contest_site.accounts.senders.Email" in settings.CODE_SENDERS
    title, part = _("Gửi mã xác thực cho người dự thi"), Part.REHEARSAL
    why = []
    state = State.OK
    if by_mail and not settings.EMAIL_HOST and not settings.DEMO:
        state = State.FIX
        why.append(_("Chưa khai báo máy chủ thư (EMAIL_HOST): mã gửi qua thư điện tử sẽ không đến nơi."))
    names = {Channel.PHONE: _("tin nhắn"), Channel.EMAIL: _("thư điện tử")}
    missing = [name for channel, name in names.items() if channel not in served]
    if len(missing) == len(names):
        state = State.FIX
        why.append(_("Chưa có cách nào gửi mã: không ai lập được tài khoản bằng mã."))
    elif missing:
        state = State.FIX if state is State.FIX else State.ADVISE
        why.append(_("Mã không gửi được qua %(way)s.") % {"way": missing[0]})
    if why:
        why.append(_("Người vận hành máy chủ khai báo (tài liệu vận hành, mục gửi mã)."))
    else:
        why.append(_("Mã gửi được qua tin nhắn và thư điện tử."))
    return Check("senders", part, title, state, why)


def announce_checks(subject: Subject) -> Iterator[Check]:
    yield from _seals(subject)
    yield _announcement(subject)


def _seals(subject: Subject) -> Iterator[Check]:
    for one in subject.rounds:
        where = reverse("admin:contests_round_seal", args=[subject.contest.pk, one.number])
        title = _("Niêm phong đề: %(round)s") % {"round": one.name}
        mends = [Mend(where, _("Niêm phong đề"), "contests.seal_round")]
        seal = seal_of(one)
        if seal:
            state, why, mends = State.OK, _("Đã niêm phong lúc %(at)s.") % {"at": moment(seal.at)}, []
        elif one not in subject.to_come:
            state, why, mends = State.OK, _("Vòng thi đã kết thúc."), []
        elif subject.findings and not subject.announced:
            state, why, mends = State.LATER, _("Niêm phong sau khi kế hoạch không còn điểm phải sửa."), []
        elif one.opens_at - subject.now <= SOON:
            left = one.opens_at - subject.now
            late = left <= timedelta(0)
            state = State.FIX
            why = (
                _("Đã đến giờ mở mà đề chưa niêm phong: chưa ai vào thi được.")
                if late
                else _("Còn %(left)s là mở vòng thi.") % {"left": span(int(left.total_seconds()))}
            )
        else:
            state, why = State.ADVISE, _("Phải niêm phong trước %(at)s.") % {"at": moment(one.opens_at)}
        yield Check(f"seal-{one.number}", Part.ANNOUNCE, title, state, [why], mends)


def _announcement(subject: Subject) -> Check:
    title, part, contest = _("Công bố cuộc thi"), Part.ANNOUNCE, subject.contest
    if subject.announced:
        at = moment(contest.announcement.at)
        return Check("announce", part, title, State.OK, [_("Đã công bố lúc %(at)s.") % {"at": at}])
    where = reverse("admin:contests_contest_announce", args=[contest.pk])
    if count := len(subject.findings):
        left = ngettext("Còn %(count)d điểm phải sửa ở các bước trên.",
                        "Còn %(count)d điểm phải sửa ở các bước trên.", count)  # fmt: skip
        return Check("announce", part, title, State.LATER, [left % {"count": count}])
    return Check(
        "announce", part, title, State.FIX,
        [_("Kế hoạch đủ điều kiện. Công bố rồi thì người dự thi mới đăng ký được.")],
        [Mend(where, _("Công bố cuộc thi"), "contests.announce_contest")],
    )  # fmt: skip
