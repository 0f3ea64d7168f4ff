from celery import shared_task

from contest_site.lib.work import HARD_SECONDS, SOFT_SECONDS, carry_out, forgotten
from questions.domain import duplicates, previewing, printing
from questions.models import DuplicateSearch, ImportDraft, Study


@shared_task
def print_study(study_id: int) -> None:
    """The PDF of a study, unless it is there. On the queue of heavy papers."""
    printing.print_study(Study.objects.select_related("pool").get(pk=study_id))


@shared_task(soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def preview_file(draft_id: int) -> None:
    """Read an uploaded file for its preview, unless it was read; resume_work finds what this has missed."""
    carry_out(ImportDraft.objects.select_related("bank"), draft_id, previewing.previewed)


@shared_task(soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def search_duplicates(search_id: int) -> None:
    """Find the near duplicates of a bank; resume_work finds what this has missed."""
    carry_out(DuplicateSearch.objects.select_related("bank"), search_id, duplicates.searched)


@shared_task
def resume_work() -> None:
    """Every 30 seconds: send what waits, whatever the broker or a worker forgot; forget old files."""
    previewing.forget_old_drafts()
    for draft_id in forgotten(ImportDraft):
        preview_file.delay(draft_id)
    for search_id in forgotten(DuplicateSearch):
        search_duplicates.delay(search_id)
