"""One attempt of a scenario as a row, true in every column: drawn, answered, timed and receipted."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from attempts.rules.draw import Paper as Drawn
from attempts.rules.permutation import permutation
from attempts.rules.receipts import attempt_line, receipt_of_line
from contests.models import Round
from questions.pools import Pool, PoolQuestion
from tests.oracles.people import Paper

MILLISECOND = timedelta(milliseconds=1)


@dataclass
class Sitting:
    """`options`: what was chosen, in the order of the paper; None for a blank."""

    round: Round
    pool: Pool
    person: int
    number: int
    seed: bytes
    drawn: Drawn
    ended: datetime
    duration_ms: int
    guess: Decimal | None
    by_server: bool
    id: uuid.UUID
    options: list[int | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.started = self.ended - self.duration_ms * MILLISECOND
        assert self.round.opens_at <= self.started
        assert self.ended <= self.round.closes_at

    @property
    def questions(self) -> list[PoolQuestion]:
        return [self.pool.questions[index] for index in self.drawn.questions]

    def answer(self, dice: random.Random, wrong: int, answers: Mapping[int, int | None]) -> None:
        """All right but for so many, of which some are blank; and then what `answers` says."""
        questions = self.questions
        self.options = [question.keys[0] for question in questions]
        for place in dice.sample(range(len(questions)), wrong):
            key, width = questions[place].keys[0], len(questions[place].options)
            self.options[place] = None if place % 5 == 0 else (key + 1 + place % (width - 1)) % width
        for question, option in answers.items():
            if question in self.drawn.questions:
                self.options[self.drawn.questions.index(question)] = option

    def paper(self) -> Paper:
        """The fact."""
        return Paper(
            id=self.id,
            person=self.person,
            round=self.round.number,
            number=self.number,
            questions=tuple(self.drawn.questions),
            choices=tuple(0 if option is None else 1 + option for option in self.options),
            duration_ms=self.duration_ms,
            submitted_at=self.ended,
        )

    def row(self) -> dict[str, Any]:
        """The row as COPY takes it."""
        questions, drawn = self.questions, self.drawn
        widths = [len(question.options) for question in questions]
        tapped = [
            0 if option is None else 1 + permutation(order, width).index(option)
            for option, order, width in zip(self.options, drawn.orders, widths, strict=True)
        ]
        limit = timedelta(minutes=self.round.time_limit_minutes)
        return {
            "id": self.id,
            "entry_id": self.person,
            "round_id": self.round.pk,
            "number": self.number,
            "seed": self.seed,
            "paper": _array(drawn.questions),
            "orders": _array(drawn.orders),
            "limits": _array(widths),
            "answers": _array(tapped),
            "prediction_draft": self.guess,
            "revision": len(questions),
            "started_at": self.started,
            "deadline": min(self.started + limit, self.round.closes_at),
            "saved_at": self.ended,
            "submitted_at": self.ended,
            "finished_by": "server" if self.by_server else "contestant",
            "choices": _array(self.paper().choices),
            "correct": sum(
                option == question.keys[0] for option, question in zip(self.options, questions, strict=True)
            ),
            "duration_ms": self.duration_ms,
            "receipt": self._receipt(tapped),
            "device": "",
        }

    def _receipt(self, tapped: list[int]) -> str:
        return receipt_of_line(
            attempt_line(
                attempt_id=self.id,
                round_id=self.round.pk,
                entry_id=self.person,
                number=self.number,
                started_at=self.started,
                submitted_at=self.ended,
                duration_ms=self.duration_ms,
                paper=self.drawn.questions,
                orders=self.drawn.orders,
                answers=tapped,
                prediction=self.guess,
            )
        )


def _array(numbers: Iterable[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"
