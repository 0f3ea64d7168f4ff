"""What a printed paper shows, and, apart from it, its key. A paper carries nothing that tells the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from questions.enums import Kind
from questions.formats.exchange import Item
from questions.formats.tidying import letter


@dataclass(frozen=True)
class PaperQuestion:
    """`text` and the options' texts are rich. `topics`: its path, when it differs from the question's before;
    else ()."""

    number: int
    text: str
    options: tuple[tuple[str, str], ...]
    several: bool
    topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paper:
    """`pictures`: bytes by name, those that the questions and options show."""

    title: str
    questions: tuple[PaperQuestion, ...]
    pictures: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class KeyRow:
    """`letters`: of the right options, in order."""

    number: int
    letters: tuple[str, ...]
    explanation: str = ""
    source: str = ""
    source_link: str = ""


def paper(items: Sequence[Item], pictures: Mapping[str, bytes], *, title: str) -> Paper:
    """The items in their order, numbered from 1, without key, explanation, source and feedback."""
    questions: list[PaperQuestion] = []
    shown: dict[str, bytes] = {}
    topics: tuple[str, ...] = ()
    for number, item in enumerate(items, 1):
        options = tuple((letter(index), choice.text) for index, choice in enumerate(item.choices))
        heading = item.topics if item.topics != topics else ()
        several = item.kind is Kind.MULTIPLE
        questions.append(PaperQuestion(number, item.text, options, several, heading))
        topics = item.topics
        visible = item.text + "".join(text for _letter, text in options)
        shown |= {name: pictures[name] for name in item.pictures if name in visible and name in pictures}
    return Paper(title, tuple(questions), shown)


def key(items: Sequence[Item]) -> tuple[KeyRow, ...]:
    """The key of the paper of the same items."""
    return tuple(
        KeyRow(
            number,
            tuple(letter(index) for index, choice in enumerate(item.choices) if choice.right),
            item.explanation,
            item.source,
            item.source_link,
        )
        for number, item in enumerate(items, 1)
    )
