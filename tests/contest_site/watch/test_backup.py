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
from unittest.mock import patch

import psycopg
import pytest
from celery.exceptions import Retry
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from psycopg import sql

from contest_site import embedded
from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotNow
from contest_site.privacy import remembering
from contest_site.privacy.erasing import NAMELESS, erase_person
from contest_site.watch import postgres, restoring, saving, signs, tasks
from contest_site.watch.backups import last_backup
from contest_site.watch.domain import JUST_NOW, ask_for_backup
from contest_site.watch.enums import BackupKind
from contest_site.watch.models import Backup
from contests.models import Entry
from prizes.domain.ranking import compute_standings
from prizes.models import StandingsRun
from prizes.scope import Scope
from tests.prizes.support import over, take
from tests.support.factories import make_entry, make_prizes, make_staff, make_user
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
    gone = make_user()
    make_entry(round.contest, full_name="Dung", user=gone)
    # Of a site that stood here before; the ids may be somebody else's by now.
    (media / "da-xoa.jsonl").write_text(
        '{"at": "2020-01-01T00:00:00+00:00", "accounts": [1], "entries": [1]}\n'
    )

    backup = saving.back_up(folder, kind=BackupKind.MANUAL, by=make_staff())

    path = folder / backup.name
    assert [one.name for one in sorted(folder.iterdir())] == [
        ".lock",
        "da-xoa.jsonl",
        path.name,
        f"{path.name}.sha256",
    ]
    assert path.stat().st_mode & 0o077 == 0
    assert (backup.size, backup.sha256) == (
        path.stat().st_size,
        hashlib.sha256(path.read_bytes()).hexdigest(),
    )
    assert (last_backup(), backup.files) == (backup, 1)
    with tarfile.open(path) as tar:
        saved = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]  # it is there
        assert not [name for name in tar.getnames() if name.endswith((".xlsx", ".jsonl"))]
    assert saved["digests"] == {str(run.pk): run.digest}
    assert saved["tables"]["attempts_attempt"] == 3
    with transaction.atomic():
        erase_person(gone)
    remembering.copy_to(folder)  # as the next backup does
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
        assert "1 tài khoản đã xóa dữ liệu cá nhân sau lúc sao lưu được xóa lại" in done.stdout
        with inside(NAME):
            # The restore itself compared every table; since then it has erased anew.
            found = saving.count_rows().tables
            for name in ("attempts_attempt", "contests_entry", "prizes_standingsrow", "accounts_user"):
                assert found[name] == saved["tables"][name]
            assert sorted(Entry.objects.values_list("full_name", flat=True)) == [
                "An",
                "Bình",
                "Chi",
                NAMELESS,
            ]
            assert not Backup.objects.filter(running=True).exists()
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
    kept = {path.name for path in (tmp_path / "b").glob("*.tar")}
    made = [row.name for row in Backup.objects.order_by("pk")]
    assert kept == set(made[1:])
    assert made[-1] in capsys.readouterr().out
    assert Backup.objects.filter(removed_at=None, running=False).count() == 2
    assert len(list((tmp_path / "b").glob("*.sha256"))) == 2


@pytest.mark.django_db
def test_of_one_second_the_later_is_kept_and_presses_never_take_a_night(tmp_path: Path) -> None:
    names = [
        *("sao-luu-20241110-023000.tar", "sao-luu-20241111-023000.tar", "sao-luu-20241111-023000-2.tar"),
        *("sao-luu-20241112-091500-thu-cong.tar", "sao-luu-20241112-091500-thu-cong-10.tar"),
        *("sao-luu-20241112-091500-thu-cong-9.tar", "another.tar"),
    ]
    for name in names:
        (tmp_path / name).touch()
    assert saving.keep_newest(tmp_path, 1) == [names[0], names[1], names[5], names[3]]
    assert {path.name for path in tmp_path.iterdir()} == {names[2], names[4], "another.tar"}


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.BACKUP_DIR = tmp_path / "b"
    return tmp_path / "b"


@pytest.mark.usefixtures("media", "quick_dump")
@pytest.mark.django_db
def test_who_presses_while_one_is_made_or_right_after_is_told_so(folder: Path) -> None:
    by = make_staff()
    ask_for_backup(by=by)
    with pytest.raises(NotNow, match="Đang sao lưu"):
        ask_for_backup(by=by)
    assert "Đang sao lưu" in signs.backup_sign(database_now()).note
    tasks.backup_now(Backup.objects.get().pk)
    (made,) = Backup.objects.all()
    assert (made.by, made.running, made.files, made.failure) == (by, False, 1, "")
    assert "thu-cong" in made.name
    assert "Đang sao lưu" not in signs.backup_sign(database_now()).note
    with pytest.raises(NotNow, match="Vừa sao lưu"):
        ask_for_backup(by=by)
    Backup.objects.update(at=database_now() - JUST_NOW)
    # A task that comes a second time does nothing.
    tasks.backup_now(made.pk)
    ask_for_backup(by=by)
    assert Backup.objects.count() == 2


