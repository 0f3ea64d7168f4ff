"""Tổng số người của các đơn vị: what participation is divided by, and from when it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contest_site.audit.trail import record
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Invalid, Refused
from contests.enums import Audience, UnitMetric
from contests.models import Contest, Headcount, HeadcountLock, PrizeTable, Unit
from contests.queries import Competitor, competitors, contest_units

if TYPE_CHECKING:
    from contest_site.accounts.models import User

MOST_PEOPLE = 10_000_000


def lock_headcounts(contest: Contest, *, by: User) -> HeadcountLock:
    """From now on a headcount changes only with a reason. Once; a second call gives the first lock.

    Raises Refused while no unit has a headcount at all: there would be nothing that stands.
    """
    with transaction.atomic():
        _hold(contest)
        lock = lock_of(contest)
        if lock:
            return lock
        units = contest.headcounts.count()
        if not units:
            raise Refused(
                _("Chưa thể khóa tổng số người."), [_("Chưa có đơn vị nào được ghi tổng số người.")]
            )
        lock = HeadcountLock.objects.create(contest=contest, by=by)
        record("locked headcounts", contest, by=by, units=units)
    return lock


def lock_due_headcounts() -> int:
    """Lock, as the system, what the plans say is due by now and has numbers; how many contests."""
    today = timezone.localdate(database_now())
    due = Contest.objects.filter(headcounts_until__lt=today, headcount_lock=None, headcounts__isnull=False)
    locked = 0
    for contest in due.distinct():
        with transaction.atomic():
            _hold(contest)
            if lock_of(contest) is None:
                HeadcountLock.objects.create(contest=contest, by=None)
                record("locked headcounts", contest, by=None, units=contest.headcounts.count())
                locked += 1
    return locked


def is_locked(contest: Contest) -> bool:
    """Whether headcounts stand: locked by somebody, or the day to which the plan takes them is over."""
    return lock_of(contest) is not None or _is_due(contest)


def _is_due(contest: Contest) -> bool:
    until = contest.headcounts_until
    return until is not None and timezone.localdate(database_now()) > until


def correct_headcount(
    contest: Contest, unit: Unit, people: int, *, by: User | None, reason: str = ""
) -> Headcount:
    """Say how many people the unit itself has, without those of the units below it.

    Before the lock freely, after it only with a reason; both are in the trail with the number before.
    Raises Invalid for a number that cannot be (zero: remove the line instead) or a unit outside the
    contest's area, Refused without the reason. The same number again changes nothing.
    """
    check_people(people)
    if not contest_units(contest).filter(pk=unit.pk).exists():
        raise Invalid(_("Đơn vị không thuộc địa bàn của cuộc thi."))
    with transaction.atomic():
        _hold(contest)
        now = Headcount.objects.filter(contest=contest, unit=unit).first()
        before = now.people if now else None
        if now and before == people:
            return now
        _check_reason(contest, reason)
        found, _created = Headcount.objects.update_or_create(
            contest=contest, unit=unit, defaults={"people": people}
        )
        _record_correction(contest, unit, before, people, by=by, reason=reason)
    return found


def remove_headcount(contest: Contest, unit: Unit, *, by: User | None, reason: str = "") -> None:
    """Take the unit's number away, as `correct_headcount` would change it. Raises Refused likewise."""
    with transaction.atomic():
        _hold(contest)
        now = Headcount.objects.filter(contest=contest, unit=unit).first()
        if now is None:
            return
        _check_reason(contest, reason)
        now.delete()
        _record_correction(contest, unit, now.people, None, by=by, reason=reason)


