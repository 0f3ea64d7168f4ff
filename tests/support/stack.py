"""The site as it runs for people: web, worker and beat as processes, on a database of its own."""

import json
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
# Runs each line's code in turn. Starting Django takes seconds, most of what is run takes less.
SHELL = """
import contextlib, io, json, sys, traceback
from django.db import connections
for line in sys.stdin:
    said, wrong = io.StringIO(), ""
    try:
        with contextlib.redirect_stdout(said):
            exec(json.loads(line), {"__name__": "__main__"})
    except BaseException:
        wrong = traceback.format_exc()
    connections.close_all()
    print(json.dumps([said.getvalue(), wrong]), flush=True)
"""


@dataclass
class Stack:
    env: dict[str, str]
    children: Children = field(repr=False)
    shell: "subprocess.Popen[str] | None" = field(default=None, repr=False)

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
        return self.run(f"from django.core.management import call_command; call_command(*{list(words)})")

    def run(self, code: str) -> str:
        """Run Python on this stack's data; what it says on stdout. All of it runs in one process."""
        if self.shell is None:
            self.shell = subprocess.Popen(
                [sys.executable, "manage.py", "shell", "--no-imports", "-c", SHELL],
                cwd=ROOT, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
        assert self.shell.stdin
        assert self.shell.stdout
        self.shell.stdin.write(json.dumps(code) + "\n")
        self.shell.stdin.flush()
        said, wrong = json.loads(self.shell.stdout.readline())
        assert not wrong, f"{wrong}\n{said}"
        return str(said)

    def end(self) -> None:
        if self.shell is not None:
            self.shell.communicate()
        self.children.stop(20)

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
    stack = Stack(env, Children(Path(env["VAR_DIR"]) / "log"))
    try:
        for role in ROLES:
            stack.children.start(role, [str(ROOT / "bin" / "serve"), role], env)
        stack.children.wait_for_web(env["SITE_URL"])
        stack.children.wait_for_worker()
        yield stack
    finally:
        stack.end()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
