"""The public list of a published run as a file: whole or not there, written again wherever it is missing."""

from __future__ import annotations

import gzip
import hashlib
import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from psycopg import sql

from attempts.models import Disqualification, Regrade
from attempts.queries import LINE
from contest_site.lib.locks import try_lock
from contests.enums import PredictionScope
from contests.models import Contest, Entry, Round
from contests.queries import barred_entries, competitors, effective_close, seal_of
from prizes.domain.persons import asks
from prizes.models import Publication, PublishedList, StandingsRun, UnitRow
from prizes.rules.canonical import configuration_line, line
from prizes.rules.published import FORMAT, Status, file_name, moment, tagged
from prizes.scope import Scope
from questions.enums import Kind
from questions.pools import Pool, load_pool, strata_of

log = logging.getLogger(__name__)

GIVEN_UP_AFTER = timedelta(days=1)
STANDINGS = b"STANDINGS "
ROWS = sql.SQL("""
COPY (
    SELECT concat_ws('|', rank, entry_id, attempt_id, correct, duration_ms,
        to_char(submitted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        coalesce(prediction::text, ''), coalesce(distance::text, ''))
    FROM prizes_standingsrow
    WHERE run_id = {run}
    ORDER BY rank, entry_id
) TO STDOUT
""")
STATUS = sql.SQL("""
CASE WHEN a.entry_id = ANY({excluded}::bigint[]) THEN 'excluded'
    WHEN a.entry_id = ANY({unofficial}::bigint[]) THEN 'unofficial'
    WHEN a.entry_id = ANY({disqualified}::bigint[]) THEN 'disqualified'
    ELSE 'counted' END
""")
COUNTS = sql.SQL("""
SELECT status, count(DISTINCT entry_id), count(*)
FROM (
    SELECT {status} AS status, a.entry_id
    FROM attempts_attempt a
    WHERE a.round_id = {round} AND a.submitted_at IS NOT NULL
) attempt
GROUP BY status
""")
ATTEMPTS = sql.SQL(f"""
COPY (
    SELECT 'ATTEMPT ' || concat_ws('|', a.receipt, {{status}}, a.correct,
        coalesce(regraded.correct::text, ''), coalesce(place.block::text, ''), {LINE})
    FROM attempts_attempt a
    JOIN contests_entry entry ON entry.id = a.entry_id
    LEFT JOIN attempts_regradedscore regraded
        ON regraded.attempt_id = a.id AND regraded.regrade_id = {{regrade}}
    LEFT JOIN unnest({{units}}::bigint[], {{blocks}}::bigint[]) place (unit, block)
        ON place.unit = entry.unit_id
    WHERE a.round_id = {{round}} AND a.submitted_at IS NOT NULL
    ORDER BY a.entry_id, a.number
) TO STDOUT
""")  # noqa: S608  the fragment is a constant of this code


@dataclass(frozen=True)
class Refused:
    """Entries that did not count when the run was computed."""

    excluded: list[int]
    unofficial: list[int]
    disqualified: list[int]

    @property
    def status(self) -> sql.Composed:
        """The SQL expression of an attempt's status."""
        return STATUS.format(
            excluded=sql.Literal(self.excluded),
            unofficial=sql.Literal(self.unofficial),
            disqualified=sql.Literal(self.disqualified),
        )


def write_list(run_id: int) -> bool:
    """Write the list of a published run unless it is there; False when that was not possible.

    One worker at a time per run. It is not written when what counts has changed since the run was computed,
    because it would not bear the run out: then a new version is due, which will have its own.
    """
    with transaction.atomic():
        if not try_lock(f"published-list:{run_id}"):
            return False
        run = (
            StandingsRun.objects.select_related("contest", "round", "published_list")
            .filter(publication__isnull=False)
            .get(pk=run_id)
        )
        if hasattr(run, "published_list"):
            return True
        rounds = Scope.of_run(run).rounds()
        refused = {one.pk: refused_in(one, at=run.at) for one in rounds}
        for one in rounds:
            if not _bears_out(run, one, refused[one.pk]):
                log.warning("list of run %s: what counts has changed since; not written", run.pk)
                return False
        folder = settings.MEDIA_ROOT / "lists" / run.contest.slug
        folder.mkdir(parents=True, exist_ok=True)
        return _store(run, rounds, refused, folder)


def unlisted_runs() -> QuerySet[StandingsRun]:
    """Published runs whose list is missing, whatever the broker or a worker forgot."""
    return published_without(published_list=None)


