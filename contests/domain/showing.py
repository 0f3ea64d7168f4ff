"""What very few may see, and never unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.errors import NotAllowed, NotNow
from contest_site.lib.identity import open_national_id
from contests.models import Entry

if TYPE_CHECKING:
    from contest_site.accounts.models import User


def show_national_id(entry: Entry, *, by: User) -> str:
    """The entry's national ID; that `by` saw it is in the trail, in the same transaction.

    Raises NotAllowed without the permission, NotNow where no number is kept.
    """
    if not by.has_perm("contests.see_national_id"):
        raise NotAllowed(_("Chỉ người được giao mới được xem số định danh cá nhân."))
    if entry.national_id_sealed is None:
        raise NotNow(_("Đăng ký này không lưu số định danh cá nhân."))
    with transaction.atomic():
        record("saw national IDs", entry, by=by, contest=entry.contest_id, count=1)
        return open_national_id(entry.national_id_sealed)
