"""A backup is put back into an empty database, and everything is as it was (F22)."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from contest_site import embedded
from contest_site.watch import postgres, restoring, saving
from contest_site.watch.backups import last_backup
from contest_site.watch.enums import BackupKind
from contest_site.watch.models import Backup
from prizes.domain.ranking import compute_standings
from prizes.models import StandingsRun
from prizes.scope import Scope
from tests.prizes.support import over, take
from tests.support.factories import (
    make_prizes,
    make_staff,
)
from tests.support.stack import ROOT

NAME = "restored_here"
MAY_WRITE_THE_TRAIL = """
SELECT has_function_privilege('audit_record_change()', 'EXECUTE'),
    has_function_privilege('audit_write(jsonb, text, text, text, jsonb)', 'EXECUTE')
"""


@pytest.fixture
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    (settings.MEDIA_ROOT / "certificates").mkdir(parents=True)
    (settings.MEDIA_ROOT / "certificates" / "giấy 1.pdf").write_bytes(b"%PDF-1.7 so 1")
    (settings.MEDIA_ROOT / "link").symlink_to("/etc/passwd")
    for gone_in_days in ("reports", "personal"):
        (settings.MEDIA_ROOT / gone_in_days).mkdir()
        (settings.MEDIA_ROOT / gone_in_days / "người dự thi.xlsx").write_bytes(b"PK")
    return Path(settings.MEDIA_ROOT)


@contextmanager
def empty_database() -> Iterator[None]:
    """Beside the test's own one, on the same server."""
    name = sql.Identifier(NAME)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@contextmanager
def inside(name: str) -> Iterator[None]:
    """Every query goes to the database of that name."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


@pytest.mark.dear
@pytest.mark.django_db(transaction=True)
def test_what_is_restored_is_what_was_saved_to_the_row_and_to_the_digest(
    tmp_path: Path, media: Path, services_folder: Path
) -> None:
    round = over()
    make_prizes(round.contest, round)
    for name, correct in (("An", 3), ("Bình", 2), ("Chi", 2)):
        take(round, name, correct=correct)
    run = compute_standings(Scope.of_round(round), by=None)
    folder = tmp_path / "backups"

    backup = saving.back_up(folder, kind=BackupKind.MANUAL, by=make_staff())

    path = folder / backup.name
    assert [one.name for one in sorted(folder.iterdir())] == [".lock", path.name, f"{path.name}.sha256"]
    assert path.stat().st_mode & 0o077 == 0
    assert (backup.size, backup.sha256) == (
        path.stat().st_size,
        hashlib.sha256(path.read_bytes()).hexdigest(),
    )
    assert (last_backup(), backup.files) == (backup, 1)
    with tarfile.open(path) as tar:
        saved = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]  # it is there
        assert not [name for name in tar.getnames() if name.endswith(".xlsx")]
    assert saved["digests"] == {str(run.pk): run.digest}
    assert saved["tables"]["attempts_attempt"] == 3
    with empty_database():
        # By the command, as docs/operations.md shows it, into a site that has nothing else.
        env = {
            **os.environ,
            "DATABASE_URL": (
                application := embedded.database_url(services_folder, NAME, embedded.APPLICATION)
            ),
            "MIGRATION_DATABASE_URL": embedded.database_url(services_folder, NAME),
            "VAR_DIR": str(tmp_path / "other"),
        }
        command = [sys.executable, "manage.py", "restore", str(path)]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "1 bảng xếp hạng" in done.stdout
        assert "CHÚ Ý" not in done.stdout
        with psycopg.connect(application) as opened:
            assert opened.execute(MAY_WRITE_THE_TRAIL).fetchone() == (False, False)
        assert (tmp_path / "other/media/certificates/giấy 1.pdf").read_bytes() == b"%PDF-1.7 so 1"
        with inside(NAME):
            assert saving.count_rows().tables == saved["tables"]
            again = StandingsRun.objects.get()
            assert again.digest == run.digest
            assert again.round is not None
            # Ranked anew from the restored attempts: the same bytes, so no new version.
            assert compute_standings(Scope.of_round(again.round), by=None) == again
            # A second time the database is not empty, and nothing is touched.
            with pytest.raises(restoring.RestoreError, match="is not empty"):
                restoring.restore(path)


@pytest.fixture
def quick_dump(monkeypatch: pytest.MonkeyPatch) -> None:
    def dump(path: Path) -> saving.Counted:
        path.write_bytes(b"PGDMP")
        return saving.Counted({"attempts_attempt": 3}, {})

    monkeypatch.setattr(saving, "_dump", dump)


@pytest.mark.usefixtures("media", "quick_dump")
@pytest.mark.django_db
def test_the_command_keeps_the_newest_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _number in range(3):
        call_command("backup", "--to", str(tmp_path / "b"), "--keep", "2")
    kept = sorted(path.name for path in (tmp_path / "b").glob("*.tar"))
    assert len(kept) == 2
    assert kept[-1] in capsys.readouterr().out
    assert Backup.objects.filter(removed_at=None).count() == 2
    assert len(list((tmp_path / "b").glob("*.sha256"))) == 2


@pytest.mark.django_db
def test_a_backup_that_fails_leaves_no_file_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Backup.objects.create(kind=BackupKind.NIGHTLY, name="sao-luu-20241110-023000.tar")

    def no_room(path: Path) -> saving.Counted:
        path.write_bytes(b"half")
        return saving.Counted({}, {str(postgres.run(["/bin/false"])): ""})

    monkeypatch.setattr(saving, "_dump", no_room)
    with pytest.raises(postgres.ToolError):
        saving.back_up(tmp_path, kind=BackupKind.MANUAL)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]
    failed = Backup.objects.get(name="")
    assert failed.failure.startswith("ToolError: false")
    assert last_backup() == made


def broken(path: Path, **changes: Any) -> Path:
    """A file with a manifest like a backup's and a dump that is none."""
    dump = b"PGDMP?"
    manifest = {
        "format": 1, "made_at": "2024-11-10", "dump_sha256": hashlib.sha256(dump).hexdigest(), "tables": {},
        "digests": {}, "identity_key": saving.identity_mark(), **changes,
    }  # fmt: skip
    with tarfile.open(path, "w") as tar:
        saving._add_text(tar, "manifest.json", json.dumps(manifest))
        saving._add_text(tar, "database.dump", dump.decode())
    return path


