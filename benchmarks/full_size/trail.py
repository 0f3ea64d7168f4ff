"""What the trail of changes costs: one row of a followed table changed, with its triggers and without."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks.cpu import cpu_of
from benchmarks.rows import Row, compared

if TYPE_CHECKING:
    from benchmarks.full_size.scene import Scene

TURNS = 3


def rows(scene: Scene) -> list[Row]:
    pairs = [(_changed(scene, trail=False), _changed(scene, trail=True)) for _turn in range(TURNS)]
    return [compared("a headcount changed, with its line in the trail", pairs, unit="ms CPU", scale=1000)]


def _changed(scene: Scene, *, trail: bool) -> float:
    """Seconds of CPU for each; a statement each, taken back again."""
    from django.db import connection, transaction

    from contests.models import Headcount

    keys = list(Headcount.objects.filter(contest=scene.contest).values_list("pk", flat=True))
    with transaction.atomic(), connection.cursor() as cursor:
        if not trail:
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
        before = time.process_time() + cpu_of(backend)
        for key in keys:
            Headcount.objects.filter(pk=key).update(people=5)
        used = time.process_time() + cpu_of(backend) - before
        transaction.set_rollback(True)
    return used / len(keys)
