"""Runs the parts of the site as child processes, for bin/dev and for the tests."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

# Celery's soft shutdown lets a running task finish; after this a part is killed.
STOP_SECONDS = 40.0


class ChildDiedError(Exception):
    """A part ended by itself; the message says which and shows its last lines."""


class Children:
    """Each child leads a process group of its own: the terminal's Ctrl-C reaches only the parent, which then
    stops them in order, and stopping one takes everything with it that it has started."""

    def __init__(self, log_dir: Path) -> None:
        self.log_dir = log_dir
        self.started: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: list[str], env: Mapping[str, str]) -> None:
        self.log_dir.mkdir(parents=True, exist_ok=True)
        # Should the parent be killed outright, the children still hear of it.
        guard = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        with self.log(name).open("ab") as log:
            self.started[name] = subprocess.Popen(
                [*guard, *command],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def log(self, name: str) -> Path:
        return self.log_dir / f"{name}.log"

    def last_lines(self, name: str, count: int = 15) -> str:
        with suppress(OSError):
            return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-count:])
        return ""

    def check(self) -> None:
        for name, process in self.started.items():
            if process.poll() is not None:
                raise ChildDiedError(
                    f"{name} ended with code {process.returncode}. Its last lines:\n{self.last_lines(name)}"
                )

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ask all of them at once, wait, then kill what is left of each group."""
        for process in self.started.values():
            if process.poll() is None:
                process.terminate()
        end = time.monotonic() + seconds
        try:
            for process in self.started.values():
                with suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.0, end - time.monotonic()))
        finally:
            self.kill()

    def kill(self) -> None:
        for process in self.started.values():
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.started.clear()
