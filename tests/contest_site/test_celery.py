"""The schedule, the routes, and a real worker that takes what is sent."""

import time

import pytest
from django.conf import settings

from contest_site.celery import app
from contest_site.processes import Children


def test_every_scheduled_and_every_routed_task_exists() -> None:
    app.loader.import_default_modules()
    scheduled = {str(entry["task"]) for entry in app.conf.beat_schedule.values()}
    assert scheduled | set(settings.CELERY_TASK_ROUTES) <= set(app.tasks)


def test_a_task_ends_before_the_queue_gives_it_to_another_worker() -> None:
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > settings.CELERY_TASK_TIME_LIMIT


@pytest.mark.django_db(transaction=True)
def test_a_worker_takes_what_is_sent(celery_worker_process: Children) -> None:
    sent = app.send_task("attempts.tasks.finish_expired")
    end = time.monotonic() + 30
    while f"attempts.tasks.finish_expired[{sent.id}] succeeded" not in celery_worker_process.said("worker"):
        celery_worker_process.check()
        assert time.monotonic() < end, celery_worker_process.last_lines("worker")
        time.sleep(0.1)
