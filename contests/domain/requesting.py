"""What people ask to be changed of their entry, and what the organisers decide: both for good."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contest_site.accounts.domain.messages import send_notice
from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid, NotNow, Refused
from contest_site.lib.identity import national_id_hash, open_national_id, seal_national_id
from contests.domain.entering import already_entered, check_choices, check_not_excluded
from contests.enums import RequestKind, Verdict
from contests.models import Category, Entry, EntryDecision, EntryRequest, Unit
from contests.person import check_old_enough, is_child, unit_name
from contests.queries import decides_results, open_requests, results_published

if TYPE_CHECKING:
    from contest_site.accounts.models import User

# What can be corrected: the columns of an entry, a unit or category as the row's id.
CORRECTABLE = (
    *("full_name", "birth_date", "gender", "phone", "national_id", "address"),
    *("unit", "category"),
)


def ask_correction(entry: Entry, *, by: User, wanted: Mapping[str, Any], reason: str) -> EntryRequest:
    """Ask that the entry's `wanted` columns (of CORRECTABLE) get these values, already checked by the form.

    Raises Invalid for nothing to change or no reason, NotNow while an earlier one waits, for an erased
    entry, and for what decides results that are published.
    """
    unknown = set(wanted) - set(CORRECTABLE)
    if unknown:
        raise Invalid(_("Có mục không sửa được."))
    if not wanted:
        raise Invalid(_("Chưa sửa mục nào. Sửa mục cần sửa rồi gửi lại."))
    if len(reason.strip()) < 3:
        raise Invalid(_("Ghi lý do, ví dụ: gõ nhầm tên đệm."))
    with transaction.atomic():
        entry = Entry.objects.select_for_update(of=["self"]).select_related("contest").get(pk=entry.pk)
        if entry.erased_at:
            raise NotNow(_("Dữ liệu của đăng ký này đã được xóa nên không sửa được nữa."))
        if open_requests(entry).filter(kind=RequestKind.CORRECTION).exists():
            raise NotNow(_("Đề nghị trước đang chờ Ban Tổ chức quyết định. Vui lòng chờ rồi gửi tiếp."))
        check_not_published(entry, wanted)
        return EntryRequest.objects.create(
            entry=entry, kind=RequestKind.CORRECTION, wanted=_stored(wanted), reason=reason.strip(), by=by
        )


def _stored(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON; the national ID only sealed."""
    values: dict[str, Any] = {}
    for name, value in wanted.items():
        if name == "national_id":
            values[name] = seal_national_id(value).hex() if value else ""
        elif isinstance(value, Unit | Category):
            values[name] = value.pk
        else:
            values[name] = value.isoformat() if isinstance(value, date) else value
    return values


def check_not_published(entry: Entry, wanted: Mapping[str, Any]) -> None:
    """Raises NotNow for a change of what decided results that are published."""
    if decides_results(wanted) and results_published(entry):
        raise NotNow(
            _(
                "Kết quả đã được công bố nên ngày sinh, đơn vị, đối tượng không sửa được nữa. Nếu việc này"
                " ảnh hưởng đến kết quả, gọi %(hotline)s để Ban Tổ chức xem xét."
            )
            % {"hotline": entry.contest.hotline}
        )


def decide_request(
    request: EntryRequest, *, by: User, accept: bool, grounds: str = "", unit: Unit | None = None
) -> EntryDecision:
    """Accept, and change the entry in the same transaction, or refuse with grounds. Once.

    For a missing unit `unit` is where the entry belongs; it may move after results are published too, for
    what was published keeps its digest, only later rankings know the new place, and nobody suffers from a
    list that was not complete.
    Raises Invalid without grounds or unit, NotNow when it was decided already or the results forbid it, and
    what `enter` raises for a value that cannot stand: too young, on the list, a phone or ID in use.
    """
    if not accept and not grounds.strip():
        raise Invalid(_("Ghi lý do không chấp nhận, để người dự thi biết phải làm gì."))
    with transaction.atomic():
        entry = (
            Entry.objects.select_for_update(of=["self"])
            .select_related("contest", "user")
            .get(pk=request.entry_id)
        )
        if EntryDecision.objects.filter(request=request).exists():
            raise NotNow(_("Đề nghị này đã được quyết định."))
        before, after = _changed(entry, request, unit) if accept else ({}, {})
        decision = EntryDecision.objects.create(
            request=request,
            verdict=Verdict.ACCEPTED if accept else Verdict.REFUSED,
            before=before,
            after=after,
            grounds=grounds.strip(),
            by=by,
        )
        record(
            "accepted entry request" if accept else "refused entry request", entry, by=by,
            reason=grounds.strip(), contest=entry.contest_id, request=request.pk, fields=sorted(after),
        )  # fmt: skip
        _tell(entry, request, decision)
    return decision


