"""Sáp nhập, chia tách, đổi tên, giải thể: units end and others take their place, by a decision and its date.

Nothing that was is moved: entries, headcounts, rosters and standings of contests that opened before keep the
old units, and the tree above them stays. Contests that open from that day on offer the new ones alone
(`contests.queries.offered_units`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid, Refused
from contest_site.lib.locks import lock
from contest_site.lib.text import fold
from contests.domain.unit_import import LOCK
from contests.enums import UnitChangeKind
from contests.models import BlockUnit, Contest, Entry, Unit, UnitChange, UnitOfficer, UnitSuccession
from contests.person import unit_name
from contests.queries import directory_day

if TYPE_CHECKING:
    from contest_site.accounts.models import User

CARRIED_LIMIT = 2_000
SHOWN = 10  # units named one by one


@dataclass(frozen=True)
class NewUnit:
    """A unit that a decision founds. No code: one is made below the parent's."""

    name: str
    parent: Unit | None
    code: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Decision:
    """What a decision says. Old units end on `effective_on`; the successors are there, or begin that day.

    `carry`: what stands below the old units is founded anew below the one successor, by the same names; else
    it ends with them.
    """

    kind: str
    number: str
    signed_on: date
    effective_on: date
    old: Sequence[Unit]
    successors: Sequence[Unit] = ()
    founded: Sequence[NewUnit] = ()
    carry: bool = False
    officers_too: bool = False
    note: str = ""


@dataclass
class Effects:
    """What a decision would do, for the second look; `reasons`: why it cannot be done."""

    reasons: list[str] = field(default_factory=list)
    ended: list[Unit] = field(default_factory=list)
    below: list[Unit] = field(default_factory=list)
    # Of those, when they are carried: (one, the unit of the same name and kind that takes it in).
    taken_in: list[tuple[Unit, Unit]] = field(default_factory=list)
    # People who would report for the units that take theirs in.
    officers: int = 0
    # Contests that have opened, or will have by that day, with entries of these units: (contest, entries).
    keeping: list[tuple[Contest, int]] = field(default_factory=list)
    # Contests that open from that day on and have these units in a block: to be seen to by hand.
    to_mend: list[Contest] = field(default_factory=list)


def effects_of(decision: Decision) -> Effects:
    """Look, and write nothing."""
    found = Effects(reasons=_faults(decision), ended=list(decision.old))
    ids = [unit.pk for unit in decision.old]
    found.below = _below(ids, decision.effective_on)
    gone = ids + [unit.pk for unit in found.below]
    if decision.carry and len(found.below) > CARRIED_LIMIT:
        found.reasons.append(_("Có quá nhiều đơn vị trực thuộc để chuyển cùng lúc."))
    late = _(
        "“%(unit)s” (đơn vị trực thuộc) bắt đầu hoạt động sau ngày có hiệu lực; sửa ngày của đơn vị đó trước."
    )
    begun_late = [one for one in found.below if one.valid_from and one.valid_from >= decision.effective_on]
    found.reasons += [late % {"unit": one.name} for one in begun_late[:SHOWN]]
    found.officers = len(_officers(gone if decision.carry else ids))
    if decision.carry:
        joined = _joined(found.below, decision)
        found.taken_in = [(one, taker) for one in found.below if (taker := joined.get(one.pk))]
    counted = Entry.objects.filter(unit__in=gone).values("contest").annotate(people=Count("pk"))
    people = dict(counted.order_by().values_list("contest", "people"))
    contests = Contest.objects.filter(pk__in=people, is_rehearsal=False).order_by("opens_at")
    found.keeping = [(one, people[one.pk]) for one in contests]
    planned = BlockUnit.objects.filter(unit__in=gone, contest__is_rehearsal=False).values("contest")
    rows = Contest.objects.filter(Q(pk__in=planned) | Q(area__in=gone), is_rehearsal=False)
    later = rows.order_by("opens_at")
    found.to_mend = [one for one in later if directory_day(one) >= decision.effective_on]
    return found


def record_change(decision: Decision, *, by: User) -> UnitChange:
    """End the old units, found the new ones, and say who follows whom; all of it or nothing.

    Raises Refused with the reasons (`effects_of`), Invalid for a name that is none.
    """
    with transaction.atomic():
        lock(LOCK)
        # Another decision may have ended these units while this one waited: a double click, for one.
        decision = _reread(decision)
        seen = effects_of(decision)
        if seen.reasons:
            raise Refused(_("Chưa ghi được việc sáp nhập, chia tách."), seen.reasons)
        change = UnitChange.objects.create(
            kind=decision.kind,
            decision_number=decision.number.strip(),
            decision_date=decision.signed_on,
            effective_on=decision.effective_on,
            note=decision.note.strip(),
            by=by,
        )
        after: list[Unit] = [
            *decision.successors,
            *(_found(one, decision.effective_on) for one in decision.founded),
        ]
        becoming: Sequence[Unit | None] = after or [None]
        pairs = [(old, new) for old in decision.old for new in becoming]
        carried = _carry(seen.below, decision, after[0]) if decision.carry else []
        pairs += carried if decision.carry else [(one, None) for one in seen.below]
        UnitSuccession.objects.bulk_create(
            [UnitSuccession(change=change, unit=old, successor=new) for old, new in pairs], batch_size=1000
        )
        gone = [unit.pk for unit in (*decision.old, *seen.below)]
        Unit.objects.filter(pk__in=gone).update(valid_to=decision.effective_on)
        if decision.officers_too:
            _appoint(pairs)
        record(
            "changed units by decision", change, by=by, kind=decision.kind, number=change.decision_number,
            effective=decision.effective_on.isoformat(), old=[one.code for one in decision.old],
            new=[one.code for one in after], below=len(seen.below), carried=len(carried),
        )  # fmt: skip
    return change


