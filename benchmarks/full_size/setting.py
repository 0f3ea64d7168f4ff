"""A database of its own, kept between runs where a folder is named; and what a step costs, by process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.cpu import cpu_of, memory_of  # noqa: E402  after the path to it
from contest_site import embedded  # noqa: E402


@contextmanager
def database(kept: Path | None) -> Iterator[Path]:
    """PostgreSQL and Redis in the folder (a temporary one for None), migrated, and Django told of them."""
    with ExitStack() as stack:
        folder = kept or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="contest-bench-")))
        folder.mkdir(exist_ok=True)
        # The parent folder must let the database's own user through where this runs as root.
        folder.chmod(0o755)
        os.environ.update(
            DATABASE_URL=embedded.database_url(folder),
            REDIS_URL=embedded.redis_url(folder),
            SECRET_KEY="only-for-measuring",  # noqa: S106
            INSECURE_HTTP="true",
            VAR_DIR=str(folder),
            DJANGO_SETTINGS_MODULE="contest_site.settings",
        )
        # What is measured is taken back, and cleaning up after that would be counted with what comes next.
        own = {"max_wal_size": "8GB", "autovacuum": "off"}
        services = [embedded.Postgres(folder, own), embedded.Redis(folder)]
        stack.enter_context(embedded.running(services))
        subprocess.run([str(ROOT / "bin" / "serve"), "migrate"], check=True, stdout=subprocess.DEVNULL)
        import django

        django.setup()
        yield folder


MB = 1024 * 1024


@dataclass(frozen=True)
class Cost:
    """Seconds of CPU of this process and of PostgreSQL, seconds that passed, this process's peak in MB."""

    own: float
    postgres: float
    wall: float
    peak: float

    @property
    def cpu(self) -> float:
        return self.own + self.postgres

    def __str__(self) -> str:
        return f"{self.own:.2f} + {self.postgres:.2f} s CPU, {self.wall:.1f} s, {self.peak:.0f} MB"


class Clock:
    """What happens inside `with Clock() as clock` costs `clock.cost`."""

    cost: Cost

    def __enter__(self) -> Clock:
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        self.postmaster = postmaster()
        self.began = time.monotonic(), time.process_time(), cpu_of(self.postmaster)
        return self

    def __exit__(self, *_: object) -> None:
        wall, own, postgres = self.began
        self.cost = Cost(
            time.process_time() - own,
            cpu_of(self.postmaster) - postgres,
            time.monotonic() - wall,
            memory_of(os.getpid()) / MB,
        )


def postmaster() -> int:
    return int((Path(os.environ["VAR_DIR"]) / "postgres" / "postmaster.pid").read_text().split()[0])
