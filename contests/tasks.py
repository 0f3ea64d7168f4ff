from celery import shared_task

from contest_site.lib.work import HARD_SECONDS, SOFT_SECONDS, carry_out, forgotten
from contests.domain import rosters
from contests.models import RosterImport


@shared_task(soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def preview_roster(draft_id: int) -> None:
    """Read an uploaded roster for its preview, unless it was read; resume_work finds what this has missed."""
    rows = RosterImport.objects.select_related("contest", "unit")
    carry_out(rows, draft_id, rosters.previewed)


@shared_task
def resume_work() -> None:
    """Every 30 seconds: send what waits, whatever the broker or a worker forgot; forget old files."""
    rosters.forget_old_rosters()
    for draft_id in forgotten(RosterImport):
        preview_roster.delay(draft_id)
