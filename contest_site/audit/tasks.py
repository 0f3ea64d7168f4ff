from celery import shared_task

from contest_site.audit.sealing import seal_trails


@shared_task(ignore_result=True)
def seal_trail() -> None:
    seal_trails()
