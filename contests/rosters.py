"""Who of the units' rosters has taken part, and who has not: one statement for a subtree of any size.

Whose an entry is follows from what the roster says, by fixed rules; what they leave open is said to be open:

1. The same national ID: the entry is the person's.
2. The same phone (of the entry or of its account) and the same name, accents aside: the person's.
3. The same name as written (but for capitals) and the same birth date, entered below the roster's own unit:
   the person's.
4. Nearly so: the phone with another name; name and birth date elsewhere, or with other accents; two entries
   or two people that fit alike. Not decided here but listed (`RosterStatus.UNCLEAR`) until somebody says
   (`contests.domain.rosters.settle_match`).

Different national IDs are different people, whatever else is the same. What somebody said comes before all.
Organisers' trials and entries whose consent was taken back are no entries here, as in every count, whatever
was said of them. Who may not compete, or was disqualified, has taken part: `RosterCounts.uncounted`.

Somebody whom the unit's own list and one of a unit above name is one person (`repeated`): by the same
national ID, else in the same unit by name and birth date or phone. The nearest unit's own line stands.

An officer writes names into a list and must not learn by it where else these people entered (decision
0022): of entries that are neither below the list's unit nor the officer's own only rule 1 and what was said
are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contest_site.accounts.models import User
from contest_site.lib.name_order import rows_by_name
from contest_site.lib.text import fold, name_sort_key
from contests.enums import RosterStatus
from contests.models import Contest, Entry, Roster, RosterPerson, Round, Unit
from contests.roster_sql import COUNTS, IN_ORDER, LINES, PEOPLE, TAKEN_PART

SEE_ROSTER = "contests.view_roster"
# How a person's entry was found.
SAID, BY_ID, BY_PHONE, BY_NAME = 0, 1, 2, 3
# Why a person's entry is not certain.
OTHER_NAME, ELSEWHERE, OTHER_ACCENTS = 4, 5, 6


@dataclass(frozen=True)
class RosterLine:
    """A person of a roster. `entry_id`: the entry that is certainly theirs; `candidates`: how many may be.

    `elsewhere`: that entry is for a unit outside the roster's own. `how` is one of the numbers above, None
    without any entry that fits.
    """

    person_id: int
    full_name: str
    reference: str
    unit_id: int
    unit_name: str
    status: RosterStatus
    how: int | None
    entry_id: int | None
    candidates: int
    elsewhere: bool

    @property
    def explanation(self) -> str:
        """Why the status is what it is, in a sentence for people."""
        if self.status is RosterStatus.UNCLEAR:
            return _doubt(self.how, self.candidates)
        words = {
            SAID: _("Ban Tổ chức hoặc cán bộ đầu mối đã xác nhận."),
            BY_ID: _("Trùng số định danh cá nhân."),
            BY_PHONE: _("Trùng số điện thoại và họ tên."),
            BY_NAME: _("Trùng họ tên và ngày sinh."),
        }
        sentence = words.get(-1 if self.how is None else self.how, "")
        if self.elsewhere:
            sentence += " " + _("Đăng ký dự thi ở đơn vị khác.")
        return sentence.strip()


def _doubt(how: int | None, candidates: int) -> str:
    if candidates > 1 or how in (BY_ID, BY_PHONE, BY_NAME):
        return _("Có nhiều người cùng khớp; cần xác nhận.")
    if how == OTHER_NAME:
        return _("Trùng số điện thoại nhưng khác họ tên; cần xác nhận.")
    if how == ELSEWHERE:
        return _("Trùng họ tên và ngày sinh nhưng đăng ký ở đơn vị khác; cần xác nhận.")
    return _("Trùng ngày sinh, họ tên chỉ khác dấu; cần xác nhận.")


@dataclass(frozen=True)
class RosterCounts:
    """People of the rosters, by what is known of them; `people` is their sum.

    `uncounted`: how many of `taken` no count of participants has.
    """

    taken: int = 0
    entered: int = 0
    absent: int = 0
    unclear: int = 0
    uncounted: int = 0

    @property
    def uncounted_words(self) -> str:
        """Why more of the list took part than participants are counted, in a sentence; "" for none."""
        words = ngettext(
            "Trong số đã dự thi có %(count)d người không được tính vào số liệu tham gia (người không được dự"
            " thi hoặc đã bị loại kết quả).",
            "Trong số đã dự thi có %(count)d người không được tính vào số liệu tham gia (người không được dự"
            " thi hoặc đã bị loại kết quả).",
            self.uncounted,
        )
        return words % {"count": self.uncounted} if self.uncounted else ""

    @property
    def people(self) -> int:
        return self.taken + self.entered + self.absent + self.unclear

    @property
    def missing(self) -> int:
        """All who are not known to have taken part."""
        return self.people - self.taken


# Accents and capitals off, as contest_site.lib.text.fold does for Vietnamese names. A letter that was written
# in two code points is one by the time that it is stored (contests.person.person_name).
ACCENTED = "".join(chr(code) for code in (*range(0xC0, 0x250), *range(0x1EA0, 0x1EFA)) if chr(code).isalpha())


@cache
def _letters() -> tuple[str, str]:
    """Every accented letter whose folding is one letter, and those letters."""
    pairs = [(one, fold(one)) for one in ACCENTED]
    kept = [(one, plain) for one, plain in pairs if len(plain) == 1 and plain != one]
    return "".join(one for one, _plain in kept), "".join(plain for _one, plain in kept)


def folded_name(name: str) -> str:
    """What the statement below makes of an entry's name."""
    accented, plain = _letters()
    return name.translate(str.maketrans(accented, plain)).lower()


