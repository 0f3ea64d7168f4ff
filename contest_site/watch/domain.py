"""What an organiser may ask of the watch."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotAllowed, NotNow
from contest_site.lib.locks import lock
from contest_site.lib.queue import send_after_commit
from contest_site.lib.templatetags.vi import moment
from contest_site.watch.backups import last_backup, running_backup
from contest_site.watch.enums import BackupKind
from contest_site.watch.models import Backup

if TYPE_CHECKING:
    from contest_site.accounts.models import User


JUST_NOW = timedelta(minutes=5)  # what is no older is as good as a new one


@transaction.atomic
def ask_for_backup(*, by: User) -> None:
    """Have a worker make a backup at once, beside the nightly ones.

    Raises NotAllowed without the right; NotNow where the operator has set no folder for backups, while one
    is being made, or when the last is a few minutes old.
    """
    if not by.has_perm("watch.make_backup"):
        raise NotAllowed(_("Tài khoản này không được giao việc sao lưu."))
    if not settings.BACKUP_DIR:
        raise NotNow(
            _("Chưa đặt nơi lưu (BACKUP_DIR); bộ phận kỹ thuật cần đặt trước khi sao lưu từ trang này.")
        )
    lock("backup")
    now = database_now()
    if running := running_backup(now):
        raise NotNow(
            _("Đang sao lưu từ %(at)s. Bản sao lưu xuất hiện trên trang theo dõi khi hoàn thành.")
            % {"at": moment(running.at)}
        )
    last = last_backup()
    if last and last.at > now - JUST_NOW:
        raise NotNow(
            _("Vừa sao lưu lúc %(at)s. Có thể sao lưu tiếp từ %(next)s.")
            % {"at": moment(last.at), "next": moment(last.at + JUST_NOW)}
        )
    asked = Backup.objects.create(kind=BackupKind.MANUAL, by=by, running=True)
    record("asked for backup", by, by=by)
    send_after_commit("contest_site.watch.tasks.backup_now", asked.pk)
