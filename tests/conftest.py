"""Every test runs against a real PostgreSQL and a real Redis that belong to this run alone."""

import os
import signal
import socket
import types
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support import services

STACK = pytest.StashKey[ExitStack]()
FOLDER = "CONTEST_TESTS_FOLDER"


def pytest_configure(config: pytest.Config) -> None:
    """Runs before pytest-django loads the settings, which read this environment."""
    stack = config.stash[STACK] = ExitStack()
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        signal.signal(signal.SIGTERM, _terminated)
        # Parallel test processes inherit it, and so use what this one has started.
        os.environ[FOLDER] = str(stack.enter_context(services.started()))
    number = int(worker.removeprefix("gw")) + 1 if worker else 0
    services.clear(os.environ)
    os.environ.update(services.environment(Path(os.environ[FOLDER]), number))
    os.environ["DJANGO_SETTINGS_MODULE"] = "contest_site.settings"


def pytest_unconfigure(config: pytest.Config) -> None:
    if STACK in config.stash:
        config.stash[STACK].close()


def _terminated(number: int, frame: types.FrameType | None) -> None:
    # Ends the run as Ctrl-C does, with everything that it started stopped.
    raise KeyboardInterrupt


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """A test that reaches out of the machine fails, on every machine alike."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in {
            "127.0.0.1",
            "::1",
            "localhost",
        }:
            raise OSError(f"A test tried to reach {address[0]}: tests use the loopback address only.")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """What one test has counted or cached is not the next one's."""
    yield
    from django.core.cache import cache

    cache.clear()