def _reread(decision: Decision) -> Decision:
    """The decision about its units as the database now has them. Raises Refused when one is gone."""
    named = [*decision.old, *decision.successors, *(one.parent for one in decision.founded if one.parent)]
    now = Unit.objects.in_bulk([unit.pk for unit in named])
    if gone := [unit for unit in named if unit.pk not in now]:
        sentence = _("“%(unit)s” vừa bị xóa khỏi danh mục.")
        reasons = [sentence % {"unit": unit.name} for unit in gone]
        raise Refused(_("Chưa ghi được việc sáp nhập, chia tách."), reasons)
    founded = [replace(one, parent=now[one.parent.pk] if one.parent else None) for one in decision.founded]
    return replace(
        decision,
        old=[now[unit.pk] for unit in decision.old],
        successors=[now[unit.pk] for unit in decision.successors],
        founded=founded,
    )


def _faults(decision: Decision) -> list[str]:
    """Why the decision cannot be recorded as it is, as sentences."""
    old, new = list(decision.old), [*decision.successors, *decision.founded]
    found = []
    if not decision.number.strip():
        found.append(_("Ghi số quyết định."))
    if decision.signed_on > decision.effective_on:
        found.append(_("Ngày có hiệu lực không thể trước ngày quyết định."))
    if not old:
        found.append(_("Chọn ít nhất một đơn vị cũ."))
    found += _number_faults(decision.kind, len(old), len(new))
    if decision.carry and len(new) != 1:
        found.append(_("Chỉ chuyển được đơn vị trực thuộc khi có đúng một đơn vị tiếp nhận."))
    after = {unit.pk for unit in decision.successors}
    inside = {pk for unit in old for pk in _line_below(unit)}
    for unit in old:
        name = {"unit": unit.name}
        if unit.valid_to:
            found.append(_("“%(unit)s” đã chấm dứt hoạt động trước đó.") % name)
        if unit.valid_from and unit.valid_from >= decision.effective_on:
            found.append(_("“%(unit)s” bắt đầu hoạt động sau ngày có hiệu lực.") % name)
    for unit in decision.successors:
        name = {"unit": unit.name}
        if unit.pk in inside:
            found.append(_("“%(unit)s” vừa là đơn vị cũ (hoặc trực thuộc), vừa là đơn vị tiếp nhận.") % name)
        if unit.valid_to and unit.valid_to <= decision.effective_on:
            found.append(_("“%(unit)s” không còn hoạt động nên không tiếp nhận được.") % name)
        if unit.valid_from and unit.valid_from > decision.effective_on:
            found.append(_("“%(unit)s” bắt đầu hoạt động sau ngày có hiệu lực.") % name)
    if len(after) < len(decision.successors) or len({unit.pk for unit in old}) < len(old):
        found.append(_("Có đơn vị được chọn hai lần."))
    return found + _founding_faults(decision, inside)


def _number_faults(kind: str, old: int, new: int) -> list[str]:
    if kind == UnitChangeKind.MERGE and new != 1:
        return [_("Sáp nhập cần đúng một đơn vị tiếp nhận.")]
    if kind == UnitChangeKind.SPLIT and (old != 1 or new < 2):
        return [_("Chia tách cần đúng một đơn vị cũ và từ hai đơn vị tiếp nhận.")]
    if kind == UnitChangeKind.RENAME and (old != 1 or new != 1):
        return [_("Đổi tên, tổ chức lại cần đúng một đơn vị cũ và một đơn vị tiếp nhận.")]
    if kind == UnitChangeKind.DISSOLVE and new:
        return [_("Giải thể thì không có đơn vị tiếp nhận.")]
    return []


def _founding_faults(decision: Decision, inside: set[int]) -> list[str]:
    found, codes = [], [one.code.strip() for one in decision.founded if one.code.strip()]
    taken = set(Unit.objects.filter(code__in=codes).values_list("code", flat=True))
    for code in dict.fromkeys(codes):
        if code in taken:
            found.append(_("Mã “%(code)s” đã có đơn vị dùng; mã không dùng lại.") % {"code": code})
        elif codes.count(code) > 1:
            found.append(_("Mã “%(code)s” được ghi hai lần.") % {"code": code})
    for one in decision.founded:
        try:
            unit_name(one.name)
        except Invalid as error:
            found.append(str(error))
        if one.parent and (one.parent.pk in inside or one.parent.valid_to):
            found.append(
                _("“%(parent)s” không còn hoạt động nên không là cấp trên của “%(unit)s” được.")
                % {"parent": one.parent.name, "unit": one.name}
            )
    return found


