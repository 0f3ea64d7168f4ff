"""A sealed pool as every web process keeps it in memory: papers are shown and marked from here alone."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from questions.models import Bank, Revision, SealedPool
from questions.queries import approved_revisions
from questions.rules import is_of_topic


@dataclass(frozen=True)
class PoolQuestion:
    """One question of a pool, in the words of questions.rules.Content; `id` is its revision's.

    `difficulty` is "" where none was given.
    """

    id: int
    kind: str
    topic: str
    difficulty: str
    text: str
    options: tuple[str, ...]
    keys: tuple[int, ...]
    explanation: str
    source: str
    source_link: str


@dataclass(frozen=True)
class Pool:
    """All questions in the sealed order."""

    questions: tuple[PoolQuestion, ...]
    digest: str

    def stratum(self, topic: str, difficulty: str = "") -> tuple[int, ...]:
        """Indices of the questions of the topic and those under it, of that difficulty if one is given."""
        return tuple(
            index
            for index, question in enumerate(self.questions)
            if is_of_topic(question.topic, topic) and difficulty in ("", question.difficulty)
        )


@lru_cache(maxsize=32)
def load_pool(pool_id: int) -> Pool:
    """The pool, read once per process (its row is final).

    Raises SealedPool.DoesNotExist; ValueError when the content no longer has the digest of its sealing.
    """
    sealed = SealedPool.objects.only("content", "digest").get(pk=pool_id)
    if hashlib.sha256(sealed.content.encode()).hexdigest() != sealed.digest:
        raise ValueError(f"Sealed pool {pool_id} was altered: its content does not match its digest.")
    return Pool(tuple(map(_question, json.loads(sealed.content))), sealed.digest)


def frozen(revision: Revision) -> dict[str, Any]:
    """What a pool keeps of a revision; reads the topic."""
    return {
        "id": revision.pk,
        "kind": revision.kind,
        "topic": revision.topic.name,
        "difficulty": revision.difficulty,
        "text": revision.text,
        "options": revision.options,
        "keys": revision.keys,
        "explanation": revision.explanation,
        "source": revision.source,
        "source_link": revision.source_link,
    }


def approved_pool(bank: Bank) -> Pool:
    """What sealing the bank at this moment would freeze; nothing is written, and there is no digest."""
    revisions = approved_revisions(bank).select_related("topic")
    return Pool(tuple(_question(frozen(revision)) for revision in revisions), "")


def _question(item: Mapping[str, Any]) -> PoolQuestion:
    return PoolQuestion(**{**item, "options": tuple(item["options"]), "keys": tuple(item["keys"])})


def strata_of(pool: Pool, quotas: Iterable[Sequence[Any]]) -> tuple[tuple[tuple[int, ...], int], ...]:
    """What attempts.rules.draw takes, of a seal's quotas: [topic, difficulty or "", how many] each."""
    return tuple((pool.stratum(topic, difficulty), questions) for topic, difficulty, questions in quotas)
