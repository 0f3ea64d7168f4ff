from celery import Task, shared_task
from django.conf import settings
from django.db import DatabaseError, InterfaceError

from contest_site.watch import guarding
from contest_site.watch.enums import BackupKind
from contest_site.watch.models import Backup
from contest_site.watch.saving import BusyError, back_up, keep_newest

# Of a night's backup; less than Celery's visibility timeout, after which another worker would begin it anew.
BACKUP_SECONDS = 840
AGAIN_SECONDS = 300  # until the night's is tried again


@shared_task
def look() -> None:
    """Every 15 seconds: counts, signs, incidents, alerts."""
    try:
        guarding.look()
    except (DatabaseError, InterfaceError) as error:
        guarding.database_away(error)


@shared_task(soft_time_limit=BACKUP_SECONDS - 20, time_limit=BACKUP_SECONDS)
def backup_now(backup_id: int) -> None:
    """One that somebody asked for on the watch page; never waits for another."""
    asked = Backup.objects.filter(pk=backup_id, running=True).first()
    if not settings.BACKUP_DIR or asked is None:
        return
    try:
        back_up(settings.BACKUP_DIR, kind=BackupKind.MANUAL, asked=asked)
    except BusyError:
        # Another began meanwhile, and is as good.
        asked.delete()
        return
    keep_newest(settings.BACKUP_DIR, settings.BACKUP_KEEP)


@shared_task(bind=True, soft_time_limit=BACKUP_SECONDS - 20, time_limit=BACKUP_SECONDS, max_retries=4)
def nightly_backup(self: Task) -> None:  # type: ignore[type-arg]  # not generic when run
    """Every night, where BACKUP_DIR is set; while another is made it leaves its worker and comes again."""
    if not settings.BACKUP_DIR:
        return
    try:
        back_up(settings.BACKUP_DIR, kind=BackupKind.NIGHTLY)
    except BusyError as busy:
        raise self.retry(exc=busy, countdown=AGAIN_SECONDS) from None
    keep_newest(settings.BACKUP_DIR, settings.BACKUP_KEEP)
