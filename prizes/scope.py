"""What standings are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from contests.models import Contest, Round

if TYPE_CHECKING:
    from prizes.models import StandingsRun


@dataclass(frozen=True)
class Scope:
    """One round of a contest, or (`round` None) the whole contest when it has several rounds."""

    contest: Contest
    round: Round | None

    @classmethod
    def of_round(cls, round: Round) -> Scope:
        return cls(round.contest, round)

    @classmethod
    def of_contest(cls, contest: Contest) -> Scope:
        return cls(contest, None)

    @classmethod
    def of_run(cls, run: StandingsRun) -> Scope:
        return cls(run.contest, run.round)

    @property
    def name(self) -> str:
        return self.round.name if self.round else _("Cả cuộc thi")

    @property
    def query(self) -> str:
        """What the public board's address ends in."""
        return f"?vong={self.round.number}" if self.round else "?vong=tat-ca"

    @property
    def lock_key(self) -> str:
        """Every step about this scope waits for this lock."""
        return f"standings:{self.contest.pk}:{self.round.pk if self.round else 0}"

    def rounds(self) -> list[Round]:
        """The rounds whose attempts count, in their order."""
        if self.round:
            return [self.round]
        return list(self.contest.rounds.select_related("contest", "closing", "seal").order_by("number"))
