"""What workers do with personal data, and rehearsals of a plan."""

from celery import shared_task

from contest_site.lib.work import HARD_SECONDS, SOFT_SECONDS, carry_out, forgotten
from contest_site.privacy import copying, retention
from contest_site.rehearsal.quick import rehearsed
from contests.models import DataRequest, RehearsalRun


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


@shared_task(soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def rehearse(run_id: int) -> None:
    """Play a contest's plan through, unless it was played; resume_rehearsals finds what this has missed."""
    carry_out(RehearsalRun.objects.select_related("contest__area", "by"), run_id, rehearsed)


@shared_task
def resume_rehearsals() -> None:
    """Every 30 seconds: those that the broker or a worker forgot."""
    for run_id in forgotten(RehearsalRun):
        rehearse.delay(run_id)
