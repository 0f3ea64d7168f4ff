"""Making a backup: one file with the database, the uploaded and printed files, and what proves it whole.

sao-luu-20241110-023000.tar
    manifest.json     when, which versions, rows of each table, digests of the standings, SHA-256 of the dump
    database.dump     pg_dump's custom format, of the very moment in which the rows were counted
    media/…           as under MEDIA_ROOT, read after the dump, so that no row names a file that is missing
sao-luu-20241110-023000.tar.sha256   as `sha256sum --check` reads it
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import logging
import os
import re
import socket
import tarfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from contest_site.lib.clock import database_now
from contest_site.privacy.copying import FOLDER as COPIES
from contest_site.reports.domain import FOLDER as REPORTS
from contest_site.watch import postgres
from contest_site.watch.enums import BackupKind
from contest_site.watch.models import Backup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contest_site.accounts.models import User

log = logging.getLogger(__name__)

FORMAT = 1
NAME = re.compile(r"sao-luu-\d{8}-\d{6}(?:-\d+)?\.tar")
MANIFEST, DUMP, MEDIA = "manifest.json", "database.dump", "media"
CHUNK = 1024 * 1024
# Reports and copies of personal data, each erased within days.
SHORT_LIVED = frozenset({REPORTS, COPIES})


@dataclass(frozen=True)
class Counted:
    """What the database held at one moment."""

    tables: dict[str, int]
    digests: dict[str, str]


def back_up(folder: Path, *, kind: BackupKind, by: User | None = None) -> Backup:
    """Write a backup into the folder and a row about it; a row with the failure, and the error, if it fails.

    Raises postgres.ToolError and OSError. One at a time: a second waits for the first.
    """
    began = time.monotonic()
    host, place = socket.gethostname()[:100], str(folder)[:300]
    about: dict[str, Any] = {"kind": kind, "by": by, "host": host, "place": place}
    try:
        with one_at_a_time(folder):
            path, counted, files = _write(folder)
            digest = _sha256(path)
            _write_text(path.with_name(f"{path.name}.sha256"), f"{digest}  {path.name}\n")
    except Exception as error:  # whatever it was, whoever looks is to see it
        Backup.objects.create(**about, failure=f"{type(error).__name__}: {error}"[:300])
        raise
    return Backup.objects.create(
        **about,
        name=path.name,
        size=path.stat().st_size,
        sha256=digest,
        seconds=round(time.monotonic() - began),
        rows=sum(counted.tables.values()),
        files=files,
    )


def keep_newest(folder: Path, count: int) -> list[str]:
    """Remove all but the newest `count` backups of the folder; the names of those removed. 0 keeps all."""
    if count < 1:
        return []
    old = sorted(path.name for path in folder.iterdir() if NAME.fullmatch(path.name))[:-count]
    for name in old:
        (folder / name).unlink(missing_ok=True)
        (folder / f"{name}.sha256").unlink(missing_ok=True)
    Backup.objects.filter(name__in=old, place=str(folder)[:300], removed_at=None).update(
        removed_at=database_now()
    )
    return old


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Held in the folder itself, for the database's locks end with its transactions."""
    import fcntl

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        # What a killed backup left is nobody's any more.
        for left in folder.glob(".sao-luu-*"):
            left.unlink(missing_ok=True)
        yield


def _write(folder: Path) -> tuple[Path, Counted, int]:
    """The finished file, under its name only when it is whole; what was counted; how many files are in it."""
    made_at = timezone.localtime(database_now())
    path = _free_name(folder, f"sao-luu-{made_at:%Y%m%d-%H%M%S}")
    dump, part = folder / f".{path.name}.dump", folder / f".{path.name}.part"
    try:
        counted = _dump(dump)
        manifest = {
            "format": FORMAT,
            "made_at": made_at.isoformat(),
            "site": settings.SITE_URL,
            "postgres": postgres.server_version(),
            "dump_sha256": _sha256(dump),
            "identity_key": identity_mark(),
            "tables": counted.tables,
            "digests": counted.digests,
        }
        with part.open("xb") as file, tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            part.chmod(0o600)
            _add_text(tar, MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
            tar.add(dump, DUMP)
            files = _add_media(tar)
            tar.close()
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        return path, counted, files
    finally:
        dump.unlink(missing_ok=True)
        part.unlink(missing_ok=True)


def _dump(path: Path) -> Counted:
    """Dump and count the same moment: the tool reads the snapshot of this transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        command = [postgres.tool("pg_dump"), "--format=custom", f"--snapshot={snapshot}"]
        path.touch(mode=0o600)
        postgres.run([*command, f"--file={path}"])
        return count_rows()


def count_rows() -> Counted:
    """Rows of every table, and the digest of every version of standings, as this transaction sees them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        names = [name for (name,) in cursor.fetchall()]
        tables = {}
        for name in names:
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", name)))
            tables[name] = cursor.fetchone()[0]
        digests = {}
        if "prizes_standingsrun" in tables:
            cursor.execute("SELECT id, digest FROM prizes_standingsrun ORDER BY id")
            digests = {str(pk): digest for pk, digest in cursor.fetchall()}
    return Counted(tables, digests)


def identity_mark() -> str:
    """Tells two IDENTITY_KEYs apart and says nothing of either."""
    return hmac.new(settings.IDENTITY_KEY.encode(), b"backup", hashlib.sha256).hexdigest()[:16]


def _free_name(folder: Path, stem: str) -> Path:
    for number in range(1, 100):
        path = folder / (f"{stem}.tar" if number == 1 else f"{stem}-{number}.tar")
        if not path.exists():
            return path
    raise FileExistsError(stem)


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode()
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = len(data), int(time.time()), 0o600
    tar.addfile(member, io.BytesIO(data))


def _add_media(tar: tarfile.TarFile) -> int:
    """Every file under MEDIA_ROOT but those that are to be gone in hours: a backup would keep their people.

    One that is removed meanwhile is left out, links are not followed.
    """
    count = 0
    for path in sorted(settings.MEDIA_ROOT.rglob("*")) if settings.MEDIA_ROOT.exists() else ():
        if path.is_symlink() or not path.is_file():
            continue
        if path.relative_to(settings.MEDIA_ROOT).parts[0] in SHORT_LIVED:
            continue
        try:
            tar.add(path, f"{MEDIA}/{path.relative_to(settings.MEDIA_ROOT)}", recursive=False)
        except FileNotFoundError:
            log.info("a file went while it was backed up")
            continue
        count += 1
    return count


def _write_text(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def _sha256(path: Path) -> str:
    digest: Any = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            digest.update(data)
    return str(digest.hexdigest())