def published_without(**missing: None) -> QuerySet[StandingsRun]:
    """Published runs that lack what is to be made of them.

    A run that a later publication has replaced is given up after a while: what counts has changed since.
    """
    later = Publication.objects.annotate(of=Coalesce("run__round_id", 0)).filter(
        of=Coalesce(OuterRef("round_id"), 0),
        run__contest=OuterRef("contest"),
        run__version__gt=OuterRef("version"),
    )
    lacking = StandingsRun.objects.filter(publication__isnull=False, **missing)
    return lacking.filter(~Exists(later) | Q(publication__at__gt=Now() - GIVEN_UP_AFTER)).order_by("pk")


def withheld_until(run: StandingsRun, now: datetime) -> datetime | None:
    """Until when the list is not offered (see `busy_banks`), or None when it is."""
    busy = busy_banks(run.contest, now)
    return max((busy[one.bank_id] for one in Scope.of_run(run).rounds() if one.bank_id in busy), default=None)


def busy_banks(contest: Contest, now: datetime) -> dict[int, datetime]:
    """By bank of the contest's rounds: until when papers are still drawn from it; none without any.

    From marks and answers the right options can be worked out. So no list is offered while another round
    draws from the same bank: of an announced contest, or of any contest where this one is a rehearsal.
    """
    banks = contest.rounds.values("bank")
    rounds = Round.objects.filter(bank__in=banks, closes_at__gt=now).select_related("closing")
    if not contest.is_rehearsal:
        rounds = rounds.filter(contest__is_rehearsal=False, contest__announcement__isnull=False)
    busy: dict[int, datetime] = {}
    for one in rounds:
        end = effective_close(one)
        if end > now:
            busy[one.bank_id] = max(end, busy.get(one.bank_id, end))
    return busy


def refused_in(round: Round, *, at: datetime) -> Refused:
    """Whose attempts of the round did not count at that moment; the exclusion list is that of now."""
    found = _refused(round, at)
    return Refused(
        excluded=_ids(found[Status.EXCLUDED]),
        unofficial=_ids(found[Status.UNOFFICIAL]),
        disqualified=_ids(found[Status.DISQUALIFIED]),
    )


def status_of(entry: Entry, round: Round, *, at: datetime) -> Status:
    """Whether one person's attempts of the round counted at that moment, as the list says it."""
    for status, entries in _refused(round, at).items():
        if entries.filter(pk=entry.pk).exists():
            return status
    return Status.COUNTED


def _refused(round: Round, at: datetime) -> dict[Status, QuerySet[Entry]]:
    """Entries that do not count, by reason, the first reason first."""
    scope = Q(round=None) | Q(round=round)
    in_force = Q(reinstatement=None) | Q(reinstatement__at__gt=at)
    standing = Disqualification.objects.filter(scope, in_force, entry=OuterRef("pk"), at__lte=at)
    entries = Entry.objects.filter(contest=round.contest_id)
    contest: Contest = round.contest
    return {
        Status.EXCLUDED: barred_entries(contest, at=at),
        Status.UNOFFICIAL: entries.filter(unofficial=True),
        Status.DISQUALIFIED: entries.filter(Exists(standing)),
    }


def _ids(entries: QuerySet[Entry]) -> list[int]:
    return list(entries.order_by("pk").values_list("pk", flat=True))


def rule_of_round(run: StandingsRun, round: Round) -> dict[str, Any]:
    """What the run's configuration says of a round."""
    rules: list[dict[str, Any]] = run.configuration["rounds"]
    return next(one for one in rules if one["number"] == round.number)


def _bears_out(run: StandingsRun, round: Round, refused: Refused) -> bool:
    """Whether as many people and attempts count, and do not, as when the run was computed."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS.format(status=refused.status, round=sql.Literal(round.pk)))
        found = {status: (people, attempts) for status, people, attempts in cursor.fetchall()}
    rule = rule_of_round(run, round)
    counted = (rule["participants"], rule["attempts"])
    return found.get(Status.COUNTED, (0, 0)) == counted and all(
        found.get(status, (0, 0))[0] == rule[status]
        for status in (Status.EXCLUDED, Status.UNOFFICIAL, Status.DISQUALIFIED)
    )


# --- The file ----------------------------------------------------------------------------------------------
class _Hashed:
    """A file that knows the SHA-256 of what was written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self.file.write(data)

    def flush(self) -> None:
        self.file.flush()


