"""Questions that other apps ask about a plan, its rounds, its units and its people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from contest_site.accounts.models import User
from contests.enums import Combine, Purpose, TableScope
from contests.models import (
    BlockUnit,
    Consent,
    ConsentWithdrawal,
    Contest,
    Entry,
    EntryRequest,
    Exclusion,
    PrizeTable,
    Round,
    RoundClosing,
    RoundSeal,
    Unit,
)

# What of an entry decides who may be ranked, and for which unit.
DECIDING = frozenset({"birth_date", "unit", "category"})


class RoundState(Enum):
    NOT_OPEN = "not_open"
    OPEN = "open"
    CLOSED = "closed"


def announced_contests() -> QuerySet[Contest]:
    """What the public may see. Rehearsals are shown to nobody but those who know their address."""
    return Contest.objects.filter(announcement__isnull=False)


def is_announced(contest: Contest) -> bool:
    return hasattr(contest, "announcement")


def rounds_of(contest: Contest) -> list[Round]:
    """All rounds with their closings, by number; no query where `with_rounds` brought them."""
    if "rounds" in getattr(contest, "_prefetched_objects_cache", {}):
        return list(contest.rounds.all())
    return list(contest.rounds.select_related("closing").order_by("number"))


def with_rounds(contests: QuerySet[Contest]) -> QuerySet[Contest]:
    """The contests with their announcements and rounds, for pages that look at them again and again."""
    rounds = Round.objects.select_related("closing").order_by("number")
    return contests.select_related("announcement").prefetch_related(Prefetch("rounds", rounds))


def closing_of(round: Round) -> RoundClosing | None:
    """The record that the round was closed; one query unless `closing` was selected with it."""
    try:
        return round.closing
    except ObjectDoesNotExist:
        return None


def seal_of(round: Round) -> RoundSeal | None:
    """The round's sealed pool and secret; one query unless `seal` was selected with it."""
    try:
        return round.seal
    except ObjectDoesNotExist:
        return None


def effective_close(round: Round) -> datetime:
    """The instant from which no paper is taken: the plan's end, or an organiser's closing before it."""
    closing = closing_of(round)
    return min(round.closes_at, closing.at) if closing else round.closes_at


def round_state(round: Round, now: datetime) -> RoundState:
    """Where the round is at `now` (database time). The opening belongs to the round, its end does not."""
    if now >= effective_close(round):
        return RoundState.CLOSED
    return RoundState.OPEN if now >= round.opens_at else RoundState.NOT_OPEN


def current_round(contest: Contest, now: datetime) -> Round | None:
    """The round that takes papers at `now`; there is at most one, because rounds do not overlap."""
    return (
        contest.rounds.select_related("contest", "seal", "closing")
        .filter(Q(closing=None) | Q(closing__at__gt=now), opens_at__lte=now, closes_at__gt=now)
        .first()
    )


def tables_of(contest: Contest, round: Round | None) -> QuerySet[PrizeTable]:
    """The prize tables that the standings of a round (None: of the whole contest) decide, in their order.

    A table of the whole contest belongs to its round when it has just one; with several, no single round
    decides it.
    """
    rounds = contest.rounds.count()
    if round is None:
        mine = Q(scope=TableScope.CONTEST) if rounds > 1 else Q(pk=None)
    else:
        mine = Q(scope=TableScope.ROUND, round=round) | Q(scope=TableScope.EACH_ROUND)
        if rounds == 1:
            mine |= Q(scope=TableScope.CONTEST)
    return contest.prize_tables.filter(mine).order_by("number")


def has_overall(contest: Contest) -> bool:
    """Whether standings of the whole contest are made, beside those of its rounds."""
    if contest.rounds.count() < 2:
        return False
    return (
        contest.overall_combine != Combine.NONE
        or contest.prize_tables.filter(scope=TableScope.CONTEST).exists()
    )


@dataclass(frozen=True)
class Competitor:
    """For whom the people of a unit count in unit standings: the competing unit and its block."""

    unit_id: int
    block_id: int


def competitors(contest: Contest) -> dict[int, Competitor]:
    """By unit of the contest's area: the nearest competing unit at or above it; none without one."""
    own = {one.unit_id: one.block_id for one in BlockUnit.objects.filter(contest=contest)}
    if not own:
        return {}
    parents = dict(contest_units(contest).values_list("pk", "parent_id"))
    found: dict[int, Competitor] = {}
    for unit in parents:
        above: int | None = unit
        while above is not None and above not in own:
            above = parents.get(above)
        if above is not None:
            found[unit] = Competitor(above, own[above])
    return found


def subtree_ids(unit: Unit) -> list[int]:
    """Ids of the unit and of everything below it."""
    return list(Unit.objects.descendants(unit, include_self=True).values_list("pk", flat=True))


def contest_units(contest: Contest) -> QuerySet[Unit]:
    """All units of the contest's area, of whatever time; none without an area. See `offered_units`."""
    if contest.area_id is None:
        return Unit.objects.none()
    units: QuerySet[Unit] = Unit.objects.descendants(contest.area_id, include_self=True)
    return units


def valid_on(day: date) -> Q:
    """Of units: those that there are on that day; the first day belongs to them, the day of their end not."""
    return (Q(valid_from=None) | Q(valid_from__lte=day)) & (Q(valid_to=None) | Q(valid_to__gt=day))


def directory_day(contest: Contest) -> date:
    """The day whose units a contest offers: that of its opening, whatever becomes of them while it runs."""
    return timezone.localdate(contest.opens_at)


