"""A round's blueprint and the questions that there are for it: before the sealing and after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils.translation import gettext as _

from contests.models import Round
from contests.queries import seal_of
from contests.rules.exposure import Part
from contests.rules.strata import Stratum, blueprint_faults, shortage
from questions.enums import State
from questions.pools import load_pool
from questions.queries import work

# How many questions there are, by topic, difficulty and state.
Counts = Mapping[tuple[str, str, str], int]


@dataclass(frozen=True)
class Line:
    """A line of the blueprint: how many questions a paper takes, and how many there are in each state."""

    label: str
    needed: int
    found: Mapping[str, int]

    @property
    def approved(self) -> int:
        return self.found.get(State.APPROVED, 0)

    @property
    def waiting(self) -> int:
        return self.found.get(State.WAITING, 0)

    @property
    def unfinished(self) -> int:
        """Drafts, and what was returned to its writer."""
        return self.found.get(State.DRAFT, 0) + self.found.get(State.RETURNED, 0)

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.approved)

    @property
    def part(self) -> Part:
        return Part(self.approved, self.needed)


@dataclass(frozen=True)
class Blueprint:
    """`free`: the paper is drawn from the whole pool, which is the one line. `outside`: approved questions
    that no line draws. `faults`: sentences, why papers cannot be drawn; none when they can."""

    lines: Sequence[Line]
    questions: int
    free: bool
    sealed: bool
    outside: int
    faults: Sequence[str] = field(default=())

    @property
    def parts(self) -> list[Part]:
        return [line.part for line in self.lines]

    @property
    def total(self) -> Line:
        """The lines added up."""
        found: Counter[str] = Counter()
        for line in self.lines:
            found.update(line.found)
        return Line(_("Cộng"), sum(line.needed for line in self.lines), found)


def blueprint_of(round: Round) -> Blueprint:
    """From the seal where there is one, else from what the bank and the plan say now. Three queries."""
    seal = seal_of(round)
    if seal:
        counts = Counter(
            (one.topic, one.difficulty, State.APPROVED.value) for one in load_pool(seal.pool_id).questions
        )
        return _blueprint([Stratum(*line) for line in seal.quotas], seal.questions, counts, sealed=True)
    quotas = [
        Stratum(quota.topic.name, quota.difficulty, quota.questions)
        for quota in round.quotas.select_related("topic")
    ]
    return _blueprint(quotas, round.questions, _counts(round), sealed=False)


def _counts(round: Round) -> Counts:
    rows = (
        work(round.bank)
        .select_related(None)
        .order_by()
        .values_list("topic__name", "difficulty", "state")
        .annotate(count=Count("pk"))
    )
    return {(topic, difficulty, state): count for topic, difficulty, state, count in rows}


def _blueprint(strata: Sequence[Stratum], questions: int, counts: Counts, *, sealed: bool) -> Blueprint:
    whole = Line(_("Cả ngân hàng"), questions, _found(counts, None))
    lines = [Line(one.label, one.questions, _found(counts, one)) for one in strata] or [whole]
    faults = list(blueprint_faults(strata, questions))
    if whole.missing:
        faults.append(
            _("Đề thi cần %(needed)d câu, ngân hàng mới có %(found)d câu đã duyệt.")
            % {"needed": questions, "found": whole.approved}
        )
    faults += filter(None, (shortage(one, line.approved) for one, line in zip(strata, lines, strict=False)))
    drawn = sum(
        count
        for (topic, difficulty, state), count in counts.items()
        if state == State.APPROVED and any(one.has(topic, difficulty) for one in strata)
    )
    outside = whole.approved - drawn if strata else 0
    return Blueprint(lines, questions, not strata, sealed, outside, faults)


def _found(counts: Counts, stratum: Stratum | None) -> Counter[str]:
    found: Counter[str] = Counter()
    for (topic, difficulty, state), count in counts.items():
        if stratum is None or stratum.has(topic, difficulty):
            found[state] += count
    return found
