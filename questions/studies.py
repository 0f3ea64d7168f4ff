"""Published studies as their pages need them: found in one statement, searched in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import QuerySet
from django.db.models.functions import Now

from contest_site.lib.text import fold
from questions.formats.rich_reading import to_plain
from questions.models import Study
from questions.pools import Pool, PoolQuestion, load_pool


def public_studies() -> QuerySet[Study]:
    """What the public may see now, the latest first; the questions themselves are not read."""
    return (
        Study.objects.filter(opens_at__lte=Now(), withdrawal=None)
        .select_related("pool__bank")
        .defer("pool__content")
    )


def studies_of_banks(banks: Iterable[int | None]) -> QuerySet[Study]:
    """Those of the public ones that come from these banks."""
    return public_studies().filter(pool__bank__in=set(banks))


@dataclass(frozen=True)
class Found:
    """A question of a study; `number` = 1 + its index in the pool."""

    number: int
    question: PoolQuestion


@dataclass(frozen=True)
class Contents:
    """A study's questions by topic, topics in the order in which the pool first has them.

    `texts`: question and options of each index, without accents and case, to be searched in.
    """

    pool: Pool
    topics: tuple[str, ...]
    order: tuple[int, ...]
    texts: tuple[str, ...]

    def count(self, topic: str) -> int:
        return sum(question.topic == topic for question in self.pool.questions)

    def find(self, *, topic: str = "", words: str = "") -> list[Found]:
        """The questions of the topic that have all of these words; everything without topic and words."""
        wanted = fold(words).split()
        return [
            Found(index + 1, question)
            for index in self.order
            for question in [self.pool.questions[index]]
            if topic in ("", question.topic) and all(word in self.texts[index] for word in wanted)
        ]


@lru_cache(maxsize=16)
def contents_of(pool_id: int) -> Contents:
    """Read once per process, like the pool."""
    pool = load_pool(pool_id)
    topics = tuple(dict.fromkeys(question.topic for question in pool.questions))
    place = {topic: at for at, topic in enumerate(topics)}
    order = sorted(range(len(pool.questions)), key=lambda at: (place[pool.questions[at].topic], at))
    texts = tuple(
        fold(" ".join(to_plain(text) for text in (question.text, *question.options)))
        for question in pool.questions
    )
    return Contents(pool, topics, tuple(order), texts)