def import_headcounts(contest: Contest, people: Mapping[int, int], *, by: User, reason: str = "") -> int:
    """Set many at once, by unit id; units that are not named keep their number. Returns how many changed.

    All or nothing; raises as `correct_headcount` does.
    """
    for number in people.values():
        check_people(number)
    if set(people) - set(contest_units(contest).filter(pk__in=people).values_list("pk", flat=True)):
        raise Invalid(_("Có đơn vị không thuộc địa bàn của cuộc thi."))
    with transaction.atomic():
        _hold(contest)
        known = dict(contest.headcounts.filter(unit__in=people).values_list("unit", "people"))
        changed = {unit: number for unit, number in people.items() if known.get(unit) != number}
        if not changed:
            return 0
        _check_reason(contest, reason)
        Headcount.objects.bulk_create(
            [Headcount(contest=contest, unit_id=unit, people=number) for unit, number in changed.items()],
            update_conflicts=True,
            unique_fields=["contest", "unit"],
            update_fields=["people"],
        )
        codes = dict(Unit.objects.filter(pk__in=changed).values_list("pk", "code"))
        moves = {codes[unit]: [known.get(unit), number] for unit, number in sorted(changed.items())}
        record("imported headcounts", contest, by=by, reason=reason.strip(), people=moves)
    return len(changed)


def check_people(people: int) -> None:
    """Raises Invalid for a headcount that cannot be."""
    if not 1 <= people <= MOST_PEOPLE:
        raise Invalid(_("Tổng số người phải là số nguyên từ 1 đến 10.000.000."))


def lock_of(contest: Contest) -> HeadcountLock | None:
    return HeadcountLock.objects.filter(contest=contest).first()


def need_headcounts(contest: Contest) -> list[PrizeTable]:
    """The unit tables that cannot be ranked without headcounts: a ratio orders, weighs or limits them."""
    return [
        table
        for table in contest.prize_tables.filter(audience=Audience.UNIT)
        if UnitMetric.RATIO in table.unit_order
        or UnitMetric.RATIO in table.weights
        or table.min_ratio_percent is not None
    ]


def summed_headcounts(contest: Contest, for_whom: Mapping[int, Competitor] | None = None) -> dict[int, int]:
    """By competing unit: the people of every unit that counts for it; none where no number is known.

    `for_whom`: the contest's `competitors` where they are there already.
    """
    for_whom = competitors(contest) if for_whom is None else for_whom
    sums: dict[int, int] = {}
    for unit, people in contest.headcounts.values_list("unit", "people"):
        if unit in for_whom:
            competing = for_whom[unit].unit_id
            sums[competing] = sums.get(competing, 0) + people
    return sums


def headcount_hints(contest: Contest) -> list[str]:
    """What to see to before the results, when prizes hang on headcounts; sentences, or none."""
    tables = need_headcounts(contest)
    if not tables:
        return []
    hints = []
    competing = {one.unit_id for one in competitors(contest).values()}
    missing = len(competing - set(summed_headcounts(contest)))
    if missing:
        hints.append(
            ngettext(
                "%(count)d đơn vị thi đua chưa có tổng số người nên không được xếp hạng ở “%(table)s”.",
                "%(count)d đơn vị thi đua chưa có tổng số người nên không được xếp hạng ở “%(table)s”.",
                missing,
            )
            % {"count": missing, "table": "”, “".join(table.name for table in tables)}
        )
    if lock_of(contest) is None and contest.headcounts_until is None:
        hints.append(_("Chưa khóa tổng số người của các đơn vị. Giải tính theo tỷ lệ cần số đã khóa."))
    return hints


def _hold(contest: Contest) -> None:
    """One change of this contest's headcounts at a time, so that none slips in beside the lock."""
    Contest.objects.select_for_update(no_key=True).get(pk=contest.pk)


def _check_reason(contest: Contest, reason: str) -> None:
    if not reason.strip() and is_locked(contest):
        raise Refused(
            _("Chưa thể sửa tổng số người."), [_("Tổng số người đã khóa; sửa thì phải ghi rõ lý do.")]
        )


def _record_correction(
    contest: Contest, unit: Unit, before: int | None, after: int | None, *, by: User | None, reason: str
) -> None:
    record(
        "corrected headcount", unit, by=by, reason=reason.strip(),
        contest=contest.pk, before=before, after=after,
    )  # fmt: skip
