from celery import shared_task

from questions.domain import printing
from questions.models import Study


@shared_task
def print_study(study_id: int) -> None:
    """The PDF of a study, unless it is there. On the queue of heavy papers."""
    printing.print_study(Study.objects.select_related("pool").get(pk=study_id))
