"""Finding changes: of one object, or by who, what, when and any words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db.models import Model, QuerySet
from django.utils import timezone

from contest_site.audit.models import AuditEvent, Change
from contest_site.lib.text import fold

PAGE = 50


def history_of(obj: Model) -> QuerySet[Change]:
    """Every change of the row behind `obj`, the latest first; found by index, however long the trail."""
    return Change.objects.filter(table_name=obj._meta.db_table, row_key=str(obj.pk)).order_by("-id")


@dataclass(frozen=True)
class Wanted:
    """What the changes searched for have in common; what is empty does not matter."""

    words: str = ""
    actor: int | None = None
    source: str = ""
    table: str = ""
    row: str = ""
    operation: str = ""
    first: date | None = None
    last: date | None = None
    request: UUID | None = None


def search(wanted: Wanted) -> QuerySet[Change]:
    """The latest first. Days are Vietnamese ones, both included; words are found by their beginnings."""
    rows = Change.objects.order_by("-id")
    for column, value in (
        ("actor_id", wanted.actor),
        ("source", wanted.source),
        ("table_name", wanted.table),
        ("row_key", wanted.row),
        ("operation", wanted.operation),
        ("request", wanted.request),
    ):
        if value:
            rows = rows.filter(**{column: value})
    if wanted.first:
        rows = rows.filter(at__gte=_midnight(wanted.first))
    if wanted.last:
        rows = rows.filter(at__lt=_midnight(wanted.last + timedelta(days=1)))
    words = re.findall(r"\w+", fold(wanted.words))
    if words:
        asked = SearchQuery(" & ".join(f"{word}:*" for word in words), config="simple", search_type="raw")
        rows = rows.filter(words=asked)
    return rows


@dataclass(frozen=True)
class Page:
    """Some rows and where the pages beside them begin; nothing is counted."""

    rows: list[Change]
    newer: int | None
    older: int | None


def page_of(rows: QuerySet[Change], *, before: int | None = None, after: int | None = None) -> Page:
    """The 50 rows older than `before`, or newer than `after`, or the latest: one statement."""
    if after is not None:
        found = list(rows.filter(pk__gt=after).order_by("id")[: PAGE + 1])
        more, found = len(found) > PAGE, found[:PAGE][::-1]
        return Page(found, found[0].pk if found and more else None, found[-1].pk if found else None)
    found = list((rows.filter(pk__lt=before) if before is not None else rows)[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    return Page(
        found,
        found[0].pk if found and before is not None else None,
        found[-1].pk if more else None,
    )


def event_of(change: Change) -> AuditEvent | None:
    """What the program itself recorded of the same request: the act that the change belongs to."""
    if change.request is None:
        return None
    return AuditEvent.objects.filter(request=change.request).order_by("id").first()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())