def roster(
    contest: Contest,
    unit: Unit,
    *,
    round: Round | None = None,
    asking: User | None = None,
    only: Roster | None = None,
) -> list[RosterLine]:
    """Everybody on a roster of the unit or of a unit below it, by unit and then in Vietnamese order of names.

    "Taken part" means a submitted attempt in the round (None: in any round). `asking`: the account that is
    shown it (None: the organisers; decision 0022). `only`: every line of that roster, those included that a
    nearer one repeats. One query.
    """
    values = _values(contest, unit, round, asking, statuses=RosterStatus.values, roster=only and only.pk)
    with connection.cursor() as cursor:
        cursor.execute(_sql(PEOPLE + IN_ORDER), values)
        lines = [_line(row) for row in cursor.fetchall()]
    # The database has no Vietnamese collation; units keep the order in which they came.
    places = {unit_id: place for place, unit_id in enumerate(dict.fromkeys(line.unit_id for line in lines))}
    return sorted(lines, key=lambda line: (places[line.unit_id], name_sort_key(line.full_name)))


def missing(
    contest: Contest,
    unit: Unit,
    *,
    round: Round | None = None,
    asking: User | None = None,
    most: int | None = None,
) -> tuple[int, Iterator[RosterLine]]:
    """How many of `roster` are not known to have taken part (absent, entered only, or unclear), and who.

    `most`: only the first so many of the lines. Inside a transaction, as long as which the lines can be read;
    a whole province's are never in memory.
    """
    statuses = [one.value for one in RosterStatus if one is not RosterStatus.TAKEN]
    values = _values(contest, unit, round, asking, statuses=statuses)
    count, rows = rows_by_name(_sql(PEOPLE), values, within="unit_code", most=most)
    return count, map(_line, rows)


def counts(
    contest: Contest,
    unit: Unit,
    *,
    round: Round | None = None,
    asking: User | None = None,
    uncounted: Sequence[int] = (),
) -> RosterCounts:
    """How many of the subtree's rosters are in which state; all zero where there is no roster. One query.

    `uncounted`: the entries that no count of participants has (`attempts.uncounted.uncounted_people`).
    """
    return _sum(counts_by_unit(contest, unit, round=round, asking=asking, uncounted=uncounted).values())


