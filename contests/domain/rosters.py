"""Rosters: who may bring one, reading a file for its preview, writing it, and saying whose an entry is."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Invalid, NotAllowed, NotNow
from contest_site.lib.work import ask
from contests.enums import RosterMode
from contests.importers.rosters import RosterRow, read_roster
from contests.importers.table import Report
from contests.models import (
    Contest,
    Entry,
    Roster,
    RosterImport,
    RosterMatch,
    RosterPerson,
    Unit,
    UnitOfficer,
)
from contests.queries import contest_units, subtree_ids
from contests.rosters import SEE_ROSTER, folded_name
from questions.importers.container import FILE_LIMIT, UnreadableError

if TYPE_CHECKING:
    from contest_site.accounts.models import User

CHANGE = "contests.change_roster"
TASK = "contests.tasks.preview_roster"
DRAFT_LIFE = timedelta(days=1)
FIRST_ROWS, SHOWN_NOTES = 50, 200
Keys = Callable[[RosterPerson], list[tuple[object, ...]]]
COLUMNS = ("full_name", "folded", "unit_id", "reference", "birth_date", "phone", "national_id_hash")


@dataclass
class RosterChanges:
    """What writing a file does to the list that is there."""

    added: list[RosterPerson] = field(default_factory=list)
    changed: list[RosterPerson] = field(default_factory=list)
    removed: list[RosterPerson] = field(default_factory=list)
    kept: int = 0


def may_upload_roster(user: User, contest: Contest, unit: Unit) -> bool:
    """Organisers for every unit of the contest's area; an officer for the own unit and those below it."""
    if not contest_units(contest).filter(pk=unit.pk).exists():
        return False
    return user.has_perm(CHANGE) or is_officer_over(user, unit)


def is_officer_over(user: User, unit: Unit) -> bool:
    """Whether the account reports for the unit, or for one above it. One query."""
    above = Unit.objects.ancestors(unit, include_self=True).values("pk")
    return UnitOfficer.objects.filter(user=user, unit__in=above).exists()


def keep_roster_file(
    contest: Contest, unit: Unit, name: str, data: bytes, *, by: User, mode: str = RosterMode.REPLACE
) -> RosterImport:
    """Keep a list of the unit's people and have it read, in place of the person's last one.

    The row is the preview once its work is done (`contest_site.lib.work.settled`). Raises NotAllowed for
    somebody who may not, Invalid for another kind of file or one over 5 MB.
    """
    if not may_upload_roster(by, contest, unit):
        raise NotAllowed(_("Chỉ Ban Tổ chức và cán bộ đầu mối của đơn vị được nhập danh sách của đơn vị."))
    if PurePath(name).suffix.lower() not in (".xlsx", ".csv"):
        raise Invalid(_("Chọn tệp .xlsx hoặc .csv."))
    if len(data) > FILE_LIMIT:
        raise Invalid(_("Tệp lớn hơn 5 MB. Hãy chia thành nhiều tệp."))
    if mode not in RosterMode.values:
        raise Invalid(_("Chọn cách nhập danh sách."))
    with transaction.atomic():
        forget_old_rosters()
        RosterImport.objects.filter(contest=contest, unit=unit, by=by).delete()
        draft = RosterImport.objects.create(
            contest=contest,
            unit=unit,
            by=by,
            name=name[-200:],
            mode=mode,
            content=data,
            language=get_language() or "vi",
        )
        ask(draft, TASK)
    return draft


def forget_old_rosters() -> None:
    """Lists that nobody confirmed name people: they go after a day."""
    RosterImport.objects.filter(at__lt=Now() - DRAFT_LIFE).delete()


def previewed(draft: RosterImport) -> dict[str, Any]:
    """The columns of a draft that was read: its preview, in the person's language, and no file any more."""
    with override(draft.language):
        is_csv = PurePath(draft.name).suffix.lower() == ".csv"
        today = timezone.localdate(database_now())
        file = io.BytesIO(bytes(draft.content))
        try:
            report = read_roster(file, draft.contest, draft.unit, is_csv=is_csv, today=today)
        except UnreadableError as error:
            found = {"problems": 1, "sentences": [str(error)], "notes": [], "rows": []}
            return {"content": b"", "found": found}
        return {"content": b"", "found": _preview(draft, report)}