def _line_below(unit: Unit) -> Iterable[int]:
    found: Iterable[int] = Unit.objects.descendants(unit, include_self=True).values_list("pk", flat=True)
    return found


def _below(ids: Sequence[int], day: date) -> list[Unit]:
    """What stands below these units and is still there on that day; parents before children."""
    below: dict[int, Unit] = {}
    above = list(ids)
    while above:
        rows = Unit.objects.filter(parent__in=above).exclude(pk__in=[*below, *ids]).order_by("code")
        found = list(rows)
        below |= {unit.pk: unit for unit in found}
        above = [unit.pk for unit in found]
    return [unit for unit in below.values() if unit.valid_to is None or unit.valid_to > day]


def _found(one: NewUnit, day: date) -> Unit:
    unit = Unit(name=unit_name(one.name), kind=one.kind.strip(), parent=one.parent, valid_from=day)
    unit.code = one.code.strip() or _free_code(one.parent)
    unit.save()
    return unit


def _free_code(parent: Unit | None) -> str:
    start = parent.code[:14] if parent else "DV"
    number = Unit.objects.filter(parent=parent).count() + 1
    while Unit.objects.filter(code=f"{start}-{number}").exists():
        number += 1
    return f"{start}-{number}"


def _joined(below: Sequence[Unit], decision: Decision) -> dict[int, Unit | None]:
    """By id of each unit that is carried: the unit that takes it in, None where it is founded anew.

    Takes in: one of the same name and kind at the same place, which the successor has already or which an
    earlier one of `below` will be. A school and a ward's team of the same name are two. One query.
    """
    successor = decision.successors[0] if decision.successors else None
    gone = {unit.pk for unit in (*decision.old, *below)}
    there: dict[tuple[int, str, str], Unit] = {}
    for unit in _below([successor.pk], decision.effective_on) if successor else []:
        if unit.pk not in gone and unit.parent_id:
            there[unit.parent_id, fold(unit.name), fold(unit.kind)] = unit
    # Where what stood below a unit will stand: a unit that is there, or 0 or less for one to be founded.
    places = {unit.pk: successor.pk if successor else 0 for unit in decision.old}
    found: dict[int, Unit | None] = {}
    for unit in below:
        parent = places.get(unit.parent_id or 0)
        if parent is None:  # it stood below one that had ended before
            continue
        taker = there.setdefault((parent, fold(unit.name), fold(unit.kind)), unit)
        found[unit.pk] = None if taker is unit else taker
        places[unit.pk] = -taker.pk if taker.pk in gone else taker.pk
    return found


def _carry(below: Sequence[Unit], decision: Decision, successor: Unit) -> list[tuple[Unit, Unit | None]]:
    """Found the units below anew, in the same shape, but for those that another takes in."""
    new: dict[int, Unit] = {unit.pk: successor for unit in decision.old}
    joined = _joined(below, decision)
    for unit in below:
        if unit.pk not in joined:
            continue
        taker = joined[unit.pk]
        if taker is None:
            assert unit.parent_id is not None
            again = NewUnit(unit.name, new[unit.parent_id], kind=unit.kind)
            new[unit.pk] = _found(again, decision.effective_on)
        else:
            new[unit.pk] = new.get(taker.pk, taker)
    return [(unit, new.get(unit.pk)) for unit in below]


def _officers(units: Sequence[int]) -> set[int]:
    return set(UnitOfficer.objects.filter(unit__in=units).values_list("user", flat=True))


def _appoint(pairs: Sequence[tuple[Unit, Unit | None]]) -> None:
    """Who reported for an old unit reports for what took its place too, and goes on seeing the old one."""
    officers: dict[int, list[int]] = {}
    rows = UnitOfficer.objects.filter(unit__in=[old.pk for old, _new in pairs])
    for unit, user in rows.order_by("pk").values_list("unit", "user"):
        officers.setdefault(unit, []).append(user)
    UnitOfficer.objects.bulk_create(
        [
            UnitOfficer(user_id=user, unit=new)
            for old, new in pairs
            if new
            for user in officers.get(old.pk, ())
        ],
        ignore_conflicts=True,
    )


def successors_of(units: Iterable[int]) -> dict[int, list[UnitSuccession]]:
    """By unit id: what came of those that ended; a unit that goes on is not in it. One query."""
    rows = UnitSuccession.objects.filter(unit__in=list(units)).select_related("change", "successor")
    found: dict[int, list[UnitSuccession]] = {}
    for one in rows.order_by("change__effective_on", "pk"):
        found.setdefault(one.unit_id, []).append(one)
    return found


def successor_words(successions: Sequence[UnitSuccession]) -> str:
    """ "nay thuộc Phường A", for people; "" for none."""
    names = [one.successor.name for one in successions if one.successor]
    if names:
        return _("nay thuộc %(units)s") % {"units": ", ".join(names)}
    return _("đã giải thể") if successions else ""
