"""Đăng ký dự thi: one person enters one contest, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Invalid, NotAllowed, NotNow
from contest_site.lib.identity import national_id_hash, normal_phone, seal_national_id
from contests.domain.consenting import consent_in_person, current_text
from contests.enums import Asked, Gender, RequestKind
from contests.models import Category, Contest, Entry, EntryRequest, Exclusion, Unit
from contests.person import (
    check_birth_date,
    check_old_enough,
    is_child,
    person_name,
    postal_address,
    unit_name,
)
from contests.queries import (
    contest_units,
    is_announced,
    matching_exclusion,
    offered_units,
    takes_entries,
)

if TYPE_CHECKING:
    from contest_site.accounts.models import User


@dataclass(frozen=True)
class EntryData:
    """What a person typed and chose; phone, national ID and name in any form that a person types.

    What the plan does not ask for is not kept, whatever stands here. `of_age` (16 or over) is asked where the
    birth date may be left out. `missing_unit` is the name of a unit that is not listed; `unit` is then the
    nearest listed one above it. `read_digest` is that of the consent's text as it was shown, "" unchecked.
    """

    full_name: str
    unit: Unit
    category: Category
    consented: bool
    birth_date: date | None = None
    gender: str = ""
    phone: str = ""
    national_id: str = ""
    address: str = ""
    of_age: bool | None = None
    missing_unit: str = ""
    read_digest: str = ""


class AlreadyEntered(NotNow):
    """The contest has an entry with this account, phone or ID; `field` says which: "" is the account."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


def enter(contest: Contest, *, by: User, data: EntryData) -> Entry:
    """Register the account's person for the contest, with the consent and, for a missing unit, the request.

    A child's entry stands at once; what waits for the guardian's consent is the first start.
    Raises NotNow (not announced, over), NotAllowed (on the list of those who may not take part, with the
    role; too young on the plan's day), Invalid (a value that cannot be right), AlreadyEntered (decided by
    the database's constraints).
    """
    entry = _new_entry(contest, by, data)
    if entry.birth_date:
        check_old_enough(entry.birth_date, min_age=contest.min_age, on=contest.age_on)
    check_not_excluded(contest, by, phone=entry.phone or "", id_hash=entry.national_id_hash)
    with transaction.atomic():
        _save(entry, data, by)
    return entry


def enter_unofficially(contest: Contest, *, by: User, data: EntryData) -> Entry:
    """Thi thử: register an organiser who tries the contest out, whoever is on the list and of whatever age.

    The entry is marked for good: no count, rank or report ever knows it, and the account has no other one.
    Raises NotAllowed without the permission, and NotNow, Invalid, AlreadyEntered as `enter` does.
    """
    if not may_try(by):
        raise NotAllowed(_("Chỉ thành viên Ban Tổ chức được giao mới được thi thử."))
    entry = _new_entry(contest, by, data)
    entry.unofficial = True
    with transaction.atomic():
        _save(entry, data, by)
        record("entered unofficially", entry, by=by, contest=contest.pk)
    return entry


def may_try(user: User) -> bool:
    """Whether the person may try contests out. No query for a contestant."""
    return user.is_staff and user.has_perm("contests.try_contest")


def _new_entry(contest: Contest, by: User, data: EntryData) -> Entry:
    """The unsaved entry, of values that can be right."""
    now = database_now()
    check_entry_time(contest, now)
    if not data.consented:
        raise Invalid(_("Cần đồng ý với nội dung xử lý dữ liệu cá nhân thì mới đăng ký được."))
    today = timezone.localdate(now)
    entry = Entry(
        contest=contest,
        user=by,
        full_name=person_name(data.full_name),
        unit=data.unit,
        category=data.category,
        consent_version=contest.consent_version,
    )
    fill_asked(entry, data, today=today)
    entry.needs_guardian = needs_guardian(entry.birth_date, data.of_age, today=today)
    check_choices(contest, unit=data.unit, category=data.category)
    return entry


