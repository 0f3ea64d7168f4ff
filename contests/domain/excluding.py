"""The list of people who may not take part: who is put on it, and who is taken off, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid
from contest_site.lib.identity import national_id_hash, normal_phone
from contest_site.lib.text import clean
from contests.enums import ExclusionRole
from contests.models import Contest, Exclusion

if TYPE_CHECKING:
    from contest_site.accounts.models import User


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
