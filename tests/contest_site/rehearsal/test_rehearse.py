"""manage.py rehearse: the whole contest through real pages, and nothing of it left afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from contest_site import embedded
from tests.oracles import standings as oracle
from tests.support import services
from tests.support.stack import ROOT, run

CONTESTANTS = 8
KEYS = {
    *("plan", "contestants", "attempts", "answers_saved", "errors", "ranked", "awards"),
    *("certificates", "report_rows", "seconds", "steps"),
}
NOT_COUNTED = {"audit_auditevent", "django_migrations"}


@dataclass
class Site:
    """A migrated site of its own, of which nothing runs but the database and Redis."""

    env: dict[str, str]

    def rehearse(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", "rehearse", *words]
        return subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=500)

    def query(self, sql: str) -> list[Any]:
        with psycopg.connect(self.env["DATABASE_URL"]) as connection:
            return connection.execute(sql.encode()).fetchall()

    def counts(self) -> dict[str, int]:
        tables = [row[0] for row in self.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        return {
            table: self.query(f'SELECT count(*) FROM "{table}"')[0][0]  # noqa: S608
            for table in tables
            if table not in NOT_COUNTED
        }

    def files(self) -> set[Path]:
        return {path for path in Path(self.env["VAR_DIR"]).rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def site(services_folder: Path) -> Site:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")) + 1
    name = f"rehearsal_{worker}"
    env = {
        **os.environ,
        **services.environment(services_folder, worker),
        "DATABASE_URL": embedded.database_url(services_folder, name),
        # Apart from the Redis databases of the tests and of the browser tests' stack.
        "REDIS_URL": embedded.redis_url(services_folder, 60),
        "CACHE_URL": embedded.redis_url(services_folder, 61),
        "VAR_DIR": str(services_folder / name),
        "LC_ALL": "C.UTF-8",
    }
    with psycopg.connect(embedded.database_url(services_folder, "postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    run([str(ROOT / "bin" / "serve"), "migrate"], env)
    return Site(env)


def processes_of(site: Site) -> list[str]:
    """Command lines of what runs with the site's data folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if site.env["VAR_DIR"].encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def assert_the_oracle_agrees(site: Site) -> None:
    """Standings, digest and awards are those that plain Python finds in what people sent."""
    columns = ("entry", "id", "number", "correct", "questions", "duration_ms", "submitted_at")
    attempts = [
        dict(zip(columns, row, strict=True))
        for row in site.query(
            "SELECT entry_id, a.id, a.number, correct, questions, duration_ms, submitted_at"
            " FROM attempts_attempt a JOIN contests_round r ON r.id = round_id"
        )
    ]
    predictions = dict(site.query("SELECT entry_id, value FROM attempts_prediction"))
    configuration, digest, target = site.query(
        "SELECT configuration, digest, target_value FROM prizes_standingsrun"
    )[0]
    found = oracle.standings(attempts, predictions, [], configuration)
    rows = [(row["rank"], row["entry"], row["id"]) for row in found["rows"]]
    assert rows == site.query(
        "SELECT rank, entry_id, attempt_id FROM prizes_standingsrow ORDER BY rank, entry_id"
    )
    assert (found["target"], oracle.digest(configuration, found["rows"])) == (target, digest)
    prizes = site.query("SELECT name, quantity FROM contests_prize ORDER BY position")
    given, waiting = oracle.awards(found["rows"], prizes, {})
    assert given == site.query("SELECT prize_name, entry_id FROM prizes_award ORDER BY rank")
    assert waiting == set()


@pytest.mark.e2e
@pytest.mark.xdist_group("e2e")
def test_a_whole_contest_is_played_and_erased(site: Site, tmp_path: Path) -> None:
    before, files = site.counts(), site.files()
    result = site.rehearse(
        "--contestants", str(CONTESTANTS), "--concurrency", "4", "--json", str(tmp_path / "r.json")
    )
    assert result.returncode == 0, result.stdout + result.stderr
    report = json.loads((tmp_path / "r.json").read_text())
    assert report.keys() == KEYS
    assert (report["plan"], report["contestants"], report["errors"]) == ("quang-ngai-2024", CONTESTANTS, 0)
    # Six habits in turn: everybody comes once, one of them twice, and who never submits is finished too.
    assert report["attempts"] >= CONTESTANTS + 1
    assert report["ranked"] == report["awards"] == report["certificates"] == CONTESTANTS
    assert report["report_rows"] == CONTESTANTS
    stored = site.query("SELECT count(*) FROM attempts_attempt, unnest(answers) answer WHERE answer > 0")
    assert report["answers_saved"] >= stored[0][0]
    assert all(step["seconds"] >= 0 and step["name"] for step in report["steps"])
    assert sum(step["seconds"] for step in report["steps"]) <= report["seconds"] + 1
    assert "Lỗi" in result.stdout

    assert_the_oracle_agrees(site)
    marks = site.query("SELECT DISTINCT is_rehearsal FROM accounts_user")
    assert marks == [(True,)]
    ways = Counter(site.query("SELECT finished_by FROM attempts_attempt"))
    assert ways[("server",)] >= 1
    switched_off = site.query("SELECT count(*) FROM accounts_user WHERE is_superuser AND is_active")
    assert switched_off == [(0,)]
    assert processes_of(site) == []
    assert not [path for path in site.files() if path.name == "codes.jsonl"]

    cleaned = site.rehearse("--clean")
    assert cleaned.returncode == 0, cleaned.stdout + cleaned.stderr
    assert site.counts() == before
    assert site.files() == files
    assert site.query("SELECT count(*) FROM audit_auditevent WHERE verb = 'erased rehearsal'") == [(1,)]


def _hear_interrupts() -> None:
    """As from a terminal: a shell's background job passes SIGINT on as ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.e2e
@pytest.mark.xdist_group("e2e")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ended_in_the_middle_it_stops_what_it_started(site: Site, number: signal.Signals) -> None:
    command = [sys.executable, "manage.py", "rehearse", "--contestants", "200", "--concurrency", "2"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=site.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_hear_interrupts,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Người dự thi"):
                break
        time.sleep(3)
        assert len(processes_of(site)) > 1
        process.send_signal(number)
        rest = process.stdout.read()
        assert process.wait(90) != 0, rest
    assert processes_of(site) == []
    assert site.rehearse("--clean").returncode == 0
    assert site.query("SELECT count(*) FROM contests_contest") == [(0,)]


def test_it_says_what_is_missing() -> None:
    with pytest.raises(CommandError, match="--contestants"):
        call_command("rehearse")
    with pytest.raises(CommandError, match="“khong-co”"):
        call_command("rehearse", "--contestants", "3", "--plan", "khong-co")
    with pytest.raises(CommandError, match="contestants"):
        call_command("rehearse", "--contestants", "0")
