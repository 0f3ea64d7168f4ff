"""Backups as the database knows them."""

from datetime import datetime, timedelta

from contest_site.watch.models import Backup

LOST = timedelta(minutes=30)  # after which what runs in a worker is over, one way or another


def last_backup() -> Backup | None:
    """The newest backup that succeeded, whether or not its file has been removed since; one query."""
    return Backup.objects.filter(failure="", running=False).order_by("-at", "-pk").first()


def running_backup(now: datetime) -> Backup | None:
    """The one that was asked for or is being made; one query."""
    return Backup.objects.filter(running=True, at__gt=now - LOST).order_by("-at", "-pk").first()
