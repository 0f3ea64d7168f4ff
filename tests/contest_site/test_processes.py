"""Processes that are started together and stopped together."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from types import FrameType

from contest_site.processes import Children


def test_a_second_signal_in_the_middle_of_stopping_ends_them_all(tmp_path: Path) -> None:
    """Ctrl-C and then SIGTERM, as a terminal and a service manager send them one after the other."""
    children = Children(tmp_path)
    for name in ("web", "worker"):
        # Not to be stopped by asking: the second signal comes while the first waits for it.
        deaf = "trap '' TERM; echo deaf; while :; do sleep 0.1; done"
        children.start(name, ["sh", "-c", deaf], os.environ)
    started = list(children.started.values())
    while not all("deaf" in children.said(name) for name in children.started):
        pass

    def again(number: int, frame: FrameType | None) -> None:
        children.stop(0)

    before = signal.signal(signal.SIGUSR1, again)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGUSR1))
    timer.start()
    try:
        children.stop(30)
    finally:
        timer.join()
        signal.signal(signal.SIGUSR1, before)
    assert [process.returncode for process in started] == [-signal.SIGKILL] * 2
    assert children.started == {}
