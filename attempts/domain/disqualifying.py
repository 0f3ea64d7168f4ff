"""Loại kết quả: a person's attempts are left out of the results, and taken back in; with grounds, for good.

Both are final records. The standings know nothing of them until they are computed again, which makes their
next version; that one goes through review and approval by another person like every version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from attempts.domain.grounds import checked_attachment, checked_grounds
from attempts.models import Disqualification, Reinstatement
from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid, NotNow
from contest_site.lib.locks import lock
from contests.models import Entry, Round

if TYPE_CHECKING:
    from contest_site.accounts.models import User


def disqualify(
    entry: Entry, *, round: Round | None, grounds: str, attachment: Any = None, by: User
) -> Disqualification:
    """Leave the entry's attempts of the round (None: of the whole contest) out of all results from now on.

    `attachment` is an uploaded file or None. Raises Invalid (no grounds, a file of another kind, another
    contest's round), NotNow when the person is disqualified there already.
    """
    if round is not None and round.contest_id != entry.contest_id:
        raise Invalid(_("Vòng thi không thuộc cuộc thi của người này."))
    grounds, file = checked_grounds(grounds), checked_attachment(attachment)
    with transaction.atomic():
        lock(f"disqualification:{entry.pk}")
        if Disqualification.objects.filter(entry=entry, round=round, reinstatement=None).exists():
            raise NotNow(_("Kết quả của người này đã bị loại trong phạm vi đó."))
        made = Disqualification.objects.create(
            entry=entry, round=round, grounds=grounds, attachment=file, by=by
        )
        record(
            "disqualified entry", entry, by=by, reason=grounds,
            contest=entry.contest_id, round=round.number if round else None, attachment=made.attachment.name,
        )  # fmt: skip
    return made


def reinstate(
    disqualification: Disqualification, *, grounds: str, attachment: Any = None, by: User
) -> Reinstatement:
    """Take a disqualification back: the attempts count again.

    Raises Invalid (no grounds, a file of another kind), NotNow when that was done before.
    """
    grounds, file = checked_grounds(grounds), checked_attachment(attachment)
    entry = disqualification.entry
    with transaction.atomic():
        lock(f"disqualification:{entry.pk}")
        if Reinstatement.objects.filter(disqualification=disqualification).exists():
            raise NotNow(_("Kết quả này đã được phục hồi."))
        made = Reinstatement.objects.create(
            disqualification=disqualification, grounds=grounds, attachment=file, by=by
        )
        round = disqualification.round
        record(
            "reinstated entry", entry, by=by, reason=grounds,
            contest=entry.contest_id, round=round.number if round else None, attachment=made.attachment.name,
        )  # fmt: skip
    return made
