"""bin/dev: the whole site on one machine, with the demo, until Ctrl-C."""

import argparse
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import types
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from contest_site import embedded
from contest_site.processes import ChildDiedError, Children, NotReadyError

ROOT = Path(__file__).resolve().parent.parent
# What --fresh removes: these and nothing else, for VAR_DIR might point at a folder that holds more.
OWN = (
    "postgres",
    "postgres.new",
    "redis",
    "run",
    "log",
    "media",
    "static",
    "secret",
    "codes.jsonl",
    "beat-schedule*",
)


class StoppedError(Exception):
    """Ctrl-C or a signal to end."""


class CannotStartError(Exception):
    """One sentence for the person at the terminal."""


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    _on_signals(_stop)
    try:
        run(options.port, options.fresh)
    except StoppedError:
        print("Stopped.", flush=True)
        return 0
    except (CannotStartError, ChildDiedError, NotReadyError, embedded.ServiceError) as error:
        print(f"bin/dev: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/dev", description="Starts the site with its demo on this machine.", allow_abbrev=False
    )
    parser.add_argument("--port", type=_port, default=8000, help="where the site is reached (8000)")
    parser.add_argument("--fresh", action="store_true", help="remove the local data first and begin anew")
    return parser.parse_args(arguments)


def run(port: int, fresh: bool) -> None:
    var_dir = embedded.default_var_dir()
    check_port(port)
    with ExitStack() as stack:
        stack.enter_context(data_folder(var_dir))
        services = embedded.needed(os.environ, var_dir)
        if fresh:
            clear(var_dir, services)
        if services:
            names = " and ".join({"postgres": "PostgreSQL", "redis": "Redis"}[s.name] for s in services)
            with step(f"Starting {names} under {_short(var_dir)}"):
                stack.enter_context(embedded.running(services))
        env = environment(port, var_dir)
        with step("Reaching the database and Redis"):
            check_database(env["DATABASE_URL"])
            check_redis(env["REDIS_URL"])
        with step("Migrating the database"):
            command(env, "bin/serve", "migrate")
        logins = ""
        if any(ROOT.glob("**/management/commands/load_demo.py")):
            with step("Loading the demo"):
                logins = command(env, sys.executable, "manage.py", "load_demo")
        children = Children(var_dir / "log")
        stack.callback(_shut_down, children)
        with step("Starting web, worker and beat"):
            for role in ("web", "worker", "beat"):
                children.start(role, [str(ROOT / "bin" / "serve"), role], env)
            children.wait_for_web(env["SITE_URL"])
            children.wait_for_worker()
        print(f"Ready: http://127.0.0.1:{port}/", flush=True)
        if logins:
            print(logins.rstrip(), flush=True)
        while True:
            time.sleep(1)
            children.check()


@contextmanager
def step(text: str) -> Iterator[None]:
    print(f"{text} …", flush=True)
    began = time.monotonic()
    yield
    print(f"  done in {time.monotonic() - began:.1f} s", flush=True)


def environment(port: int, var_dir: Path) -> dict[str, str]:
    """What web, worker and beat read. Written out, so that each of them talks to what was started here."""
    database = {"DATABASE_URL": os.environ.get("DATABASE_URL", "")}
    if not database["DATABASE_URL"]:
        database = {
            "DATABASE_URL": embedded.database_url(var_dir, role=embedded.APPLICATION),
            "MIGRATION_DATABASE_URL": embedded.database_url(var_dir),
        }
    return {
        **os.environ,
        **database,
        "REDIS_URL": os.environ.get("REDIS_URL") or embedded.redis_url(var_dir),
        "VAR_DIR": str(var_dir),
        "DEMO": "true",
        "INSECURE_HTTP": "true",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }


def check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise CannotStartError(f"Port {port} may only be used by root; choose one above 1023.") from None
        except OSError:
            raise CannotStartError(
                f"Port {port} is in use by another program; choose another one with --port."
            ) from None


@contextmanager
def data_folder(var_dir: Path) -> Iterator[None]:
    """The folder is this bin/dev's alone; the system gives the lock back however the process ends."""
    try:
        var_dir.mkdir(parents=True, exist_ok=True)
        lock = (var_dir / "dev.lock").open("a+")
    except OSError as error:
        raise CannotStartError(f"The data folder {var_dir} cannot be used: {error.strerror}.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "?"
            raise CannotStartError(
                f"The data folder {var_dir} is in use by another bin/dev (process {owner})."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def clear(var_dir: Path, services: list[embedded.Service]) -> None:
    if len(services) < 2:
        raise CannotStartError(
            "--fresh removes local data only; with DATABASE_URL or REDIS_URL set, empty that server yourself."
        )
    with step(f"Removing the data under {_short(var_dir)}"):
        for service in services:
            if not service.stop_if_unused():
                raise CannotStartError(
                    f"The data folder {var_dir} is in use by a manage.py command; let it finish first."
                )
        for path in [found for name in OWN for found in var_dir.glob(name)]:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def check_database(url: str) -> None:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=5).close()
    except (psycopg.Error, ValueError) as error:
        raise CannotStartError(
            f"The database in DATABASE_URL cannot be reached: {_one_line(error)}"
        ) from None


def check_redis(url: str) -> None:
    import redis

    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise CannotStartError(f"The Redis in REDIS_URL cannot be reached: {_one_line(error)}") from None


def command(env: dict[str, str], *words: str) -> str:
    """Run to its end; what it says on stdout. Apart from the terminal's Ctrl-C, which is ours to pass on."""
    process = subprocess.Popen(
        words,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate()
    except BaseException:
        process.terminate()
        process.communicate()
        raise
    if process.returncode:
        raise CannotStartError(
            f"{' '.join(words[-2:])} failed with code {process.returncode}; see the lines above."
        )
    return said


def _shut_down(children: Children) -> None:
    # A second Ctrl-C means now.
    _on_signals(lambda *_: children.kill())
    if children.started:
        print("Stopping web, worker and beat …", flush=True)
    children.stop()
    _on_signals(signal.SIG_IGN)


def _stop(number: int, frame: types.FrameType | None) -> None:
    # What is being stopped from here on must not be interrupted half way.
    _on_signals(signal.SIG_IGN)
    raise StoppedError


def _on_signals(handler: Callable[[int, types.FrameType | None], None] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


def _port(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port (1 to 65535)")
    return number


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _short(path: Path) -> str:
    with suppress(ValueError):
        return f"{path.relative_to(ROOT)}/"
    return f"{path}/"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