def offered_units(contest: Contest) -> QuerySet[Unit]:
    """Of `contest_units` those that can be chosen: what had ended by the opening, or began after it, cannot.

    What was chosen stays: counts, standings and reports go by `contest_units`.
    """
    return contest_units(contest).filter(valid_on(directory_day(contest)))


# --- Who may not take part ---------------------------------------------------------------------------------
# Someone on the list is known by account, by phone or by national ID, and a phone is known from the entry
# or from the account, whichever of the two the person typed it into.


def excluded_entries(contest: Contest) -> QuerySet[Entry]:
    """Entries of people who may not be ranked, whenever they were put on the list.

    For one person at a time, at the bell: each way of being known is looked up in an index, however long the
    list is.
    """
    listed = Exclusion.objects.filter(contest=contest)
    known = (
        Exists(listed.filter(user=OuterRef("user")))
        | Exists(listed.filter(national_id_hash=OuterRef("national_id_hash")))
        | Exists(listed.filter(phone=OuterRef("phone")))
        | Exists(listed.filter(phone=OuterRef("user__phone")))
        | Exists(listed.filter(user__phone=OuterRef("phone")))
    )
    return Entry.objects.filter(known, contest=contest)


def barred_entries(contest: Contest, *, at: datetime | None = None) -> QuerySet[Entry]:
    """Entries of people on the list (that of now), and those whose consent was taken back (until `at`)."""
    return Entry.objects.filter(_listed(contest) | _withdrawn(at), contest=contest)


def uncounted_entries(contest: Contest) -> QuerySet[Entry]:
    """Entries that no count, rank or report knows: on the list, organisers' trials, consent taken back."""
    return Entry.objects.filter(_listed(contest) | Q(unofficial=True) | _withdrawn(), contest=contest)


def _withdrawn(at: datetime | None = None) -> Q:
    withdrawals = (
        ConsentWithdrawal.objects.all() if at is None else ConsentWithdrawal.objects.filter(at__lte=at)
    )
    return Q(pk__in=withdrawals.values("entry"))


def _listed(contest: Contest) -> Q:
    """Which entries are on the list. Each list is one hashed subquery, so that a million entries pay once."""
    listed = Exclusion.objects.filter(contest=contest)
    users = listed.filter(user__isnull=False)
    phones = listed.filter(phone__isnull=False).values("phone")
    hashes = listed.filter(national_id_hash__isnull=False).values("national_id_hash")
    return (
        Q(user__in=users.values("user"))
        | Q(national_id_hash__in=hashes)
        | Q(phone__in=phones)
        | Q(user__in=User.objects.filter(phone__in=phones).values("pk"))
        | Q(phone__in=users.filter(user__phone__isnull=False).values("user__phone"))
    )


def exclusion_of(entry: Entry) -> Exclusion | None:
    """Why the person of this entry may not take part, or None."""
    return matching_exclusion(
        entry.contest,
        user_id=entry.user_id,
        phones=[entry.phone, entry.user.phone],
        national_id_hash=entry.national_id_hash,
    )


def matching_exclusion(
    contest: Contest, *, user_id: int, phones: list[str | None], national_id_hash: str | None
) -> Exclusion | None:
    """The list's line for a person with this account, one of these phones (E.164) or this ID hash."""
    known = [phone for phone in phones if phone]
    named = Q(user_id=user_id) | Q(phone__in=known) | Q(user__phone__in=known)
    if national_id_hash:
        named |= Q(national_id_hash=national_id_hash)
    return Exclusion.objects.filter(named, contest=contest).order_by("pk").first()


def takes_entries(contest: Contest, now: datetime) -> bool:
    """Whether people may still enter: not after the contest's end, nor once every round that takes newcomers
    is closed (a final takes those who were promoted to it, so it takes no newcomer)."""
    if now >= contest.closes_at:
        return False
    still = Q(closing=None) | Q(closing__at__gt=now)
    return contest.rounds.filter(still, closes_at__gt=now, promotes_from=None).exists()


# --- Consent and requests ----------------------------------------------------------------------------------


def guardian_consents() -> QuerySet[Consent]:
    """Of the entry that a surrounding query is about: its guardian's consent."""
    return Consent.objects.filter(entry=OuterRef("pk"), purpose=Purpose.CHILD_TAKES_PART)


def waiting_for_guardian() -> QuerySet[Entry]:
    """Entries of children whose guardian has not consented yet."""
    children = Entry.objects.filter(needs_guardian=True, erased_at=None, unofficial=False)
    return children.filter(~Exists(guardian_consents()))


def open_requests(entry: Entry) -> QuerySet[EntryRequest]:
    """What the person asked for and nobody has decided."""
    return EntryRequest.objects.filter(entry=entry, decision=None, erased_at=None)


def decides_results(fields: Iterable[str]) -> bool:
    """Whether one of these columns of an entry decides who is ranked and for which unit."""
    return not DECIDING.isdisjoint(fields)


def results_published(entry: Entry) -> bool:
    """Whether results are public that this entry's attempts went into: of its rounds, or of the contest.

    Results are a later app's; the plan knows them here by the names of the relations alone.
    """
    rounds = entry.contest.rounds.filter(attempts__entry=entry, attempts__submitted_at__isnull=False)
    mine = Q(round__in=rounds.values("pk"))
    if rounds.exists():
        mine |= Q(round=None)
    return entry.contest.runs.filter(mine, publication__isnull=False).exists()
