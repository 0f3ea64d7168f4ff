"""Items, which files hold, and contents, which revisions hold. They say the same but for what only files
know: the feedback of a single option and its own part of the mark."""

from questions.formats.exchange import Choice, Item
from questions.formats.rich_reading import pictures_in, to_plain
from questions.rules import TOPIC_SEPARATOR, Content, fingerprint


def to_content(item: Item, topic: str = "") -> Content:
    """What the revision of a tidy item says; `topic` stands for an item that has none."""
    return Content(
        topic=TOPIC_SEPARATOR.join(item.topics) or topic,
        text=item.text,
        options=tuple(choice.text for choice in item.choices),
        keys=tuple(place for place, choice in enumerate(item.choices) if choice.right),
        explanation=item.explanation,
        source=item.source,
        kind=item.kind,
        difficulty=item.difficulty,
        tags=item.tags,
        source_link=item.source_link,
    )


def from_content(content: Content, *, number: int | None = None, place: str = "") -> Item:
    """The item that says what the content says."""
    return Item(
        place=place,
        number=number,
        kind=content.kind,
        topics=tuple(content.topic.split(TOPIC_SEPARATOR)),
        text=content.text,
        choices=tuple(Choice(option, index in content.keys) for index, option in enumerate(content.options)),
        explanation=content.explanation,
        source=content.source,
        source_link=content.source_link,
        difficulty=content.difficulty,
        tags=content.tags,
    )


def rich_fingerprint(rich: str) -> str:
    """The fingerprint of a rich text: of its words and its pictures, which may be all that it asks about."""
    names = (name[:8] for name in pictures_in(rich))
    return " ".join([fingerprint(to_plain(rich)), *names]).strip()
