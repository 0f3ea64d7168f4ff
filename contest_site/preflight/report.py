"""What a check says; pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _

from contests.wizard import Part


class State(models.TextChoices):
    """How it stands. `FIX` keeps the contest from being announced or a round from opening."""

    OK = "ok", _("Đạt")
    FIX = "fix", _("Phải sửa")
    ADVISE = "advise", _("Nên làm")
    LATER = "later", _("Chưa đến lượt")

    @property
    def sign(self) -> str:
        return {"ok": "✓", "fix": "✕", "advise": "!", "later": "○"}[self.value]


@dataclass(frozen=True)
class Mend:
    """Where it is mended: a page of this site, for those who have the permission ("" for everybody here)."""

    address: str
    label: str
    permission: str = ""


@dataclass(frozen=True)
class Check:
    key: str
    part: Part
    title: str
    state: State
    why: Sequence[str]
    mends: Sequence[Mend] = ()


@dataclass(frozen=True)
class Section:
    """A step of the wizard with its checks."""

    part: Part
    checks: Sequence[Check]
    address: str = ""

    @property
    def number(self) -> int:
        return list(Part).index(self.part) + 1

    @property
    def state(self) -> State:
        """The worst of its checks."""
        found = {check.state for check in self.checks}
        return next((one for one in (State.FIX, State.ADVISE, State.LATER) if one in found), State.OK)

    @property
    def open_checks(self) -> int:
        """How many are neither right nor for later."""
        return sum(check.state in (State.FIX, State.ADVISE) for check in self.checks)


@dataclass(frozen=True)
class Report:
    sections: Sequence[Section] = field(default=())

    def of(self, part: Part) -> Section:
        return next(section for section in self.sections if section.part is part)

    @property
    def next(self) -> Section | None:
        """The first step in which something must be mended, else should be; None when all is right."""
        for wanted in (State.FIX, State.ADVISE):
            for section in self.sections:
                if section.state is wanted:
                    return section
        return None

    def count(self, state: State) -> int:
        return sum(check.state is state for section in self.sections for check in section.checks)

    @property
    def to_fix(self) -> int:
        return self.count(State.FIX)

    @property
    def advised(self) -> int:
        return self.count(State.ADVISE)

    @property
    def right(self) -> int:
        return self.count(State.OK)

    def for_person(self, may: Callable[[str], bool]) -> Report:
        """The same with the links that this person can follow."""

        def own(check: Check) -> Check:
            mends = [mend for mend in check.mends if not mend.permission or may(mend.permission)]
            return Check(check.key, check.part, check.title, check.state, check.why, mends)

        return Report(
            [Section(one.part, [own(check) for check in one.checks], one.address) for one in self.sections]
        )
