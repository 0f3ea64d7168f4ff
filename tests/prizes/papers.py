"""Sealed rounds with papers that were really drawn: taken through the verbs, or in bulk as rows."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from attempts.domain.papers import paper_questions, sealed_paper
from attempts.domain.starting import start_attempt
from attempts.domain.submitting import submit_attempt
from attempts.models import Attempt, Prediction
from attempts.queries import line_of
from attempts.rules.marking import choice_of
from attempts.rules.permutation import permutation
from attempts.rules.receipts import receipt_of_line
from contests.models import Entry, Round, Unit
from tests.support.factories import make_entry


def tapped(attempt: Attempt, right: int) -> dict[int, int]:
    """What to tap so that so many of the first questions are right and the others worth nothing."""
    answers = {}
    for at, question in enumerate(paper_questions(attempt)):
        width = len(question.options)
        shown = permutation(attempt.orders[at], width)
        if question.kind == "multiple":
            wanted = set(question.keys) if at < right else set(range(width)) - set(question.keys)
            answers[at + 1] = sum(1 << shown.index(option) for option in wanted)
            continue
        option = question.keys[0] if at < right else (question.keys[0] + 1) % width
        answers[at + 1] = 1 + shown.index(option)
    return answers


def sit(entry: Entry, round: Round, right: int, prediction: Decimal | int | None = None) -> Attempt:
    """Start and submit an attempt as a contestant does."""
    attempt = start_attempt(entry, round)
    value = None if prediction is None else Decimal(prediction)
    return submit_attempt(attempt.pk, entry.user_id, tapped(attempt, right), prediction=value)


def row(
    entry: Entry,
    round: Round,
    *,
    right: int,
    started_at: datetime,
    duration_ms: int,
    prediction: Decimal | None = None,
    number: int = 1,
    pk: UUID | None = None,
) -> Attempt:
    """An unsaved finished attempt whose paper was drawn by the rule and whose mark is that of its answers."""
    sealed = sealed_paper(round.seal.pk)
    seed, paper = sealed.draw(entry.pk, number)
    ended = started_at + timedelta(milliseconds=duration_ms, microseconds=321)
    attempt = Attempt(
        entry=entry,
        round=round,
        number=number,
        seed=seed,
        paper=paper.questions,
        orders=paper.orders,
        limits=sealed.limits(paper.questions),
        started_at=started_at,
        deadline=started_at + timedelta(minutes=round.time_limit_minutes),
        submitted_at=ended,
        finished_by=Attempt.FinishedBy.CONTESTANT,
        correct=right * sealed.parts,
        duration_ms=duration_ms,
        prediction_draft=prediction,
    )
    if pk:
        attempt.id = pk
    attempt.answers = list(tapped(attempt, right).values())
    attempt.choices = [
        choice_of(answer, order, sealed.scales[index].width, multiple=sealed.scales[index].multiple)
        for answer, order, index in zip(attempt.answers, attempt.orders, attempt.paper, strict=True)
    ]
    attempt.receipt = receipt_of_line(line_of(attempt))
    return attempt


def fill(round: Round, people: int, *, seed: int = 1, units: list[Unit] | None = None) -> None:
    """So many people with one or two attempts each as rows, with many perfect papers, ties and blanks."""
    chance = random.Random(seed)
    made: list[Attempt] = []
    guesses: list[Prediction] = []
    for _index in range(people):
        where: dict[str, Any] = {"unit": chance.choice(units)} if units else {}
        entry = make_entry(round.contest, **where)
        began = round.opens_at + timedelta(seconds=chance.randint(0, 600))
        bound = None
        for number in range(1, chance.randint(1, 2) + 1):
            value = chance.choice([None, Decimal(chance.randint(0, 60))])
            right = chance.choice([round.questions, round.questions, chance.randint(0, round.questions)])
            ms = chance.choice([60_000, 61_250, 90_001])
            attempt = row(
                entry, round, right=right, started_at=began, duration_ms=ms, prediction=value, number=number
            )
            began += timedelta(minutes=2)
            made.append(attempt)
            if bound is None and value is not None:
                bound = value
                guesses.append(
                    Prediction(
                        entry=entry,
                        round=round,
                        attempt=attempt,
                        value=value,
                        at=attempt.submitted_at or began,
                    )
                )
    Attempt.objects.bulk_create(made)
    Prediction.objects.bulk_create(guesses)
