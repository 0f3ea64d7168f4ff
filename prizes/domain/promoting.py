"""Who of each unit goes on from an earlier round to a final: chosen, put in order, withdrawn, replaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from attempts.domain.grounds import checked_grounds
from attempts.models import Attempt
from contest_site.audit.trail import record
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Invalid, NotNow
from contest_site.lib.locks import lock
from contests.models import Promotion, Round, Unit, Withdrawal
from contests.queries import effective_close
from prizes.models import PromotionTie, StandingsRun
from prizes.promotions import UnitPromotions, approved_run, overtaken, promotions_of

if TYPE_CHECKING:
    from contest_site.accounts.models import User


def fill_promotions(final: Round, *, by: User | None) -> list[Promotion]:
    """Promote the best of each competing unit as far as there are places; returns those newly promoted.

    From the newest approved results of `final.promotes_from`, in their order, so many of each unit as
    `final.promotes_best` says. People on the exclusion list or disqualified since are passed over, so is who
    withdrew. A unit with a tie at its last place waits for `decide_promotion_tie`, the others go on. Safe to
    repeat: who is promoted stays so.

    Raises Invalid for a round that nobody is promoted to, NotNow before the approval, while a newer version
    of the results waits for its own, and after the final.
    """
    with _filling(final) as run:
        return _fill(final, run, promotions_of(final, run), by=by)


def decide_promotion_tie(
    final: Round, *, unit: Unit, rank: int, order: Sequence[int], grounds: str, by: User
) -> PromotionTie:
    """Record the order of the people of one rank at the last place of a unit, and promote by it.

    `order`: the ids of all of them, because those further down step in for who withdraws. When somebody
    comes back into the tie whom the order does not name, the next order takes its place.
    Raises Invalid, NotNow (no such tie is open).
    """
    grounds = checked_grounds(grounds)
    with _filling(final) as run:
        ties = {one.unit.pk: one.tie for one in promotions_of(final, run) if one.tie}
        tie = ties.get(unit.pk)
        if tie is None or tie.rank != rank:
            raise NotNow(_("Đơn vị này không còn trường hợp đồng hạng cần quyết định ở hạng đó."))
        if len(order) != len(tie.entries) or set(order) != set(tie.entries):
            raise Invalid(_("Thứ tự phải gồm tất cả những người đồng hạng, mỗi người một lần."))
        made = PromotionTie.objects.create(
            round=final, run=run, unit=unit, rank=rank, order=list(order), grounds=grounds, by=by
        )
        record(
            "decided promotion tie", final, by=by, reason=grounds,
            unit=unit.pk, rank=rank, order=made.order, version=run.version,
        )  # fmt: skip
        _fill(final, run, promotions_of(final, run, unit=unit), by=by)
    return made


def withdraw_promotion(promotion: Promotion, *, grounds: str, by: User) -> Withdrawal:
    """Somebody promoted does not take part after all; the next of the unit steps in at once.

    Raises Invalid without grounds, NotNow (withdrawn before, has begun the final, the final is over).
    """
    grounds = checked_grounds(grounds)
    final = promotion.round
    with _filling(final) as run:
        # Who is starting in this moment has started, or is told that they are no longer in the final.
        Promotion.objects.select_for_update().get(pk=promotion.pk)
        if Withdrawal.objects.filter(promotion=promotion).exists():
            raise NotNow(_("Người này đã rút khỏi vòng thi."))
        if Attempt.objects.filter(entry=promotion.entry_id, round=final).exists():
            raise NotNow(
                _("Người này đã vào thi nên không rút được nữa. Khi cần, hãy loại kết quả của vòng này.")
            )
        made = Withdrawal.objects.create(promotion=promotion, grounds=grounds, by=by)
        record(
            "withdrew promotion",
            promotion.entry,
            by=by,
            reason=grounds,
            round=final.pk,
            unit=promotion.unit_id,
        )
        _fill(final, run, promotions_of(final, run, unit=promotion.unit), by=by)
    return made


@contextmanager
def _filling(final: Round) -> Iterator[StandingsRun]:
    """One act about a final's people: a transaction under its lock, on the results that stand now."""
    if final.promotes_from is None:
        raise Invalid(_("Vòng thi này không chọn người từ vòng trước."))
    with transaction.atomic():
        lock(f"promotion:{final.pk}")
        if database_now() >= effective_close(final):
            raise NotNow(_("Vòng thi đã kết thúc nên danh sách người vào vòng không thay đổi được nữa."))
        run = approved_run(final)
        if run is None:
            raise NotNow(
                _("Kết quả %(round)s chưa được phê duyệt nên chưa chọn được người vào vòng sau.")
                % {"round": final.promotes_from.name}
            )
        if overtaken(run):
            raise NotNow(
                _(
                    "%(round)s có bảng xếp hạng mới hơn kết quả đã phê duyệt. Cần phê duyệt hoặc trả lại"
                    " bảng đó rồi mới thay đổi danh sách người vào vòng sau."
                )
                % {"round": final.promotes_from.name}
            )
        yield run


def _fill(
    final: Round, run: StandingsRun, units: Sequence[UnitPromotions], *, by: User | None
) -> list[Promotion]:
    assert final.promotes_from is not None
    basis = f"{final.promotes_from.number}/{run.version}/{run.digest}"
    wanted = []
    for one in units:
        gaps = one.unreplaced
        for offset, entry in enumerate(one.next_entries):
            wanted.append(
                Promotion(
                    round=final,
                    entry_id=entry,
                    unit=one.unit,
                    place=one.last_place + 1 + offset,
                    basis=basis,
                    replaces=gaps[offset] if offset < len(gaps) else None,
                    by=by,
                )
            )
    made = Promotion.objects.bulk_create(wanted)
    if made:
        record(
            "promoted", final, by=by, version=run.version, digest=run.digest,
            entries=[one.entry_id for one in made],
        )  # fmt: skip
    return made
