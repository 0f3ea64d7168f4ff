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
Organisers' trials and entries whose consent was taken back are no entries here, as in every count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from contest_site.accounts.models import User
from contest_site.lib.name_order import rows_by_name
from contest_site.lib.text import fold, name_sort_key
from contests.enums import RosterStatus
from contests.models import Contest, Entry, RosterPerson, Round, Unit

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
    """People of the rosters, by what is known of them; `people` is their sum."""

    taken: int = 0
    entered: int = 0
    absent: int = 0
    unclear: int = 0

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


FOLDED = "lower(translate(entry.full_name, %(accented)s, %(plain)s))"
# `theirs`: every pair of a person and an entry that the rules know, with the best of its rules; `claim`: of
# each person the best of those. People of a whole roster are looked at, so that who else of it fits an entry
# is the same whichever part of the tree is asked for. `taken_part` asks a later app's table.
LINES = """
WITH RECURSIVE tree AS (
    SELECT id, name, code FROM contests_unit WHERE id = %(unit)s
    UNION ALL
    SELECT below.id, below.name, below.code FROM contests_unit below JOIN tree ON below.parent_id = tree.id
), list AS (
    SELECT roster.id, roster.unit_id FROM contests_roster roster
    WHERE roster.contest_id = %(contest)s AND EXISTS (
        SELECT FROM contests_rosterperson person JOIN tree ON tree.id = person.unit_id
        WHERE person.roster_id = roster.id
    )
), person AS MATERIALIZED (
    SELECT person.*, list.unit_id AS listed_at
    FROM contests_rosterperson person JOIN list ON list.id = person.roster_id
), scope AS (
    SELECT unit_id AS listed, unit_id AS id FROM list
    UNION
    SELECT scope.listed, below.id FROM contests_unit below JOIN scope ON below.parent_id = scope.id
), fits AS (
    SELECT person.id AS person_id, entry.id AS entry_id, 1 AS rule
    FROM person JOIN contests_entry entry
      ON entry.contest_id = %(contest)s AND entry.national_id_hash = person.national_id_hash
    UNION ALL
    SELECT person.id, entry.id, CASE WHEN {folded} = person.folded THEN 2 ELSE 4 END
    FROM person JOIN contests_entry entry
      ON entry.contest_id = %(contest)s AND entry.phone = person.phone
    UNION ALL
    SELECT person.id, entry.id, CASE WHEN {folded} = person.folded THEN 2 ELSE 4 END
    FROM person JOIN accounts_user account ON account.phone = person.phone
    JOIN contests_entry entry ON entry.contest_id = %(contest)s AND entry.user_id = account.id
    UNION ALL
    SELECT person.id, entry.id,
           CASE WHEN NOT EXISTS (
                    SELECT FROM scope WHERE scope.listed = person.listed_at AND scope.id = entry.unit_id
                ) THEN 5
                WHEN lower(entry.full_name) = lower(person.full_name) THEN 3 ELSE 6 END
    FROM person JOIN contests_entry entry
      ON entry.contest_id = %(contest)s AND entry.birth_date = person.birth_date AND {folded} = person.folded
), theirs AS (
    SELECT fits.person_id, fits.entry_id, person.roster_id, min(fits.rule) AS rule
    FROM fits JOIN person ON person.id = fits.person_id JOIN contests_entry entry ON entry.id = fits.entry_id
    WHERE NOT entry.unofficial AND (fits.rule = 1
       OR entry.national_id_hash IS NULL OR person.national_id_hash IS NULL
       OR entry.national_id_hash = person.national_id_hash)
      AND NOT EXISTS (SELECT FROM contests_consentwithdrawal taken WHERE taken.entry_id = entry.id)
      AND NOT EXISTS (
          SELECT FROM contests_rostermatch other JOIN person owner ON owner.id = other.person_id
          WHERE other.entry_id = entry.id AND owner.roster_id = person.roster_id AND owner.id <> person.id
      )
    GROUP BY fits.person_id, fits.entry_id, person.roster_id
), best AS (
    SELECT theirs.*, min(rule) OVER (PARTITION BY person_id) AS persons_rule,
           min(rule) OVER (PARTITION BY entry_id, roster_id) AS entrys_rule
    FROM theirs
), claim AS (
    -- What is certainly somebody else's of this roster is no near fit of another.
    SELECT best.*,
           count(*) FILTER (WHERE rule = entrys_rule) OVER (PARTITION BY entry_id, roster_id) AS rivals
    FROM best WHERE rule = persons_rule AND (rule <= 3 OR entrys_rule > 3)
), found AS (
    SELECT person_id, min(rule) AS rule, count(*) AS candidates,
           min(entry_id) FILTER (WHERE rule = entrys_rule AND rivals = 1 AND rule <= 3) AS entry_id
    FROM claim GROUP BY person_id
), line AS (
    SELECT person.id, person.full_name, person.reference, person.unit_id, tree.name AS unit_name,
           tree.code AS unit_code, person.listed_at,
           CASE WHEN said.id IS NULL THEN found.rule WHEN said.entry_id IS NOT NULL THEN 0 END AS how,
           CASE WHEN said.id IS NOT NULL THEN said.entry_id
                WHEN found.candidates = 1 THEN found.entry_id END AS entry_id,
           CASE WHEN said.id IS NULL THEN coalesce(found.candidates, 0) ELSE 0 END AS candidates
    FROM person JOIN tree ON tree.id = person.unit_id
    LEFT JOIN found ON found.person_id = person.id
    LEFT JOIN contests_rostermatch said ON said.person_id = person.id
), known AS (
    SELECT line.*,
           CASE WHEN line.entry_id IS NULL AND line.candidates > 0 THEN 'unclear'
                WHEN line.entry_id IS NULL THEN 'absent'
                WHEN {taken_part} THEN 'taken' ELSE 'entered' END AS status
    FROM line
)
"""
TAKEN_PART = """
EXISTS (
    SELECT FROM {attempts} attempt
    WHERE attempt.entry_id = line.entry_id AND attempt.submitted_at IS NOT NULL
      AND (%(round)s::bigint IS NULL OR attempt.round_id = %(round)s)
)
"""
PEOPLE = """
SELECT known.id, full_name, reference, known.unit_id, unit_name, status, how, known.entry_id, candidates,
       known.entry_id IS NOT NULL AND NOT EXISTS (
           SELECT FROM contests_entry entry JOIN scope ON scope.id = entry.unit_id
           WHERE entry.id = known.entry_id AND scope.listed = known.listed_at
       ) AS elsewhere, unit_code
FROM known WHERE status = ANY(%(statuses)s)
"""
IN_ORDER = "ORDER BY unit_code, known.id"
COUNTS = "SELECT unit_id, status, count(*) FROM known GROUP BY unit_id, status"


