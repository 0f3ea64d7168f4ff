"""The list of people who may not take part: who is put on it, and who is taken off, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid, Refused
from contest_site.lib.identity import national_id_hash, normal_phone
from contest_site.lib.text import clean
from contests.enums import ExclusionRole
from contests.models import Contest, Entry, Exclusion

if TYPE_CHECKING:
    from contest_site.accounts.models import User


@dataclass(frozen=True)
class ListedPerson:
    """A line of a list that came as a file: `row` there, phone in E.164, the ID as its hash."""

    row: int
    full_name: str
    role: str
    phone: str | None = None
    national_id_hash: str | None = None
    user_id: int | None = None


def exclude_person(
    contest: Contest,
    *,
    by: User | None,
    full_name: str,
    role: ExclusionRole,
    user: User | None = None,
    phone: str = "",
    national_id: str = "",
) -> Exclusion:
    """Put someone on the list, known by account, phone or national ID as a person types them.

    Counts from now on for entering, starting and ranking, also for someone who has taken part already; an
    attempt that is open may still be submitted, and is not ranked (docs/decisions/0004).
    Raises Invalid when nothing names the person, when a number is wrong, or when the list has it already.
    """
    if not (user or phone.strip() or national_id.strip()):
        raise Invalid(_("Cần ít nhất một trong ba: tài khoản, số điện thoại, số định danh cá nhân."))
    exclusion = Exclusion(
        contest=contest,
        full_name=clean(full_name),
        role=role,
        user=user,
        phone=normal_phone(phone) if phone.strip() else None,
        national_id_hash=national_id_hash(national_id) if national_id.strip() else None,
    )
    try:
        with transaction.atomic():
            exclusion.save()
            record_exclusion(exclusion, by=by)
    except IntegrityError:
        raise Invalid(_("Người này đã có trong danh sách không được dự thi.")) from None
    return exclusion


def exclude_people(contest: Contest, people: Sequence[ListedPerson], *, by: User) -> int:
    """Put a whole file of people on the list, each with an audit row; all of them or nobody.

    Raises Refused with a sentence for each person whom the list has already. Returns how many they are.
    """
    listed = [
        _("Dòng %(row)d: %(name)s đã có trong danh sách.") % {"row": one.row, "name": one.full_name}
        for one, _exclusion in already_listed(contest, people)
    ]
    refusal = _("Danh sách chưa được nhập vì vừa có thay đổi.")
    if listed:
        raise Refused(refusal, listed)
    try:
        with transaction.atomic():
            made = Exclusion.objects.bulk_create(_exclusion(contest, one) for one in people)
            for exclusion in made:
                record_exclusion(exclusion, by=by)
            record("listed excluded people", contest, by=by, people=len(made))
    except IntegrityError:
        raise Refused(refusal, [_("Có người vừa được đưa vào danh sách; hãy xem trước lại.")]) from None
    return len(made)


def already_listed(contest: Contest, people: Sequence[ListedPerson]) -> list[tuple[ListedPerson, Exclusion]]:
    """Those whose account, phone or ID the list has, with the line that has it. One query."""
    found = list(Exclusion.objects.filter(_any_of(people), contest=contest))
    keys: dict[object, Exclusion] = {}
    for one in found:
        keys |= {key: one for key in (one.user_id, one.phone, one.national_id_hash) if key}
    pairs = ((person, _first(keys, person)) for person in people)
    return [(person, exclusion) for person, exclusion in pairs if exclusion]


def entered_already(contest: Contest, people: Sequence[ListedPerson]) -> list[ListedPerson]:
    """Those who have an official entry, by the entry's account, phone or ID. One query."""
    taken: set[object] = set()
    entries = Entry.objects.filter(_any_of(people), contest=contest, unofficial=False)
    for row in entries.values_list("user", "phone", "user__phone", "national_id_hash"):
        taken |= set(row) - {None}
    return [one for one in people if {one.user_id, one.phone, one.national_id_hash} & taken]


def _any_of(people: Sequence[ListedPerson]) -> Q:
    phones = [one.phone for one in people if one.phone]
    return (
        Q(user__in=[one.user_id for one in people if one.user_id])
        | Q(phone__in=phones)
        | Q(user__phone__in=phones)
        | Q(national_id_hash__in=[one.national_id_hash for one in people if one.national_id_hash])
    )


def _first(keys: dict[object, Exclusion], person: ListedPerson) -> Exclusion | None:
    found = (keys.get(key) for key in (person.user_id, person.phone, person.national_id_hash) if key)
    return next((one for one in found if one), None)


def _exclusion(contest: Contest, person: ListedPerson) -> Exclusion:
    return Exclusion(
        contest=contest,
        full_name=person.full_name,
        role=person.role,
        user_id=person.user_id,
        phone=person.phone,
        national_id_hash=person.national_id_hash,
    )


def record_exclusion(exclusion: Exclusion, *, by: User | None) -> None:
    """The audit row of a new or changed line; names no number."""
    record(
        "excluded person",
        exclusion,
        by=by,
        contest=exclusion.contest_id,
        role=exclusion.role,
        by_account=exclusion.user_id is not None,
        by_phone=exclusion.phone is not None,
        by_national_id=exclusion.national_id_hash is not None,
    )


def readmit_person(exclusion: Exclusion, *, by: User, reason: str = "") -> None:
    """Take a line off the list."""
    with transaction.atomic():
        record("readmitted person", exclusion, by=by, reason=reason, contest=exclusion.contest_id)
        exclusion.delete()
