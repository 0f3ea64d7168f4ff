"""Chấm lại: approved corrections of a closed round, applied to all its attempts in one statement.

An attempt's own mark is never touched. Against it every regrade counts anew, with all corrections in force:
for each corrected question of the paper, what the choice is worth now less what it was worth at the sealing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from attempts.domain.papers import sealed_paper
from attempts.models import Attempt, Regrade
from attempts.queries import MARK, REGRADED, corrections_in_force, lines_of, newest_regrade
from attempts.rules.corrections import Line, corrected_worths
from contest_site.audit.trail import record
from contest_site.lib.errors import NotNow
from contest_site.lib.locks import lock
from contests.models import Round
from contests.queries import closing_of

# `was` is what every choice was worth at the sealing, `now` what it is worth by the correction: arrays whose
# first element is the blank's (attempts.rules.marking.worths). A question comes once in a paper, so its place
# in it says where its choice lies.
CHANGED = """
correction AS (
    SELECT question, was, now
    FROM jsonb_to_recordset(%(corrections)s::jsonb) AS c(question smallint, was smallint[], now smallint[])
), changed AS (
    SELECT a.id, a.correct AS own,
        a.correct + sum(c.now[chosen.choice + 1] - c.was[chosen.choice + 1]) AS correct
    FROM attempts_attempt a
    JOIN correction c ON c.question = ANY(a.paper)
    CROSS JOIN LATERAL (SELECT a.choices[array_position(a.paper, c.question)] AS choice) chosen
    WHERE a.round_id = %(round)s AND a.submitted_at IS NOT NULL
    GROUP BY a.id
)
"""
APPLY = f"""
WITH {CHANGED}, differing AS (
    SELECT id, correct FROM changed WHERE correct <> own
), made AS (
    INSERT INTO attempts_regrade (round_id, version, corrections, attempts)
    SELECT %(round)s, %(version)s, %(lines)s::jsonb, (SELECT count(*) FROM differing)
    RETURNING id
), scores AS (
    INSERT INTO attempts_regradedscore (regrade_id, attempt_id, correct)
    SELECT made.id, differing.id, differing.correct FROM made, differing
)
SELECT id FROM made
"""  # noqa: S608  only constants of this module and of attempts.queries
# By how much the marks in force would change, and of how many attempts.
CHANGES = f"""
WITH {CHANGED}
SELECT coalesce(changed.correct, a.correct) - {MARK} AS change, count(*)
FROM attempts_attempt a {REGRADED} LEFT JOIN changed ON changed.id = a.id
WHERE a.round_id = %(round)s AND a.submitted_at IS NOT NULL
GROUP BY change ORDER BY change
"""  # noqa: S608


def regrade(round: Round) -> Regrade | None:
    """Mark a closed and finished round again by the corrections in force, as its next regrade.

    None when there are none, or when the newest regrade was made by these already; so it may be called again
    and again. Raises NotNow while attempts may still be submitted.
    """
    with transaction.atomic():
        lock(f"regrade:{round.pk}")
        lines = corrections_in_force(round)
        if lines == lines_of(newest_regrade(round)):
            return None
        if closing_of(round) is None or Attempt.objects.filter(round=round, submitted_at=None).exists():
            raise NotNow(_("Vòng thi chưa kết thúc xong nên chưa chấm lại được."))
        made = apply_corrections(round, lines)
        record(
            "regraded round", round, by=None,
            version=made.version, attempts=made.attempts, questions=[line[0] + 1 for line in lines],
        )  # fmt: skip
    return made


def apply_corrections(round: Round, lines: Sequence[Line]) -> Regrade:
    """Write the round's next regrade by exactly these corrections; call it inside a transaction."""
    newest = newest_regrade(round)
    values: dict[str, Any] = {"version": newest.version + 1 if newest else 1, "lines": json.dumps(lines)}
    with connection.cursor() as cursor:
        cursor.execute(APPLY, {**_parameters(round, lines), **values})
        (made,) = cursor.fetchone()
    return Regrade.objects.get(pk=made)


def mark_changes(round: Round, lines: Sequence[Line]) -> dict[int, int]:
    """How many submitted attempts would gain or lose how much of a mark (in parts), 0 included.

    Against the marks in force. Writes nothing; the round may still be running.
    """
    with connection.cursor() as cursor:
        cursor.execute(CHANGES, _parameters(round, lines))
        return dict(cursor.fetchall())


def _parameters(round: Round, lines: Sequence[Line]) -> dict[str, Any]:
    sealed = sealed_paper(round.seal.pk)
    corrections = []
    for at, accepted, void in lines:
        question, scale = sealed.pool.questions[at], sealed.scales[at]
        now = corrected_worths(question.kind, scale.width, tuple(accepted), sealed.parts, void=void)
        corrections.append({"question": at, "was": scale.worths, "now": now})
    return {"round": round.pk, "corrections": json.dumps(corrections)}
