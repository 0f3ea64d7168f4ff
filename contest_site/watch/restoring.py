"""Putting a backup back into an empty database, and proving that it is the same."""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from contest_site.watch import postgres
from contest_site.watch.saving import CHUNK, DUMP, FORMAT, MANIFEST, MEDIA, Counted, count_rows, identity_mark


class RestoreError(Exception):
    """Nothing was put back, or it is not what was saved; one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Restored:
    """`same_key`: whether the national IDs in it can be read with this site's IDENTITY_KEY."""

    made_at: str
    counted: Counted
    files: int
    same_key: bool


def restore(path: Path) -> Restored:
    """Fill the empty database and the media folder from a backup. Raises RestoreError, ToolError, OSError."""
    _check_sum(path)
    _check_empty()
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(path) as tar, tempfile.TemporaryDirectory(dir=settings.VAR_DIR) as folder:
            manifest = _manifest(tar)
            dump = Path(folder) / DUMP
            _take(tar, DUMP, dump, manifest["dump_sha256"])
            _fill(dump)
            files = _media(tar)
    except tarfile.TarError as error:
        raise RestoreError(f"{path.name} is damaged: {error}.") from None
    counted = count_rows()
    _compare(manifest, counted)
    return Restored(manifest["made_at"], counted, files, manifest["identity_key"] == identity_mark())


def _check_sum(path: Path) -> None:
    """Against the file beside it, where it was copied along."""
    if not path.is_file():
        raise RestoreError(f"There is no file {path}.")
    beside = path.with_name(f"{path.name}.sha256")
    if not beside.exists():
        return
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if beside.read_text().split()[:1] != [digest]:
        raise RestoreError(f"{path.name} is not what its checksum says; take another copy of it.")


def _check_empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        (tables,) = cursor.fetchone()
    if tables:
        name = connection.settings_dict["NAME"]
        raise RestoreError(f"The database {name} is not empty ({tables} tables): nothing was changed.")


def _manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    try:
        file = tar.extractfile(MANIFEST)
        manifest: dict[str, Any] = json.load(file) if file else {}
    except (KeyError, ValueError):
        manifest = {}
    if manifest.get("format") != FORMAT:
        raise RestoreError("This file is no backup of this site, or one of a newer release.")
    return manifest


def _take(tar: tarfile.TarFile, name: str, target: Path, sha256: str) -> None:
    source = tar.extractfile(name)
    if source is None:
        raise RestoreError(f"{name} is missing in the backup.")
    digest = hashlib.sha256()
    with target.open("wb") as file:
        while data := source.read(CHUNK):
            digest.update(data)
            file.write(data)
    if digest.hexdigest() != sha256:
        raise RestoreError(f"{name} in the backup is damaged.")


def _fill(dump: Path) -> None:
    """All or nothing. Whoever restores owns it; a migration then gives the application its rights."""
    connection.close()
    name = str(connection.settings_dict["NAME"])
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", f"--dbname={name}"]
    postgres.run([postgres.tool("pg_restore"), *options, str(dump)])


def _media(tar: tarfile.TarFile) -> int:
    """Each file under its own name, whole or not at all; nothing outside the media folder."""
    count = 0
    root = settings.MEDIA_ROOT
    for member in tar:
        if not member.isfile() or not member.name.startswith(f"{MEDIA}/"):
            continue
        target = (root / member.name.removeprefix(f"{MEDIA}/")).resolve()
        if not target.is_relative_to(root.resolve()):
            raise RestoreError(f"{member.name} would lie outside the media folder.")
        target.parent.mkdir(parents=True, exist_ok=True)
        source = tar.extractfile(member)
        assert source is not None
        part = target.with_name(f".{target.name}.part")
        with source, part.open("wb") as file:
            shutil.copyfileobj(source, file, CHUNK)
        part.rename(target)
        count += 1
    return count


def _compare(manifest: dict[str, Any], counted: Counted) -> None:
    tables = manifest["tables"]
    differ = sorted(
        name for name in tables.keys() | counted.tables.keys() if tables.get(name) != counted.tables.get(name)
    )
    if differ:
        raise RestoreError(f"These tables have not as many rows as were saved: {', '.join(differ)}.")
    if manifest["digests"] != counted.digests:
        raise RestoreError("The digests of the standings are not those that were saved.")
