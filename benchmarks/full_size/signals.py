"""Looking 400,000 papers through for signals: each kind by itself, and the running count of all."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks.full_size.setting import Clock
from benchmarks.rows import Row

if TYPE_CHECKING:
    from benchmarks.full_size.scene import Scene

EACH, RUNNING, MEMORY = 10, 30, 300
EVERY = 300  # seconds between two counts of a running round


def rows(scene: Scene) -> list[Row]:
    """Equal answers are compared after the close alone; the other kinds also while a round runs."""
    from django.db import connection, transaction

    from attempts.anomalies.answers import equal_answers
    from attempts.anomalies.detection import STATEMENTS, detect, papers, uncounted

    round, found, most, running = scene.single, [], 0.0, 0.0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")  # as in the running count
        left_out = uncounted(round)
        with Clock() as clock:
            table = papers(round, left_out)
            table.__enter__()
        running += clock.cost.cpu
        found.append(_row("reading the papers", clock.cost.cpu))
        for kind in STATEMENTS:
            with Clock() as clock:
                some = detect(round, kind, left_out)
            running += clock.cost.cpu
            most = max(most, clock.cost.peak)
            found.append(_row(f"{kind.value} ({len(some):,} found)", clock.cost.cpu))
        table.__exit__(None, None, None)
    with Clock() as clock, transaction.atomic():
        some = equal_answers(round, left_out, time.monotonic() + 600)
    most = max(most, clock.cost.peak)
    share = running / EVERY * 100
    return [
        *found,
        Row(
            "… the running count of all these",
            running,
            "s CPU",
            target=f"≤ {RUNNING} s",
            met=running <= RUNNING,
        ),
        Row("… of one processor, every five minutes", share, "%"),
        Row(f"… equal answers, after the close ({len(some):,} found)", clock.cost.cpu, "s CPU"),
        Row("… worker's memory", most, "MB", target=f"≤ {MEMORY} MB", met=most <= MEMORY),
    ]


def _row(name: str, cpu: float) -> Row:
    return Row(f"signals of 400,000 papers: {name}", cpu, "s CPU", target=f"≤ {EACH} s", met=cpu <= EACH)