def _preview(draft: RosterImport, report: Report[RosterRow]) -> dict[str, Any]:
    """What the page shows and the import writes, as JSON."""
    found: dict[str, Any] = {
        "problems": len(report.problems),
        "sentences": report.sentences,
        "notes": [str(note) for note in report.notes[:SHOWN_NOTES]],
        "rows": [],
    }
    if report.problems:
        return found
    changes = changes_of(draft.contest, draft.unit, report.rows, mode=draft.mode)
    units = Unit.objects.in_bulk({one.unit_id for one in report.rows})
    return {
        **found,
        "rows": [_stored(one) for one in report.rows],
        "people": len(report.rows),
        "added": len(changes.added),
        "changed": len(changes.changed),
        "kept": changes.kept,
        "removed": [one.full_name for one in changes.removed][:FIRST_ROWS],
        "removed_count": len(changes.removed),
        "elsewhere": _on_other_lists(draft, report.rows),
        "first": [
            {
                "row": one.row,
                "name": one.full_name,
                "reference": one.reference,
                "unit": units[one.unit_id].name,
            }
            for one in report.rows[:FIRST_ROWS]
        ],
    }


def _stored(one: RosterRow) -> dict[str, Any]:
    return {**asdict(one), "birth_date": one.birth_date.isoformat() if one.birth_date else None}


def _row(stored: dict[str, Any]) -> RosterRow:
    born = stored["birth_date"]
    return RosterRow(**{**stored, "birth_date": date.fromisoformat(born) if born else None})


def _on_other_lists(draft: RosterImport, rows: Sequence[RosterRow]) -> int:
    """How many of these people another unit's list of the contest has, by national ID."""
    hashes = [one.national_id_hash for one in rows if one.national_id_hash]
    others = RosterPerson.objects.filter(roster__contest=draft.contest, national_id_hash__in=hashes)
    return others.exclude(roster__unit=draft.unit).values("national_id_hash").distinct().count()


def import_roster(draft: RosterImport, *, by: User) -> RosterChanges:
    """Write a previewed list, and forget the draft. The same list again changes nothing.

    Who stands in both the old and the new list keeps what was said of whose entry is theirs. Raises NotNow
    for a draft that is not read or has faults, NotAllowed as `keep_roster_file` does.
    """
    contest, unit = draft.contest, draft.unit
    if not may_upload_roster(by, contest, unit):
        raise NotAllowed(_("Chỉ Ban Tổ chức và cán bộ đầu mối của đơn vị được nhập danh sách của đơn vị."))
    with transaction.atomic():
        # Two at once: the second waits here and finds no draft any more.
        kept = RosterImport.objects.select_for_update().filter(pk=draft.pk, by=by).first()
        if kept is None or kept.waits or kept.failure or not kept.found or kept.found["problems"]:
            raise NotNow(_("Danh sách chưa đọc xong hoặc còn lỗi. Hãy tải tệp lên lại."))
        Contest.objects.select_for_update(no_key=True).get(pk=contest.pk)
        rows = [_row(one) for one in kept.found["rows"]]
        roster, _new = Roster.objects.get_or_create(contest=contest, unit=unit, defaults={"by": by})
        changes = changes_of(contest, unit, rows, mode=kept.mode)
        _write(roster, changes)
        Roster.objects.filter(pk=roster.pk).update(by=by, at=Now())
        kept.delete()
        record(
            "imported roster", roster, by=by, contest=contest.pk, unit=unit.code,
            added=len(changes.added), changed=len(changes.changed), removed=len(changes.removed),
        )  # fmt: skip
    return changes


