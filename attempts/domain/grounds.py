"""What an organiser's act on results rests on: grounds that cannot be left out, and perhaps a paper."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contest_site.lib.errors import Invalid
from contests.enums import DOCUMENT_TYPES
from contests.models.plan import document_size

NAME_LENGTH = 60


def checked_grounds(text: str) -> str:
    """The grounds without the white space around them. Raises Invalid when nothing is left."""
    if not text.strip():
        raise Invalid(_("Cần ghi căn cứ."))
    return text.strip()


def checked_attachment(file: Any) -> Any:
    """An uploaded file (or None) of a kind and size that documents may have; "" for none.

    The same kinds and size as the contest's documents. Raises Invalid otherwise.
    """
    if not file:
        return ""
    suffix = PurePath(file.name).suffix.lower()
    if suffix not in DOCUMENT_TYPES:
        kinds = ", ".join(kind.lstrip(".") for kind in DOCUMENT_TYPES)
        raise Invalid(_("Tài liệu kèm theo phải là một trong các loại: %(kinds)s.") % {"kinds": kinds})
    try:
        document_size(file)
    except ValidationError as error:
        raise Invalid(error.message) from None
    # The field holds 100 characters, its folder and what the storage adds to a name in use included.
    file.name = PurePath(file.name).stem[:NAME_LENGTH] + suffix
    return file
