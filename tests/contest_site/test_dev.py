"""bin/dev as a person at a terminal meets it."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from contest_site import dev, embedded
from tests.support import services
from tests.support.stack import ROOT, free_port

DEV = str(ROOT / "bin" / "dev")


@pytest.fixture
def var_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "var"
    yield folder
    if folder.is_dir():
        for service in embedded.needed({}, folder):
            service.stop_if_unused()
    assert processes_of(folder) == []


def environment(var_dir: Path, **more: str) -> dict[str, str]:
    ours = services.variables()
    plain = {name: value for name, value in os.environ.items() if name not in ours}
    return {**plain, "VAR_DIR": str(var_dir), "WEB_WORKERS": "1", "CONCURRENCY": "1", **more}


def refused(var_dir: Path, *options: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run bin/dev where it cannot start."""
    result = subprocess.run([DEV, *options], env=environment(var_dir, **more), capture_output=True, text=True)
    assert result.returncode != 0, result.stdout
    assert "Ready:" not in result.stdout
    assert "Traceback" not in result.stderr
    return result


@contextmanager
def started(var_dir: Path, port: int, *options: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [DEV, "--port", str(port), *options],
        env=environment(var_dir),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def read_until(words: str, process: "subprocess.Popen[str]") -> list[str]:
    """What bin/dev says up to the line that begins with these words."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if line.startswith(words):
            return lines
    _, errors = process.communicate()
    raise AssertionError("\n".join([*lines, errors]))


def processes_of(folder: Path) -> list[str]:
    """Every living process but this one that has the folder on its command line or in its environment."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if int(entry.name) != os.getpid():
                line = (entry / "cmdline").read_bytes()
                if os.fsencode(folder) in line + (entry / "environ").read_bytes():
                    found.append(f"{entry.name} {line.decode()}")
    return found


class TestOptions:
    @pytest.mark.parametrize("options", [["--fast"], ["--port=80x"], ["--port", "70000"], ["--port"], ["x"]])
    def test_a_wrong_option_is_told_before_anything_starts(self, var_dir: Path, options: list[str]) -> None:
        result = refused(var_dir, *options)
        assert result.returncode == 2
        assert not var_dir.exists()

    def test_the_defaults(self) -> None:
        options = dev.parse([])
        assert (options.port, options.fresh) == (8000, False)


class TestRefusals:
    """One clear sentence each."""

    def test_a_port_in_use(self, var_dir: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            result = refused(var_dir, "--port", str(port))
        assert result.stderr == (
            f"bin/dev: Port {port} is in use by another program; choose another one with --port.\n"
        )

    def test_a_data_folder_in_use(self, var_dir: Path) -> None:
        with dev.data_folder(var_dir):
            result = refused(var_dir, "--port", str(free_port()))
        assert result.stderr == (
            f"bin/dev: The data folder {var_dir} is in use by another bin/dev (process {os.getpid()}).\n"
        )

    def test_a_data_folder_that_is_no_folder(self, var_dir: Path) -> None:
        var_dir.write_text("")
        result = refused(var_dir, "--port", str(free_port()))
        assert result.stderr == f"bin/dev: The data folder {var_dir} cannot be used: File exists.\n"

    def test_a_database_that_does_not_answer(self, var_dir: Path) -> None:
        url = f"postgresql://nobody@127.0.0.1:{free_port()}/contest"
        result = refused(var_dir, "--port", str(free_port()), DATABASE_URL=url)
        assert re.fullmatch(
            r"bin/dev: The database in DATABASE_URL cannot be reached: .+refused.+\n", result.stderr
        )

    def test_a_database_url_of_another_kind(self, var_dir: Path) -> None:
        result = refused(var_dir, "--port", str(free_port()), DATABASE_URL="mysql://root@127.0.0.1/contest")
        assert result.stderr.startswith("bin/dev: The database in DATABASE_URL cannot be reached: ")
        assert result.stderr.count("\n") == 1

    def test_a_redis_that_does_not_answer(self, var_dir: Path) -> None:
        result = refused(var_dir, "--port", str(free_port()), REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
        assert re.fullmatch(
            r"bin/dev: The Redis in REDIS_URL cannot be reached: .+refused.+\n", result.stderr
        )

    def test_fresh_never_touches_a_configured_server(self, var_dir: Path) -> None:
        result = refused(
            var_dir, "--port", str(free_port()), "--fresh", DATABASE_URL="postgresql://x@127.0.0.1/x"
        )
        assert "--fresh removes local data only" in result.stderr

    def test_fresh_waits_for_whoever_uses_the_data(self, var_dir: Path) -> None:
        with embedded.running([embedded.Redis(var_dir)]):
            result = refused(var_dir, "--port", str(free_port()), "--fresh")
        assert "is in use by a manage.py command" in result.stderr

    def test_data_that_postgres_refuses(self, var_dir: Path) -> None:
        (var_dir / "postgres").mkdir(parents=True)
        (var_dir / "postgres" / "PG_VERSION").write_text("9.6\n")
        result = refused(var_dir, "--port", str(free_port()))
        assert re.fullmatch(r"bin/dev: PostgreSQL did not work .+\n", result.stderr)


@pytest.mark.dear
def test_start_and_start_again_however_it_ended(var_dir: Path) -> None:
    """One folder through a life of starts; each costs what a whole site costs, the first a database too."""
    port = free_port()
    # Told to end in the middle of making the database: the next start goes on from there.
    with started(var_dir, port) as process:
        read_until("Migrating the database", process)
        until(lambda: any("manage.py\0migrate" in line for line in processes_of(var_dir)))
        end(process)
    assert processes_of(var_dir) == []

    with started(var_dir, port) as process:
        lines = read_until("Ready:", process)
        assert lines[-1] == f"Ready: http://127.0.0.1:{port}/"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            assert answer.status == 200
        # To the whole group, as the terminal does it.
        os.killpg(process.pid, signal.SIGINT)
        said, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
        assert said.endswith("Stopped.\n")
    assert processes_of(var_dir) == []

    (var_dir / "kept-by-others").write_text("")
    secret = (var_dir / "secret").read_text()
    database = (var_dir / "postgres" / "PG_VERSION").stat()
    with started(var_dir, port) as process:
        read_until("Ready:", process)
        assert (var_dir / "secret").read_text() == secret
        beat = child(var_dir, "beat")
        os.kill(beat, signal.SIGKILL)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 1
        assert errors.startswith("bin/dev: beat ended with code -9. Its last lines:\n")
    assert processes_of(var_dir) == []

    with started(var_dir, port) as process:
        read_until("Ready:", process)
        process.kill()
        process.communicate()
        until(lambda: not any("gunicorn" in line or "celery" in line for line in processes_of(var_dir)))

    # Anew, beside the database that the killed one has left running: from here on as with an empty folder.
    with started(var_dir, port, "--fresh") as process:
        read_until("Migrating the database", process)
        until((var_dir / "secret").exists)
        assert (var_dir / "secret").read_text() != secret
        assert (var_dir / "kept-by-others").exists()
        assert not os.path.samestat((var_dir / "postgres" / "PG_VERSION").stat(), database)
        end(process)
    assert processes_of(var_dir) == []


def end(process: "subprocess.Popen[str]") -> None:
    """As a service manager does it: SIGTERM to bin/dev alone."""
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said.endswith("Stopped.\n")


def until(true: Callable[[], bool]) -> None:
    latest = time.monotonic() + 60
    while not true():
        assert time.monotonic() < latest
        time.sleep(0.05)


def child(var_dir: Path, role: str) -> int:
    [found] = [line for line in processes_of(var_dir) if re.search(rf"celery\0.*\0{role}\0", line)]
    return int(found.split()[0])