def fill_asked(entry: Entry, data: EntryData, *, today: date) -> None:
    """Set what the plan asks for from what was typed. Raises Invalid for what is wrong or missing."""
    plan = entry.contest
    if plan.ask_birth_date != Asked.NO:
        entry.birth_date = data.birth_date
        if data.birth_date:
            check_birth_date(data.birth_date, today=today)
        elif plan.ask_birth_date == Asked.REQUIRED:
            raise Invalid(_("Nhập ngày sinh."))
    if plan.ask_gender == Asked.REQUIRED or (plan.ask_gender == Asked.OPTIONAL and data.gender):
        if data.gender not in Gender.values:
            raise Invalid(_("Chọn giới tính trong danh sách."))
        entry.gender = data.gender
    if _given(plan.ask_phone, data.phone):
        entry.phone = normal_phone(data.phone)
    if _given(plan.ask_national_id, data.national_id):
        entry.national_id_hash = national_id_hash(data.national_id)
        entry.national_id_sealed = seal_national_id(data.national_id)
    if _given(plan.ask_address, data.address):
        entry.address = postal_address(data.address)


def _given(asked: str, typed: str) -> bool:
    """Whether the value is to be read: it must be there, or it may be and is."""
    return asked == Asked.REQUIRED or (asked == Asked.OPTIONAL and bool(typed.strip()))


def needs_guardian(born: date | None, of_age: bool | None, *, today: date) -> bool:
    """Whether who enters today is a child, by the birth date or, without one, by what was answered."""
    if born:
        return is_child(born, on=today)
    if of_age is None:
        raise Invalid(_("Cho biết người dự thi đã đủ 16 tuổi hay chưa."))
    return not of_age


def _save(entry: Entry, data: EntryData, by: User) -> None:
    """The entry with its consent and its request; in the caller's transaction."""
    text = current_text(entry.contest, read_digest=data.read_digest)
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError as error:
        raise already_entered(error) from None
    consent_in_person(entry, text, by=by)
    if data.missing_unit.strip():
        EntryRequest.objects.create(
            entry=entry,
            kind=RequestKind.MISSING_UNIT,
            wanted={"unit_name": unit_name(data.missing_unit)},
            by=by,
        )


def check_entry_time(contest: Contest, now: datetime) -> None:
    """Raises NotNow unless the contest is public and still takes entries at `now`."""
    if not is_announced(contest):
        raise NotNow(_("Cuộc thi chưa được công bố."))
    if not takes_entries(contest, now):
        raise NotNow(_("Các vòng thi nhận người mới đã kết thúc nên không nhận đăng ký nữa."))


def check_not_excluded(contest: Contest, user: User, *, phone: str = "", id_hash: str | None = None) -> None:
    """Raises NotAllowed, with the role, for someone on the contest's list."""
    exclusion = matching_exclusion(
        contest, user_id=user.pk, phones=[phone, user.phone], national_id_hash=id_hash
    )
    if exclusion:
        raise NotAllowed(exclusion_reason(exclusion))


def exclusion_reason(exclusion: Exclusion) -> str:
    return _("Theo thể lệ, người thuộc %(role)s không được dự thi cuộc thi này.") % {
        "role": exclusion.get_role_display()
    }


def check_choices(contest: Contest, *, unit: Unit, category: Category, chosen_now: bool = True) -> None:
    """Raises Invalid for a category of another contest or a unit that the contest does not offer.

    Without `chosen_now` the unit was chosen before, and stays whatever became of it since.
    """
    if category.contest_id != contest.pk:
        raise Invalid(_("Chọn đối tượng dự thi trong danh sách của cuộc thi."))
    units = offered_units(contest) if chosen_now else contest_units(contest)
    if not units.filter(pk=unit.pk).exists():
        raise Invalid(_("Chọn đơn vị trong danh sách của cuộc thi."))


def already_entered(error: IntegrityError) -> Exception:
    """Which constraint refused, as a sentence that does not say whose the number is."""
    diagnosis = getattr(error.__cause__, "diag", None)
    constraint = getattr(diagnosis, "constraint_name", None)
    if constraint == "one_entry_per_contest_and_user":
        return AlreadyEntered(_("Tài khoản này đã đăng ký dự thi."), "")
    if constraint == "one_entry_per_contest_and_phone":
        return AlreadyEntered(_("Số điện thoại này đã được dùng để đăng ký dự thi."), "phone")
    if constraint == "one_entry_per_contest_and_national_id":
        return AlreadyEntered(_("Số định danh cá nhân này đã được dùng để đăng ký dự thi."), "national_id")
    return error
