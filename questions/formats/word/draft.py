"""A question while it is being put together from the paragraphs of a document."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from questions.enums import Difficulty
from questions.formats.word.model import Line
from questions.formats.word.parts import Part


@dataclass
class Option:
    """`label`: its letter, for the look of it; empty when Word letters it. `whole`: the line as typed."""

    part: Part
    label: Line = field(default_factory=Line)
    star: bool = False
    small: bool = False
    whole: Line = field(default_factory=Line)
    feedback: Part = field(default_factory=Part)


@dataclass
class Draft:
    """`ours`: its style says that this site wrote it, so that looks mean nothing. `key`: as written below it;
    `truth`: a written key of a true/false question without options."""

    paragraph: int
    number: int | None
    topics: tuple[str, ...]
    ours: bool = False
    several: bool = False
    text: Part = field(default_factory=Part)
    options: list[Option] = field(default_factory=list)
    explanation: Part = field(default_factory=Part)
    source: Part = field(default_factory=Part)
    link: str = ""
    difficulty: Difficulty | None = None
    tags: list[str] = field(default_factory=list)
    key: tuple[int, ...] | None = None
    truth: bool | None = None
    faults: list[str] = field(default_factory=list)
    # Where the next paragraph belongs.
    part: Part = field(default_factory=Part)
    answered: bool = False  # a key or an explanation was read: what follows is no option

    def __post_init__(self) -> None:
        self.part = self.text

    @property
    def place(self) -> str:
        if self.number is None:
            return _("Đoạn %(paragraph)d") % {"paragraph": self.paragraph}
        return _("Câu %(number)d (đoạn %(paragraph)d)") % {
            "number": self.number,
            "paragraph": self.paragraph,
        }

    def fault(self, text: str) -> None:
        if text not in self.faults:
            self.faults.append(text)

    def add_option(self, option: Option) -> None:
        if not self.options:
            self.answered = False  # a key that stands above the options
        self.options.append(option)
        self.part = option.part

    @property
    def complete(self) -> bool:
        """Whether its options have ended."""
        return self.answered and bool(self.options)
