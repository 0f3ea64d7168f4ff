"""The steps of a plan that cannot be undone, each in two stages: first what will happen, then the act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from contest_site.lib.clock import database_now
from contest_site.lib.errors import DomainError
from contest_site.lib.unfold import ModelAdmin
from contests.domain.announcing import announce
from contests.domain.check import problems
from contests.domain.rounds import seal_round
from contests.models import Contest, Round
from contests.prize_tables import prize_tables
from contests.queries import RoundState, is_announced, round_state, seal_of

if TYPE_CHECKING:
    from contest_site.accounts.models import User


CONTEST, ROUND = "contests_contest", "contests_round"


@dataclass(frozen=True)
class Step:
    """A button: where it leads, and whether it is the one thing to do next."""

    label: str
    address: str
    primary: bool = False


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

    def steps(self, request: HttpRequest, contest: Contest, now: datetime, *, can_run: bool) -> list[Step]:
        """What this person can do with the contest now; the one thing to do next is marked as primary."""
        announced = is_announced(contest)
        found = [] if announced else [Step(_("Kiểm tra"), _address("contest_check", contest.pk))]
        for one in contest.rounds.all():
            found += self._round_steps(request, contest, one, round_state(one, now), can_run=can_run)
        if not announced and request.user.has_perm("contests.announce_contest"):
            last = can_run and not any(step.primary for step in found)
            found.append(Step(_("Công bố cuộc thi"), _address("contest_announce", contest.pk), primary=last))
        return found

    def _round_steps(
        self, request: HttpRequest, contest: Contest, round: Round, state: RoundState, *, can_run: bool
    ) -> list[Step]:
        found = []
        if not is_announced(contest) and seal_of(round) is None:
            label = _("Số câu theo chủ đề: %(round)s") % {"round": round.name}
            found.append(Step(label, _address("round_change", round.pk)))
        if state is not RoundState.CLOSED and seal_of(round) is None:
            if request.user.has_perm("contests.seal_round"):
                label = _("Niêm phong đề: %(round)s") % {"round": round.name}
                address = _address("round_seal", contest.pk, round.number)
                found.append(Step(label, address, primary=can_run))
        elif (
            is_announced(contest)
            and state is not RoundState.NOT_OPEN
            and request.user.has_perm("prizes.view_standingsrun")
        ):
            # Results are a later app's; its page is known here by its address alone.
            label = _("Kết quả: %(round)s") % {"round": round.name}
            found.append(Step(label, reverse("admin:prizes_round", args=[round.pk])))
        return found

    # --- Pages ----------------------------------------------------------------------------------------------

    def check_page(self, request: HttpRequest, contest_id: int) -> HttpResponse:
        """Everything that must be right before the opening, read from the saved plan."""
        contest = self._contest(contest_id)
        if not self.has_view_permission(request, contest):
            raise PermissionDenied
        context = {
            "title": _("Kiểm tra kế hoạch"),
            "reasons": problems(contest),
            "rounds": contest.rounds.select_related("bank", "seal", "closing"),
            "tables": prize_tables(contest),
        }
        return self._page(request, "check", contest, context)

    def announce_page(self, request: HttpRequest, contest_id: int) -> HttpResponse:
        contest = self._contest(contest_id)
        user = _user(request, "contests.announce_contest")
        if request.method == "POST":
            return self._act(request, contest, lambda: announce(contest, by=user), _("Đã công bố cuộc thi."))
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
        return self._page(request, "step", contest, context)

    def seal_page(self, request: HttpRequest, contest_id: int, number: int) -> HttpResponse:
        contest = self._contest(contest_id)
        round = get_object_or_404(contest.rounds.select_related("bank", "contest"), number=number)
        user = _user(request, "contests.seal_round")
        if request.method == "POST":
            return self._act(
                request, contest, lambda: seal_round(round, by=user), _("Đã niêm phong đề của vòng thi.")
            )
        names = {"bank": round.bank.name, "questions": round.questions}
        what = [
            _("Các câu hỏi đã duyệt của ngân hàng “%(bank)s” trở thành bộ câu hỏi của vòng thi.") % names,
            _("Mỗi đề gồm %(questions)d câu, rút ngẫu nhiên từ bộ câu hỏi này.") % names,
            _("Sửa ngân hàng về sau không làm thay đổi đề của vòng thi. Không gỡ niêm phong được."),
            _("Mã băm của bộ câu hỏi và của số bí mật dùng để rút đề được công khai ngay."),
            _("Số bí mật được công khai khi vòng thi kết thúc, để ai cũng kiểm tra được việc rút đề."),
        ]
        if database_now() >= round.opens_at:
            what.append(_("Vòng thi đã đến giờ mở: niêm phong xong thì người dự thi bắt đầu được ngay."))
        context = {
            "title": _("Niêm phong đề: %(round)s") % {"round": round.name},
            "what": what,
            "button": _("Niêm phong đề"),
        }
        return self._page(request, "step", contest, context)

    # --- Shared ---------------------------------------------------------------------------------------------

    def _contest(self, contest_id: int) -> Contest:
        return get_object_or_404(Contest.objects.select_related("announcement"), pk=contest_id)

    def _act(self, request: HttpRequest, contest: Contest, act: Any, done: str) -> HttpResponse:
        """Does it and says so, or says why not, back on the contest's page."""
        try:
            act()
            messages.success(request, done)
        except DomainError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(_address("contest_change", contest.pk))

    def _page(
        self, request: HttpRequest, template: str, contest: Contest, context: dict[str, Any]
    ) -> TemplateResponse:
        shared = {
            **self.admin_site.each_context(request),
            "opts": Contest._meta,
            "contest": contest,
            "back": _address("contest_change", contest.pk),
        }
        return TemplateResponse(request, f"admin/contests/{template}.html", {**shared, **context})


def _address(name: str, *args: int) -> str:
    return reverse(f"admin:contests_{name}", args=args)


def _user(request: HttpRequest, permission: str) -> User:
    if not (request.user.is_authenticated and request.user.has_perm(permission)):
        raise PermissionDenied
    return request.user
