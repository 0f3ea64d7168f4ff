"""What reads the papers of 100,000 people: the item analysis, and marking again by a corrected key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.full_size.setting import Clock
from benchmarks.rows import Row, compared

if TYPE_CHECKING:
    from benchmarks.full_size.scene import Scene

TURNS = 3
PAPERS = 100_000
AN_ATTEMPT, AT_MOST = 0.1, 3
QUESTION = 7
FLOOR = "UPDATE bench_score SET correct = correct + 1"


def rows(scene: Scene) -> list[Row]:
    costs = sorted(_counted(scene) for _turn in range(TURNS))
    each = costs[TURNS // 2] * 1000 / PAPERS
    pairs = [(_floor(scene), _regraded(scene)) for _turn in range(TURNS)]
    return [
        Row("item analysis of 100,000 attempts, each", each, "ms CPU", None, None,
            f"≤ {AN_ATTEMPT} ms", each <= AN_ATTEMPT),
        compared("regrade of 100,000 attempts", pairs, unit="s CPU", at_most=AT_MOST),
    ]  # fmt: skip


def _counted(scene: Scene) -> float:
    """Counted by a worker and stored; then the analysis made of it."""
    from django.db import transaction

    from attempts.analysis import storing
    from attempts.models import ItemCounts

    with Clock() as clock, transaction.atomic():
        row = ItemCounts.objects.create(round=scene.few, every=False)
        ItemCounts.objects.filter(pk=row.pk).update(**storing.counted(row))
        row.refresh_from_db()
        assert storing.stored_analysis(row).papers > 0.99 * PAPERS
        transaction.set_rollback(True)
    storing._kept.cache_clear()
    return clock.cost.cpu


def _floor(scene: Scene) -> float:
    """A score of each of the round's attempts in a table of their own, each set once."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_score AS SELECT id, correct FROM attempts_attempt WHERE round_id = %s",
            [scene.few.pk],
        )
        cursor.execute("ALTER TABLE bench_score ADD PRIMARY KEY (id)")
        with Clock() as clock:
            cursor.execute(FLOOR)
        transaction.set_rollback(True)
    return clock.cost.cpu


def _regraded(scene: Scene) -> float:
    """A question whose right option was another one, marked again in all the papers that had it."""
    from django.db import transaction

    from attempts.domain.regrading import apply_corrections

    with transaction.atomic():
        with Clock() as clock:
            made = apply_corrections(scene.few, [(QUESTION, [QUESTION % 4 + 1 & 3], False)])
        assert made.attempts > 0
        transaction.set_rollback(True)
    return clock.cost.cpu
