"""Breaking a round's seal before its opening, so that a fault found in time can still be mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotAllowed, NotNow, Refused
from contests.models import Round, RoundSeal, Unsealing

if TYPE_CHECKING:
    from contest_site.accounts.models import User


def unseal_round(round: Round, *, by: User, reason: str) -> Unsealing:
    """Take the round's seal away, by another person than who sealed, and keep what it held but the secret.

    The bank can then be mended and the round sealed anew, with another secret. Raises Refused without a
    reason, NotAllowed for who sealed, NotNow without a seal, from the opening on, and once anybody started.
    """
    if not reason.strip():
        raise Refused(_("Chưa mở niêm phong đề."), [_("Phải ghi rõ lý do mở niêm phong.")])
    with transaction.atomic():
        # Sealing waits for this row; whoever starts a paper right now holds the seal's (attempts.starting).
        current = Round.objects.select_for_update(no_key=True).get(pk=round.pk)
        seal = RoundSeal.objects.select_for_update().filter(round=current).first()
        _check(current, seal, by)
        assert seal is not None
        unsealing = Unsealing.objects.create(
            round=round, pool_id=seal.pool_id, commitment=seal.commitment, sealed_by_id=seal.by_id,
            sealed_at=seal.at, reason=reason.strip(), by=by,
        )  # fmt: skip
        try:
            RoundSeal.objects.filter(pk=seal.pk).delete()
        except IntegrityError:
            # The opening came between the check and the row above: the trigger goes by the row's own time.
            raise _too_late() from None
        record(
            "unsealed round", round, by=by, reason=unsealing.reason,
            pool=seal.pool_id, commitment=seal.commitment,
        )  # fmt: skip
    # So that `round.seal` no longer gives what is gone.
    round._state.fields_cache.pop("seal", None)
    return unsealing


def _check(round: Round, seal: RoundSeal | None, by: User) -> None:
    if seal is None:
        raise NotNow(_("Vòng thi chưa niêm phong đề."))
    if seal.by_id == by.pk:
        raise NotAllowed(_("Người đã niêm phong đề không được tự mở niêm phong; phải do người khác làm."))
    if database_now() >= round.opens_at:
        raise _too_late()
    if round.attempts.exists():
        raise NotNow(_("Đã có người vào thi nên không mở niêm phong đề được nữa."))


def _too_late() -> NotNow:
    return NotNow(_("Vòng thi đã đến giờ mở nên không mở niêm phong đề được nữa."))
