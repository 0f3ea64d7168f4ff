"""A real Celery worker on the test database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from contest_site import embedded
from contest_site.celery import app
from contest_site.lib import work
from contest_site.processes import Children
from tests.support.stack import ROOT


@contextmanager
def running(folder: Path, *, queues: str = "celery,pdf", concurrency: int = 2) -> Iterator[Children]:
    # What earlier tests have sent is not for this worker.
    app.control.purge()
    children = Children(Path(settings.VAR_DIR) / "log")
    env = {
        **os.environ,
        # As on a server: with the application's role.
        "DATABASE_URL": embedded.database_url(
            folder, str(connection.settings_dict["NAME"]), embedded.APPLICATION
        ),
        "QUEUES": queues,
        "CONCURRENCY": str(concurrency),
    }
    try:
        children.start("worker", [str(ROOT / "bin" / "serve"), "worker"], env)
        children.wait_for_worker()
        yield children
    finally:
        children.stop(20)


def works_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that a page asks for is done where it is asked, inside the test's own transaction."""

    def at_once(task: str, *args: object) -> None:
        app.loader.import_default_modules()
        app.tasks[task](*args)

    monkeypatch.setattr(work, "send_after_commit", at_once)
