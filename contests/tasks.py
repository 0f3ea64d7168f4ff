from celery import shared_task

from contest_site.lib.work import HARD_SECONDS, SOFT_SECONDS, carry_out, forgotten
from contests.domain import rosters, unit_previewing
from contests.domain.headcounts import lock_due_headcounts
from contests.models import RosterImport, UnitImport


@shared_task(soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def preview_roster(draft_id: int) -> None:
    """Read an uploaded roster for its preview, unless it was read; resume_work finds what this has missed."""
    rows = RosterImport.objects.select_related("contest", "unit")
    carry_out(rows, draft_id, rosters.previewed)


@shared_task
def resume_work() -> None:
    """Every 30 seconds: send what waits, whatever the broker or a worker forgot; lock what is due."""
    lock_due_headcounts()
    rosters.forget_old_rosters()
    unit_previewing.forget_old_units()
    for draft_id in forgotten(RosterImport):
        preview_roster.delay(draft_id)
    for draft_id in forgotten(UnitImport):
        preview_units.delay(draft_id)


@shared_task(soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def preview_units(draft_id: int) -> None:
    """Read an uploaded list of units for its preview, unless it was read."""
    carry_out(UnitImport.objects.select_related("under"), draft_id, unit_previewing.previewed)
