"""One migrated database for the whole run, of which all others are copies: migrating takes long."""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import psycopg

from contest_site import embedded
from tests.support import services
from tests.support.services import ROOT

NAME = "template_of_tests"
# What a migrated database follows from. Permissions and roles are not among it: whoever copies it migrates
# once more, which then only brings those up to date.
SOURCES = (
    "*/migrations/*.py",
    "contest_site/*/migrations/*.py",
    "contest_site/lib/immutable.py",
    "contest_site/lib/migrating.py",
    "contest_site/audit/grants.py",
    "contest_site/settings.py",
    "requirements.lock",
)


def copied_to(folder: Path, name: str) -> str:
    """The URL of a new database of this run, migrated, for the application's role."""
    template(folder)
    _create(folder, name, f'TEMPLATE "{NAME}"')
    return embedded.database_url(folder, name, embedded.APPLICATION)


def template(folder: Path, kept: Path | None = None) -> str:
    """The migrated database's name: whoever asks first makes it, the others wait for it.

    `kept` is where one is remembered from run to run, for as long as its sources stay the same.
    """
    with _alone(folder / "template.lock"):
        done = folder / "template.done"
        if not done.exists():
            _create(folder, NAME)
            _fill(folder, kept / f"{_digest()}.sql" if kept else None)
            done.touch()
    return NAME


def _fill(folder: Path, kept: Path | None) -> None:
    url = embedded.database_url(folder, NAME)
    if kept and kept.exists():
        _run([_postgres("psql"), "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", f"--file={kept}", url])
        return
    # As on a server: the owner migrates, and the application's role gets its rights.
    roles = {
        "DATABASE_URL": embedded.database_url(folder, NAME, embedded.APPLICATION),
        "MIGRATION_DATABASE_URL": url,
    }
    _run([str(ROOT / "bin" / "serve"), "migrate"], services.environment(folder, 0) | roles)
    if kept:
        # Under its name only when it is whole: other runs may look for it now.
        begun = kept.with_suffix(f".{os.getpid()}")
        _run([_postgres("pg_dump"), f"--file={begun}", url])
        for old in kept.parent.glob("*.sql"):
            old.unlink(missing_ok=True)
        begun.rename(kept)


def _create(folder: Path, name: str, how: str = "") -> None:
    with psycopg.connect(embedded.database_url(folder, "postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"'.encode())
        connection.execute(f'CREATE DATABASE "{name}" {how}'.encode())


def _digest() -> str:
    found = hashlib.sha256()
    for path in sorted({path for pattern in SOURCES for path in ROOT.glob(pattern)}):
        found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def _postgres(program: str) -> str:
    return str(embedded.postgres_bin() / program)


def _run(command: list[str], env: Mapping[str, str] = MappingProxyType({})) -> None:
    result = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise AssertionError(f"{command[0]} failed:\n{result.stdout}\n{result.stderr}")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    template(Path(sys.argv[1]))
