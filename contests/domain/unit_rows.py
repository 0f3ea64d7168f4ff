"""The units of a plan that is used again, beside the directory as it is by then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.utils import timezone

from contests.models import Unit
from contests.queries import valid_on
from contests.rules.facts import UnitRow


def still_there(units: Sequence[UnitRow], opens_at: datetime) -> tuple[list[UnitRow], list[str]]:
    """The rows for a contest that opens then, and the codes of those that take no part in it. One query.

    A unit of the directory that will have ended competes no more and has no headcount; its row stays, for the
    directory keeps it for the contests that had it. What the directory does not have is not founded below
    such a one: its row goes.
    """
    there = valid_on(timezone.localdate(opens_at))
    known = Unit.objects.filter(code__in=[one.code for one in units])
    states = dict(known.annotate(there=there).values_list("code", "there"))
    above = {one.code: one.parent_code for one in units}

    def ended(code: str) -> bool:
        while code and code not in states:
            code = above.get(code, "")
        return not states.get(code, True)

    gone = [one.code for one in units if ended(one.code)]
    unfounded = {code for code in gone if code not in states}
    kept = []
    for one in units:
        if one.code in unfounded:
            continue
        row = replace(one, block="", headcount=None) if one.code in gone else one
        kept.append(replace(row, parent_code="") if row.parent_code in unfounded else row)
    return kept, gone