def roster(contest: Contest, unit: Unit, *, round: Round | None = None) -> list[RosterLine]:
    """Everybody on a roster of the unit or of a unit below it, by unit and then in Vietnamese order of names.

    "Taken part" means a submitted attempt in the round (None: in any round). One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(_sql(PEOPLE + IN_ORDER), _people_values(contest, unit, round, list(RosterStatus)))
        lines = [_line(row) for row in cursor.fetchall()]
    # The database has no Vietnamese collation; units keep the order in which they came.
    places = {unit_id: place for place, unit_id in enumerate(dict.fromkeys(line.unit_id for line in lines))}
    return sorted(lines, key=lambda line: (places[line.unit_id], name_sort_key(line.full_name)))


def missing(
    contest: Contest, unit: Unit, *, round: Round | None = None, most: int | None = None
) -> tuple[int, Iterator[RosterLine]]:
    """How many of `roster` are not known to have taken part (absent, entered only, or unclear), and who.

    `most`: only the first so many of the lines. Inside a transaction, as long as which the lines can be read;
    a whole province's are never in memory.
    """
    statuses = [one for one in RosterStatus if one is not RosterStatus.TAKEN]
    count, rows = rows_by_name(
        _sql(PEOPLE), _people_values(contest, unit, round, statuses), within="unit_code", most=most
    )
    return count, map(_line, rows)


def counts(contest: Contest, unit: Unit, *, round: Round | None = None) -> RosterCounts:
    """How many of the subtree's rosters are in which state; all zero where there is no roster. One query."""
    return _sum(counts_by_unit(contest, unit, round=round).values())


def counts_by_unit(contest: Contest, unit: Unit, *, round: Round | None = None) -> dict[int, RosterCounts]:
    """As `counts`, by the id of the unit that people belong to themselves (not summed upwards). One query."""
    found: dict[int, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_sql(COUNTS), _values(contest, unit, round))
        for unit_id, status, people in cursor.fetchall():
            found.setdefault(unit_id, {})[status] = people
    return {unit_id: RosterCounts(**numbers) for unit_id, numbers in found.items()}


def _sum(several: Any) -> RosterCounts:
    one = list(several)
    return RosterCounts(
        *(sum(getattr(each, name) for each in one) for name in ("taken", "entered", "absent", "unclear"))
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
    return LINES.format(folded=FOLDED, taken_part=taken) + select


def _values(contest: Contest, unit: Unit, round: Round | None) -> dict[str, Any]:
    accented, plain = _letters()
    return {
        "contest": contest.pk,
        "unit": unit.pk,
        "round": None if round is None else round.pk,
        "accented": accented,
        "plain": plain,
    }


def _people_values(
    contest: Contest, unit: Unit, round: Round | None, statuses: list[RosterStatus]
) -> dict[str, Any]:
    return {**_values(contest, unit, round), "statuses": [one.value for one in statuses]}


def people_of_accounts(accounts: Sequence[int]) -> set[int]:
    """Ids of the people on rosters who are the holders of these accounts, as far as the rules above know it.

    Certain ones only: by what somebody said, by national ID, by phone and name, or by name and birth date in
    the roster's own unit. Of a contest that the person has not entered: by the account's phone and name.
    """
    found: set[int] = set()
    for entry in Entry.objects.filter(user__in=accounts, erased_at=None).select_related("contest", "user"):
        people = RosterPerson.objects.filter(roster__contest=entry.contest_id)
        phones = [phone for phone in (entry.phone, entry.user.phone) if phone]
        near = Q(match__entry=entry) | Q(phone__in=phones)
        if entry.national_id_hash:
            near |= Q(national_id_hash=entry.national_id_hash)
        if entry.birth_date:
            near |= Q(birth_date=entry.birth_date, folded=folded_name(entry.full_name))
        for unit in Unit.objects.filter(pk__in=people.filter(near).values("unit")):
            found |= {one.person_id for one in roster(entry.contest, unit) if one.entry_id == entry.pk}
    for phone, name in User.objects.filter(pk__in=accounts, phone__isnull=False).values_list(
        "phone", "full_name"
    ):
        same = RosterPerson.objects.filter(phone=phone, folded=folded_name(name))
        found |= set(same.values_list("pk", flat=True))
    return found
