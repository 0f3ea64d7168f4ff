"""What workers do with personal data."""

from celery import shared_task

from contest_site.privacy import copying, retention
from contests.models import DataRequest


@shared_task
def make_copy(request_id: int) -> None:
    """The copy of a person's data that was asked for."""
    copying.make_copy(DataRequest.objects.select_related("user").get(pk=request_id))


@shared_task
def tidy_personal_data() -> None:
    """Old copies and old codes go, then copies whose message was lost are made."""
    copying.remove_old_copies()
    copying.remove_lost_files()
    retention.sweep_codes()
    copying.make_waiting_copies()


@shared_task
def erase_old_entries() -> None:
    """People of contests that ended long ago."""
    retention.erase_old_entries()
