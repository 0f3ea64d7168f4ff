from celery import shared_task

from attempts.analysis import storing
from attempts.anomalies import scanning
from attempts.domain.finishing import finish_open_attempts
from attempts.models import AnomalyScan, ItemCounts
from contest_site.lib.work import HARD_SECONDS, SOFT_SECONDS, ask, carry_out, forgotten


@shared_task
def finish_expired() -> None:
    """Every 20 seconds: end the attempts whose time is over, also those whose tab was closed."""
    finish_open_attempts()


@shared_task(soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def count_items(row_id: int) -> None:
    """Count a round for its item analysis; count_due finds what this has missed."""
    carry_out(ItemCounts.objects.all(), row_id, storing.counted)


@shared_task
def count_due() -> None:
    """Every minute: closed rounds that are not counted as they are now, and what the broker forgot."""
    for row in storing.rows_due():
        ask(row, storing.TASK)
    for row_id in forgotten(ItemCounts):
        count_items.delay(row_id)


@shared_task(soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def scan_round(row_id: int) -> None:
    """Look a round through for signals; scan_due finds what this has missed."""
    carry_out(AnomalyScan.objects.all(), row_id, scanning.scanned)


@shared_task
def scan_due() -> None:
    """Every minute: closed rounds not looked through as they are now, and what the broker forgot."""
    for row in scanning.rows_due():
        ask(row, scanning.TASK)
    for row_id in forgotten(AnomalyScan):
        scan_round.delay(row_id)


@shared_task(soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def count_signals() -> None:
    """Every five minutes: how many signals of each kind the running rounds have, for the watch."""
    scanning.count_running()
