"""What a question must be, whichever way it comes in (a form, an Excel file). Pure: no database, no file."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from contest_site.lib.text import ORDINARY, SPACES, clean, fold
from questions.enums import Difficulty, Kind

LETTERS = "ABCDEFG"
MIN_OPTIONS = 4
# Fewer are an omission unless the file or the form says that they are meant; two there are always.
USUAL_OPTIONS = {Kind.SINGLE: MIN_OPTIONS, Kind.MULTIPLE: 3, Kind.TRUE_FALSE: 2}
LEAST_OPTIONS = 2
MAX_OPTIONS = 7  # the rank of a permutation of 7 options still fits PostgreSQL's smallint
TOPIC_LIMIT = 200
TEXT_LIMIT = 2_000
OPTION_LIMIT = 1_000
NOTE_LIMIT = 4_000  # explanation and source
LINK_LIMIT = 500
TAG_LIMIT = 50
TOPIC_SEPARATOR = " › "
NO_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Content:
    """What a revision says.

    `topic`: names from the broadest to the narrowest, joined by TOPIC_SEPARATOR. `text`, `options` and
    `explanation` are rich (questions.formats.rich), the rest is plain. `keys`: indices of the right options,
    ascending: one of them, or for Kind.MULTIPLE one or more but never all.
    """

    topic: str
    text: str
    options: tuple[str, ...]
    keys: tuple[int, ...]
    explanation: str = ""
    source: str = ""
    kind: Kind = Kind.SINGLE
    difficulty: Difficulty | None = None
    tags: tuple[str, ...] = ()
    source_link: str = ""


def is_of_topic(topic: str, ancestor: str) -> bool:
    """Whether the topic is `ancestor` itself or lies under it."""
    return topic == ancestor or topic.startswith(ancestor + TOPIC_SEPARATOR)


def clean_lines(text: str) -> str:
    """NFC, without invisible and control characters, single spaces; line breaks are kept."""
    if ORDINARY.fullmatch(text):
        return SPACES.sub(" ", text).strip() if "  " in text else text.strip()
    lines = [
        clean(line if ORDINARY.fullmatch(line) else "".join(map(_visible, line)))
        for line in text.splitlines()
    ]
    return "\n".join(lines).strip("\n")


def _visible(char: str) -> str:
    """A tab is a space; formatting characters, surrogates and noncharacters are nothing."""
    if char == "\t":
        return " "
    return "" if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Cn"} else char


def fingerprint(text: str) -> str:
    """The same for two texts that differ in case, accents, spaces or punctuation only.

    Without accents, because "hoà" and "hòa" are two ways of writing one word.
    """
    return NO_LETTERS.sub(" ", fold(text)).strip()


def text_fault(text: str, limit: int) -> str:
    """Why a cleaned text cannot be taken, as a sentence; "" when it can."""
    if len(text) > limit:
        return _("dài %(length)d ký tự, tối đa là %(limit)d") % {"length": len(text), "limit": limit}
    if text.isascii():
        return ""
    if is_garbled(text):
        return _("chữ bị hỏng do đọc sai bảng mã; hãy gõ lại hoặc lưu lại tệp bằng Unicode")
    if is_old_encoding(text):
        return _("chữ dùng bảng mã cũ (TCVN3 hoặc VNI); hãy chuyển sang Unicode rồi nhập lại")
    return ""


def same_options(options: Sequence[str], *, exactly: bool) -> list[tuple[int, int]]:
    """Pairs (later, earlier) of options that say the same; blank ones are not compared.

    Exactly = white space and a final full stop aside. Otherwise in another case of letters too, which may
    be meant: how a name is capitalised is a fair question.
    """
    seen: dict[str, int] = {}
    pairs = []
    for index, option in enumerate(options):
        form = " ".join(option.split()).rstrip(". ")
        form = form if exactly else form.casefold()
        if not form:
            continue
        if form in seen:
            pairs.append((index, seen[form]))
        else:
            seen[form] = index
    return pairs


# Letters that only Unicode text has: whoever wrote them did not use an old encoding.
UNICODE_ONLY = re.compile("[ăđĩũơưĂĐĨŨƠƯẠ-ỹ]")
# TCVN3 puts đ, ă, â, ê, ô, ơ, ư and the toned vowels where Latin-1 has signs, in the middle of words. VNI
# writes a vowel and then a sign for its tone, in pairs that no Vietnamese word has.
OLD_ENCODING = re.compile(
    "[a-zA-Z][µ¶¸¹¨¾¼½÷]|[a-zA-Z][®©ª¬«·][a-z]|[®©ª¬¨µ¶¸¹][a-z]|[a-z][ÆÊÇÈÉËÐÌÎÏÑÕÒÓÔÖ×ØÜÞÝ]"
    "|[aeouyôö][ûõïåä]|[aeouyôAEOUYÔ][øØÛÕÏÅÄ]|[aeo]â|a[êáàãéè]|e[áàãù]|[oôö]ù|[AEO]Â|A[ÊÁÀÃÉÈ]|E[ÁÀÃÙ]"
)
# Letters of both that foreign names have too: they count when there are several.
PERHAPS_OLD = re.compile("[a-zA-Z][æçëîïöøßðñ]|[ñÑöÖ][a-zA-Z]")
GARBLED = re.compile(
    "\ufffd|áº[\x80-\xbf¡-¿\u2010-\u203a]|á»|Æ[°¡]|Ä[‘\u0091\u0083ƒ]|Ã[\xa0-\xbf\u0080-\u009f]"
)


def is_old_encoding(text: str) -> bool:
    """Vietnamese in TCVN3 (.VnTime) or VNI (VNI-Times) bytes, read as if it were Unicode.

    One odd pair may be a foreign name or a sign, so a longer text needs two.
    """
    if UNICODE_ONLY.search(text):
        return False
    sure, perhaps = len(OLD_ENCODING.findall(text)), len(PERHAPS_OLD.findall(text))
    return sure >= 2 or (sure == 1 and len(text.split()) <= 3) or sure + perhaps >= 3


def is_garbled(text: str) -> bool:
    """UTF-8 read as if it were Latin-1 ("Cáº£i cÃ¡ch"), or characters already lost."""
    return bool(GARBLED.search(text))
