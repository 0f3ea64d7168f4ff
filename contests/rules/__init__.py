"""What makes a plan one that can run. Pure: a plan file and a saved contest are both judged by it."""

from __future__ import annotations

from contests.rules.facts import Fault, PlanFacts
from contests.rules.papers import overall_faults, round_faults
from contests.rules.prize_tables import prize_table_faults
from contests.rules.timetable import contest_faults, window_faults
from contests.rules.units import unit_faults


def faults(plan: PlanFacts) -> list[Fault]:
    """Every reason, all at once and none twice, why the plan cannot run."""
    found = [
        *contest_faults(plan),
        *window_faults(plan),
        *overall_faults(plan),
        *unit_faults(plan),
        *prize_table_faults(plan),
    ]
    for one in plan.rounds:
        found += round_faults(plan, one)
    # The rounds of a series stand in one place of the file, and so do their faults.
    return list(dict.fromkeys(found))
