"""Which units compete with each other, how many people they have, and rules about both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from contests.rules.facts import Fault, PlanFacts
from contests.rules.repeats import again


@dataclass(frozen=True)
class Competition:
    """The competing units by block, each with its people (None: no headcount); how many others there are.

    People of a unit count for the nearest competing unit at or above it (contests.queries.competitors).
    """

    blocks: dict[str, dict[str, int | None]]
    others: int

    @property
    def units(self) -> dict[str, int | None]:
        return {code: people for block in self.blocks.values() for code, people in block.items()}


def competition(plan: PlanFacts) -> Competition:
    parents = {unit.code: unit.parent_code for unit in plan.units}
    own = {unit.code: unit.block for unit in plan.units if unit.block and _in_area(unit.code, parents, plan)}
    people: dict[str, int | None] = dict.fromkeys(own)
    others = 0
    for unit in plan.units:
        above = next((code for code in _upwards(unit.code, parents) if code in own), None)
        if above is None:
            others += _in_area(unit.code, parents, plan)
        elif unit.headcount:
            people[above] = (people[above] or 0) + unit.headcount
    blocks: dict[str, dict[str, int | None]] = {}
    for code, block in own.items():
        blocks.setdefault(block, {})[code] = people[code]
    return Competition(blocks, others)


def unit_faults(plan: PlanFacts) -> Iterator[Fault]:
    for at, name in again(plan.blocks):
        yield Fault(f"blocks[{at}].name", _("Khối “%(name)s” bị lặp lại.") % {"name": name})
    used = {unit.block for unit in plan.units}
    for at, name in enumerate(plan.blocks, 1):
        if name and name not in used:
            yield Fault(f"blocks[{at}]", _("Khối “%(name)s” chưa có đơn vị nào.") % {"name": name})
    parents = {unit.code: unit.parent_code for unit in plan.units}
    for unit in plan.units:
        if unit.block and not _in_area(unit.code, parents, plan):
            yield Fault(
                "units",
                _("Đơn vị “%(name)s” thi đua trong khối nhưng nằm ngoài địa bàn.") % {"name": unit.name},
            )


def _upwards(code: str, parents: dict[str, str]) -> Iterator[str]:
    """The unit and those above it, the nearest first; ends also where a wrong file goes round in a circle."""
    seen: set[str] = set()
    while code and code not in seen:
        yield code
        seen.add(code)
        code = parents.get(code, "")


def _in_area(code: str, parents: dict[str, str], plan: PlanFacts) -> bool:
    """Also true where the plan does not say what is below the area (its units are in the directory only)."""
    return plan.area not in parents or plan.area in _upwards(code, parents)
