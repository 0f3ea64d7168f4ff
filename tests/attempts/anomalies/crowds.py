"""Crowds with papers in a round, as rows of the site and as the oracle's sheets at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from attempts.models import Attempt
from attempts.queries import line_of
from attempts.rules.receipts import receipt_of_line
from contests.models import Contest, Entry, Round
from tests.attempts.support import answered, round_of
from tests.oracles.signals import Sheet
from tests.support.factories import make_entry

POOL = 36


def a_round(pool: int = POOL, paper: int = 24, *, contest: Contest | None = None, **fields: Any) -> Round:
    """A closed round whose pool has `pool` questions of four options, the first of which is right."""
    made = round_of([(4, 0)] * pool, paper=paper, contest=contest, closed=False, **fields)
    return Round.objects.select_related("contest", "seal").get(pk=made.pk)


def hand_in(
    round: Round,
    entry: Entry,
    choices: dict[int, int] | None = None,
    *,
    started: datetime,
    minutes: float = 10,
    number: int = 1,
    address: str | None = None,
    device: str = "",
    **changes: Any,
) -> Sheet:
    """One submitted paper; `choices`: by question of the pool the option from 0, -1 for blank."""
    choices = choices if choices is not None else dict.fromkeys(range(round.questions), 0)
    attempt = answered(entry, round, list(choices), list(choices.values()), number=number)
    attempt.address, attempt.device = address, device
    attempt.started_at = started
    attempt.submitted_at = started + timedelta(minutes=minutes)
    attempt.deadline = started + timedelta(minutes=round.time_limit_minutes)
    attempt.duration_ms = int(timedelta(minutes=minutes) / timedelta(milliseconds=1))
    for name, value in changes.items():
        setattr(attempt, name, value)
    attempt.receipt = receipt_of_line(line_of(attempt))
    attempt.save(force_insert=True)
    return sheet_of(attempt)


def sheet_of(attempt: Attempt) -> Sheet:
    entry = attempt.entry
    others = Entry.objects.filter(user=entry.user).exclude(national_id_hash=None)
    assert attempt.choices is not None
    return Sheet(
        id=attempt.pk,
        person=entry.pk,
        unit=entry.unit_id,
        name=entry.full_name,
        born=entry.birth_date,
        phones=frozenset(phone for phone in (entry.phone, entry.user.phone) if phone),
        id_hashes=frozenset(str(one.national_id_hash) for one in others),
        address=attempt.address,
        device=attempt.device,
        started=attempt.started_at,
        submitted=attempt.submitted_at,
        deadline=attempt.deadline,
        saved=attempt.saved_at,
        duration_ms=attempt.duration_ms or 0,
        own_end=attempt.finished_by == Attempt.FinishedBy.CONTESTANT,
        number=attempt.number,
        right=attempt.correct or 0,
        choices=dict(zip(attempt.paper, attempt.choices, strict=True)),
    )


def honest_crowd(
    round: Round, dice: Random, units: Sequence[Any], people: int, *, guessers: float = 0.1
) -> list[Sheet]:
    """People of many abilities who answer alone: hard questions are hard for all, some wrong options lure."""
    hard = [dice.uniform(0.05, 0.8) for _ in range(POOL)]
    # How the three wrong options of each question tempt those who do not know.
    lure = [[dice.random() ** 3 + 0.02 for _ in range(3)] for _ in range(POOL)]
    sheets = []
    for at in range(people):
        entry = make_entry(round.contest, unit=units[at % len(units)])
        guesses = dice.random() < guessers
        ability = dice.uniform(0, 1)
        choices = {}
        for question in dice.sample(range(POOL), round.questions):
            if guesses:
                choices[question] = dice.randrange(4)
            elif dice.random() < hard[question] * (1.3 - ability):
                choices[question] = 1 + dice.choices(range(3), lure[question])[0]
            else:
                choices[question] = 0
        started = round.opens_at + timedelta(seconds=37 * at)
        sheets.append(hand_in(round, entry, choices, started=started, minutes=dice.uniform(4, 25)))
    return sheets
