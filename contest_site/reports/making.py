"""The worker's part: write the file, read it back, and offer it only when every row is there."""

from __future__ import annotations

import hashlib
import logging
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from contest_site.lib.clock import database_now
from contest_site.lib.errors import DomainError
from contest_site.lib.excel import rows_in, write_workbook
from contest_site.lib.language import in_vietnamese
from contest_site.lib.pdf import render_document
from contest_site.lib.work import limited_statements
from contest_site.reports.book import Book, Order, Paper
from contest_site.reports.domain import FOLDER, KEPT, check_still, find_kind
from contest_site.reports.models import REFUSED, ROWS, Report

log = logging.getLogger(__name__)

# A million rows take minutes; still below Celery's visibility timeout.
SOFT_SECONDS, HARD_SECONDS = 540, 570
TELL_EVERY = 500  # rows


@in_vietnamese
def made(report: Report) -> dict[str, Any]:
    """The columns of a report, its file written now (contest_site.lib.work.carry_out)."""
    limited_statements(SOFT_SECONDS)
    kind = find_kind(report.kind)
    order = Order(
        contest=report.contest, unit=report.unit, round=report.round, by=report.by,
        at=database_now(), national_ids=report.national_ids,
    )  # fmt: skip
    folder: Path = settings.MEDIA_ROOT / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{secrets.token_hex(16)}.{kind.suffix}"
    try:
        check_still(report)
        found = _written(report, kind.write(order), path, order)
    except DomainError as error:
        path.unlink(missing_ok=True)
        return {"failure": REFUSED, "refusal": str(error)}
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if found["rows_written"] != found["rows_expected"]:
        path.unlink()
        log.error("report %s: %s rows where SQL counts %s", report.pk, *found.values())
        return {**found, "failure": ROWS}
    return {
        **found,
        "name": path.relative_to(settings.MEDIA_ROOT).as_posix(),
        "size": path.stat().st_size,
        "digest": _digest(path),
        "made_at": order.at,
        "expires_at": database_now() + KEPT,
        "refusal": "",
    }


def _written(report: Report, made: Book | Paper, path: Path, order: Order) -> dict[str, int | None]:
    """Rows written and expected; both None for a paper."""
    if isinstance(made, Paper):
        path.write_bytes(render_document(made.html))
        return {"rows_written": None, "rows_expected": None}
    progress = Progress(report, made.rows)
    with path.open("w+b") as file:
        sheets = [table.sheet for table in made.tables]
        around = write_workbook(file, sheets, title=made.title, made_at=order.at, told=progress.tell)
        rows = sum(rows_in(file)) - around
    return {"rows_written": rows, "rows_expected": made.rows}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Progress:
    """How many rows are written, for the page; lost with Redis, and nothing else is."""

    def __init__(self, report: Report, expected: int) -> None:
        self.name, self.expected, self.rows = progress_name(report), expected, 0

    def tell(self) -> None:
        """One row more."""
        self.rows += 1
        if self.rows % TELL_EVERY == 1:
            _remember(self.name, (self.rows, self.expected))


def progress_name(report: Report) -> str:
    return f"report:{report.pk}:rows"


def _remember(name: str, value: tuple[int, int]) -> None:
    try:
        cache.set(name, value, timeout=HARD_SECONDS)
    except RedisError:
        log.warning("progress of a report could not be told")


def progress_of(report: Report) -> tuple[int, int] | None:
    """(rows written, rows in all) of a report that is being made; None where nothing is known."""
    try:
        found: tuple[int, int] | None = cache.get(progress_name(report))
    except RedisError:
        return None
    return found