@pytest.mark.usefixtures("media", "quick_dump")
@pytest.mark.django_db
def test_a_worker_never_waits_for_another_backup_and_the_night_comes_again(folder: Path) -> None:
    ask_for_backup(by=make_staff())
    with saving.one_at_a_time(folder):
        tasks.backup_now(Backup.objects.get().pk)
        assert not Backup.objects.exists()
        with patch.object(tasks.nightly_backup, "retry", side_effect=Retry) as again, pytest.raises(Retry):
            tasks.nightly_backup()
        assert again.call_args.kwargs["countdown"] == tasks.AGAIN_SECONDS
        with pytest.raises(CommandError, match="bản sao lưu khác"):
            call_command("backup", "--to", str(folder))
    # What was killed is told of once somebody holds the folder again.
    left = Backup.objects.create(kind=BackupKind.NIGHTLY, place=str(folder), running=True)
    tasks.nightly_backup()
    left.refresh_from_db()
    assert (left.running, left.failure) == (False, Backup.STOPPED)
    assert last_backup() != left


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


def broken(path: Path, *members: tuple[str, str], files: Any = None, **changes: Any) -> Path:
    """A file with a manifest like a backup's and a dump that is none."""
    dump = b"PGDMP?"
    manifest = {
        "format": saving.FORMAT, "made_at": "2024-11-10", "dump_sha256": hashlib.sha256(dump).hexdigest(),
        "tables": {}, "digests": {}, "identity_key": saving.identity_mark(), **changes,
    }  # fmt: skip
    with tarfile.open(path, "w") as tar:
        saving._add_text(tar, "manifest.json", json.dumps(manifest))
        saving._add_text(tar, "database.dump", dump.decode())
        for name, text in members:
            saving._add_text(tar, name, text)
        if files is not None:
            saving._add_text(tar, "files.json", json.dumps(files))
    return path


def test_what_is_damaged_or_no_backup_is_refused_and_nothing_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path / "var", tmp_path / "media"
    monkeypatch.setattr(restoring, "_check_empty", lambda: None)
    monkeypatch.setattr(restoring, "_fill", lambda dump: pytest.fail("it must not come so far"))
    (tmp_path / "text.tar").write_text("không phải tệp tar")
    paper = ("media/a.pdf", "%PDF")
    cases = {
        tmp_path / "missing.tar": "no file",
        tmp_path / "text.tar": "damaged",
        broken(tmp_path / "newer.tar", format=saving.FORMAT + 1): "no backup of this site",
        broken(tmp_path / "dump.tar", dump_sha256="0"): "database.dump in the backup is damaged",
        broken(tmp_path / "copied.tar"): "not what its checksum says",
        broken(tmp_path / "cut.tar", paper): "not those that were saved",
        broken(tmp_path / "less.tar", paper, files={"count": 2, "sha256": "0"}): "not those that were saved",
        broken(tmp_path / "out.tar", ("media/../../out.txt", "x")): "outside the media folder",
    }
    (tmp_path / "copied.tar.sha256").write_text(f"{'0' * 64}  copied.tar\n")
    for path, reason in cases.items():
        with pytest.raises(restoring.RestoreError, match=reason):
            restoring.restore(path)
    assert list(settings.MEDIA_ROOT.iterdir()) == []
    assert not (tmp_path / "out.txt").exists()


@pytest.mark.usefixtures("quick_dump")
@pytest.mark.django_db
def test_files_come_back_with_their_folders_rights_when_the_database_is_in(
    tmp_path: Path, media: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    (media / "certificates").chmod(0o700)
    (media / "empty").mkdir(mode=0o750)
    os.link(media / "certificates" / "giấy 1.pdf", media / "certificates" / "giấy 2.pdf")
    made = saving.back_up(tmp_path / "b", kind=BackupKind.MANUAL)
    settings.MEDIA_ROOT = new = tmp_path / "new"
    (new / "kept").mkdir(parents=True)

    def fill(dump: Path) -> None:
        assert not (settings.MEDIA_ROOT / "certificates").exists()

    monkeypatch.setattr(restoring, "_check_empty", lambda: None)
    monkeypatch.setattr(restoring, "_fill", fill)
    monkeypatch.setattr(restoring, "count_rows", lambda: saving.Counted({"attempts_attempt": 3}, {}))
    assert restoring.restore(tmp_path / "b" / made.name).files == 2
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in new.iterdir() if path.name != "kept"} == {
        "certificates": "0o700",
        "empty": "0o750",
    }
    assert (new / "certificates" / "giấy 2.pdf").read_bytes() == b"%PDF-1.7 so 1"
    # A database that is not what was saved leaves the files where they were.
    monkeypatch.setattr(restoring, "count_rows", lambda: saving.Counted({"attempts_attempt": 2}, {}))
    settings.MEDIA_ROOT = tmp_path / "newer"
    with pytest.raises(restoring.RestoreError, match="attempts_attempt"):
        restoring.restore(tmp_path / "b" / made.name)
    assert list(settings.MEDIA_ROOT.iterdir()) == []


@pytest.mark.django_db
def test_a_tool_older_than_the_server_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
    old.chmod(0o755)
    monkeypatch.setattr(postgres, "_candidates", lambda name: iter([str(old)]))
    with pytest.raises(postgres.ToolError, match=r"or newer is needed on this machine; found: .*\(9\)"):
        postgres.tool("pg_dump")