def _store(run: StandingsRun, rounds: list[Round], refused: dict[int, Refused], folder: Path) -> bool:
    """Write the file beside its place and rename it there, so that nobody ever reads half a list."""
    path = folder / file_name(run.contest.slug, run.round.number if run.round else None, run.version)
    descriptor, temporary = tempfile.mkstemp(suffix=".part", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            target = _Hashed(file)
            # No name and no time inside, so that the same run gives the same bytes.
            with gzip.GzipFile("", "wb", fileobj=target, mtime=0) as zipped:
                attempts = _write(run, rounds, refused, zipped)
            file.flush()
            os.fsync(file.fileno())
        if attempts is None:
            log.error("the stored rows of run %s do not have its digest: they were altered", run.pk)
            return False
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    PublishedList.objects.create(
        run=run,
        name=path.relative_to(settings.MEDIA_ROOT).as_posix(),
        digest=target.digest.hexdigest(),
        attempts=attempts,
    )
    return True


def _write(
    run: StandingsRun, rounds: list[Round], refused: dict[int, Refused], file: gzip.GzipFile
) -> int | None:
    """The whole list, a row at a time; returns how many attempts, None for a text without its digest."""
    file.write(tagged("LIST", FORMAT))
    about = {
        "contest": run.contest.slug,
        "round": run.round.number if run.round else None,
        "version": run.version,
        "digest": run.digest,
    }
    file.write(tagged("RUN", about))
    digest = hashlib.sha256()
    for text in canonical_text(run):
        digest.update(text)
        file.write(STANDINGS + text)
    if digest.hexdigest() != run.digest:
        return None
    total = 0
    for round in rounds:
        file.write(tagged("ROUND", round_facts(round)))
        for text in _copied(_attempts(run, round, refused[round.pk])):
            file.write(text)
            total += 1
    file.write(tagged("END", {"attempts": total}))
    return total


def canonical_text(run: StandingsRun) -> Iterator[bytes]:
    """The lines whose SHA-256 is the run's digest, from its stored rows (prizes.rules.canonical)."""
    yield configuration_line(run.configuration)
    yield from _copied(ROWS.format(run=sql.Literal(run.pk)))
    yield from _unit_lines(run)


def _unit_lines(run: StandingsRun) -> Iterable[bytes]:
    """By table, block (where the table ranks inside blocks), rank (those left out last) and unit."""
    inside = {table["number"]: table["by_block"] for table in run.configuration["tables"]}
    rows = UnitRow.objects.filter(run=run).select_related("table")

    def place(row: UnitRow) -> tuple[int, int, bool, int, int]:
        number = row.table.number
        return number, row.block_id if inside[number] else 0, row.rank is None, row.rank or 0, row.unit_id

    for row in sorted(rows, key=place):
        yield line(
            "unit", row.table.number, row.block_id, row.unit_id, row.rank, row.left_out,
            row.participants, row.attempts, row.headcount, row.sittings, row.correct, row.all_right,
            row.winners, row.best_people, row.best_correct, row.best_duration_ms, row.points,
        )  # fmt: skip


def round_facts(round: Round) -> dict[str, Any]:
    """What the papers and times of a closed round are checked against."""
    seal = seal_of(round)
    pool = load_pool(seal.pool_id) if seal else None
    return {
        "number": round.number,
        "id": round.pk,
        "opens_at": moment(round.opens_at),
        "closes_at": moment(effective_close(round)),
        "time_limit_minutes": round.time_limit_minutes,
        "attempts_allowed": round.attempts_allowed,
        "pool_digest": pool.digest if pool else None,
        "commitment": seal.commitment if seal else None,
        "secret": bytes(seal.secret).hex() if seal else None,
        "questions": seal.questions if seal else None,
        "strata": strata_of(pool, seal.quotas) if pool and seal else None,
        "widths": [len(question.options) for question in pool.questions] if pool else None,
        "multiple": _multiple(pool) if pool else None,
        "parts": seal.parts if seal else None,
    }


def _multiple(pool: Pool) -> list[int]:
    """Which questions may have several options ticked."""
    return [index for index, question in enumerate(pool.questions) if question.kind == Kind.MULTIPLE]


def _attempts(run: StandingsRun, round: Round, refused: Refused) -> sql.Composed:
    blocks: dict[int, int] = {}
    if asks(round) and round.prediction_scope == PredictionScope.BLOCK:
        blocks = {unit: one.block_id for unit, one in competitors(run.contest).items()}
    version = rule_of_round(run, round)["regrade"]
    regrade = Regrade.objects.filter(round=round, version=version).first() if version else None
    return ATTEMPTS.format(
        status=refused.status,
        regrade=sql.Literal(regrade.pk if regrade else None),
        units=sql.Literal(list(blocks)),
        blocks=sql.Literal(list(blocks.values())),
        round=sql.Literal(round.pk),
    )


def _copied(query: sql.Composed) -> Iterator[bytes]:
    """The rows of a COPY, a line each with its end; the memory stays flat."""
    rest = b""
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for chunk in copy:
            *lines, rest = (rest + bytes(chunk)).split(b"\n")
            for text in lines:
                yield text + b"\n"
