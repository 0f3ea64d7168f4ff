"""The item analysis of a round: its counts, the indices and what looks wrong, ready to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from attempts.analysis.queries import Counts
from attempts.analysis.rules import (
    Choice,
    Statistics,
    Suspicion,
    group_size,
    guess,
    statistics,
    sums_of,
    suspicions,
)
from attempts.domain.papers import sealed_paper
from attempts.rules.corrections import Line, corrected_worths
from attempts.rules.marking import BLANK
from contests.models import Round
from questions.enums import Kind
from questions.pools import PoolQuestion

NOTHING = Choice(papers=0, upper=0, lower=0, rest=0, rest_squares=0)


@dataclass(frozen=True)
class Option:
    """An option of a question: on how many papers it was chosen, and by the two groups."""

    index: int
    right: bool
    papers: int
    upper: int
    lower: int


@dataclass(frozen=True)
class Combination:
    """Options that were ticked together; `worth` is a part of the highest mark."""

    options: tuple[int, ...]
    worth: Fraction
    papers: int
    upper: int
    lower: int


@dataclass(frozen=True)
class Item:
    """One question of the sealed pool. `papers` = on how many papers it was drawn."""

    index: int
    question: PoolQuestion
    papers: int
    blank: Choice
    options: tuple[Option, ...]
    combinations: tuple[Combination, ...]
    found: Statistics
    guess: Fraction
    suspicions: tuple[Suspicion, ...]
    corrected: bool
    void: bool
    upper: int
    lower: int

    @property
    def number(self) -> int:
        """As people count."""
        return self.index + 1

    @property
    def answered(self) -> int:
        return self.papers - self.blank.papers


@dataclass(frozen=True)
class Analysis:
    """All questions of a round's pool over `papers` papers; `group` = how many are in either end group."""

    round: Round
    items: tuple[Item, ...]
    papers: int
    every: bool
    at: datetime

    @property
    def group(self) -> int:
        return group_size(self.papers)

    @property
    def suspected(self) -> list[Item]:
        """What looks as if its key were wrong: most reasons first, then by what discriminates least."""
        return sorted(
            (item for item in self.items if item.suspicions),
            key=lambda item: (-len(item.suspicions), item.found.discrimination or 0, item.index),
        )


def worths_of(round: Round, lines: Iterable[Line]) -> list[Sequence[int]]:
    """Of each question of the sealed pool, what each choice is worth after these corrections."""
    sealed = sealed_paper(round.seal.pk)
    worths: list[Sequence[int]] = [scale.worths for scale in sealed.scales]
    for at, accepted, void in lines:
        kind, width = sealed.pool.questions[at].kind, sealed.scales[at].width
        worths[at] = corrected_worths(kind, width, tuple(accepted), sealed.parts, void=void)
    return worths


def analysis_of(
    round: Round,
    lines: Sequence[Line],
    papers: int,
    counts: Mapping[int, Counts],
    *,
    every: bool,
    at: datetime,
) -> Analysis:
    """What the counts of a sealed round say, by its keys with these corrections, of the moment `at`.

    Each person's first paper counts, as in Moodle, because later ones are no longer independent of it; with
    `every` all of them. `round` comes with its contest and its seal.
    """
    sealed = sealed_paper(round.seal.pk)
    accepted = {index: tuple(options) for index, options, _void in lines}
    worths = worths_of(round, lines)
    items = (
        _item(
            index,
            question,
            counts.get(index) or Counts(),
            worths[index],
            sealed.parts,
            keys=accepted.get(index, question.keys),
            corrected=index in accepted,
        )
        for index, question in enumerate(sealed.pool.questions)
    )
    return Analysis(round, tuple(items), papers, every, at)


def _item(
    index: int,
    question: PoolQuestion,
    counts: Counts,
    worths: Sequence[int],
    parts: int,
    *,
    keys: tuple[int, ...],
    corrected: bool,
) -> Item:
    multiple = question.kind == Kind.MULTIPLE
    sums = sums_of(counts.choices, counts.rests, worths)
    found = statistics(sums, parts)
    return Item(
        index=index,
        question=question,
        papers=sums.papers,
        blank=counts.choices.get(BLANK, NOTHING),
        options=_options(counts.choices, len(question.options), keys, multiple=multiple),
        combinations=_combinations(counts.choices, worths, parts) if multiple else (),
        found=found,
        guess=guess(worths, parts),
        suspicions=tuple(suspicions(counts.choices, worths, parts, found)),
        corrected=corrected,
        void=set(worths) == {parts},
        upper=sum(made.upper for made in counts.choices.values()),
        lower=sum(made.lower for made in counts.choices.values()),
    )


def _options(
    choices: Mapping[int, Choice], width: int, keys: tuple[int, ...], *, multiple: bool
) -> tuple[Option, ...]:
    """How often each option was chosen: of a question with several to tick, alone or among others."""

    def of(option: int) -> Option:
        chosen = [
            made
            for choice, made in choices.items()
            if (choice >> option & 1 if multiple else choice == 1 + option)
        ]
        return Option(
            option,
            option in keys,
            sum(made.papers for made in chosen),
            sum(made.upper for made in chosen),
            sum(made.lower for made in chosen),
        )

    return tuple(of(option) for option in range(width))


def _combinations(
    choices: Mapping[int, Choice], worths: Sequence[int], parts: int
) -> tuple[Combination, ...]:
    """What was ticked together, the most frequent first."""
    made = (
        Combination(
            tuple(option for option in range(choice.bit_length()) if choice >> option & 1),
            Fraction(worths[choice], parts),
            one.papers,
            one.upper,
            one.lower,
        )
        for choice, one in choices.items()
        if choice != BLANK
    )
    return tuple(sorted(made, key=lambda one: (-one.papers, one.options)))
