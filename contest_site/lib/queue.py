"""Handing work to the workers, by the task's name, so that a domain function needs to import no task."""

from typing import Any

from celery import current_app
from django.db import transaction


def send_after_commit(task: str, *args: Any) -> None:
    """Send a task once the transaction is committed. A broker that is down is logged and no more.

    For work that a sweeper finds in the database anyway (invariant 6 of the design).
    """
    transaction.on_commit(lambda: current_app.send_task(task, args=args), robust=True)
