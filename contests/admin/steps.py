"""The steps of a plan that cannot be undone, each in two stages: first what will happen, then the act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contest_site.lib.clock import database_now
from contest_site.lib.unfold import ModelAdmin
from contests.admin.pages import act, address, find_contest, page, permitted
from contests.blueprints import blueprint_of
from contests.domain.announcing import announce
from contests.domain.check import problems
from contests.domain.headcounts import headcount_hints
from contests.domain.rounds import seal_round
from contests.models import Contest, Round, RoundSeal
from contests.prize_tables import prize_tables
from contests.queries import RoundState, has_overall, is_announced, round_state, seal_of

CONTEST = "contests_contest"
SEE_RESULTS = "prizes.view_standingsrun"
STATES: Mapping[RoundState, Promise] = {
    RoundState.NOT_OPEN: gettext_lazy("Chưa mở"),
    RoundState.OPEN: gettext_lazy("Đang mở"),
    RoundState.CLOSED: gettext_lazy("Đã kết thúc"),
}


@dataclass(frozen=True)
class Step:
    """A button: where it leads, and whether it is the one thing to do next."""

    label: str
    address: str
    primary: bool = False


@dataclass(frozen=True)
class RoundLine:
    """A round on its contest's page: where it is, its seal, what can be done with it."""

    round: Round
    state: Promise
    seal: RoundSeal | None
    steps: list[Step]


