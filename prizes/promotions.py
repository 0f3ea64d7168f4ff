"""Where the choosing of people for a final stands, unit by unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from attempts.queries import disqualified_entries
from contests.models import Entry, Promotion, Round, Unit, Withdrawal
from contests.queries import competitors, uncounted_entries
from prizes.models import PromotionTie, StandingsRun
from prizes.queries import runs_in_force
from prizes.rules.promotion import LastPlaces, choose

# The best of each competing unit, ties at the last place whole. People who may not go on are left out before
# anything is counted.
BEST = """
SELECT competing, rank, entry_id FROM (
    SELECT of.competing, standing.rank, standing.entry_id,
        rank() OVER (PARTITION BY of.competing ORDER BY standing.rank) AS place
    FROM prizes_standingsrow standing
    JOIN contests_entry entry ON entry.id = standing.entry_id
    JOIN unnest(%s::bigint[], %s::bigint[]) AS of (unit, competing) ON of.unit = entry.unit_id
    WHERE standing.run_id = %s AND standing.entry_id <> ALL(%s::bigint[])
) ranked
WHERE place <= %s
ORDER BY competing, rank, entry_id
"""


class Against(models.TextChoices):
    """Why somebody who was promoted should be withdrawn."""

    REFUSED = "refused", _("không được dự thi hoặc đã bị loại kết quả")
    OVERTAKEN = "overtaken", _("không còn trong số người được chọn theo kết quả mới nhất đã phê duyệt")


@dataclass(frozen=True)
class UnitPromotions:
    """A competing unit: who was promoted, who would be next, and what stands in the way."""

    unit: Unit
    promoted: tuple[Promotion, ...]  # by place, withdrawals selected with them
    next_entries: tuple[int, ...]  # who takes the free places now
    tie: LastPlaces | None  # whose order is open
    missing: int  # places for which there is nobody
    against: Mapping[int, Against] = field(default_factory=dict)  # by promotion

    @property
    def active(self) -> tuple[Promotion, ...]:
        return tuple(one for one in self.promoted if not hasattr(one, "withdrawal"))

    @property
    def last_place(self) -> int:
        return max((one.place for one in self.promoted), default=0)

    @property
    def unreplaced(self) -> list[Withdrawal]:
        """Withdrawals for which nobody has stepped in, the first one first."""
        filled = {one.replaces_id for one in self.promoted if one.replaces_id}
        gaps = [one.withdrawal for one in self.promoted if hasattr(one, "withdrawal")]
        return sorted((one for one in gaps if one.pk not in filled), key=lambda one: one.pk)


def approved_run(final: Round) -> StandingsRun | None:
    """The newest approved results of the round from which the final takes its people."""
    return runs_in_force(final.contest).filter(round=final.promotes_from_id).first()


def overtaken(run: StandingsRun) -> bool:
    """Whether a newer version that was not sent back is about to replace the approved run."""
    newer = StandingsRun.objects.filter(contest=run.contest_id, round=run.round_id, version__gt=run.version)
    return newer.filter(returned=None).exists()


def promotions_of(final: Round, run: StandingsRun, *, unit: Unit | None = None) -> list[UnitPromotions]:
    """Every competing unit (or one) by code, from the results `run` of the round before the final."""
    competes = competitors(final.contest)
    if unit is not None:
        competes = {of: one for of, one in competes.items() if one.unit_id == unit.pk}
    promoted = _promoted(final)
    most = max(map(len, promoted.values()), default=0)
    refused = _refused(final)
    best = _best(run, {of: one.unit_id for of, one in competes.items()}, refused, _places(final) + most)
    orders: dict[int, dict[int, Sequence[int]]] = defaultdict(dict)
    for decided in PromotionTie.objects.filter(round=final, run=run).order_by("pk"):
        orders[decided.unit_id][decided.rank] = decided.order
    units = Unit.objects.filter(pk__in={one.unit_id for one in competes.values()}).order_by("code")
    return [
        _of_unit(one, _places(final), promoted.get(one.pk, []), best.get(one.pk, []), orders[one.pk], refused)
        for one in units
    ]


def people_without_unit(final: Round, run: StandingsRun) -> int:
    """How many ranked people count for no competing unit: nobody of them can be promoted."""
    return run.rows.exclude(entry__unit__in=list(competitors(final.contest))).count()


def _of_unit(
    unit: Unit,
    places: int,
    promoted: list[Promotion],
    best: list[tuple[int, int]],
    orders: Mapping[int, Sequence[int]],
    refused: set[int],
) -> UnitPromotions:
    active = {one.entry_id for one in promoted if not hasattr(one, "withdrawal")}
    gone = {one.entry_id for one in promoted} - active
    eligible = [(rank, entry) for rank, entry in best if entry not in gone]
    kept = set(choose(eligible, places, _in_first(eligible, active, orders)).entries)
    free = max(0, places - len(active))
    choice = choose([pair for pair in eligible if pair[1] not in active], free, orders)
    return UnitPromotions(
        unit,
        tuple(promoted),
        choice.entries,
        choice.tie,
        missing=0 if choice.tie else free - len(choice.entries),
        against={
            one.pk: Against.REFUSED if one.entry_id in refused else Against.OVERTAKEN
            for one in promoted
            if one.entry_id in active and one.entry_id not in kept
        },
    )


def _in_first(
    eligible: Sequence[tuple[int, int]], active: set[int], orders: Mapping[int, Sequence[int]]
) -> dict[int, list[int]]:
    """Everybody in order, those who are in before all others of their rank: an equal overtakes nobody."""
    found: dict[int, list[int]] = defaultdict(list)
    for rank, entry in eligible:
        found[rank].append(entry)
    for rank, entries in found.items():
        place = {entry: at for at, entry in enumerate(orders.get(rank, ()))}
        entries.sort(key=lambda entry: (entry not in active, place.get(entry, len(place))))
    return found


def _places(final: Round) -> int:
    return final.promotes_best or 0


def _promoted(final: Round) -> dict[int, list[Promotion]]:
    found: dict[int, list[Promotion]] = defaultdict(list)
    rows = Promotion.objects.filter(round=final).select_related(
        "entry__unit", "unit", "withdrawal__by", "replaces__promotion__entry", "by"
    )
    for one in rows.order_by("unit__code", "place", "pk"):
        found[one.unit_id].append(one)
    return found


def _refused(final: Round) -> set[int]:
    """Entries that may not go on: not counted in the contest, or disqualified in the earlier round."""
    uncounted = uncounted_entries(final.contest)
    disqualified: models.QuerySet[Entry] = disqualified_entries(final.contest, final.promotes_from)
    return {*uncounted.values_list("pk", flat=True), *disqualified.values_list("pk", flat=True)}


def _best(
    run: StandingsRun, competes: Mapping[int, int], refused: set[int], limit: int
) -> dict[int, list[tuple[int, int]]]:
    """(rank, entry) of each competing unit's first so many people, the last rank whole."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(BEST, [list(competes), list(competes.values()), run.pk, sorted(refused), limit])
        for competing, rank, entry in cursor.fetchall():
            found[competing].append((rank, entry))
    return found
