"""A phone number or an e-mail address, in the one form in which it is stored and compared."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from contest_site.lib.errors import Invalid
from contest_site.lib.identity import display_phone, normal_phone
from contest_site.lib.text import clean


class Channel(StrEnum):
    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True)
class Contact:
    """Where a person can be reached: `value` is E.164 for a phone, lower case for an e-mail address."""

    channel: Channel
    value: str

    @property
    def phone(self) -> str | None:
        return self.value if self.channel is Channel.PHONE else None

    @property
    def email(self) -> str | None:
        return self.value if self.channel is Channel.EMAIL else None


def read_contact(text: str) -> Contact:
    """What a person typed, as a contact. Raises Invalid with a sentence that says what is expected."""
    text = unicodedata.normalize("NFKC", clean(text)).strip()
    if "@" in text:
        return Contact(Channel.EMAIL, normal_email(text))
    if any(char.isalpha() for char in text):
        raise Invalid(
            _("Hãy nhập số điện thoại, ví dụ 0912 345 678, hoặc thư điện tử, ví dụ ten@coquan.gov.vn.")
        )
    return Contact(Channel.PHONE, normal_phone(text))


def normal_email(text: str) -> str:
    """Lower case, no spaces around. Raises Invalid when it cannot be an e-mail address."""
    address = unicodedata.normalize("NFKC", clean(text)).strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid(_("Địa chỉ thư điện tử chưa đúng. Ví dụ đúng: ten@coquan.gov.vn.")) from None
    return address


def channel_of(value: str) -> Channel:
    return Channel.EMAIL if "@" in value else Channel.PHONE


def display(value: str) -> str:
    """A stored contact as people write it: +84912345678 → 0912 345 678."""
    return value if channel_of(value) is Channel.EMAIL else display_phone(value)


def masked(value: str) -> str:
    """Enough for its owner to know it again: 0912 ••• 678, h•••@coquan.gov.vn."""
    if channel_of(value) is Channel.EMAIL:
        name, _at, domain = value.partition("@")
        return f"{name[:1]}•••@{domain}"
    shown = display_phone(value).replace(" ", "") if value else ""
    return f"{shown[:4]} ••• {shown[-3:]}" if len(shown) > 8 else shown
