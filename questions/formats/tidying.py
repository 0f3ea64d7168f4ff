"""The one form of an item, and what keeps an item from being a question of the site."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from questions.enums import Difficulty, Kind
from questions.formats import limits
from questions.formats.exchange import FALSE, TRUE, Choice, Item
from questions.formats.rich import line_text
from questions.formats.rich_reading import clean_rich, from_plain, pictures_in, to_plain
from questions.rules import (
    LETTERS,
    MAX_OPTIONS,
    NOTE_LIMIT,
    OPTION_LIMIT,
    TEXT_LIMIT,
    TOPIC_LIMIT,
    clean_lines,
    fingerprint,
    same_options,
    text_fault,
)

LEAST_CHOICES = 2
WHOLE = Decimal(100)
# What a third, written with the 5 places of Moodle, may miss; and what a sum of such parts may.
ALIKE, SUM_SLACK = Decimal("0.001"), Decimal(1)
DIFFICULTY_WORDS = {
    Difficulty.EASY: ("dễ", "nhận biết"),
    Difficulty.MEDIUM: ("trung bình", "thông hiểu"),
    Difficulty.HARD: ("khó", "vận dụng"),
    Difficulty.VERY_HARD: ("rất khó", "vận dụng cao"),
}
DIFFICULTY_OF = {
    fingerprint(word): difficulty for difficulty, words in DIFFICULTY_WORDS.items() for word in words
}
# How a difficulty is written where there are only tags.
DIFFICULTY_TAG = re.compile(r"(?:độ khó|mức độ)\s*:\s*(.+)", re.IGNORECASE)
ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


def difficulty_named(words: str) -> Difficulty | None:
    """The difficulty that these words name in any spelling, or None."""
    return DIFFICULTY_OF.get(fingerprint(words))


def difficulty_tag(difficulty: Difficulty) -> str:
    return f"độ khó: {DIFFICULTY_WORDS[difficulty][0]}"


def tidy(item: Item) -> Item:
    """The item with every text in its one form; twice is as once. Raises TooComplexError.

    A single choice between "Đúng" and "Sai" is true/false; parts of the mark that say what the kind says
    anyway are left out; a tag that names a difficulty is the difficulty; an address on the last line of the
    source is its link.
    """
    choices = tuple(
        Choice(clean_rich(choice.text), choice.right, choice.fraction, clean_rich(choice.feedback))
        for choice in item.choices
    )
    kind, choices = _kind(item.kind, choices)
    difficulty, tags = _tags(item)
    source, link = _source(item)
    return replace(
        item,
        number=item.number if item.number and 1 <= item.number <= limits.NUMBER else None,
        kind=kind,
        topics=tuple(topic for topic in map(line_text, item.topics) if topic),
        text=clean_rich(item.text),
        choices=_fractions(kind, choices),
        explanation=clean_rich(item.explanation),
        source=source,
        source_link=link,
        difficulty=difficulty,
        tags=tags,
    )


def _kind(kind: Kind, choices: tuple[Choice, ...]) -> tuple[Kind, tuple[Choice, ...]]:
    texts = tuple(choice.text for choice in choices)
    if kind is Kind.TRUE_FALSE and texts == (FALSE, TRUE):
        return kind, choices[::-1]
    if kind is not Kind.MULTIPLE:
        return (Kind.TRUE_FALSE if texts == (TRUE, FALSE) else Kind.SINGLE), choices
    return kind, choices


def _tags(item: Item) -> tuple[Difficulty | None, tuple[str, ...]]:
    difficulty, tags = item.difficulty, dict[str, str]()
    for tag in map(line_text, item.tags):
        named = DIFFICULTY_TAG.fullmatch(tag)
        if named and (found := difficulty_named(named[1])):
            difficulty = difficulty or found
        elif tag:
            tags.setdefault(tag.casefold(), tag)
    return difficulty, tuple(tags.values())


def _source(item: Item) -> tuple[str, str]:
    source = to_plain(from_plain(clean_lines(item.source)))
    link = item.source_link.strip()
    above, _newline, last = source.rpartition("\n")
    if not link and ADDRESS.fullmatch(last):
        return above.strip("\n"), last
    return source, link


def default_fractions(kind: Kind, choices: Sequence[Choice]) -> list[Decimal]:
    """The parts of the mark by the kind alone, in percent, to 5 places."""
    right = sum(choice.right for choice in choices)
    part = WHOLE if kind is not Kind.MULTIPLE or not right else WHOLE / right
    part = part.quantize(Decimal("0.00001")).normalize()
    return [plain_number(part if choice.right else Decimal(0)) for choice in choices]


def plain_number(number: Decimal) -> Decimal:
    """Without needless zeros and without an exponent: 1E+2 is 100."""
    number = number.normalize()
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number


def _fractions(kind: Kind, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    if all(choice.fraction is None for choice in choices):
        return choices
    usual = default_fractions(kind, choices)
    given = [
        own if choice.fraction is None else plain_number(choice.fraction)
        for choice, own in zip(choices, usual, strict=True)
    ]
    plain = all(abs(one - other) < ALIKE for one, other in zip(given, usual, strict=True))
    return tuple(
        replace(choice, fraction=None if plain else fraction)
        for choice, fraction in zip(choices, given, strict=True)
    )


def faults(item: Item) -> list[str]:
    """Sentences on a tidy item; [] when it can be a question."""
    found = list(_text_faults(item))
    if not found:
        found += _choice_faults(item)
    return found


def _text_faults(item: Item) -> Iterable[str]:
    texts = [
        (_("nội dung câu hỏi"), item.text, TEXT_LIMIT),
        *((_("phương án %s") % letter, text, OPTION_LIMIT) for letter, text in lettered(item.choices)),
        (_("giải thích"), item.explanation, NOTE_LIMIT),
        *((_("nhận xét của phương án"), choice.feedback, NOTE_LIMIT) for choice in item.choices),
    ]
    plain = [(name, to_plain(text), limit) for name, text, limit in texts]
    plain += [(_("căn cứ"), item.source, NOTE_LIMIT)]
    plain += [(_("chủ đề"), topic, TOPIC_LIMIT) for topic in item.topics]
    plain += [(_("thẻ"), tag, limits.TAG) for tag in item.tags]
    for name, text, limit in plain:
        if fault := text_fault(text, limit):
            yield _("%(name)s: %(fault)s") % {"name": name, "fault": fault}
    if not fingerprint(to_plain(item.text)) and not pictures_in(item.text):
        yield _("chưa có nội dung câu hỏi")
    if len(item.topics) > limits.TOPIC_DEPTH:
        yield _("chủ đề có %(count)d cấp, tối đa là %(limit)d") % {
            "count": len(item.topics),
            "limit": limits.TOPIC_DEPTH,
        }
    if len(item.tags) > limits.TAGS:
        yield _("có quá %(limit)d thẻ") % {"limit": limits.TAGS}
    link = item.source_link
    if link and (len(link) > limits.LINK or not ADDRESS.fullmatch(link)):
        yield _("liên kết của căn cứ phải là một địa chỉ bắt đầu bằng http:// hoặc https://")


def lettered(choices: Sequence[Choice]) -> list[tuple[str, str]]:
    """(letter, rich text) of each choice; a choice past the last letter has its number."""
    return [(letter(index), choice.text) for index, choice in enumerate(choices)]


def letter(index: int) -> str:
    return LETTERS[index] if index < len(LETTERS) else str(index + 1)


def _choice_faults(item: Item) -> Iterable[str]:
    count = len(item.choices)
    if not LEAST_CHOICES <= count <= MAX_OPTIONS:
        yield _("có %(count)d phương án, cần từ %(least)d đến %(most)d") % {
            "count": count,
            "least": LEAST_CHOICES,
            "most": MAX_OPTIONS,
        }
        return
    for name, text in lettered(item.choices):
        if not text:
            yield _("phương án %(letter)s còn trống") % {"letter": name}
    # A picture is told from another by its name, which its alternative text is not.
    said = [
        choice.text if pictures_in(choice.text) else to_plain(choice.text).strip() or choice.text
        for choice in item.choices
    ]
    for later, earlier in same_options(said, exactly=True):
        yield _("phương án %(later)s trùng với phương án %(earlier)s") % {
            "later": letter(later),
            "earlier": letter(earlier),
        }
    right = [letter(index) for index, choice in enumerate(item.choices) if choice.right]
    if not right:
        yield _("chưa có đáp án đúng")
    elif item.kind is not Kind.MULTIPLE and len(right) > 1:
        yield _("có nhiều hơn một đáp án đúng (%(letters)s)") % {"letters": ", ".join(right)}
    else:
        yield from _fraction_faults(item)


def _fraction_faults(item: Item) -> Iterable[str]:
    given = [(choice.right, choice.fraction) for choice in item.choices if choice.fraction is not None]
    if not given:
        return
    if any(not -WHOLE <= fraction <= WHOLE for _right, fraction in given):
        yield _("tỷ lệ điểm của phương án phải từ −100 đến 100 %")
    elif item.kind is Kind.TRUE_FALSE:
        yield _("câu đúng/sai không có tỷ lệ điểm riêng")
    elif item.kind is Kind.SINGLE:
        if any((fraction == WHOLE) != right for right, fraction in given):
            yield _("tỷ lệ điểm không khớp với đáp án đúng")
    elif any((fraction > 0) != right for right, fraction in given):
        yield _("tỷ lệ điểm không khớp với các đáp án đúng")
    else:
        total = sum(fraction for right, fraction in given if right)
        if abs(total - WHOLE) > SUM_SLACK:
            yield _("tổng tỷ lệ điểm của các đáp án đúng là %(total)s %%, phải là 100 %%") % {
                "total": str(plain_number(Decimal(total))).replace(".", ",")
            }
