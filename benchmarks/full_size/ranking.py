"""A round of 1,000,000 attempts ranked and stored, beside one statement with one window function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.full_size.setting import Clock
from benchmarks.rows import Row, compared

if TYPE_CHECKING:
    from benchmarks.full_size.scene import Scene

TURNS = 3
AT_MOST, MEMORY = 2.5, 300
# Every attempt of the round into a table without index or constraint.
FLOOR = """
CREATE TABLE bench_standings AS TABLE prizes_standingsrow WITH NO DATA;
INSERT INTO bench_standings
    (run_id, rank, entry_id, attempt_id, correct, duration_ms, submitted_at, prediction, distance)
SELECT 1, rank() OVER (ORDER BY correct DESC, duration_ms, submitted_at), entry_id, id, correct, duration_ms,
    submitted_at, prediction_draft, prediction_draft
FROM attempts_attempt WHERE round_id = {round} AND submitted_at IS NOT NULL;
"""


def rows(scene: Scene) -> list[Row]:
    pairs, most = [], 0.0
    for _turn in range(TURNS):
        floor = _floor(scene)
        value, peak = _ranked(scene)
        pairs.append((floor, value))
        most = max(most, peak)
    return [
        compared(
            "1,000,000 attempts of 400,000 people ranked and stored", pairs, unit="s CPU", at_most=AT_MOST
        ),
        Row("… worker's memory", most, "MB", target=f"≤ {MEMORY} MB", met=most <= MEMORY),
    ]


def _floor(scene: Scene) -> float:
    from django.db import connection, transaction

    with Clock() as clock, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FLOOR.format(round=scene.several.pk))
        transaction.set_rollback(True)
    return clock.cost.cpu


def _ranked(scene: Scene) -> tuple[float, float]:
    """With prediction, exclusions, units and digest, as a worker does it; taken back again.

    What was taken back is swept out before, or each turn would fill indexes fuller of dead rows.
    """
    from django.db import connection, transaction

    from prizes.domain.ranking import compute_standings
    from prizes.scope import Scope

    with connection.cursor() as cursor:
        cursor.execute("VACUUM prizes_standingsrow")
    with Clock() as clock, transaction.atomic():
        run = compute_standings(Scope.of_round(scene.several), by=None)
        transaction.set_rollback(True)
    assert run.attempts > run.ranked > 0
    return clock.cost.cpu, clock.cost.peak