def _write(roster: Roster, changes: RosterChanges) -> None:
    RosterPerson.objects.filter(pk__in=[one.pk for one in changes.removed]).delete()
    RosterPerson.objects.bulk_update(changes.changed, COLUMNS, batch_size=500)
    for one in changes.added:
        one.roster = roster
    RosterPerson.objects.bulk_create(changes.added, batch_size=1000)


def changes_of(contest: Contest, unit: Unit, rows: Iterable[RosterRow], *, mode: str) -> RosterChanges:
    """What writing these rows would do; writes nothing. One query.

    A person is the same by national ID, else by name (accents aside) and birth date or phone. What was said
    of whose entry is somebody's stays that person's alone (`_paired`).
    """
    people = RosterPerson.objects.filter(roster__contest=contest, roster__unit=unit)
    known = list(people.select_related("match__entry").order_by("pk"))
    new = [_person(row) for row in rows]
    pairs = _paired(known, new)
    found, met = RosterChanges(), set()
    for place, one in enumerate(new):
        old = pairs.get(place)
        if old is None:
            found.added.append(one)
            continue
        met.add(old.pk)
        if _values(old) == _values(one):
            found.kept += 1
            continue
        for name in COLUMNS:
            setattr(old, name, getattr(one, name))
        found.changed.append(old)
    rest = [one for one in known if one.pk not in met]
    if mode == RosterMode.REPLACE:
        found.removed = rest
    else:
        found.kept += len(rest)
    return found


def _paired(known: Sequence[RosterPerson], new: Sequence[RosterPerson]) -> dict[int, RosterPerson]:
    """By place in the new list: who of the old one it is. The surest first, for all rows, then the next.

    National ID; every column alike; name and birth date, or phone, that only one old and one new line have;
    and these among several, but then nobody of whom a match was said: it could become another's.
    """
    pairs: dict[int, RosterPerson] = {}
    free = {one.pk: one for one in known}
    for keys, alone in ((_id_key, False), (_all_columns, False), (_near_keys, True), (_near_keys, False)):
        olds = _by_key(free.values(), keys)
        rest = [(place, one) for place, one in enumerate(new) if place not in pairs]
        asking = Counter(key for _place, one in rest for key in keys(one))
        for place, one in rest:
            for key in keys(one):
                fits = [old for old in olds.get(key, ()) if old.pk in free and _may_be(old, one)]
                if alone and (len(fits) > 1 or asking[key] > 1):
                    continue
                if keys is _near_keys and not alone:
                    fits = [old for old in fits if _said(old) is None]
                if fits:
                    pairs[place] = free.pop(fits[0].pk)
                    break
    return pairs


def _by_key(people: Iterable[RosterPerson], keys: Keys) -> dict[tuple[object, ...], list[RosterPerson]]:
    found: dict[tuple[object, ...], list[RosterPerson]] = {}
    for one in people:
        for key in keys(one):
            found.setdefault(key, []).append(one)
    return found


def _values(one: RosterPerson) -> tuple[object, ...]:
    return tuple(getattr(one, name) for name in COLUMNS)


def _id_key(one: RosterPerson) -> list[tuple[object, ...]]:
    return [(one.national_id_hash,)] if one.national_id_hash else []


def _all_columns(one: RosterPerson) -> list[tuple[object, ...]]:
    return [_values(one)]


def _near_keys(one: RosterPerson) -> list[tuple[object, ...]]:
    keys: list[tuple[object, ...]] = []
    if one.birth_date:
        keys.append(("born", one.folded, one.birth_date))
    if one.phone:
        keys.append(("phone", one.folded, one.phone))
    return keys


def _said(one: RosterPerson) -> RosterMatch | None:
    return getattr(one, "match", None)


def _may_be(old: RosterPerson, new: RosterPerson) -> bool:
    """Whether no national ID speaks against it: not the old line's, and not the entry's said to be theirs."""
    said = _said(old)
    known = [old.national_id_hash, said.entry.national_id_hash if said and said.entry else None]
    if new.national_id_hash and old.national_id_hash == new.national_id_hash:
        return True
    return new.national_id_hash is None or all(one in (None, new.national_id_hash) for one in known)


