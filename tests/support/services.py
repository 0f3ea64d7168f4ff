"""The test run's own PostgreSQL and Redis: in a temporary folder, on Unix sockets, gone afterwards."""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from contest_site import embedded

PREFIX = "contest-tests-"
# Tests lose nothing when the machine does, and a disk's flush is most of the time that they would wait.
POSTGRES = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
REDIS = {"appendonly": "no", "databases": "64"}
ROOT = Path(__file__).resolve().parents[2]
READERS = re.compile(r"""\benv_(?:bool|int|list|pair|path|str)\(\s*["']([A-Z_]+)["']""")


@contextmanager
def started() -> Iterator[Path]:
    """Both services for as long as the run lasts; the folder that they lie in."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir="/tmp"))
    services = [embedded.Postgres(folder, POSTGRES), embedded.Redis(folder, REDIS)]
    try:
        with embedded.running(services):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def environment(folder: Path, worker: int) -> dict[str, str]:
    """What settings read in one of the parallel test processes."""
    return {
        "DATABASE_URL": embedded.database_url(folder),
        # The broker and the cache apart, so that clearing the cache loses no task.
        "REDIS_URL": embedded.redis_url(folder, 2 * worker),
        "CACHE_URL": embedded.redis_url(folder, 2 * worker + 1),
        "SECRET_KEY": "only-for-tests",
        "INSECURE_HTTP": "true",
        # What one test has changed the next line of it sees; tests of keeping set it themselves.
        "PAGE_CACHE_SECONDS": "0",
        "VAR_DIR": str(folder / f"worker-{worker}"),
    }


def variables() -> set[str]:
    """Every environment variable that the site reads, from the code itself."""
    sources = [path for path in (ROOT / "contest_site").rglob("*.py") if path.name != "env.py"]
    names = {name for path in sources for name in READERS.findall(path.read_text())}
    return names | set(re.findall(r"\$\{([A-Z_]+):-", (ROOT / "bin" / "serve").read_text()))


def clear(environ: "os._Environ[str]") -> None:
    """What somebody's shell or a running site might bring along must not change what the tests see."""
    for name in variables():
        environ.pop(name, None)
    # libpq reads these wherever a URL is silent.
    for name in [name for name in environ if name.startswith("PG")]:
        del environ[name]


def _sweep() -> None:
    """Stop and remove what a killed run left behind; a run that is still going on holds its locks.

    One that begins in this moment may not hold them yet, so the young are left alone.
    """
    for folder in Path("/tmp").glob(f"{PREFIX}*"):
        with suppress(OSError, embedded.ServiceError):
            status = folder.lstat()
            if status.st_uid != os.geteuid() or folder.is_symlink() or time.time() - status.st_mtime < 60:
                continue
            services = [embedded.Postgres(folder), embedded.Redis(folder)]
            if all(service.stop_if_unused() for service in services):
                shutil.rmtree(folder, ignore_errors=True)
