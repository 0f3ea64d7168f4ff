"""The first two steps: the plan with its times, and the units."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contest_site.lib.templatetags.vi import end_moment, moment, number
from contest_site.preflight.report import Check, Mend, State
from contest_site.preflight.subject import Subject
from contests.admin.headcounts import list_address
from contests.domain.headcounts import headcount_hints, lock_of, need_headcounts
from contests.models import BlockUnit
from contests.wizard import Part

CHANGE = "contests.change_contest"


def form_of(subject: Subject, part: Part) -> Mend:
    """The step's own form."""
    where = reverse("admin:contests_contest_step", args=[subject.contest.pk, part.value])
    return Mend(where, _("Mở biểu mẫu"), CHANGE)


def plan_checks(subject: Subject) -> Iterator[Check]:
    part = Part.PLAN
    mend = [form_of(subject, part)]
    about_rounds = subject.found(part, only="rounds")
    yield Check(
        "hotline", part, _("Đường dây nóng"),
        State.OK if subject.contest.hotline else State.FIX,
        [subject.contest.hotline or _("Người dự thi chưa biết gọi cho ai khi gặp trục trặc.")],
        mend,
    )  # fmt: skip
    wrong = subject.found(part, but=("rounds", "contest.hotline"))
    yield Check(
        "plan", part, _("Thông tin chung của kế hoạch"),
        State.FIX if wrong else State.OK,
        wrong or [_("Đã đủ các mục mà thể lệ cần.")],
        mend,
    )  # fmt: skip
    yield Check(
        "times", part, _("Các vòng thi và thời gian"),
        State.FIX if about_rounds else State.OK,
        about_rounds
        or [
            f"{one.name}: {moment(one.opens_at)} – {end_moment(one.closes_at)}" for one in subject.rounds
        ],
        [*mend, Mend(reverse("admin:contests_contest_timetable", args=[subject.contest.pk]), _("Xem lịch"))],
    )  # fmt: skip


def unit_checks(subject: Subject) -> Iterator[Check]:
    part, contest = Part.UNITS, subject.contest
    mend = [form_of(subject, part)]
    area = subject.found(part, only="units")
    units = Mend(reverse("admin:contests_unit_changelist"), _("Danh mục đơn vị"), "contests.view_unit")
    count = len(subject.plan.units)
    found = ngettext("%(count)s đơn vị trong địa bàn.", "%(count)s đơn vị trong địa bàn.", count)
    yield Check(
        "area", part, _("Địa bàn và đơn vị"),
        State.FIX if area else State.OK,
        area or [found % {"count": number(count)}],
        [*mend, units],
    )  # fmt: skip
    people = subject.found(part, but=("units", "blocks", "rounds"))
    yield Check(
        "people", part, _("Đối tượng dự thi"),
        State.FIX if people else State.OK,
        people or [", ".join(one["name"] for one in subject.plan.categories)],
        mend,
    )  # fmt: skip
    yield _blocks(subject, [*subject.found(part, only="blocks"), *subject.found(part, only="rounds")])
    yield _headcounts(subject)
    excluded = contest.exclusions.count()
    told = ngettext("%(count)s người trong danh sách.", "%(count)s người trong danh sách.", excluded)
    yield Check(
        "excluded", part, _("Người không được dự thi"),
        State.OK if excluded else State.ADVISE,
        [told % {"count": number(excluded)} if excluded
         else _("Chưa có ai: thường gồm Ban Tổ chức, Tổ ra đề, Tổ thẩm định, Ban Giám khảo, Tổ Thư ký.")],
        [Mend(reverse("admin:contests_contest_exclude", args=[contest.pk]), _("Nhập từ Excel"),
              "contests.add_exclusion")],
    )  # fmt: skip


def _blocks(subject: Subject, wrong: list[str]) -> Check:
    sizes = (
        BlockUnit.objects.filter(contest=subject.contest)
        .values("block", "block__name", "block__position")
        .annotate(size=Count("pk"))
        .order_by("block__position", "block")
    )
    rows = list(sizes)
    mends = [form_of(subject, Part.UNITS)]
    mends += [
        Mend(reverse("admin:contests_block_change", args=[pk]), name, "contests.view_block")
        for pk, name in subject.contest.blocks.order_by("position", "pk").values_list("pk", "name")[:6]
    ]
    told = [f"{row['block__name']}: {number(row['size'])}" for row in rows]
    return Check(
        "blocks", Part.UNITS, _("Khối thi đua"),
        State.FIX if wrong else State.OK,
        wrong or told or [_("Kế hoạch không chia khối.")],
        mends,
    )  # fmt: skip


def _headcounts(subject: Subject) -> Check:
    contest = subject.contest
    needed = bool(need_headcounts(contest))
    wrong = headcount_hints(contest) if needed else []
    known = sum(one.headcount is not None for one in subject.plan.units)
    lock = lock_of(contest)
    told = ngettext("%(count)s đơn vị đã có số.", "%(count)s đơn vị đã có số.", known) % {
        "count": number(known)
    }
    if not needed:
        told += " " + _("Không giải nào tính theo tổng số người; số này chỉ dùng cho báo cáo.")
    elif lock:
        told += " " + _("Đã khóa lúc %(at)s.") % {"at": moment(lock.at)}
    return Check(
        "headcounts", Part.UNITS, _("Tổng số người của các đơn vị"),
        State.ADVISE if wrong else State.OK,
        wrong or [told],
        [Mend(list_address(contest), _("Xem và sửa"), "contests.view_headcount"),
         Mend(reverse("admin:contests_contest_import_headcounts", args=[contest.pk]), _("Nhập từ Excel"),
              "contests.change_headcount")],
    )  # fmt: skip