class ContestSteps(ModelAdmin):
    """Checking, announcing and sealing, below the contest's own address; closing belongs to the results."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<int:contest_id>/kiem-tra/", view(self.check_page), name=f"{CONTEST}_check"),
            path("<int:contest_id>/cong-bo/", view(self.announce_page), name=f"{CONTEST}_announce"),
            path(
                "<int:contest_id>/niem-phong/<int:number>/", view(self.seal_page), name="contests_round_seal"
            ),
            *super().get_urls(),
        ]

    def steps(self, request: HttpRequest, contest: Contest, *, can_run: bool) -> list[Step]:
        """What this person can do with the whole contest now; the one thing to do next is primary."""
        announced = is_announced(contest)
        found = [] if announced else [Step(_("Kiểm tra"), address("contest_check", contest.pk))]
        if not announced and request.user.has_perm("contests.announce_contest"):
            found.append(Step(_("Công bố cuộc thi"), address("contest_announce", contest.pk), can_run))
        if announced and request.user.has_perm(SEE_RESULTS) and has_overall(contest):
            # Results are a later app's; their pages are known here by their addresses alone.
            found.append(Step(_("Kết quả cả cuộc thi"), reverse("admin:prizes_scope", args=[contest])))
        if announced and request.user.has_perm(SEE_RESULTS):
            found.append(Step(_("Báo cáo"), reverse("admin:reports_contest", args=[contest.pk])))
        # So is the paper that the plan prints itself as, with what the official plan is silent on.
        found.append(Step(_("Xem thể lệ"), f"{reverse('prizes:rules', args=[contest.slug])}?ban=to-chuc"))
        if request.user.has_perm("contests.add_contest"):
            found.append(Step(_("Lập cho năm mới"), address("contest_clone", contest.pk)))
        return found

    def round_lines(
        self, request: HttpRequest, contest: Contest, now: datetime, *, can_run: bool
    ) -> list[RoundLine]:
        """Each round with its steps. Sealing is the thing to do next for the first round without a seal."""
        found = []
        announced = is_announced(contest)
        urgent = can_run and announced
        for one in contest.rounds.all():
            state, seal = round_state(one, now), seal_of(one)
            steps = []
            steps.append(Step(_("Cơ cấu đề"), address("round_blueprint", contest.pk, one.number)))
            if not announced and seal is None:
                steps.append(Step(_("Số câu theo chủ đề"), address("round_change", one.pk)))
            if (
                state is not RoundState.CLOSED
                and seal is None
                and request.user.has_perm("contests.seal_round")
            ):
                steps.append(Step(_("Niêm phong đề"), address("round_seal", contest.pk, one.number), urgent))
                urgent = False
            if announced and state is not RoundState.NOT_OPEN and request.user.has_perm(SEE_RESULTS):
                steps.append(Step(_("Kết quả"), reverse("admin:prizes_scope", args=[one])))
            found.append(RoundLine(one, STATES[state], seal, steps))
        return found

    # --- Pages ----------------------------------------------------------------------------------------------

    def check_page(self, request: HttpRequest, contest_id: int) -> HttpResponse:
        """Everything that must be right before the opening, read from the saved plan."""
        contest = find_contest(contest_id)
        if not self.has_view_permission(request, contest):
            raise PermissionDenied
        context = {
            "title": _("Kiểm tra kế hoạch"),
            "reasons": problems(contest),
            "hints": headcount_hints(contest),
            "rounds": contest.rounds.select_related("bank", "seal", "closing"),
            "tables": prize_tables(contest),
        }
        return page(request, self.admin_site, "check", contest, context)

    def announce_page(self, request: HttpRequest, contest_id: int) -> HttpResponse:
        contest = find_contest(contest_id)
        user = permitted(request, "contests.announce_contest")
        if request.method == "POST":
            where = address("contest_change", contest.pk)
            return act(request, lambda: announce(contest, by=user), _("Đã công bố cuộc thi."), where)
        unsealed = [one.name for one in contest.rounds.filter(seal=None)]
        what = [
            _("Cuộc thi hiện ra với mọi người; ai đủ điều kiện thì đăng ký được ngay."),
            _("Kế hoạch được cố định: vòng thi, thứ tự xếp hạng, giải thưởng không sửa được nữa."),
            _("Đường dây nóng, tài liệu, mốc thời gian, người không được dự thi vẫn sửa được."),
        ]
        if unsealed:
            names = ", ".join(unsealed)
            what.append(_("Chưa niêm phong đề: %(names)s. Phải niêm phong trước giờ mở.") % {"names": names})
        context = {
            "title": _("Công bố cuộc thi"),
            "what": what,
            "reasons": problems(contest),
            "button": _("Công bố cuộc thi"),
        }
        return page(request, self.admin_site, "step", contest, context)

    def seal_page(self, request: HttpRequest, contest_id: int, number: int) -> HttpResponse:
        contest = find_contest(contest_id)
        round = get_object_or_404(contest.rounds.select_related("bank", "contest"), number=number)
        user = permitted(request, "contests.seal_round")
        if request.method == "POST":
            where = address("contest_change", contest.pk)
            return act(
                request, lambda: seal_round(round, by=user), _("Đã niêm phong đề của vòng thi."), where
            )
        names = {"bank": round.bank.name, "questions": round.questions}
        what = [
            _("Các câu hỏi đã duyệt của ngân hàng “%(bank)s” trở thành bộ câu hỏi của vòng thi.") % names,
            _("Mỗi đề gồm %(questions)d câu, rút ngẫu nhiên từ bộ câu hỏi này.") % names,
            _("Sửa ngân hàng về sau không làm thay đổi đề của vòng thi."),
            _("Trước giờ mở vòng thi, niêm phong chỉ được mở do một người khác, có lý do, ghi vào nhật ký."),
            _("Từ giờ mở vòng thi, không ai mở niêm phong được nữa."),
            _("Mã băm của bộ câu hỏi và của số bí mật dùng để rút đề được công khai ngay."),
            _("Số bí mật được công khai khi vòng thi kết thúc, để ai cũng kiểm tra được việc rút đề."),
        ]
        if database_now() >= round.opens_at:
            what.append(_("Vòng thi đã đến giờ mở: niêm phong xong thì người dự thi bắt đầu được ngay."))
        context = {
            "title": _("Niêm phong đề: %(round)s") % {"round": round.name},
            "what": what,
            "reasons": [_("Đề của vòng thi đã được niêm phong.")]
            if seal_of(round)
            else blueprint_of(round).faults,
            "button": _("Niêm phong đề"),
        }
        return page(request, self.admin_site, "step", contest, context)
