"""A sealed pool as every web process keeps it in memory: papers are shown and marked from here alone."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from questions.models import SealedPool


@dataclass(frozen=True)
class PoolQuestion:
    """One question of a pool: `id` is its revision's, `key` the index of the right option in `options`."""

    id: int
    topic: str
    text: str
    options: tuple[str, ...]
    key: int
    explanation: str
    source: str


@dataclass(frozen=True)
class Pool:
    """All questions in the sealed order; `topics` maps a topic's name to the indices of its questions."""

    questions: tuple[PoolQuestion, ...]
    topics: Mapping[str, tuple[int, ...]]
    digest: str


@lru_cache(maxsize=32)
def load_pool(pool_id: int) -> Pool:
    """The pool, read once per process (its row is final).

    Raises SealedPool.DoesNotExist; ValueError when the content no longer has the digest of its sealing.
    """
    sealed = SealedPool.objects.only("content", "digest").get(pk=pool_id)
    if hashlib.sha256(sealed.content.encode()).hexdigest() != sealed.digest:
        raise ValueError(f"Sealed pool {pool_id} was altered: its content does not match its digest.")
    questions = tuple(
        PoolQuestion(**{**item, "options": tuple(item["options"])}) for item in json.loads(sealed.content)
    )
    topics: dict[str, list[int]] = {}
    for index, question in enumerate(questions):
        topics.setdefault(question.topic, []).append(index)
    return Pool(
        questions,
        MappingProxyType({topic: tuple(indices) for topic, indices in topics.items()}),
        sealed.digest,
    )
