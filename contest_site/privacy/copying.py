"""The copy of a person's data: one ZIP with the values (JSON) and the same to read (HTML)."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import secrets
import zipfile
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from contest_site.lib.clock import database_now
from contest_site.lib.locks import try_lock
from contest_site.privacy.gathering import gather
from contests.enums import DataRequestKind, Verdict
from contests.models import DataAnswer, DataExport, DataRequest

FOLDER = "personal"  # below the media folder, which no web server hands out
KEPT = timedelta(hours=24)

logger = logging.getLogger(__name__)


def make_copy(request: DataRequest) -> DataExport | None:
    """Write the file and answer the request, once, however many workers try; None when it is answered."""
    with transaction.atomic():
        if not try_lock(f"data-copy:{request.pk}") or DataAnswer.objects.filter(request=request).exists():
            return None
        content = archive(request)
        path = settings.MEDIA_ROOT / FOLDER / f"{secrets.token_hex(16)}.zip"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        whole = path.with_suffix(".part")
        whole.write_bytes(content)
        whole.rename(path)
        DataAnswer.objects.create(request=request, verdict=Verdict.ACCEPTED)
        return DataExport.objects.create(
            request=request,
            name=path.relative_to(settings.MEDIA_ROOT).as_posix(),
            digest=hashlib.sha256(content).hexdigest(),
            expires_at=database_now() + KEPT,
        )


def archive(request: DataRequest) -> bytes:
    """The ZIP's bytes: du-lieu.json and du-lieu.html."""
    values = gather(request.user)
    page = render_to_string("privacy/copy.html", {"values": values, "at": request.at})
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("du-lieu.json", json.dumps(values, ensure_ascii=False, indent=1))
        file.writestr("du-lieu.html", page)
    return made.getvalue()


def path_of(export: DataExport) -> Path:
    path: Path = settings.MEDIA_ROOT / export.name
    return path


def make_waiting_copies() -> int:
    """Copies whose message was lost; how many were made now. One that fails stops none of the others."""
    waiting = DataRequest.objects.filter(kind=DataRequestKind.EXPORT, answer=None).select_related("user")
    made = 0
    for one in waiting.order_by("pk"):
        try:
            made += make_copy(one) is not None
        except Exception as error:  # whatever is wrong with one person's data is that person's alone
            # An error's own words may hold what the person gave.
            logger.error("Copy of data request %s failed: %s", one.pk, type(error).__name__)
    return made


def remove_old_copies() -> int:
    """Take away the files whose 24 hours are over; the rows stay and say that there was one."""
    removed = 0
    for export in DataExport.objects.filter(expires_at__lte=database_now()).exclude(name=""):
        path_of(export).unlink(missing_ok=True)
        removed += DataExport.objects.filter(pk=export.pk).exclude(name="").update(name="")
    return removed


def remove_lost_files() -> int:
    """Take away files older than 24 hours that no row knows: a transaction that failed left them."""
    known = set(DataExport.objects.exclude(name="").values_list("name", flat=True))
    before, removed = (database_now() - KEPT).timestamp(), 0
    for path in (settings.MEDIA_ROOT / FOLDER).glob("*"):
        if path.relative_to(settings.MEDIA_ROOT).as_posix() in known:
            continue
        try:
            if path.stat().st_mtime < before:
                path.unlink()
                removed += 1
        except FileNotFoundError:
            continue  # a .part that has just become the whole file, or another worker was here
    return removed