def _person(row: RosterRow) -> RosterPerson:
    return RosterPerson(
        full_name=row.full_name,
        folded=folded_name(row.full_name),
        unit_id=row.unit_id,
        reference=row.reference,
        birth_date=row.birth_date,
        phone=row.phone,
        national_id_hash=row.national_id_hash,
    )


def remove_roster(roster: Roster, *, by: User) -> int:
    """Take a unit's whole list away; how many people it had."""
    if not may_upload_roster(by, roster.contest, roster.unit):
        raise NotAllowed(_("Chỉ Ban Tổ chức và cán bộ đầu mối của đơn vị được xóa danh sách của đơn vị."))
    with transaction.atomic():
        people = roster.people.count()
        record(
            "removed roster", roster, by=by, contest=roster.contest_id, unit=roster.unit.code, people=people
        )
        roster.delete()
    return people


def candidates(person: RosterPerson) -> QuerySet[Entry]:
    """The entries that a person might have made: same phone or account's phone, or name and birth date."""
    contest = person.roster.contest
    entries = Entry.objects.filter(contest=contest, unofficial=False, erased_at=None)
    found: set[int] = set()
    if person.national_id_hash:
        same = entries.filter(national_id_hash=person.national_id_hash)
        found |= set(same.values_list("pk", flat=True))
    if person.phone:
        for one in ({"phone": person.phone}, {"user__phone": person.phone}):
            found |= set(entries.filter(**one).values_list("pk", flat=True))
    if person.birth_date:
        born = entries.filter(birth_date=person.birth_date).values_list("pk", "full_name")
        found |= {pk for pk, name in born if folded_name(name) == person.folded}
    return entries.filter(pk__in=found).select_related("unit", "category").order_by("pk")


def told_of(person: RosterPerson, found: Iterable[Entry], asking: User) -> list[Entry]:
    """Those of a person's candidates that the account may know of (decision 0022). Two queries, or none."""
    if asking.has_perm(SEE_ROSTER):
        return list(found)
    listed = set(subtree_ids(person.roster.unit))
    own = {pk for office in asking.offices.select_related("unit") for pk in subtree_ids(office.unit)}
    return [
        one
        for one in found
        if one.unit_id in listed | own
        or (person.national_id_hash and one.national_id_hash == person.national_id_hash)
    ]


def settle_match(person: RosterPerson, entry: Entry | None, *, by: User) -> RosterMatch:
    """Say whose entry is this person's, out of `candidates`; None: none of them is. May be said anew.

    Raises NotAllowed for who may change neither the roster nor one of the person's unit, or an officer for an
    entry of a unit that is not theirs; Invalid for an entry that does not fit or is said to be another's.
    """
    contest = person.roster.contest
    # A list that the unit above brought names people of this officer's unit, too.
    if not any(may_upload_roster(by, contest, unit) for unit in (person.roster.unit, person.unit)):
        raise NotAllowed(_("Chỉ Ban Tổ chức và cán bộ đầu mối của đơn vị được đối chiếu danh sách."))
    if entry and not by.has_perm(CHANGE) and not is_officer_over(by, entry.unit):
        raise NotAllowed(_("Đăng ký này thuộc đơn vị khác; đề nghị Ban Tổ chức xác nhận."))
    with transaction.atomic():
        Roster.objects.select_for_update().get(pk=person.roster_id)
        if entry and not candidates(person).filter(pk=entry.pk).exists():
            raise Invalid(_("Đăng ký này không khớp với người trong danh sách."))
        others = RosterMatch.objects.filter(entry=entry, person__roster=person.roster_id)
        if entry and others.exclude(person=person).exists():
            raise Invalid(_("Đăng ký này đã được xác nhận là của người khác trong danh sách."))
        match, _new = RosterMatch.objects.update_or_create(
            person=person, defaults={"entry": entry, "by": by, "at": database_now()}
        )
        record(
            "matched roster person", person.roster, by=by, person=person.pk, entry=entry.pk if entry else None
        )
    return match
