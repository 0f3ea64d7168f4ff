"""Sealing a round's questions and closing the round."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotNow, Refused
from contests.models import Round, RoundClosing, RoundSeal
from contests.queries import RoundState, closing_of, round_state
from contests.rules.strata import Stratum, blueprint_faults, shortage
from questions.domain.sealing import seal_bank
from questions.pools import Pool, load_pool

if TYPE_CHECKING:
    from contest_site.accounts.models import User

SECRET_BYTES = 32


def seal_round(round: Round, *, by: User) -> RoundSeal:
    """Freeze the round's bank as its pool and make the round's secret. A second call gives the first seal.

    Meant for before the opening. A round that is open already may still be sealed (a forgotten seal, a demo
    or rehearsal moved to now): no paper can be drawn without a seal, so nobody has started yet and the
    commitment still comes before every paper. The audit row then says `late`. After the end it is refused.

    Raises NotNow after the end, Refused when the approved questions cannot fill the paper.
    """
    with transaction.atomic():
        # Another sealing, or an unsealing, comes wholly before this one or wholly after it.
        Round.objects.select_for_update(no_key=True).get(pk=round.pk)
        sealed = RoundSeal.objects.filter(round=round).first()
        if sealed:
            return sealed
        now = database_now()
        if round_state(round, now) is RoundState.CLOSED:
            raise NotNow(_("Vòng thi đã kết thúc nên không niêm phong đề được nữa."))
        return _seal(round, by=by, late=now >= round.opens_at)


def _seal(round: Round, *, by: User, late: bool) -> RoundSeal:
    pool = seal_bank(round.bank, by=by)
    shortages = pool_shortages(round, load_pool(pool.pk))
    if shortages:
        raise Refused(_("Ngân hàng câu hỏi chưa đủ để ra đề."), shortages)
    secret = secrets.token_bytes(SECRET_BYTES)
    seal = RoundSeal.objects.create(
        round=round,
        pool=pool,
        questions=round.questions,
        quotas=blueprint(round),
        parts=round.contest.parts,
        secret=secret,
        commitment=hashlib.sha256(secret).hexdigest(),
        by=by,
    )
    record(
        "sealed round", round, by=by,
        pool=pool.pk, digest=pool.digest, commitment=seal.commitment, late=late,
    )  # fmt: skip
    return seal


def pool_shortages(round: Round, pool: Pool) -> list[str]:
    """Why this pool cannot fill the round's paper; empty when it can."""
    lines = blueprint(round)
    shortages = list(blueprint_faults(lines, round.questions))
    if len(pool.questions) < round.questions:
        shortages.append(
            _("Đề thi cần %(needed)d câu, bộ câu hỏi đã duyệt mới có %(found)d câu.")
            % {"needed": round.questions, "found": len(pool.questions)}
        )
    short = [shortage(line, len(pool.stratum(line.topic, line.difficulty))) for line in lines]
    return [*shortages, *filter(None, short)]


def blueprint(round: Round) -> list[Stratum]:
    """The plan's lines, in the order of drawing."""
    return [
        Stratum(quota.topic.name, quota.difficulty, quota.questions)
        for quota in round.quotas.select_related("topic")
    ]


def close_round(round: Round, *, by: User | None, reason: str = "") -> RoundClosing:
    """Take no more papers. Once; a second call gives the first closing, whoever made it.

    `by=None` is the scheduled end, not before it has come. An organiser may close an open round early,
    with a reason. Raises NotNow before the opening (or, without a person, before the end), Refused without
    a reason.
    """
    closing = closing_of(round)
    if closing:
        return closing
    _check_closing(round, database_now(), by=by, reason=reason)
    try:
        with transaction.atomic():
            # Whoever is starting or submitting in this moment comes first, with a time before the closing's.
            RoundSeal.objects.select_for_update().filter(round=round).first()
            closing = RoundClosing.objects.create(round=round, by=by, reason=reason.strip())
            record("closed round", round, by=by, reason=closing.reason)
    except IntegrityError:
        closing = RoundClosing.objects.get(round=round)
        closing.round = round  # so that `round.closing` no longer says that there is none
    return closing


def _check_closing(round: Round, now: datetime, *, by: User | None, reason: str) -> None:
    if now >= round.closes_at:
        return
    if now < round.opens_at:
        raise NotNow(_("Vòng thi chưa mở nên chưa thể đóng."))
    if by is None:
        raise NotNow(_("Chưa đến giờ kết thúc vòng thi."))
    if not reason.strip():
        raise Refused(
            _("Chưa thể đóng vòng thi."),
            [_("Đóng vòng thi trước giờ kết thúc thì phải ghi rõ lý do.")],
        )
