"""What was found in a file: the questions, and everything that a person must or may look at."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from questions.formats.exchange import Note, Problem
from questions.rules import Content

SHOWN_PROBLEMS = 200


@dataclass(frozen=True)
class Remark:
    """A sentence with its place in a sheet; row None = the whole file, column "" = the whole row."""

    message: str
    row: int | None = None
    column: str = ""

    def __str__(self) -> str:
        if self.row is None:
            return self.message
        if not self.column:
            return _("Dòng %(row)d: %(message)s") % {"row": self.row, "message": self.message}
        return _("Dòng %(row)d, cột %(column)s: %(message)s") % {
            "row": self.row,
            "column": self.column,
            "message": self.message,
        }


@dataclass(frozen=True)
class ParsedQuestion:
    """`place`: where it stands in its file, for people; `number`: its own, None when it has none to keep.

    `fingerprint`: of what it asks (questions.formats.content).
    """

    place: str
    number: int | None
    content: Content
    fingerprint: str = field(default="", compare=False)


@dataclass
class Report:
    """`questions` are those without a fault; nothing may be written while there are problems.

    `pictures`: bytes by name, those that the questions show.
    """

    questions: list[ParsedQuestion] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def topics(self) -> dict[str, int]:
        """How many questions of each topic, in the file's order."""
        return dict(Counter(question.content.topic for question in self.questions))

    @property
    def sentences(self) -> list[str]:
        """The problems in the file's order, at most 200 of them, and how many more there are."""
        shown = [str(problem) for problem in self.problems[:SHOWN_PROBLEMS]]
        if more := len(self.problems) - len(shown):
            shown.append(_("… và %(count)d lỗi khác.") % {"count": more})
        return shown
