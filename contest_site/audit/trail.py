"""Writing the audit trail."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.translation import override

from contest_site.audit.models import AuditEvent

if TYPE_CHECKING:
    from contest_site.accounts.models import User

SYSTEM = "Hệ thống"


def record(verb: str, target: models.Model, *, by: "User | None", reason: str = "", **data: Any) -> None:
    """Add one row to the trail, in the caller's transaction.

    `verb` is a short English verb phrase in the past ("sealed round"); `data` must be JSON-able and must
    hold no answer key, code or ID number. `by=None` means the system itself (a scheduled task).
    """
    # The trail reads the same, whatever language the person's pages have.
    with override(settings.LANGUAGE_CODE):
        AuditEvent.objects.create(
            actor=by,
            actor_name=str(by) if by else SYSTEM,
            verb=verb,
            object_type=target._meta.label_lower,
            object_id=str(target.pk),
            object_name=str(target)[:300],
            reason=reason,
            data=data,
        )