def test_what_is_damaged_or_no_backup_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.VAR_DIR = tmp_path / "var"
    monkeypatch.setattr(restoring, "_check_empty", lambda: None)
    monkeypatch.setattr(restoring, "_fill", lambda dump: pytest.fail("it must not come so far"))
    (tmp_path / "text.tar").write_text("không phải tệp tar")
    cases = {
        tmp_path / "missing.tar": "no file",
        tmp_path / "text.tar": "damaged",
        broken(tmp_path / "newer.tar", format=2): "no backup of this site",
        broken(tmp_path / "dump.tar", dump_sha256="0"): "database.dump in the backup is damaged",
        broken(tmp_path / "copied.tar"): "not what its checksum says",
    }
    (tmp_path / "copied.tar.sha256").write_text(f"{'0' * 64}  copied.tar\n")
    for path, reason in cases.items():
        with pytest.raises(restoring.RestoreError, match=reason):
            restoring.restore(path)


def test_a_file_that_would_lie_outside_the_media_folder_is_refused(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        saving._add_text(tar, "media/../../out.txt", "x")
    with tarfile.open(tmp_path / "a.tar") as tar, pytest.raises(restoring.RestoreError, match="outside"):
        restoring._media(tar)
    assert not (tmp_path.parent / "out.txt").exists()


@pytest.mark.django_db
def test_a_tool_older_than_the_server_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
    old.chmod(0o755)
    monkeypatch.setattr(postgres, "_candidates", lambda name: iter([str(old)]))
    with pytest.raises(postgres.ToolError, match=r"or newer is needed on this machine; found: .*\(9\)"):
        postgres.tool("pg_dump")
