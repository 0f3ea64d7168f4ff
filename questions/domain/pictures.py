"""Keeping the pictures that texts show."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from contest_site.lib.errors import Invalid
from questions.formats.pictures import Bundled, PictureFault, read_picture
from questions.models import Picture

if TYPE_CHECKING:
    from contest_site.accounts.models import User


def keep_picture(data: bytes, *, by: "User") -> Bundled:
    """Keep a picture under the name that its content gives it; one that is kept already stays as it is.

    Raises Invalid for what is no picture or too large a one (questions.formats.pictures).
    """
    try:
        bundled = read_picture(data)
    except PictureFault as fault:
        raise Invalid(_("Không dùng được hình này: %(fault)s.") % {"fault": fault}) from fault
    keep_pictures({bundled.name: bundled.data}, by=by)
    return bundled


def keep_pictures(pictures: Mapping[str, bytes], *, by: "User") -> None:
    """Keep pictures that were read (`questions.formats.pictures.read_picture`), by name; one statement."""
    Picture.objects.bulk_create(
        [Picture(name=name, content=content, by=by) for name, content in sorted(pictures.items())],
        ignore_conflicts=True,
    )