def counts_by_unit(
    contest: Contest,
    unit: Unit,
    *,
    round: Round | None = None,
    asking: User | None = None,
    uncounted: Sequence[int] = (),
) -> dict[int, RosterCounts]:
    """As `counts`, by the id of the unit that people belong to themselves (not summed upwards). One query."""
    found: dict[int, dict[str, int]] = {}
    values = _values(contest, unit, round, asking, uncounted=list(uncounted))
    with connection.cursor() as cursor:
        cursor.execute(_sql(COUNTS), values)
        for unit_id, status, people, without in cursor.fetchall():
            numbers = found.setdefault(unit_id, {"uncounted": 0})
            numbers[status] = people
            numbers["uncounted"] += without
    return {unit_id: RosterCounts(**numbers) for unit_id, numbers in found.items()}


def _sum(several: Iterable[RosterCounts]) -> RosterCounts:
    every = list(several)
    return RosterCounts(
        **{one.name: sum(getattr(each, one.name) for each in every) for one in fields(RosterCounts)}
    )


def _line(row: Sequence[Any]) -> RosterLine:
    *values, _code = row
    values[5] = RosterStatus(values[5])
    return RosterLine(*values)


@cache
def _sql(select: str) -> str:
    attempts = Entry._meta.get_field("attempts").related_model
    assert not isinstance(attempts, str)
    taken = TAKEN_PART.format(attempts=attempts._meta.db_table)
    return LINES.replace("{taken_part}", taken) + select


def _values(
    contest: Contest, unit: Unit, round: Round | None, asking: User | None, **more: Any
) -> dict[str, Any]:
    accented, plain = _letters()
    officer = asking is not None and not asking.has_perm(SEE_ROSTER)
    return {
        "contest": contest.pk,
        "unit": unit.pk,
        "round": None if round is None else round.pk,
        "accented": accented,
        "plain": plain,
        "officer": asking.pk if asking and officer else None,
        "roster": None,
        **more,
    }


def people_of_accounts(accounts: Sequence[int]) -> set[int]:
    """Ids of the people on rosters who certainly are the holders of these accounts. Four queries.

    What anybody may write into an entry proves nothing here: who knows a name and a birth date must neither
    read nor erase another's line. Certain is what an organiser or officer said, the same national ID as an
    entry's (one entry of a contest has it), and the account's verified phone together with the name. A line
    of which something else was said is not theirs.
    """
    entries = list(Entry.objects.filter(user__in=accounts, erased_at=None))
    people = RosterPerson.objects.select_related("match", "roster")
    found = {one.pk for one in people.filter(match__entry__user__in=accounts)}
    ids = {(one.contest_id, one.national_id_hash) for one in entries if one.national_id_hash}
    with_id = {contest for contest, _hashed in ids}
    unsaid = people.filter(match=None)
    for one in unsaid.filter(national_id_hash__in={hashed for _contest, hashed in ids}):
        if (one.roster.contest_id, one.national_id_hash) in ids:
            found.add(one.pk)
    verified = User.objects.filter(pk__in=accounts, phone__isnull=False, phone_verified=True)
    phones = dict(verified.values_list("phone", "full_name"))
    names = {folded_name(name) for name in (*phones.values(), *(one.full_name for one in entries))}
    for one in unsaid.filter(phone__in=phones, folded__in=names):
        # Different national IDs are different people; the same one was found above.
        if one.national_id_hash is None or one.roster.contest_id not in with_id:
            found.add(one.pk)
    return found


def people_like_accounts(accounts: Sequence[int]) -> set[int]:
    """Ids of the people on rosters who may be the holders of these accounts without being certainly so.

    By an entry's typed phone with the name, or name and birth date: for organisers, who can ask. One query
    for each entry.
    """
    certain = people_of_accounts(accounts)
    found: set[int] = set()
    for entry in Entry.objects.filter(user__in=accounts, erased_at=None):
        near = Q(phone=entry.phone) if entry.phone else Q(pk=None)
        if entry.birth_date:
            near |= Q(birth_date=entry.birth_date)
        people = RosterPerson.objects.filter(
            near, roster__contest=entry.contest_id, folded=folded_name(entry.full_name), match=None
        )
        if entry.national_id_hash:
            people = people.filter(national_id_hash=None)
        found |= set(people.values_list("pk", flat=True))
    return found - certain
