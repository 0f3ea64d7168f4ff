"""What an organiser may ask of the watch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.errors import NotAllowed, NotNow
from contest_site.lib.queue import send_after_commit

if TYPE_CHECKING:
    from contest_site.accounts.models import User


@transaction.atomic
def ask_for_backup(*, by: User) -> None:
    """Have a worker make a backup at once, beside the nightly ones.

    Raises NotAllowed without the right, NotNow where the operator has set no folder for backups.
    """
    if not by.has_perm("watch.make_backup"):
        raise NotAllowed(_("Tài khoản này không được giao việc sao lưu."))
    if not settings.BACKUP_DIR:
        raise NotNow(
            _("Chưa đặt nơi lưu (BACKUP_DIR); bộ phận kỹ thuật cần đặt trước khi sao lưu từ trang này.")
        )
    record("asked for backup", by, by=by)
    send_after_commit("contest_site.watch.tasks.backup_now", by.pk)
