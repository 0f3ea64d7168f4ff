"""What lies between a round's end and its press summary, stage by stage: its state, who may, what for.

A stage tells; acting is done on the pages that it leads to (prizes.admin.steps has the acts).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from django.contrib.auth.models import Permission
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from contests.models import Round
from prizes.admin import stages_after, stages_before
from prizes.admin.nominations import ChosenPrize
from prizes.admin.stage_parts import Stage
from prizes.admin.units import UnitSummary
from prizes.progress import Progress


class Mark(Enum):
    """Where a stage is: its sign and its word."""

    DONE = ("✓", gettext_lazy("Đã xong"))
    NOW = ("▶", gettext_lazy("Đang ở bước này"))
    LATER = ("○", gettext_lazy("Chưa đến"))

    @property
    def sign(self) -> str:
        return self.value[0]

    @property
    def word(self) -> str | Promise:
        return self.value[1]


@dataclass(frozen=True)
class Placed:
    """A stage where it stands; `who`: the roles that may act on it ("" where only the system does)."""

    stage: Stage
    mark: Mark
    who: str

    @property
    def is_present(self) -> bool:
        return self.mark is Mark.NOW


@dataclass(frozen=True)
class Material:
    """What the page looks up beside the progress: prizes by nomination, tables of units, finals."""

    chosen: Sequence[ChosenPrize] = ()
    units: Sequence[UnitSummary] = ()
    finals: Sequence[Round] = ()


def stages_of(progress: Progress, material: Material) -> list[Placed]:
    """All stages of a scope in their order."""
    stages = [
        stages_before.finish(progress),
        stages_before.signals(progress),
        stages_before.keys(progress),
        stages_before.standings(progress, material.units),
        stages_after.ties(progress),
        stages_after.awards(progress, material.chosen),
        stages_after.approval(progress),
        stages_after.decision(progress),
        stages_after.publication(progress, material.finals),
        stages_after.papers(progress),
        stages_after.press(progress),
    ]
    roles = roles_with({stage.permission for stage in stages if stage.permission})
    present = next((at for at, stage in enumerate(stages) if progress.next in stage.steps), len(stages))
    marks = {at: Mark.DONE if at < present else Mark.LATER for at in range(len(stages))} | {present: Mark.NOW}
    return [Placed(stage, marks[at], roles.get(stage.permission, "")) for at, stage in enumerate(stages)]


def roles_with(permissions: Iterable[str]) -> Mapping[str, str]:
    """By permission ("app.codename"): the names of the groups that have it, as one text."""
    wanted = Q(pk=None)
    for one in permissions:
        app, codename = one.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    found: dict[str, list[str]] = {}
    rows = Permission.objects.filter(wanted, group__isnull=False).annotate(role=F("group__name"))
    for app, codename, role in rows.order_by("group__pk").values_list(
        "content_type__app_label", "codename", "role"
    ):
        found.setdefault(f"{app}.{codename}", []).append(role)
    return {permission: ", ".join(roles) for permission, roles in found.items()}
