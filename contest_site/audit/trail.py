"""Writing the audit trail."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.utils.translation import override

from contest_site.audit.acting import SYSTEM, current, name_of
from contest_site.audit.models import AuditEvent

if TYPE_CHECKING:
    from contest_site.accounts.models import User

# Rows that are named after a person who may ask for erasure; with them, whatever belongs to an entry.
PEOPLE = {"contests.entry", "contests.datarequest", "contests.unitofficer"}


def record(verb: str, target: models.Model, *, by: "User | None", reason: str = "", **data: Any) -> None:
    """Add one row to the trail, in the caller's transaction.

    `verb` is a short English verb phrase in the past ("sealed round"); `data` must be JSON-able and must
    hold no answer key, code or ID number. `by=None` means the system itself (a scheduled task).

    The trail is final and names organisers alone: anybody else, and what is theirs, stands in it as "#" and
    the primary key, so that an erasure leaves no name behind.
    """
    who = current()
    # The trail reads the same, whatever language the person's pages have.
    with override(settings.LANGUAGE_CODE):
        AuditEvent.objects.create(
            actor=by,
            actor_name=name_of(by) if by else SYSTEM,
            verb=verb,
            object_type=target._meta.label_lower,
            object_id=str(target.pk),
            object_name=_name_of(target)[:300],
            reason=reason,
            data=data,
            request=who.id if who else None,
            address=who.address if who else None,
        )


def _name_of(row: models.Model) -> str:
    if isinstance(row, get_user_model()):
        named = row.is_staff
    else:
        named = row._meta.label_lower not in PEOPLE and getattr(row, "entry_id", None) is None
    return str(row) if named else f"#{row.pk}"
