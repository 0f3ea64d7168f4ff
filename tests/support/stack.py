"""The site as it runs for people: web, worker and beat as processes, on a database of its own."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from contest_site import embedded
from contest_site.processes import Children
from tests.support import services, template

ROOT = Path(__file__).resolve().parents[2]
ROLES = ("web", "worker", "beat")


@dataclass
class Stack:
    env: dict[str, str]
    children: Children = field(repr=False)

    @property
    def url(self) -> str:
        return self.env["SITE_URL"]

    @property
    def database_url(self) -> str:
        return self.env["DATABASE_URL"]

    @property
    def var_dir(self) -> Path:
        return Path(self.env["VAR_DIR"])

    def manage(self, *words: str) -> str:
        """Run a manage.py command on this stack's data; what it says on stdout."""
        return run([sys.executable, "manage.py", *words], self.env)

    def log(self, role: str) -> str:
        return self.children.log(role).read_text()


@contextmanager
def running(folder: Path, worker: int) -> Iterator[Stack]:
    """Started for one test process; all of it is stopped at the end."""
    name = f"stack_{worker}"
    port = free_port()
    env = {
        **os.environ,
        **services.environment(folder, worker),
        "DATABASE_URL": template.copied_to(folder, name),
        "MIGRATION_DATABASE_URL": embedded.database_url(folder, name),
        # Apart from the Redis databases of the tests that run in this process.
        "REDIS_URL": embedded.redis_url(folder, 32 + 2 * worker),
        "CACHE_URL": embedded.redis_url(folder, 33 + 2 * worker),
        "VAR_DIR": str(folder / f"stack-{worker}"),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "DEMO": "true",
        "WEB_WORKERS": "1",
    }
    children = Children(Path(env["VAR_DIR"]) / "log")
    try:
        for role in ROLES:
            children.start(role, [str(ROOT / "bin" / "serve"), role], env)
        children.wait_for_web(env["SITE_URL"])
        children.wait_for_worker()
        yield Stack(env, children)
    finally:
        children.stop(20)


def run(command: list[str], env: dict[str, str]) -> str:
    result = subprocess.run(
        command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if result.returncode:
        raise AssertionError(
            f"{command} ended with code {result.returncode}:\n{result.stdout}\n{result.stderr}"
        )
    return result.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
