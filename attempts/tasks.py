from celery import shared_task

from attempts.domain.finishing import finish_open_attempts


@shared_task
def finish_expired() -> None:
    """Every 20 seconds: end the attempts whose time is over, also those whose tab was closed."""
    finish_open_attempts()
