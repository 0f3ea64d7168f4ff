"""Putting a backup back into an empty database, and proving that it is the same."""

from __future__ import annotations

import hashlib
import json
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from contest_site.watch import postgres
from contest_site.watch.saving import (
    CHUNK,
    DUMP,
    FILES,
    FORMAT,
    MANIFEST,
    MEDIA,
    UNPACKING,
    Counted,
    Digest,
    Reading,
    count_rows,
    identity_mark,
)

DROP_IT = "No file was put back; drop this database before another try."


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
    """Fill the empty database and the media folder from a backup, all or nothing.

    The files are unpacked beside those that are there, compared with what was saved, and take their places
    when the database is in. Raises RestoreError, ToolError, OSError.
    """
    _check_sum(path)
    _check_empty()
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    try:
        with (
            tarfile.open(path) as tar,
            tempfile.TemporaryDirectory(dir=settings.VAR_DIR) as folder,
            # Inside, for it may be a disk of its own: what is whole is then only renamed.
            tempfile.TemporaryDirectory(prefix=UNPACKING, dir=settings.MEDIA_ROOT) as beside,
        ):
            manifest = _manifest(tar)
            dump = Path(folder) / DUMP
            _take(tar, DUMP, dump, manifest["dump_sha256"])
            files = _unpack(tar, Path(beside))
            _fill(dump)
            counted = count_rows()
            _compare(manifest, counted)
            _put_in_place(Path(beside))
    except tarfile.TarError as error:
        raise RestoreError(f"{path.name} is damaged: {error}.") from None
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
        raise RestoreError("This file is no backup of this site, or one of another release.")
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


def _unpack(tar: tarfile.TarFile, folder: Path) -> int:
    """Every file and folder with the rights it had; how many files. Compared with what was saved."""
    digest = Digest()
    saved: dict[str, Any] | None = None
    modes: list[tuple[Path, int]] = []
    for member in tar:
        if member.name == FILES and (source := tar.extractfile(member)):
            saved = json.load(source)
        if not member.name.startswith(f"{MEDIA}/") or not (member.isfile() or member.isdir()):
            continue
        target = (folder / member.name.removeprefix(f"{MEDIA}/")).resolve()
        if not target.is_relative_to(folder.resolve()):
            raise RestoreError(f"{member.name} would lie outside the media folder.")
        modes.append((target, member.mode & 0o777 | (0o700 if member.isdir() else 0)))
        if member.isdir():
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        source = tar.extractfile(member)
        assert source is not None
        reading = Reading(source)
        with source, target.open("xb") as file:
            while data := reading.read(CHUNK):
                file.write(data)
        digest.add(member.name, reading.sha256.hexdigest())
    if saved != {"count": digest.count, "sha256": digest.hexdigest()}:
        raise RestoreError("The files in the backup are not those that were saved.")
    for target, mode in modes:
        target.chmod(mode)
    return digest.count


def _put_in_place(folder: Path) -> None:
    """Each file under its own name; what else is there stays."""
    for path in sorted(folder.rglob("*")):
        target = settings.MEDIA_ROOT / path.relative_to(folder)
        if not path.is_dir():
            path.replace(target)
        elif not target.exists():
            target.mkdir()
            target.chmod(path.stat().st_mode & 0o777)


def _compare(manifest: dict[str, Any], counted: Counted) -> None:
    tables = manifest["tables"]
    differ = sorted(
        name for name in tables.keys() | counted.tables.keys() if tables.get(name) != counted.tables.get(name)
    )
    if differ:
        raise RestoreError(
            f"These tables have not as many rows as were saved: {', '.join(differ)}. {DROP_IT}"
        )
    if manifest["digests"] != counted.digests:
        raise RestoreError(f"The digests of the standings are not those that were saved. {DROP_IT}")
