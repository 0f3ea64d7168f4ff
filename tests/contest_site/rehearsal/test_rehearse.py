"""manage.py rehearse: the whole contest through real pages, and nothing of it left afterwards."""

from __future__ import annotations

import json
import os
import shutil
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
from contest_site.rehearsal import stage
from tests.contest_site.rehearsal.agreeing import assert_the_oracle_agrees
from tests.support import services, template
from tests.support.stack import ROOT

CONTESTANTS = 8
FEW = 6  # one for each habit
KEYS = {
    *("plan", "rounds", "contestants", "attempts", "answers_saved", "errors", "promoted", "refused"),
    *("ranked", "ties", "awards", "unit_awards", "amount", "certificates", "report_rows", "seconds", "steps"),
}
ERASED = "SELECT count(*) FROM audit_auditevent WHERE verb = 'erased rehearsal'"
# The trail stays, and so do its seals; an incident is about the machine, not about the rehearsal.
NOT_COUNTED = {"audit_auditevent", "audit_change", "audit_seal", "django_migrations", "watch_incident"}


@dataclass
class Site:
    """A migrated site of its own, of which nothing runs but the database and Redis."""

    env: dict[str, str]

    def rehearse(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", "rehearse", *words]
        return subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=500)

    def query(self, sql: str, *parameters: object) -> list[Any]:
        with psycopg.connect(self.env["DATABASE_URL"]) as connection:
            return connection.execute(sql.encode(), parameters or None).fetchall()

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
        "DATABASE_URL": template.copied_to(services_folder, name),
        # Apart from the Redis databases of the tests and of the browser tests' stack.
        "REDIS_URL": embedded.redis_url(services_folder, 48 + 2 * worker),
        "CACHE_URL": embedded.redis_url(services_folder, 49 + 2 * worker),
        "VAR_DIR": str(services_folder / name),
        "LC_ALL": "C.UTF-8",
    }
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


def logs(site: Site) -> str:
    """What the servers of a failed rehearsal have written; the folder is gone when the run has ended."""
    files = sorted(Path(site.env["VAR_DIR"]).glob("rehearsal/*/*.log"))
    return "".join(f"\n--- {path.name}\n{path.read_text()[-4000:]}" for path in files)


def smaller(plan: str, folder: Path, **instead: str) -> Path:
    """A copy of a seed plan with shorter papers and fewer rounds, so that it is played in a few seconds."""
    words = stage.plan_path(plan).read_text(encoding="utf-8")
    for old, new in {
        "questions = 60": "questions = 10",
        "questions = 30": "questions = 10",
        **instead,
    }.items():
        words = words.replace(old, new)
    path = folder / f"{plan}.toml"
    path.write_text(words, encoding="utf-8")
    shutil.copy(stage.PLANS / f"{plan}-units.csv", folder)
    return path


def played(site: Site, plan: Path, contestants: int, folder: Path) -> dict[str, Any]:
    """The report of a rehearsal without errors."""
    report = folder / "r.json"
    words = ("--plan", str(plan), "--contestants", str(contestants), "--concurrency", "4")
    result = site.rehearse(*words, "--json", str(report))
    assert result.returncode == 0, result.stdout + result.stderr + logs(site)
    found: dict[str, Any] = json.loads(report.read_text())
    assert found.keys() == KEYS
    assert found["errors"] == 0
    return found


@pytest.mark.dear
@pytest.mark.e2e
@pytest.mark.xdist_group("rehearsal")
def test_a_whole_contest_is_played_and_erased(site: Site, tmp_path: Path) -> None:
    before, files, erased = site.counts(), site.files(), site.query(ERASED)[0][0]
    plan = stage.plan_path("quang-ngai-2024")
    report = played(site, plan, CONTESTANTS, tmp_path)
    assert (report["plan"], report["rounds"], report["contestants"]) == ("quang-ngai-2024", 1, CONTESTANTS)
    # Six habits in turn: everybody comes once, one of them twice, and who never submits is finished too.
    assert report["attempts"] >= CONTESTANTS + 1
    assert report["ranked"] == report["awards"] == report["certificates"] == CONTESTANTS
    assert report["report_rows"] == CONTESTANTS
    stored = site.query("SELECT count(*) FROM attempts_attempt, unnest(answers) answer WHERE answer > 0")
    assert report["answers_saved"] >= stored[0][0]
    assert all(step["seconds"] >= 0 and step["name"] for step in report["steps"])
    assert sum(step["seconds"] for step in report["steps"]) <= report["seconds"] + 1

    assert_the_oracle_agrees(site.query, plan)
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
    assert site.query(ERASED) == [(erased + 1,)]


@pytest.mark.dear
@pytest.mark.e2e
@pytest.mark.xdist_group("rehearsal")
def test_weekly_rounds_are_played_in_turn_and_units_win(site: Site, tmp_path: Path) -> None:
    before, files = site.counts(), site.files()
    plan = smaller("nghe-an-2022", tmp_path, **{"count = 4, days = 7": "count = 2, days = 7"})
    report = played(site, plan, FEW, tmp_path)
    assert report["rounds"] == 2
    assert report["attempts"] > FEW
    # Two weeks and the whole contest; the two units of these people win once each, and both in the end
    assert report["unit_awards"] == 4
    assert report["certificates"] == report["awards"] == report["ranked"] + 4
    assert_the_oracle_agrees(site.query, plan)
    assert site.rehearse("--clean").returncode == 0
    assert (site.counts(), site.files()) == (before, files)


@pytest.mark.dear
@pytest.mark.e2e
@pytest.mark.xdist_group("rehearsal")
def test_a_final_is_for_those_who_were_chosen(site: Site, tmp_path: Path) -> None:
    before, files = site.counts(), site.files()
    fewer = {"best = 10 }": "best = 2 }", "quantity = 10": "quantity = 3"}
    plan = smaller("tien-giang-2020", tmp_path, **fewer)
    report = played(site, plan, FEW, tmp_path)
    assert (report["rounds"], report["promoted"]) == (2, 4)
    assert report["refused"] >= 1
    # Three chosen for what they organised, two in the final
    assert report["unit_awards"] == 3 + 2
    assert report["attempts"] == report["ranked"] == FEW + 4
    assert site.query("SELECT count(*) FROM contests_withdrawal") == [(1,)]
    assert_the_oracle_agrees(site.query, plan)
    assert site.rehearse("--clean").returncode == 0
    assert (site.counts(), site.files()) == (before, files)


def until_somebody_sits(site: Site) -> None:
    """The crowd is in the middle of it: some have entered, one has a paper."""
    latest = time.monotonic() + 90
    while not site.query("SELECT EXISTS (SELECT FROM attempts_attempt)")[0][0]:
        assert time.monotonic() < latest, logs(site)
        time.sleep(0.1)


def _hear_interrupts() -> None:
    """As from a terminal: a shell's background job passes SIGINT on as ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.dear
@pytest.mark.e2e
@pytest.mark.xdist_group("rehearsal")
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
        until_somebody_sits(site)
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
