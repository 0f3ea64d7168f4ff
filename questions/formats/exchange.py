"""What passes between question files, whatever their format, and the site.

Texts called rich are in the form of `rich`; the others are plain, in NFC. An item read from a file is tidy
(`tidying.tidy`); a writer tidies what it is given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from questions.enums import Difficulty, Kind
from questions.formats.rich_reading import pictures_in

TRUE, FALSE = "Đúng", "Sai"  # the choices of a true/false item, in this order


@dataclass(frozen=True)
class Choice:
    """`text`, `feedback`: rich. `fraction`: percent of the mark, −100 to 100; None = by the kind: the right
    choice 100 (of several, equal parts of it), a wrong one 0."""

    text: str
    right: bool
    fraction: Decimal | None = None
    feedback: str = ""


@dataclass(frozen=True)
class Item:
    """One question. `place`: where it stands in its file, for people ("Dòng 12", "Câu 5 (đoạn 31)").

    `number`: its own number in the file, if it has one to keep. `topics`: from the broadest to the narrowest.
    `text`, `explanation`: rich; `source`: plain, may have several lines; `source_link`: http(s) address.
    """

    place: str
    number: int | None
    kind: Kind
    topics: tuple[str, ...]
    text: str
    choices: tuple[Choice, ...]
    explanation: str = ""
    source: str = ""
    source_link: str = ""
    difficulty: Difficulty | None = None
    tags: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Every rich text of it."""
        choices = (part for choice in self.choices for part in (choice.text, choice.feedback))
        return (self.text, *choices, self.explanation)

    @property
    def pictures(self) -> tuple[str, ...]:
        """Names of the pictures it shows, each once."""
        return tuple(dict.fromkeys(name for text in self.texts for name in pictures_in(text)))


@dataclass(frozen=True)
class Remark:
    """A sentence that goes on after its place; place "" = the whole file."""

    place: str
    text: str

    def __str__(self) -> str:
        if not self.place:
            return self.text[:1].upper() + self.text[1:]
        return _("%(place)s: %(text)s") % {"place": self.place, "text": self.text}


class Problem(Remark):
    """Why a question, or the whole file, cannot be taken."""


class Note(Remark):
    """What to look at: a guess that was made, something that was left out."""


class Lost(Remark):
    """What a format cannot hold of a question."""


@dataclass(frozen=True)
class Read:
    """What a file says. `items` are those without a problem; `pictures`: bytes by name, those in use.

    `seen`: every question as far as it could be read, with its problems, in the file's order.
    """

    items: tuple[Item, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()
    seen: tuple[Item, ...] = ()


class UnreadableError(Exception):
    """The file cannot be read at all; the message is the sentence for the person."""
