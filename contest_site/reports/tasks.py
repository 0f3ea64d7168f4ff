from celery import shared_task

from contest_site.lib.work import carry_out, forgotten
from contest_site.reports import domain, making
from contest_site.reports.models import Report


@shared_task(soft_time_limit=making.SOFT_SECONDS, time_limit=making.HARD_SECONDS)
def make_report(report_id: int) -> None:
    """Make a report that somebody waits for; tend_reports finds what this has missed."""
    reports = Report.objects.select_related("contest__announcement", "unit", "round__contest", "by")
    carry_out(reports, report_id, making.made)


@shared_task
def tend_reports() -> None:
    """Every 30 seconds: erase what is over, and send again what the broker forgot."""
    domain.erase_old_files()
    domain.erase_lost_files()
    for report_id in forgotten(Report):
        make_report.delay(report_id)
