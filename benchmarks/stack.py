"""The site as on a server: web, worker and beat as `bin/serve` starts them, PostgreSQL and Redis beside them.

With production's switches: TLS behind one trusted proxy (the load says so in the proxy's headers), second
factor, rate limits, hashed static files, the database's own role for the site. Only the proxy is left out.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.cpu import cpu_of
from contest_site import embedded
from contest_site.processes import Children

ROOT = Path(__file__).resolve().parents[1]
HOST = "thi.example"
GROUPS = ("web", "postgres", "redis", "worker")
# As in docker-compose.yml, and with room to write while millions of rows are filled in.
POSTGRES = {"shared_buffers": "512MB", "max_wal_size": "4GB"}


@dataclass
class Stack:
    """What runs; on `floor_port` the same web server with bare views alone (benchmarks/floor.py)."""

    folder: Path
    env: dict[str, str]
    port: int
    floor_port: int
    children: Children = field(repr=False)

    def cpu(self) -> dict[str, float]:
        """CPU seconds so far of all server processes, by group; `floor` is the floor's web server."""
        pids = {name: self.children.started[name].pid for name in ("web", "floor", "worker", "beat")}
        pids |= {"postgres": self.postgres_pid, "redis": self._pid("run/redis.pid")}
        return {name: cpu_of(pid) for name, pid in pids.items()}

    @property
    def postgres_pid(self) -> int:
        return self._pid("postgres/postmaster.pid")

    def _pid(self, file: str) -> int:
        return int((self.folder / file).read_text().split()[0])


@contextmanager
def running(folder: Path) -> Iterator[Stack]:
    """All of it under `folder`, and Django set up in this process on the same database, as its owner."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # the database's own user passes through it where this runs as root
    port, floor_port = free_port(), free_port()
    env = environment(folder, port)
    with ExitStack() as stack:
        stack.enter_context(embedded.running([embedded.Postgres(folder, POSTGRES), embedded.Redis(folder)]))
        with subprocess.Popen(
            [sys.executable, "manage.py", "collectstatic", "--noinput"],
            cwd=ROOT, env=env, stdout=subprocess.DEVNULL,
        ) as collecting:  # fmt: skip
            subprocess.run(["bin/serve", "migrate"], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
        if collecting.returncode:
            raise RuntimeError("collectstatic failed")
        os.environ.update(env, DATABASE_URL=env["MIGRATION_DATABASE_URL"])
        import django

        django.setup()
        children = Children(folder / "log")
        stack.callback(children.stop, 20)
        for role in ("web", "worker", "beat"):
            children.start(role, [str(ROOT / "bin" / "serve"), role], env)
        bodies = folder / "floor"
        bodies.mkdir(exist_ok=True)
        children.start("floor", floor_command(), {**env, "PORT": str(floor_port), "FLOOR": str(bodies)})
        wait_for(children, port)
        wait_for(children, floor_port)
        children.wait_for_worker()
        yield Stack(folder, env, port, floor_port, children)


def environment(folder: Path, port: int) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    chosen = {name: value for name, value in os.environ.items() if name.startswith("WEB_")}
    return {
        **kept,
        **chosen,
        "DATABASE_URL": embedded.database_url(folder, role=embedded.APPLICATION),
        "MIGRATION_DATABASE_URL": embedded.database_url(folder),
        "REDIS_URL": embedded.redis_url(folder, 0),
        "CACHE_URL": embedded.redis_url(folder, 1),
        "SECRET_KEY": secrets.token_urlsafe(64),
        "VAR_DIR": str(folder),
        "ALLOWED_HOSTS": HOST,
        "SITE_URL": f"https://{HOST}",
        "TRUSTED_PROXY_COUNT": "1",
        "WATCH_WEB_URL": f"http://127.0.0.1:{port}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "contest_site.settings",
    }


def floor_command() -> list[str]:
    """The command of `bin/serve web` for the floor's application."""
    program = shutil.which("gunicorn", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    assert program is not None
    return [program, "--config", "python:contest_site.gunicorn", "benchmarks.floor:application"]


def wait_for(children: Children, port: int) -> None:
    """Until /healthz answers, as a trusted proxy would ask for it."""

    def answers() -> bool:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as probe:
                probe.sendall(f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
                return b" 200 " in probe.recv(100)
        except OSError:
            return False

    if not children._wait(answers, 120):
        raise RuntimeError(f"no answer on port {port}: {children.last_lines('web')}")


def free_port() -> int:
    """One of the ports of BENCH_PORTS ("8291-8299") or any that is free."""
    first, _dash, last = os.environ.get("BENCH_PORTS", "0-0").partition("-")
    for port in range(int(first), int(last) + 1):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            number: int = probe.getsockname()[1]
            if number not in _given:
                _given.add(number)
                return number
    raise RuntimeError("no port is free")


_given: set[int] = set()
