"""Saving answers: one UPDATE that checks everything and changes no indexed column."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from uuid import UUID

from django.utils.translation import gettext as _

from attempts.models import Attempt
from contest_site.lib import hot
from contest_site.lib.errors import Invalid, NotNow

# question number of the paper (from 1) → the answer (attempts.rules.marking)
Answers = Mapping[int, int]
# What a typed prediction says by what a round may ask for (contests.enums.PredictionTarget): a number, None
# for a blank. Where it cannot be read the target is left out.
Readings = Mapping[str, Decimal | None]


@dataclass(frozen=True)
class Saved:
    """`revision` after the save; `remaining_ms` until the deadline, by the database's clock."""

    revision: int
    remaining_ms: int


class Finished(NotNow):
    """The attempt is over: submitted, past its deadline, or its round closed."""

    def __init__(self) -> None:
        super().__init__(_("Bài thi đã kết thúc. Câu trả lời gửi sau thời điểm kết thúc không được tính."))


class Overtaken(NotNow):
    """Another tab or device saved meanwhile; the caller shows what is stored and asks again."""

    def __init__(self) -> None:
        super().__init__(_("Bài thi vừa được lưu từ một cửa sổ hoặc thiết bị khác."))


def save_answers(
    attempt_id: UUID,
    user_id: int,
    answers: Answers,
    *,
    prediction: Decimal | None = None,
    clear_prediction: bool = False,
    revision: int | None = None,
) -> Saved:
    """Store the given answers (others stay) and the prediction, if one is given or cleared.

    `revision` is what the caller last saw, or None to write over whatever is there. Acknowledged = committed.
    Raises Attempt.DoesNotExist (not this user's), Finished, Overtaken, Invalid (a choice not in the paper).
    """
    known = prediction is not None or clear_prediction
    if saved := _save(_OF_USER, attempt_id, user_id, answers, known=[prediction] * known, revision=revision):
        return saved
    raise _why_not(attempt_id, user_id, answers, revision)


def save_by_session(
    attempt_id: UUID,
    session_key: str,
    answers: Answers,
    *,
    readings: Readings | None = None,
    revision: int | None,
) -> Saved | None:
    """The same by the session's key: whose it is and whether it holds are looked up by the UPDATE itself, and
    so is what of `readings` the round asks for, where a prediction was sent.

    None when nothing was saved, whatever the reason: find out who it is, and use `save_answers`, which tells.
    """
    read = []
    if readings is not None:
        read = [json.dumps({target: value and str(value) for target, value in readings.items()})]
    return _save(_OF_SESSION, attempt_id, session_key, answers, read=read, revision=revision)


# Whose attempt it has to be. A session says whose it is only while the account has the password that it was
# opened with (contest_site.accounts.sessions).
_OF_USER = ("contests_entry e", "e.user_id = %s")
_OF_SESSION = (
    "contests_entry e, django_session s, accounts_user u",
    "s.session_key = %s AND s.expire_date > statement_timestamp() AND u.id = s.user_id AND u.is_active"
    " AND e.user_id = u.id",
)


def _save(
    whose: tuple[str, str],
    attempt_id: UUID,
    owner: int | str,
    answers: Answers,
    *,
    known: Sequence[Decimal | None] = (),
    read: Sequence[str] = (),
    revision: int | None,
) -> Saved | None:
    statement = _statement(whose, len(answers), len(known), len(read), revision is not None)
    given = sorted(answers.items())
    parameters: list[UUID | int | str | Decimal | None] = [one for pair in given for one in pair]
    parameters += [*known, *read, attempt_id, owner]
    # A subscript outside the paper reads as NULL, so the check fails and nothing is written.
    parameters += [one for number, value in given for one in (value, number)]
    parameters += read
    if revision is not None:
        parameters.append(revision)
    row = hot.row(statement, parameters)
    return Saved(revision=row[0], remaining_ms=int(row[1])) if row else None


@cache
def _statement(whose: tuple[str, str], answers: int, known: int, read: int, revised: bool) -> str:
    """For so many answers; with a handful of texts the server keeps its plans for all of them."""
    tables, belongs = whose
    changes = ["revision = a.revision + 1", "saved_at = statement_timestamp()"]
    changes += ["answers[%s] = %s"] * answers + ["prediction_draft = %s"] * known
    changes += ["prediction_draft = (%s::jsonb ->> r.prediction_target)::numeric"] * read
    checks = [
        "a.id = %s AND e.id = a.entry_id",
        belongs,
        "a.submitted_at IS NULL AND statement_timestamp() < a.deadline",
        "NOT EXISTS (SELECT 1 FROM contests_roundclosing c WHERE c.round_id = a.round_id)",
    ]
    checks += ["%s BETWEEN 0 AND a.limits[%s]"] * answers
    checks += ["r.id = a.round_id AND %s::jsonb ? r.prediction_target"] * read
    checks += ["a.revision = %s"] * revised
    return (
        f"UPDATE attempts_attempt a SET {', '.join(changes)} FROM {tables}{', contests_round r' * read}"  # noqa: S608
        f" WHERE {' AND '.join(checks)}"
        " RETURNING a.revision, floor(extract(epoch FROM a.deadline - statement_timestamp()) * 1000)"
    )


def _why_not(attempt_id: UUID, user_id: int, answers: Answers, revision: int | None) -> Exception:
    """The reason for which the UPDATE found no row, looked up only then."""
    attempt = Attempt.objects.filter(pk=attempt_id, entry__user_id=user_id).first()
    if attempt is None:
        return Attempt.DoesNotExist()
    for number, value in answers.items():
        if not (1 <= number <= len(attempt.limits) and 0 <= value <= attempt.limits[number - 1]):
            return Invalid(_("Câu %(number)d: phương án trả lời không có trong đề thi.") % {"number": number})
    if revision is not None and attempt.submitted_at is None and attempt.revision != revision:
        return Overtaken()
    return Finished()
