"""Making a backup: one file with the database, the uploaded and printed files, and what proves it whole.

sao-luu-20241110-023000.tar
    manifest.json     when, which versions, rows of each table, digests of the standings, SHA-256 of the dump
    database.dump     pg_dump's custom format, of the very moment in which the rows were counted
    media/…           as under MEDIA_ROOT, read after the dump, so that no row names a file that is missing
    files.json        how many files that were, and one digest over their names and contents
sao-luu-20241110-023000.tar.sha256   as `sha256sum --check` reads it
sao-luu-20241110-091500-thu-cong.tar   one that somebody asked for
da-xoa.jsonl   whose data was erased (contest_site.privacy.remembering)
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
from typing import IO, TYPE_CHECKING, Any, cast

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from psycopg import sql

from contest_site.lib.clock import database_now
from contest_site.privacy.copying import FOLDER as COPIES
from contest_site.privacy.remembering import FILE as ERASED
from contest_site.privacy.remembering import copy_to
from contest_site.reports.domain import FOLDER as REPORTS
from contest_site.watch import postgres
from contest_site.watch.backups import LOST
from contest_site.watch.enums import BackupKind
from contest_site.watch.models import Backup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contest_site.accounts.models import User

log = logging.getLogger(__name__)

FORMAT = 2
# In its name, so that a folder tells it whatever rows a restored database has.
BY_HAND = "-thu-cong"
NAME = re.compile(rf"sao-luu-(\d{{8}}-\d{{6}})({BY_HAND})?(?:-(\d+))?\.tar")
MANIFEST, DUMP, MEDIA, FILES = "manifest.json", "database.dump", "media", "files.json"
CHUNK = 1024 * 1024
# Reports and copies of personal data, each erased within days.
SHORT_LIVED = frozenset({REPORTS, COPIES})
UNPACKING = ".restoring-"  # what a restore that was killed may have left


class Digest:
    """One SHA-256 over the names and contents of files, in the order in which they come."""

    def __init__(self) -> None:
        self.count = 0
        self._all = hashlib.sha256()

    def add(self, name: str, sha256: str) -> None:
        self.count += 1
        self._all.update(f"{sha256}  {name}\n".encode("utf-8", "surrogateescape"))

    def hexdigest(self) -> str:
        return self._all.hexdigest()


class Reading:
    """A file whose SHA-256 is known once it has been read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.sha256.update(data)
        return data


@dataclass(frozen=True)
class Counted:
    """What the database held at one moment."""

    tables: dict[str, int]
    digests: dict[str, str]


class BusyError(Exception):
    """Another backup into the same folder is being made."""


def back_up(folder: Path, *, kind: BackupKind, by: User | None = None, asked: Backup | None = None) -> Backup:
    """Write a backup into the folder and a row about it; a row with the failure, and the error, if it fails.

    `asked`: the row of whoever asked for it. Raises BusyError, at once and without a row, while another is
    being made; postgres.ToolError and OSError.
    """
    began = time.monotonic()
    row = asked or Backup(kind=kind, by=by)
    row.host, row.place, row.running = socket.gethostname()[:100], str(folder)[:300], True
    try:
        with one_at_a_time(folder):
            forget_the_dead(row.place)
            row.save()
            path, counted, files = _write(folder, kind)
            digest = _sha256(path)
            _write_text(path.with_name(f"{path.name}.sha256"), f"{digest}  {path.name}\n")
            copy_to(folder)
    except BusyError:
        raise
    except Exception as error:  # whatever it was, whoever looks is to see it
        row.failure, row.running = f"{type(error).__name__}: {error}"[:300], False
        row.save()
        raise
    row.name, row.size, row.sha256 = path.name, path.stat().st_size, digest
    row.seconds = round(time.monotonic() - began)
    row.rows, row.files, row.running = sum(counted.tables.values()), files, False
    row.save()
    return row


def forget_the_dead(place: str) -> None:
    """Rows of backups into this folder that nobody makes any more; whoever calls it holds the folder."""
    left = Q(place=place) | Q(place="", at__lt=database_now() - LOST)
    Backup.objects.filter(left, running=True).update(running=False, failure=Backup.STOPPED)


def keep_newest(folder: Path, count: int) -> list[str]:
    """Remove all but the newest `count` nightly backups of the folder, and as many of those made by hand.

    The names of those removed. 0 keeps all.
    """
    if count < 1:
        return []
    found = [match for path in folder.iterdir() if (match := NAME.fullmatch(path.name))]
    found.sort(key=lambda match: (match[1], int(match[3] or 1)))
    nights = [match[0] for match in found if not match[2]]
    by_hand = [match[0] for match in found if match[2]]
    old = sorted([*nights[:-count], *by_hand[:-count]])
    for name in old:
        (folder / name).unlink(missing_ok=True)
        (folder / f"{name}.sha256").unlink(missing_ok=True)
    Backup.objects.filter(name__in=old, place=str(folder)[:300], removed_at=None).update(
        removed_at=database_now()
    )
    return old


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Held in the folder itself, for the database's locks end with its transactions. Raises BusyError."""
    import fcntl

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(f"another backup into {folder} is being made") from None
        # What a killed backup left is nobody's any more.
        for left in folder.glob(".sao-luu-*"):
            left.unlink(missing_ok=True)
        yield


def _write(folder: Path, kind: BackupKind) -> tuple[Path, Counted, int]:
    """The finished file, under its name only when it is whole; what was counted; how many files are in it."""
    made_at = timezone.localtime(database_now())
    by_hand = BY_HAND if kind is BackupKind.MANUAL else ""
    path = _free_name(folder, f"sao-luu-{made_at:%Y%m%d-%H%M%S}{by_hand}")
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
        with (
            part.open("xb") as file,
            # A second name of one file is a file of its own.
            tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT, dereference=True) as tar,
        ):
            part.chmod(0o600)
            _add_text(tar, MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
            tar.add(dump, DUMP)
            files = _add_media(tar)
            # Last: what was cut off behind a whole file lacks it.
            _add_text(tar, FILES, json.dumps({"count": files.count, "sha256": files.hexdigest()}))
            tar.close()
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        return path, counted, files.count
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


def _add_media(tar: tarfile.TarFile) -> Digest:
    """Every file and folder under MEDIA_ROOT but what is to be gone in hours: a backup would keep it.

    A file that is removed meanwhile is left out, links are not followed.
    """
    digest = Digest()
    for path in sorted(settings.MEDIA_ROOT.rglob("*")) if settings.MEDIA_ROOT.exists() else ():
        inside = path.relative_to(settings.MEDIA_ROOT)
        top = inside.parts[0]
        if top in SHORT_LIVED or top == ERASED or top.startswith(UNPACKING) or path.is_symlink():
            continue
        name = f"{MEDIA}/{inside}"
        try:
            if path.is_dir():
                tar.add(path, name, recursive=False)
            elif path.is_file():
                with path.open("rb") as file:
                    reading = Reading(file)
                    tar.addfile(tar.gettarinfo(arcname=name, fileobj=file), cast("IO[bytes]", reading))
                digest.add(name, reading.sha256.hexdigest())
        except FileNotFoundError:
            log.info("a file went while it was backed up")
    return digest


def _write_text(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def _sha256(path: Path) -> str:
    digest: Any = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            digest.update(data)
    return str(digest.hexdigest())
