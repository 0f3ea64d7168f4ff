from celery import shared_task
from django.conf import settings
from django.db import DatabaseError, InterfaceError

from contest_site.accounts.models import User
from contest_site.watch import guarding
from contest_site.watch.enums import BackupKind
from contest_site.watch.saving import back_up, keep_newest

# Of a night's backup; less than Celery's visibility timeout, after which another worker would begin it anew.
BACKUP_SECONDS = 840


@shared_task
def look() -> None:
    """Every 15 seconds: counts, signs, incidents, alerts."""
    try:
        guarding.look()
    except (DatabaseError, InterfaceError) as error:
        guarding.database_away(error)


@shared_task(soft_time_limit=BACKUP_SECONDS - 20, time_limit=BACKUP_SECONDS)
def backup_now(user_id: int) -> None:
    """One that somebody asked for on the watch page."""
    if settings.BACKUP_DIR:
        by = User.objects.get(pk=user_id)
        back_up(settings.BACKUP_DIR, kind=BackupKind.MANUAL, by=by)
        keep_newest(settings.BACKUP_DIR, settings.BACKUP_KEEP)


@shared_task(soft_time_limit=BACKUP_SECONDS - 20, time_limit=BACKUP_SECONDS)
def nightly_backup() -> None:
    """Every night, where BACKUP_DIR is set."""
    if settings.BACKUP_DIR:
        back_up(settings.BACKUP_DIR, kind=BackupKind.NIGHTLY)
        keep_newest(settings.BACKUP_DIR, settings.BACKUP_KEEP)
