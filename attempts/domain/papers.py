"""What a round's papers are drawn from, kept in each process's memory; after the sealing it never changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from attempts.models import Attempt
from attempts.rules.draw import Paper, attempt_seed, draw
from attempts.rules.marking import Scale, scale_of
from contests.models import RoundSeal
from questions.pools import Pool, PoolQuestion, load_pool, strata_of


@dataclass(frozen=True)
class SealedPaper:
    """A sealed round's pool, blueprint and secret; `scales` by the question's index in the pool."""

    round_id: int
    pool: Pool
    scales: tuple[Scale, ...]
    parts: int
    strata: tuple[tuple[tuple[int, ...], int], ...]
    questions: int
    secret: bytes

    def draw(self, entry_id: int, number: int) -> tuple[bytes, Paper]:
        """The seed and the paper of one attempt of one entry."""
        seed = attempt_seed(self.secret, self.round_id, entry_id, number)
        return seed, draw(self.strata, self.widths, self.questions, seed)

    def limits(self, paper: Iterable[int]) -> list[int]:
        """The highest answer to each question of a paper."""
        return [self.highest[index] for index in paper]

    @cached_property
    def widths(self) -> list[int]:
        """How many options each question of the pool has."""
        return [scale.width for scale in self.scales]

    @cached_property
    def highest(self) -> list[int]:
        """The highest answer to each question of the pool."""
        return [scale.limit for scale in self.scales]


@lru_cache(maxsize=64)
def sealed_paper(seal_id: int) -> SealedPaper:
    """Read once per process and seal: starting or marking an attempt touches no question table."""
    seal = RoundSeal.objects.get(pk=seal_id)
    pool = load_pool(seal.pool_id)
    return SealedPaper(
        round_id=seal.round_id,
        pool=pool,
        scales=tuple(
            scale_of(question.kind, len(question.options), question.keys, seal.parts)
            for question in pool.questions
        ),
        parts=seal.parts,
        strata=strata_of(pool, seal.quotas),
        questions=seal.questions,
        secret=bytes(seal.secret),
    )


def paper_questions(attempt: Attempt) -> list[PoolQuestion]:
    """The questions of an attempt in the order shown. `attempt.round.seal` should be loaded with it."""
    pool = sealed_paper(attempt.round.seal.pk).pool
    return [pool.questions[index] for index in attempt.paper]


def paper_scales(attempt: Attempt) -> list[Scale]:
    """How each question of an attempt is marked, in the order shown."""
    scales = sealed_paper(attempt.round.seal.pk).scales
    return [scales[index] for index in attempt.paper]
