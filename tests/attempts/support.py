"""Rounds with a pool of one's own making, and attempts that answer it in given ways."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import factorial
from random import Random
from typing import Any
from uuid import UUID

from attempts.domain.papers import sealed_paper
from attempts.models import Attempt
from attempts.queries import line_of
from attempts.rules.marking import mark
from attempts.rules.receipts import receipt_of_line
from contest_site.lib.clock import database_now
from contests.models import Contest, Entry, Round, RoundClosing, RoundSeal
from questions.domain.sealing import canonical, digest
from questions.models import SealedPool
from tests.support.factories import make_bank, make_contest, make_round, make_user

# (number of options, index of the right one) of each question; a set of several right ones may be ticked
Pool = Sequence[tuple[int, int | frozenset[int]]]
# a canonical option, -1 for a blank; a set where several may be ticked
Chosen = int | frozenset[int]


def pool_of(questions: Pool) -> SealedPool:
    """A sealed pool of these questions, without a bank behind it."""
    content = canonical(
        [
            {
                "id": at,
                "kind": "single" if isinstance(key, int) else "multiple",
                "topic": "Chủ đề 1",
                "difficulty": "",
                "text": f"Câu hỏi số {at + 1}?",
                "options": [f"Phương án {at + 1}.{option + 1}" for option in range(width)],
                "keys": [key] if isinstance(key, int) else sorted(key),
                "explanation": "",
                "source": "",
                "source_link": "",
            }
            for at, (width, key) in enumerate(questions)
        ]
    )
    return SealedPool.objects.create(
        bank=make_bank(0),
        content=content,
        size=len(questions),
        digest=digest(content),
        sealed_by=make_user(),
    )


def round_of(
    questions: Pool, *, paper: int, closed: bool = True, contest: Contest | None = None, **fields: Any
) -> Round:
    """A round sealed with these questions; over unless said otherwise."""
    now = database_now()
    contest = contest or make_contest(opens_at=now - timedelta(days=3))
    pool = pool_of(questions)
    values: dict[str, Any] = {"sealed": False, "questions": paper, "bank": pool.bank, **fields}
    round = make_round(contest, **values)
    RoundSeal.objects.create(
        round=round,
        pool=pool,
        questions=paper,
        parts=contest.parts,
        secret=b"s" * 32,
        commitment="0" * 64,
        by=make_user(),
    )
    if closed:
        RoundClosing.objects.create(round=round)
    return round


def answered(
    entry: Entry,
    round: Round,
    paper: Sequence[int],
    options: Sequence[Chosen],
    *,
    number: int = 1,
    orders: Sequence[int] | None = None,
    duration_ms: int = 60_000,
    attempt_id: UUID | None = None,
) -> Attempt:
    """A submitted attempt, not yet stored, in which these canonical options were chosen."""
    sealed = sealed_paper(round.seal.pk)
    scales = [sealed.scales[at] for at in paper]
    orders = list(orders or [0] * len(paper))
    answers = [
        answer_of(option, order, scale.width)
        for option, order, scale in zip(options, orders, scales, strict=True)
    ]
    marked = mark(answers, orders, scales)
    ended = database_now()
    attempt = Attempt(
        **({"id": attempt_id} if attempt_id else {}),
        entry=entry,
        round=round,
        number=number,
        seed=b"0" * 32,
        paper=list(paper),
        orders=orders,
        limits=sealed.limits(paper),
        answers=answers,
        started_at=ended - timedelta(milliseconds=duration_ms),
        deadline=ended + timedelta(minutes=1),
        submitted_at=ended,
        finished_by=Attempt.FinishedBy.CONTESTANT,
        choices=marked.choices,
        correct=marked.correct,
        duration_ms=duration_ms,
    )
    attempt.receipt = receipt_of_line(line_of(attempt))
    return attempt


def round_questions(round: Round) -> list[tuple[int, bool]]:
    """How many options each question of the pool has, and whether several may be ticked."""
    from questions.pools import load_pool

    questions = load_pool(round.seal.pool_id).questions
    return [(len(question.options), question.kind == "multiple") for question in questions]


def answer_of(chosen: Chosen, order: int, width: int) -> int:
    """What is tapped for these options."""
    if not isinstance(chosen, int):
        return sum(1 << place_of(option, order, width) for option in chosen)
    return 0 if chosen < 0 else 1 + place_of(chosen, order, width)


def place_of(option: int, order: int, width: int) -> int:
    from attempts.rules.permutation import permutation

    return permutation(order, width).index(option)


def random_attempt(entry: Entry, round: Round, random: Random, *, number: int = 1) -> Attempt:
    """A paper drawn and answered at random, some of it left blank."""
    questions = round_questions(round)
    paper = random.sample(range(len(questions)), round.questions)

    def chosen(width: int, multiple: bool) -> Chosen:
        if multiple:
            return frozenset(random.sample(range(width), random.randrange(width + 1)))
        return random.randrange(-1, width)

    return answered(
        entry,
        round,
        paper,
        [chosen(*questions[at]) for at in paper],
        orders=[random.randrange(factorial(questions[at][0])) for at in paper],
        number=number,
    )
