"""The analysis as its pages show it: counted anew every few minutes and not for each look."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from attempts.analysis.report import Analysis, analyse
from attempts.queries import corrections_in_force
from contest_site.lib.clock import database_now
from contests.models import Round

SECONDS = 300


def recent_analysis(round: Round, *, every: bool = False) -> Analysis:
    """As `analyse`, at most SECONDS old (its `at` says from when); a corrected key is seen at once.

    A hundred thousand papers take seconds to count. Kept in this process's memory, where the pool with its
    keys is anyway, and nowhere else.
    """
    lines = tuple((at, tuple(accepted), void) for at, accepted, void in corrections_in_force(round))
    period = int(database_now().timestamp() // SECONDS)
    return _kept(round.pk, round.seal.pk, every, lines, period)


@lru_cache(maxsize=8)
def _kept(round_id: int, seal_id: int, every: bool, lines: Any, period: int) -> Analysis:
    return analyse(Round.objects.select_related("contest", "seal").get(pk=round_id), every=every)
