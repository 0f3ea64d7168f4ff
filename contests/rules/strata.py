"""A paper's blueprint: how many questions of which topic and difficulty. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from django.utils.translation import gettext as _

from questions.enums import Difficulty
from questions.rules import is_of_topic

# As a plan file has them: {topic: how many} or {topic: {difficulty: how many}}.
Quotas = Mapping[str, int | Mapping[str, int]]
LEVELS = {str(level): at for at, level in enumerate(Difficulty.values)}


class Stratum(NamedTuple):
    """So many questions of a topic and those under it; of every difficulty where that is ""."""

    topic: str
    difficulty: str
    questions: int

    def has(self, topic: str, difficulty: str) -> bool:
        """Whether a question of that topic and difficulty is drawn from here."""
        return is_of_topic(topic, self.topic) and self.difficulty in ("", difficulty)

    @property
    def label(self) -> str:
        """ "Đề án 06 › Định danh, mức độ Vận dụng"."""
        if not self.difficulty:
            return self.topic
        names = {"topic": self.topic, "level": Difficulty(self.difficulty).label}
        return _("%(topic)s, mức độ %(level)s") % names


def strata(quotas: Quotas) -> Iterator[Stratum]:
    """One for each number of the plan, in its order."""
    for topic, wanted in quotas.items():
        if isinstance(wanted, Mapping):
            for difficulty, questions in wanted.items():
                yield Stratum(topic, difficulty, questions)
        else:
            yield Stratum(topic, "", wanted)


def as_quotas(lines: Iterable[Stratum]) -> dict[str, int | dict[str, int]]:
    """What `strata` reads, by the shorter word where a topic has one number of any difficulty.

    A draft may hold both such a number and others of the same topic: then it is that of the level "",
    which no file can say and `overlaps` finds.
    """
    levels: dict[str, dict[str, int]] = {}
    for topic, difficulty, questions in lines:
        levels.setdefault(topic, {})[difficulty] = questions
    return {
        topic: found[""] if set(found) == {""} else dict(sorted(found.items(), key=_by_level))
        for topic, found in levels.items()
    }


def _by_level(item: tuple[str, int]) -> int:
    return LEVELS.get(item[0], -1)


def overlaps(lines: Iterable[Stratum]) -> list[tuple[Stratum, Stratum]]:
    """Pairs that could draw the same question: one topic at or above the other, levels that fit."""
    return [
        (one, other)
        for one, other in combinations(lines, 2)
        if (is_of_topic(one.topic, other.topic) or is_of_topic(other.topic, one.topic))
        and (one.difficulty == other.difficulty or "" in (one.difficulty, other.difficulty))
    ]


def blueprint_faults(lines: Sequence[Stratum], questions: int | None) -> Iterator[str]:
    """Why a paper of so many questions cannot be drawn by these strata, whatever the bank holds."""
    wanted = sum(line.questions for line in lines)
    if lines and questions is not None and wanted != questions:
        yield _("Số câu theo chủ đề cộng lại là %(sum)d, khác số câu hỏi của đề là %(questions)d.") % {
            "sum": wanted,
            "questions": questions,
        }
    for one, other in overlaps(lines):
        yield _(
            "“%(one)s” và “%(other)s” trùng phạm vi: một câu hỏi có thể thuộc cả hai."
            " Mỗi câu hỏi chỉ được thuộc một dòng."
        ) % {"one": one.label, "other": other.label}


def shortage(line: Stratum, found: int) -> str:
    """Why `found` questions are not enough for this line; "" when they are."""
    if found >= line.questions:
        return ""
    names = {"topic": line.topic, "needed": line.questions, "found": found}
    if not line.difficulty:
        return _("Chủ đề “%(topic)s” cần %(needed)d câu, mới có %(found)d câu đã duyệt.") % names
    names["level"] = str(Difficulty(line.difficulty).label)
    return _("Chủ đề “%(topic)s” cần %(needed)d câu mức độ %(level)s, mới có %(found)d câu đã duyệt.") % names
