"""One person, however a phone number or a national ID is typed."""

import hashlib
import hmac
import re
import unicodedata

import phonenumbers
from django.conf import settings
from django.utils.translation import gettext as _

from contest_site.lib.errors import Invalid
from contest_site.lib.sealing import open_value, seal_value
from contest_site.lib.text import INVISIBLE

# The mobile prefixes of 15/09/2018 (Ministry of Information and Communications): no number has eleven
# digits any more, so an old one can only mean its successor.
_MOVED = (
    ("120 121 122 126 128", "70 79 77 76 78"),
    ("123 124 125 127 129", "83 84 85 81 82"),
    ("162 163 164 165 166 167 168 169", "32 33 34 35 36 37 38 39"),
    ("186 188 199", "56 58 59"),
)
NEW_PREFIXES = {
    old: new for before, after in _MOVED for old, new in zip(before.split(), after.split(), strict=True)
}
OLD_NUMBER = re.compile(rf"^(0|\+84)({'|'.join(NEW_PREFIXES)})(\d{{7}})$")
VIETNAMESE_MOBILE = re.compile(r"\+84([35789][0-9]{2})([0-9]{3})([0-9]{3})")
NATIONAL_ID = re.compile(r"\d{12}")
SEALED_FOR = "national ID"


def normal_phone(text: str) -> str:
    """E.164 form of a Vietnamese number: `0912 345 678`, `84912…`, `0084…`, full-width digits are one.

    Raises Invalid with a sentence when it cannot be a phone number.
    """
    digits = re.sub(r"[^\d+]", "", unicodedata.normalize("NFKC", text))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif digits.startswith("84") and len(digits) >= 11:
        digits = "+" + digits
    digits = OLD_NUMBER.sub(lambda found: f"{found[1]}{NEW_PREFIXES[found[2]]}{found[3]}", digits)
    try:
        number = phonenumbers.parse(digits, "VN")
    except phonenumbers.NumberParseException:
        raise Invalid(_("Số điện thoại chưa đúng. Ví dụ đúng: 0912 345 678.")) from None
    if not phonenumbers.is_valid_number(number):
        raise Invalid(_("Số điện thoại chưa đúng. Ví dụ đúng: 0912 345 678."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def display_phone(e164: str) -> str:
    """National form for people: +84912345678 → 0912 345 678."""
    # Nearly all, without the library, which takes as long for one as a list does for the rest of its row.
    if mobile := VIETNAMESE_MOBILE.fullmatch(e164):
        return "0{} {} {}".format(*mobile.groups())
    return phonenumbers.format_number(phonenumbers.parse(e164), phonenumbers.PhoneNumberFormat.NATIONAL)


def national_id_digits(text: str) -> str:
    """The 12 digits of a national ID; spaces, dots, full-width digits allowed. Raises Invalid otherwise."""
    digits = re.sub(r"[\s.\-]", "", INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))
    if not (NATIONAL_ID.fullmatch(digits) and digits.isascii()):
        raise Invalid(_("Số định danh cá nhân (CCCD) gồm đúng 12 chữ số."))
    return digits


def national_id_hash(text: str) -> str:
    """Keyed SHA-256 (hex) of a 12-digit national ID, by which two are compared. Raises Invalid otherwise."""
    digits = national_id_digits(text)
    return hmac.new(settings.IDENTITY_KEY.encode(), digits.encode(), hashlib.sha256).hexdigest()


def seal_national_id(text: str) -> bytes:
    """The number itself, encrypted, for those who may see it. Raises Invalid unless it is 12 digits."""
    return seal_value(national_id_digits(text), SEALED_FOR)


def open_national_id(sealed: bytes | memoryview) -> str:
    """The 12 digits that were sealed; raises SealBrokenError under another key."""
    return open_value(bytes(sealed), SEALED_FOR)


def keyed_hash(purpose: str, text: str) -> str:
    """Keyed SHA-256 (hex) of a text, comparable within the purpose alone and telling nothing of the text."""
    return hmac.new(settings.IDENTITY_KEY.encode(), f"{purpose}|{text}".encode(), hashlib.sha256).hexdigest()
