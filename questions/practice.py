"""Practice: pure rules. All that there is of a practice is in its address; nothing of it is kept anywhere.

A choice is one number, canonical like an attempt's: 0 = left blank, 1 + the option, or where several may be
ticked the sum of 2^option.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from questions.enums import Kind
from questions.pools import PoolQuestion

SIZES = (10, 20, 30)
BLANK = 0


@dataclass(frozen=True)
class Practice:
    """Which questions (indices in the pool) were drawn by `seed`, and the choices made so far, in order."""

    seed: str
    questions: tuple[int, ...]
    choices: tuple[int, ...]

    @property
    def done(self) -> bool:
        return len(self.choices) >= len(self.questions)

    @property
    def number(self) -> int:
        """Of the question that is to be answered now, from 1."""
        return len(self.choices) + 1


def draw(indices: Iterable[int], size: int, seed: str) -> tuple[int, ...]:
    """`size` of the indices, or all there are, in an order that the seed alone decides."""
    return tuple(sorted(indices, key=lambda index: _mixed(seed, index))[:size])


def shown_order(question: PoolQuestion, seed: str) -> list[int]:
    """The options as they are shown: shuffled by the seed, but "Đúng" always before "Sai"."""
    options = list(range(len(question.options)))
    if question.kind == Kind.TRUE_FALSE:
        return options
    return sorted(options, key=lambda option: _mixed(f"{seed}:{question.id}", option))


def _mixed(seed: str, number: int) -> bytes:
    return hashlib.sha256(f"{seed}:{number}".encode()).digest()


def choice_of(question: PoolQuestion, options: Iterable[int]) -> int:
    """The choice that these options make; what is no option of the question is not there."""
    real = sorted({option for option in options if 0 <= option < len(question.options)})
    if question.kind == Kind.MULTIPLE:
        return sum(1 << option for option in real)
    return 1 + real[0] if len(real) == 1 else BLANK


def chosen_options(question: PoolQuestion, choice: int) -> set[int]:
    if question.kind == Kind.MULTIPLE:
        return {option for option in range(len(question.options)) if choice >> option & 1}
    return {choice - 1} if choice else set()


def is_right(question: PoolQuestion, choice: int) -> bool:
    """Exactly the keys were chosen."""
    return chosen_options(question, choice) == set(question.keys)


def read_choices(text: str, questions: Sequence[PoolQuestion]) -> tuple[int, ...]:
    """The choices in an address ("2.0.5"), as far as they can be ones of these questions in this order."""
    made = []
    for part, question in zip(text.split("."), questions, strict=False):
        limit = (1 << len(question.options)) - 1 if question.kind == Kind.MULTIPLE else len(question.options)
        if not (part.isascii() and part.isdigit() and len(part) < 4 and int(part) <= limit):
            break
        made.append(int(part))
    return tuple(made)
