"""Backups as the database knows them."""

from contest_site.watch.models import Backup


def last_backup() -> Backup | None:
    """The newest backup that succeeded, whether or not its file has been removed since; one query."""
    return Backup.objects.filter(failure="").order_by("-at", "-pk").first()