def _changed(entry: Entry, request: EntryRequest, unit: Unit | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Change the entry; what it held before and holds now, as the decision keeps it."""
    if entry.erased_at:
        raise NotNow(_("Dữ liệu của đăng ký này đã được xóa nên không sửa được nữa."))
    if request.kind == RequestKind.MISSING_UNIT:
        if unit is None:
            raise Invalid(_("Chọn đơn vị để chuyển đăng ký này đến."))
        wanted: dict[str, Any] = {"unit": unit.pk}
    else:
        wanted = dict(request.wanted)
        check_not_published(entry, wanted)
    before = {name: _shown(entry, name) for name in wanted}
    for name, value in wanted.items():
        _set(entry, name, value)
    _check(entry, unit_chosen="unit" in wanted)
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError as error:
        raise already_entered(error) from None
    return before, {name: _shown(entry, name) for name in wanted}


def _set(entry: Entry, name: str, value: Any) -> None:
    if name == "national_id":
        number = open_national_id(bytes.fromhex(value)) if value else ""
        entry.national_id_hash = national_id_hash(number) if number else None
        entry.national_id_sealed = bytes.fromhex(value) if value else None
    elif name == "unit":
        entry.unit = Unit.objects.get(pk=value)
    elif name == "category":
        entry.category = Category.objects.get(pk=value)
    elif name == "birth_date":
        entry.birth_date = date.fromisoformat(value) if value else None
        if entry.birth_date:
            entered = timezone.localdate(entry.created_at)
            entry.needs_guardian = is_child(entry.birth_date, on=entered)
    else:
        setattr(entry, name, value or (None if name == "phone" else ""))


def _shown(entry: Entry, name: str) -> Any:
    """A value for the record of a decision: people read names, not ids; of a national ID three digits."""
    if name == "national_id":
        sealed = entry.national_id_sealed
        return f"…{open_national_id(sealed)[-3:]}" if sealed else ("đã lưu" if entry.national_id_hash else "")
    value = getattr(entry, name)
    if isinstance(value, Unit | Category):
        return {"id": value.pk, "name": value.name}
    return value.isoformat() if isinstance(value, date) else value or ""


def _check(entry: Entry, *, unit_chosen: bool) -> None:
    """The changed entry must be one that could have been entered."""
    contest = entry.contest
    check_choices(contest, unit=entry.unit, category=entry.category, chosen_now=unit_chosen)
    if entry.unofficial:
        return
    if entry.birth_date:
        check_old_enough(entry.birth_date, min_age=contest.min_age, on=contest.age_on)
    check_not_excluded(contest, entry.user, phone=entry.phone or "", id_hash=entry.national_id_hash)


def make_unit(*, by: User, name: str, parent: Unit, code: str = "") -> Unit:
    """A unit that was missing, below `parent`; without a code it gets the parent's and a number.

    Raises Refused when the code or, below this parent, the name is taken.
    """
    with transaction.atomic():
        Unit.objects.select_for_update(of=["self"]).get(pk=parent.pk)
        unit = Unit(name=unit_name(name), parent=parent, code=code.strip() or _free_code(parent))
        if Unit.objects.filter(code=unit.code).exists():
            raise Refused(_("Chưa lập được đơn vị."), [_("Mã này đã có đơn vị khác dùng.")])
        if Unit.objects.filter(parent=parent, name__iexact=unit.name).exists():
            raise Refused(_("Chưa lập được đơn vị."), [_("Đã có đơn vị cùng tên, cùng cấp trên.")])
        unit.save()
        record("made unit", unit, by=by, code=unit.code, parent=parent.pk)
    return unit


def _free_code(parent: Unit) -> str:
    number = Unit.objects.filter(parent=parent).count() + 1
    while Unit.objects.filter(code=f"{parent.code[:14]}-{number}").exists():
        number += 1
    return f"{parent.code[:14]}-{number}"


def _tell(entry: Entry, request: EntryRequest, decision: EntryDecision) -> None:
    """By e-mail where there is an address; on the person's own pages always."""
    if not entry.user.email:
        return
    body = _("%(what)s, cuộc thi “%(contest)s”: %(verdict)s.") % {
        "what": request.get_kind_display(),
        "contest": entry.contest.name,
        "verdict": decision.get_verdict_display().lower(),
    }
    if decision.grounds:
        body += " " + _("Lý do: %(grounds)s") % {"grounds": decision.grounds}
    send_notice(entry.user.email, _("Ban Tổ chức đã trả lời đề nghị"), body + "\n")
