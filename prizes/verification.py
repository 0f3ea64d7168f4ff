"""What the public page of verification shows: seals, lists, and what a list says of one receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from attempts.models import Attempt, RegradedScore
from contests.models import Contest, Round, RoundSeal, Unsealing
from contests.queries import RoundState, round_state, seal_of
from prizes.domain.publishing import busy_banks, rule_of_round, status_of
from prizes.models import PublishedList, StandingsRow, StandingsRun
from prizes.queries import publications
from prizes.rules.published import Status, file_name
from prizes.scope import Scope


@dataclass(frozen=True)
class SealFacts:
    """What anyone may know of a round's seal at this moment; `secret` is "" until no paper can be taken.

    `broken`: the seals before this one, the last one first; none of them drew a paper.
    """

    round: Round
    seal: RoundSeal | None
    secret: str
    broken: tuple[Unsealing, ...] = ()


@dataclass(frozen=True)
class ListFacts:
    """A published run and its list. `until`: the list is not offered before (a bank is still in use)."""

    run: StandingsRun
    published_at: datetime
    file: PublishedList | None
    until: datetime | None
    in_force: bool
    commitments: tuple[str, ...]

    @property
    def scope_name(self) -> str:
        return Scope.of_run(self.run).name

    @property
    def file_name(self) -> str:
        number = self.run.round.number if self.run.round else None
        return file_name(self.run.contest.slug, number, self.run.version)

    @property
    def command(self) -> str:
        """How the list is checked with everything that this page knows."""
        known = [f"--digest {self.run.digest}", *(f"--commitment {one}" for one in self.commitments)]
        return " ".join(["python3 verify.py", self.file_name, *known])


@dataclass(frozen=True)
class ReceiptFacts:
    """What a published list says of one attempt; `listed` None: no list with it was published yet.

    `rank` is that of the person; `ranked_by_this` says whether this is the attempt that it comes from.
    """

    attempt: Attempt
    listed: ListFacts | None = None
    status: Status | None = None
    correct: int | None = None
    rank: int | None = None
    ranked_by_this: bool = False


def seal_facts(contest: Contest, now: datetime) -> list[SealFacts]:
    """The contest's rounds in their order. Two queries; the sealed questions themselves are not read."""
    rounds = contest.rounds.select_related("closing", "seal__pool").defer("seal__pool__content")
    broken = Prefetch("unsealings", Unsealing.objects.order_by("-at"))
    return [_seal_facts(one, now) for one in rounds.prefetch_related(broken).order_by("number")]


def _seal_facts(round: Round, now: datetime) -> SealFacts:
    seal = seal_of(round)
    closed = round_state(round, now) is RoundState.CLOSED
    secret = bytes(seal.secret).hex() if seal and closed else ""
    return SealFacts(round, seal, secret, tuple(round.unsealings.all()))


def list_facts(contest: Contest, seals: Sequence[SealFacts], now: datetime) -> list[ListFacts]:
    """Every published run, the rounds in their order, of each the newest first. Two queries."""
    busy = busy_banks(contest, now)
    facts: list[ListFacts] = []
    seen: set[int | None] = set()
    for publication in publications(contest).select_related("run__published_list"):
        run = publication.run
        counted = [one for one in seals if run.round_id in (None, one.round.pk)]
        banks = [one.round.bank_id for one in counted]
        facts.append(
            ListFacts(
                run=run,
                published_at=publication.at,
                file=getattr(run, "published_list", None),
                until=max((busy[bank] for bank in banks if bank in busy), default=None),
                in_force=run.round_id not in seen,
                commitments=tuple(one.seal.commitment for one in counted if one.seal),
            )
        )
        seen.add(run.round_id)
    return facts


def receipt_facts(contest: Contest, code: str, lists: Sequence[ListFacts]) -> ReceiptFacts | None:
    """What the newest published run that counts the attempt's round says of it; None for an unknown code."""
    attempt = (
        Attempt.objects.filter(receipt=code, round__contest=contest, submitted_at__isnull=False)
        .select_related("round__contest", "entry")
        .first()
    )
    if attempt is None:
        return None
    listed = next((one for one in lists if one.in_force and one.run.round_id == attempt.round_id), None)
    listed = listed or next((one for one in lists if one.in_force and one.run.round_id is None), None)
    if listed is None:
        return ReceiptFacts(attempt)
    row = StandingsRow.objects.filter(run=listed.run, entry=attempt.entry_id).first()
    return ReceiptFacts(
        attempt=attempt,
        listed=listed,
        status=status_of(attempt.entry, attempt.round, at=listed.run.at),
        correct=_mark(attempt, listed.run),
        rank=row.rank if row else None,
        ranked_by_this=row is not None and row.attempt_id == attempt.pk,
    )


def _mark(attempt: Attempt, run: StandingsRun) -> int | None:
    """The mark with which the run counted the attempt."""
    version = rule_of_round(run, attempt.round)["regrade"]
    if version is None:
        return attempt.correct
    score = RegradedScore.objects.filter(
        attempt=attempt, regrade__round=attempt.round_id, regrade__version=version
    ).first()
    return score.correct if score else attempt.correct
