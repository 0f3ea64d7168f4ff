"""Prizes that the committee gives without a ranking: whom it chose, with written grounds and a report.

Who is chosen counts for the limit of prizes per person, so may decide who wins a ranked prize: nominations
are a part of what a version of the standings is made from, and after a change there is the next version, for
which the jury's orders are recorded anew. From the review to the publication nothing is nominated or
withdrawn: the reviewer looked at the awards as they will be. After the publication a change is a correction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from attempts.domain.grounds import checked_attachment, checked_grounds
from attempts.queries import disqualified_entries
from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid, NotNow
from contest_site.lib.locks import lock
from contests.enums import Audience, AwardMethod
from contests.models import Entry, Prize, Round, Unit
from contests.queries import contest_units, tables_of, uncounted_entries
from prizes.domain.proposals import Proposal, ProposedAward
from prizes.models import Nomination, NominationWithdrawal
from prizes.queries import active_nominations, awards_in_force, newest_run, review_of
from prizes.scope import Scope

if TYPE_CHECKING:
    from contest_site.accounts.models import User


def nominate(
    prize: Prize,
    *,
    round: Round | None,
    unit: Unit | None = None,
    entry: Entry | None = None,
    grounds: str,
    report: Any,
    by: User,
) -> Nomination:
    """Choose a unit (in a table of units) or a person for a prize, with grounds and the report of it.

    `round` is that of the results with which the prize is awarded, None for those of the whole contest (a
    contest of one round has those of its round alone). `report` is an uploaded file of a kind and size that
    documents may have.

    Raises Invalid (a prize by ranking, somebody of another kind or contest, nobody's report, no grounds),
    NotNow (given to as many as there are, named already, results under review or further).
    """
    grounds, file = checked_grounds(grounds), checked_attachment(report)
    if not file:
        raise Invalid(_("Cần đính kèm báo cáo làm căn cứ đề nghị."))
    scope = _scope_of(prize, round)
    with _open(scope):
        holder = _checked_holder(prize, scope, unit, entry)
        named = [one for one in active_nominations(scope) if one.prize.table_id == prize.table_id]
        if any((one.entry or one.unit) == holder for one in named):
            raise NotNow(_("%(name)s đã được đề nghị ở bảng giải này.") % {"name": holder})
        if sum(one.prize_id == prize.pk for one in named) >= prize.quantity:
            raise NotNow(
                _("Đã đủ %(count)d đề nghị cho %(prize)s.") % {"count": prize.quantity, "prize": prize.name}
            )
        made = Nomination.objects.create(
            prize=prize, round=scope.round, entry=entry, unit=unit, grounds=grounds, report=file, by=by
        )
        record(
            "nominated", made, by=by, reason=grounds,
            contest=scope.contest.pk, round=scope.round.number if scope.round else None,
            prize=prize.pk, entry=made.entry_id, unit=made.unit_id, report=made.report.name,
        )  # fmt: skip
    return made


def withdraw_nomination(nomination: Nomination, *, reason: str, by: User) -> NominationWithdrawal:
    """Take a nomination back. Raises Invalid without a reason, NotNow (done before, results under review)."""
    if not reason.strip():
        raise Invalid(_("Cần ghi lý do rút đề nghị."))
    with _open(Scope(nomination.prize.table.contest, nomination.round)):
        if NominationWithdrawal.objects.filter(nomination=nomination).exists():
            raise NotNow(_("Đề nghị này đã được rút."))
        made = NominationWithdrawal.objects.create(nomination=nomination, reason=reason.strip(), by=by)
        record("withdrew nomination", nomination, by=by, reason=made.reason)
    return made


def faults_of_nominations(proposal: Proposal) -> list[str]:
    """What has come to stand against the chosen since they were named, a sentence each."""
    return [*_too_many(proposal), *not_eligible(proposal), *_over_limit(proposal, _people_chosen(proposal))]


def not_eligible(proposal: Proposal) -> list[str]:
    """Who of the people chosen must not have a prize, a sentence each.

    They may have taken no part in the round, so that a change is not to be seen in its standings.
    """
    people = _people_chosen(proposal)
    ids = [award.entry.pk for award in people if award.entry]
    refused = _refused(Scope.of_run(proposal.run), ids) if ids else set()
    return [
        _("%(name)s được đề nghị trao giải nhưng không được dự thi hoặc đã bị loại kết quả.")
        % {"name": award.holder}
        for award in people
        if award.entry and award.entry.pk in refused
    ]


def may_nominate(scope: Scope) -> bool:
    """Whether the scope's results are not between review and publication."""
    run = newest_run(scope)
    return run is None or review_of(run) is None or hasattr(run, "returned") or hasattr(run, "publication")


@contextmanager
def _open(scope: Scope) -> Iterator[None]:
    with transaction.atomic():
        lock(scope.lock_key)
        if not may_nominate(scope):
            raise NotNow(
                _("Kết quả đã được rà soát nên không thay đổi đề nghị trao giải được nữa. Hãy trả lại trước.")
            )
        yield


def _scope_of(prize: Prize, round: Round | None) -> Scope:
    table = prize.table
    if table.method != AwardMethod.CHOSEN:
        raise Invalid(_("Giải này được trao theo bảng xếp hạng, không qua đề nghị."))
    rounds = list(table.contest.rounds.all()[:2])
    if round is None and len(rounds) == 1:
        (round,) = rounds
    if round is not None and round.contest_id != table.contest_id:
        raise Invalid(_("Vòng thi không thuộc cuộc thi của giải này."))
    if not tables_of(table.contest, round).filter(pk=table.pk).exists():
        raise Invalid(_("Giải này không được trao cùng kết quả đó."))
    return Scope(table.contest, round)


def _checked_holder(prize: Prize, scope: Scope, unit: Unit | None, entry: Entry | None) -> Unit | Entry:
    if prize.table.audience == Audience.UNIT:
        if unit is None or entry is not None:
            raise Invalid(_("Giải này dành cho tập thể: cần chọn một đơn vị."))
        if not contest_units(scope.contest).filter(pk=unit.pk).exists():
            raise Invalid(_("Đơn vị không thuộc địa bàn của cuộc thi."))
        return unit
    if entry is None or unit is not None:
        raise Invalid(_("Giải này dành cho cá nhân: cần chọn một người dự thi."))
    if entry.contest_id != scope.contest.pk:
        raise Invalid(_("Người này không dự cuộc thi này."))
    if entry.pk in _refused(scope, [entry.pk]):
        raise Invalid(_("Người này không được dự thi hoặc đã bị loại kết quả."))
    return entry


def _refused(scope: Scope, entries: list[int]) -> set[int]:
    uncounted = uncounted_entries(scope.contest).filter(pk__in=entries)
    disqualified = disqualified_entries(scope.contest, scope.round).filter(pk__in=entries)
    return {*uncounted.values_list("pk", flat=True), *disqualified.values_list("pk", flat=True)}


def _too_many(proposal: Proposal) -> list[str]:
    found = []
    for section in proposal.sections:
        given = Counter(award.prize.pk for award in section.awards)
        found += [
            _("%(prize)s có %(given)d đề nghị, kế hoạch có %(count)d giải.")
            % {"prize": prize.name, "given": given[prize.pk], "count": prize.quantity}
            for prize in section.prizes
            if section.is_chosen and given[prize.pk] > prize.quantity
        ]
    return found


def _people_chosen(proposal: Proposal) -> list[ProposedAward]:
    chosen = (award for section in proposal.sections if section.is_chosen for award in section.awards)
    return [award for award in chosen if award.entry]


def _over_limit(proposal: Proposal, people: list[ProposedAward]) -> list[str]:
    scope = Scope.of_run(proposal.run)
    limit = scope.contest.prizes_per_person
    if limit is None or not people:
        return []
    held = Counter(award.entry.pk for award in proposal.awards if award.entry)
    ids = [award.entry.pk for award in people if award.entry]
    elsewhere = awards_in_force(scope.contest, apart_from=scope).filter(entry__in=ids)
    held.update(elsewhere.values_list("entry", flat=True))
    return [
        _("%(name)s được đề nghị nhưng đã có đủ %(limit)d giải của cuộc thi.")
        % {"name": award.holder, "limit": limit}
        for award in people
        if award.entry and held[award.entry.pk] > limit
    ]
