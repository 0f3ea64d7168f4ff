"""Every test runs against a real PostgreSQL and a real Redis that belong to this run alone."""

import gc
import os
import signal
import socket
import subprocess
import sys
import types
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import hypothesis
import pytest
from django.conf import settings

from tests.support import services, template

if TYPE_CHECKING:
    from contest_site.processes import Children

# How long an example takes says something of the machine's load, nothing of the code.
hypothesis.settings.register_profile(
    "tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("tests")

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
        if getattr(config.option, "numprocesses", None):
            # All of it will need a database: it is migrated while the parallel processes read the tests.
            stack.enter_context(_migrating(Path(os.environ[FOLDER])))
    if settings.configured:
        raise pytest.UsageError(
            "The settings are loaded already: unset DJANGO_SETTINGS_MODULE for the tests."
        )
    number = int(worker.removeprefix("gw")) + 1 if worker else 0
    services.clear(os.environ)
    os.environ.update(services.environment(Path(os.environ[FOLDER]), number))
    os.environ["DJANGO_SETTINGS_MODULE"] = "contest_site.settings"
    # pytest-django does this by itself only when it is given the settings before any of this ran.
    django.setup()


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes and long texts are no names: a packed file holds the second in which it was made."""
    if isinstance(val, bytes) or (isinstance(val, str) and len(val) > 200):
        return f"{type(val).__name__}{len(val)}"
    return None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of one group share what is costly or is there once: say so when they would be scattered."""
    items.sort(key=lambda item: item.get_closest_marker("dear") is None)
    if getattr(config.option, "loadgroup", False):
        scattered = [
            item for item in items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid
        ]
        if scattered:
            raise pytest.UsageError("pytest-xdist does not keep groups together with this version of pytest.")


def pytest_collection_finish() -> None:
    # Modules, models and thousands of tests live to the end: the garbage collector need not look at them
    # again and again, nor after every few hundred objects of a test.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart() -> None:
    # A parallel test process that inherits it would load the settings before it has its own environment.
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_unconfigure(config: pytest.Config) -> None:
    if STACK in config.stash:
        config.stash[STACK].close()


@contextmanager
def _migrating(folder: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.support.template", str(folder)]
    # What it may say is said again, and loudly, by the first test that wants the database.
    with subprocess.Popen(
        command,
        cwd=services.ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        yield
        # With the command that it may be waiting for.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)


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


@pytest.fixture(scope="session", autouse=True)
def _static_files_listed_once() -> Iterator[None]:
    """Every new test client lists and examines all static files anew, which is most of what it costs."""
    from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]  # ships no types

    found: dict[tuple[object, ...], dict[str, Any]] = {}
    listed = WhiteNoiseMiddleware.add_files_from_finders

    def remembered(self: Any) -> None:
        key = (
            self.static_root,
            self.static_prefix,
            *settings.STATICFILES_DIRS,
            *settings.STATICFILES_FINDERS,
        )
        if key not in found:
            listed(self)
            found[key] = dict(self.files)
        self.files = dict(found[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", remembered)
        yield


@pytest.fixture(scope="session", autouse=True)
def _pages_recorded_whole(django_test_environment: None) -> Iterator[None]:
    """A test client keeps a copy of the context of each template that a page includes: of an organisers' page
    thousands, a twentieth of what the page costs. Tests read what the view gave the page's own template.
    """
    from django.template import Context, Template
    from django.test.signals import template_rendered

    def render(self: Template, context: Context) -> object:
        if context.template is self:
            template_rendered.send(sender=self, template=self, context=context)
        return self.nodelist.render(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", render)
        yield


@pytest.fixture(scope="session")
def services_folder() -> Path:
    """Where this run's PostgreSQL and Redis lie."""
    return Path(os.environ[FOLDER])


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, services_folder: Path, request: pytest.FixtureRequest
) -> None:
    """Every test database is a copy of one that is migrated.

    A whole run migrates anew, each time. A run of some tests may find the database of the one before it.
    """
    from django.db import connection

    cache = getattr(request.config, "cache", None)
    parallel = "PYTEST_XDIST_WORKER" in os.environ
    kept = None if parallel or cache is None else cache.mkdir("migrated")
    connection.settings_dict["TEST"]["TEMPLATE"] = template.template(services_folder, kept)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A test that commits leaves the database as it was, without all tables being truncated."""
    from django.test import TransactionTestCase

    from tests.support import emptying

    with django_db_blocker.unblock():
        emptying.remember()
    with pytest.MonkeyPatch.context() as patch:
        flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # not among its types
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptying.emptied(flush))
        yield


@pytest.fixture(scope="module")
def celery_worker_process(services_folder: Path, django_db_setup: None) -> Iterator["Children"]:
    """A real Celery worker on the test database, for `django_db(transaction=True)` tests.

    One for a module and not for the whole run: a worker left on would also take the tasks that other tests
    send on purpose to nobody, and work on their tables while they are emptied.
    """
    from tests.support import worker

    with worker.running(services_folder) as children:
        yield children


@pytest.fixture
def eager_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks run where they are sent, and their errors are the test's."""
    from contest_site.celery import app

    monkeypatch.setattr(app.conf, "task_always_eager", True)
    monkeypatch.setattr(app.conf, "task_eager_propagates", True)


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """What one test has counted or cached is not the next one's."""
    yield
    from django.core.cache import cache

    cache.clear()
