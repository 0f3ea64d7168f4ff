"""What an officer asks the organisers to put right for the own agency, and what they decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from contest_site.accounts.domain.messages import send_notice
from contest_site.agency.models import AgencyDecision, AgencyRequest, AgencyRequestKind
from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid, NotNow
from contests.domain.headcounts import check_people, correct_headcount
from contests.domain.requesting import ask_correction
from contests.enums import Verdict
from contests.models import Contest, Entry, EntryRequest, Unit
from contests.person import unit_name

if TYPE_CHECKING:
    from contest_site.accounts.models import User

LEAST_REASON = 3


def ask_headcount(contest: Contest, unit: Unit, people: int, *, by: User, reason: str) -> AgencyRequest:
    """Ask that the unit's own number of people, without units below it, be `people`.

    Raises Invalid for a number that cannot be, the number that stands or no reason, NotNow while an earlier
    request about the same waits.
    """
    check_people(people)
    if contest.headcounts.filter(unit=unit, people=people).exists():
        raise Invalid(_("Đơn vị đang có đúng số này. Ghi số khác rồi gửi lại."))
    return _ask(contest, unit, AgencyRequestKind.HEADCOUNT, by=by, reason=reason, people=people)


def ask_unit_name(contest: Contest, unit: Unit, name: str, *, by: User, reason: str) -> AgencyRequest:
    """Ask that the unit be written `name`. Raises as `ask_headcount` does."""
    name = unit_name(name)
    if name == unit.name:
        raise Invalid(_("Tên này giống tên đang ghi. Sửa tên rồi gửi lại."))
    return _ask(contest, unit, AgencyRequestKind.UNIT_NAME, by=by, reason=reason, name=name)


def ask_unit_of(entry: Entry, unit: Unit, *, by: User, reason: str) -> EntryRequest:
    """Ask that a person of the own subtree stand under another unit; it waits with the people's own requests.

    Raises what `ask_correction` raises, and Invalid for the unit where the person stands.
    """
    if entry.unit_id == unit.pk:
        raise Invalid(_("Người này đang ở đúng đơn vị đã chọn. Chọn đơn vị khác."))
    with transaction.atomic():
        asked = ask_correction(entry, by=by, wanted={"unit": unit}, reason=reason)
        record("sent agency request", entry, by=by, contest=entry.contest_id, fields=["unit"])
    return asked


def _ask(contest: Contest, unit: Unit, kind: str, *, by: User, reason: str, **wanted: Any) -> AgencyRequest:
    if len(reason.strip()) < LEAST_REASON:
        raise Invalid(_("Ghi lý do, ví dụ: số người theo biên chế được giao năm nay."))
    with transaction.atomic():
        # One request of a kind at a time, whoever of the unit's officers sends it.
        Unit.objects.select_for_update(of=["self"], no_key=True).get(pk=unit.pk)
        if AgencyRequest.objects.filter(contest=contest, unit=unit, kind=kind, decision=None).exists():
            raise NotNow(_("Đề nghị trước về việc này đang chờ Ban Tổ chức. Vui lòng chờ rồi gửi tiếp."))
        made = AgencyRequest.objects.create(
            contest=contest, unit=unit, kind=kind, reason=reason.strip(), by=by, **wanted
        )
        record(
            "sent agency request", unit, by=by, reason=made.reason, contest=contest.pk, request=made.pk,
            kind=kind, wanted=made.wanted,
        )  # fmt: skip
    return made


def decide_agency_request(
    request: AgencyRequest, *, by: User, accept: bool, grounds: str = ""
) -> AgencyDecision:
    """Accept, and change the number or the name in the same transaction, or refuse with grounds. Once.

    Raises Invalid without grounds, NotNow when it was decided already, and what changing the number raises.
    """
    grounds = grounds.strip()
    if not accept and not grounds:
        raise Invalid(_("Ghi lý do không chấp nhận, để đơn vị biết phải làm gì."))
    with transaction.atomic():
        # A row that is final cannot be locked for a change of its own: the lock is only for this moment.
        request = AgencyRequest.objects.select_for_update(of=["self"]).get(pk=request.pk)
        if AgencyDecision.objects.filter(request=request).exists():
            raise NotNow(_("Đề nghị này đã được quyết định."))
        before = now_standing(request)
        if accept:
            _carry_out(request, by=by)
        decision = AgencyDecision.objects.create(
            request=request,
            verdict=Verdict.ACCEPTED if accept else Verdict.REFUSED,
            before="" if before is None else str(before),
            grounds=grounds,
            by=by,
        )
        record(
            "accepted agency request" if accept else "refused agency request", request.unit, by=by,
            reason=grounds, contest=request.contest_id, request=request.pk,
        )  # fmt: skip
    _tell(request, decision)
    return decision


def now_standing(request: AgencyRequest) -> int | str | None:
    """What stands where the request wants something else: a number of people (None without one) or a name."""
    if request.kind == AgencyRequestKind.UNIT_NAME:
        return str(request.unit.name)
    numbers = request.contest.headcounts.filter(unit=request.unit_id).values_list("people", flat=True)
    return numbers.first()


def _carry_out(request: AgencyRequest, *, by: User) -> None:
    if request.kind == AgencyRequestKind.HEADCOUNT:
        reason = _("Đề nghị của đơn vị: %(reason)s") % {"reason": request.reason}
        correct_headcount(request.contest, request.unit, request.people or 0, by=by, reason=reason)
        return
    unit = Unit.objects.select_for_update(of=["self"]).get(pk=request.unit_id)
    if unit.parent_id and Unit.objects.filter(parent=unit.parent_id, name__iexact=request.name).exclude(
        pk=unit.pk
    ):
        raise Invalid(_("Đã có đơn vị cùng tên, cùng cấp trên."))
    before, unit.name = unit.name, request.name
    unit.save()
    record("corrected unit name", unit, by=by, reason=request.reason, before=before, after=unit.name)


def _tell(request: AgencyRequest, decision: AgencyDecision) -> None:
    """By e-mail where there is an address; on the officer's own pages always."""
    if not request.by.email:
        return
    body = _("%(what)s, %(unit)s, cuộc thi “%(contest)s”: %(verdict)s.") % {
        "what": request.get_kind_display(),
        "unit": request.unit.name,
        "contest": request.contest.name,
        "verdict": decision.get_verdict_display().lower(),
    }
    if decision.grounds:
        body += " " + _("Lý do: %(grounds)s") % {"grounds": decision.grounds}
    send_notice(request.by.email, _("Ban Tổ chức đã trả lời đề nghị của đơn vị"), body + "\n")
