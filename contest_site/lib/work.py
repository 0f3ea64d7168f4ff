"""Work that a person waits for and a worker does: asked for by a row, done once, found again from the row.

The web request writes the row and sends a task; a page shows the row as it stands. Whatever the broker or a
killed worker forgot, a sweeper finds in the table. Two tasks for one row are one piece of work: the second
finds the first at it (advisory lock) or the work done. What kills its worker again and again is given up.
"""

from __future__ import annotations

import logging
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from billiard.exceptions import SoftTimeLimitExceeded
from django.core.cache import cache
from django.db import OperationalError, connection, models, transaction
from django.db.models import F
from django.db.models.functions import Greatest, Now
from psycopg.errors import QueryCanceled
from redis.exceptions import RedisError

from contest_site.lib.locks import try_lock
from contest_site.lib.queue import send_after_commit

log = logging.getLogger(__name__)

# What ends work that is too heavy; whoever catches every other exception lets these through.
TOO_MUCH = (SoftTimeLimitExceeded, MemoryError)
TRIES = 3
ONE_TRY = 5  # seconds; tasks for one row that begin so close together are copies of one try
SOFT_SECONDS, HARD_SECONDS = 240, 270  # of one task; far below Celery's visibility timeout
MEMORY = 512 * 1024 * 1024  # what one task may take besides what its process has
AGAIN_AFTER = timedelta(seconds=20)  # what has waited longer is sent once more
PATIENCE = 1.5  # seconds for which a page waits for its work before it says that it is being done
LOOK_EVERY = 0.1
STATM = Path("/proc/self/statm")

WorkT = TypeVar("WorkT", bound="Work")


class Work(models.Model):
    """`done_at` None: somebody waits. `failure`: why the last try brought nothing, "" when it did."""

    class Failure(models.TextChoices):
        HEAVY = "heavy", "Vượt giới hạn thời gian hoặc bộ nhớ"
        ERROR = "error", "Lỗi hệ thống"

    asked_at = models.DateTimeField("yêu cầu lúc", db_default=Now(), editable=False)
    tries = models.PositiveSmallIntegerField("số lần thử", default=0, editable=False)
    done_at = models.DateTimeField("xong lúc", null=True, editable=False)
    failure = models.CharField("lỗi", max_length=10, choices=Failure, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def waits(self) -> bool:
        return self.done_at is None


def ask(row: Work, task: str) -> None:
    """Have the work done anew: by the task of that name, which takes the row's key. Nothing if it waits."""
    manager = type(row)._default_manager
    manager.filter(pk=row.pk, done_at__isnull=False).update(asked_at=Now(), done_at=None, tries=0, failure="")
    send_after_commit(task, row.pk)


def forgotten(model: type[WorkT]) -> list[int]:
    """Keys of the rows that have waited so long that their task may be lost."""
    rows = model._default_manager.filter(done_at=None, asked_at__lt=Now() - AGAIN_AFTER)
    return list(rows.order_by("asked_at").values_list("pk", flat=True))


def carry_out(rows: models.QuerySet[WorkT], pk: int, act: Callable[[WorkT], dict[str, Any]]) -> bool:
    """Do the work of one row; False when there is none, or another worker is at it.

    `act` gives the columns to be written. It runs with limited memory, in the transaction that ends the work.
    A fault of the database's connection is raised, and the sweeper sends the work again.
    """
    name = f"work:{rows.model._meta.label_lower}:{pk}"
    with transaction.atomic():
        if not try_lock(name):
            return False
        # Counted before the work begins: whoever is killed by it has tried.
        tries = F("tries") + 1 if _another_try(name) else Greatest(F("tries"), 1)
        if not rows.filter(pk=pk, done_at=None).update(tries=tries):
            return False
    try:
        with transaction.atomic(), limited_memory():
            if not try_lock(name):
                return False
            row = rows.filter(pk=pk, done_at=None).first()
            if row is None:
                return False
            found = act(row) if row.tries <= TRIES else {"failure": Work.Failure.HEAVY}
            return bool(rows.filter(pk=pk).update(**{"failure": "", **found, "done_at": Now()}))
    except TOO_MUCH as error:
        log.warning("%s took too much: %s", name, type(error).__name__)
        return _failed(rows, pk, Work.Failure.HEAVY)
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        log.warning("%s took too long", name)
        return _failed(rows, pk, Work.Failure.HEAVY)
    except Exception:
        log.exception("%s failed", name)
        return _failed(rows, pk, Work.Failure.ERROR)


def _another_try(name: str) -> bool:
    """False for a copy: between the count and the work of one, others may count, and none was killed."""
    try:
        return bool(cache.add(f"{name}:try", 1, timeout=ONE_TRY))
    except RedisError:
        return True


def _failed(rows: models.QuerySet[WorkT], pk: int, failure: Work.Failure) -> bool:
    return bool(rows.filter(pk=pk, done_at=None).update(failure=failure, done_at=Now()))


@contextmanager
def limited_memory(extra: int = MEMORY) -> Iterator[None]:
    """Inside, this process gets no more than `extra` bytes on top of what it has: then MemoryError."""
    if not STATM.exists():  # not on Linux: there is no telling what it has
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = int(STATM.read_text().split()[0]) * resource.getpagesize() + extra
    if soft != resource.RLIM_INFINITY:
        limit = min(limit, soft)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def limited_statements(seconds: int = SOFT_SECONDS) -> None:
    """No statement of the surrounding transaction runs longer, even when its worker is stopped."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds}s"])


def settled(rows: models.QuerySet[WorkT], pk: int, *, seconds: float | None = None) -> WorkT:
    """The row, for its page: as soon as its work is done, but not before it was asked for so long ago.

    What is small is done before anybody notices. Raises DoesNotExist.
    """
    patience = PATIENCE if seconds is None else seconds
    row = rows.annotate(fresh=_fresh(patience)).get(pk=pk)
    until = time.monotonic() + patience
    while row.waits and getattr(row, "fresh", False) and time.monotonic() < until:
        time.sleep(LOOK_EVERY)
        row = rows.annotate(fresh=_fresh(patience)).get(pk=pk)
    return row


def _fresh(patience: float) -> Any:
    return models.ExpressionWrapper(
        models.Q(asked_at__gt=Now() - timedelta(seconds=patience)), output_field=models.BooleanField()
    )
