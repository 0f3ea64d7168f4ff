"""Runs the parts of the site as child processes, for bin/dev and for the tests."""

import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

# Celery's soft shutdown lets a running task finish; after this a part is killed.
STOP_SECONDS = 40.0
# A slow or busy machine takes a while; a part that fails ends by itself and is told at once.
READY_SECONDS = 180.0


# What Celery's worker writes once it takes tasks.
WORKER_READY = " ready."


class ChildDiedError(Exception):
    """A part ended by itself; the message says which and shows its last lines."""


class NotReadyError(Exception):
    """A part does not answer in time; the message says which and shows its last lines."""


class Children:
    """Each child leads a process group of its own: the terminal's Ctrl-C reaches only the parent, which then
    stops them in order, and stopping one takes everything with it that it has started."""

    def __init__(self, log_dir: Path) -> None:
        self.log_dir = log_dir
        self.started: dict[str, subprocess.Popen[bytes]] = {}
        self.log_starts: dict[str, int] = {}

    def start(self, name: str, command: list[str], env: Mapping[str, str]) -> None:
        self.log_dir.mkdir(parents=True, exist_ok=True)
        # Should the parent be killed outright, the children still hear of it.
        guard = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        with self.log(name).open("ab") as log:
            self.log_starts[name] = log.tell()
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

    def said(self, name: str) -> str:
        """What it has written since it was started."""
        with self.log(name).open("rb") as log:
            log.seek(self.log_starts[name])
            return log.read().decode(errors="replace")

    def last_lines(self, name: str) -> str:
        return "\n".join(self.said(name).splitlines()[-15:])

    def check(self) -> None:
        for name, process in self.started.items():
            if process.poll() is not None:
                raise ChildDiedError(
                    f"{name} ended with code {process.returncode}. Its last lines:\n{self.last_lines(name)}"
                )

    def wait_for_web(self, site: str, seconds: float = READY_SECONDS) -> None:
        # Whatever proxy the shell names, this machine's own address is reached directly.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        answer = "nothing"

        def answers() -> bool:
            nonlocal answer
            try:
                with opener.open(f"{site}/healthz", timeout=5):
                    return True
            except urllib.error.HTTPError as error:
                answer = f"code {error.code}"
                error.close()
            except OSError:
                pass
            return False

        if not self._wait(answers, seconds):
            raise NotReadyError(f"web answered {answer} for {seconds:.0f} s:\n{self.last_lines('web')}")

    def wait_for_worker(self, seconds: float = READY_SECONDS) -> None:
        if not self._wait(lambda: WORKER_READY in self.said("worker"), seconds):
            raise NotReadyError(f"worker was not ready in {seconds:.0f} s:\n{self.last_lines('worker')}")

    def _wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not condition():
            self.check()
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
        return True

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ask all of them at once, wait, then kill what is left of each group."""
        # A second signal may come in the middle, and ends them all meanwhile.
        asked = list(self.started.values())
        for process in asked:
            if process.poll() is None:
                process.terminate()
        end = time.monotonic() + seconds
        try:
            for process in asked:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.0, end - time.monotonic()))
        finally:
            self.kill()

    def kill(self) -> None:
        for process in list(self.started.values()):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.started.clear()
