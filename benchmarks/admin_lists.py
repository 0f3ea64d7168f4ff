"""What the organisers' lists cost with many people: python benchmarks/admin_lists.py [--folder F] [--only X]

Fills a site of its own (on Unix sockets) set by set, opens every list of the admin, takes the last choice of
each of its filters, searches it, asks each field that completes what is typed, and prints a Markdown table.
Times are CPU, of this process and of the database's: other work on the machine does not change them. With
--folder the site is kept there, filled once, and measured each time; without, it is a temporary one.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import many_people  # noqa: E402  after the path to it
from contest_site import embedded  # noqa: E402

# One process answers one page: what parallel workers do would be nobody's CPU here.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "8GB",
    "shared_buffers": "1GB",
    "maintenance_work_mem": "512MB",
    "max_parallel_workers_per_gather": "0",
}
FILLED = "filled"
RUNS = 3
# Beyond these an organiser waits.
SLOW = 0.2
# What people type: a name as it is spoken of and as it is written, half of one, a number, a unit, a code.
SEARCHES = ("nguyen van binh", "Trần Thị Hương", "nguyen", "096 0012345", "truong thcs 1234", "nobody at all")


@dataclass(frozen=True)
class Cost:
    """Of one page: its status, seconds from asking to answer, CPU of the page and of the database."""

    status: int
    whole: float
    page: float
    database: float
    statements: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--attempts", type=int, default=1_000_000)
    parser.add_argument("--entries", type=int, default=400_000)
    parser.add_argument("--folder", type=Path, help="where the filled site is kept")
    parser.add_argument("--only", default="", help="measure what this expression finds")
    options = parser.parse_args()
    with site(options.folder) as folder:
        import django

        django.setup()
        if not (folder / FILLED).exists():
            began = time.monotonic()
            many_people.fill(options.attempts, options.entries)
            (folder / FILLED).touch()
            print(f"Filled in {time.monotonic() - began:.0f} s.\n", flush=True)
        measure(options.only)


@contextmanager
def site(kept: Path | None) -> Iterator[Path]:
    """A migrated site in a folder of its own, there for as long as it is used."""
    with tempfile.TemporaryDirectory(prefix="contest-bench-", dir="/tmp") as name:
        folder = (kept or Path(name)).resolve()
        folder.mkdir(exist_ok=True)
        os.environ.update(
            DATABASE_URL=embedded.database_url(folder),
            REDIS_URL=embedded.redis_url(folder),
            SECRET_KEY="only-for-measuring",  # noqa: S106
            INSECURE_HTTP="true",
            VAR_DIR=str(folder),
            DJANGO_SETTINGS_MODULE="contest_site.settings",
        )
        # The parent folder must let the database's own user through where this runs as root.
        folder.chmod(0o755)
        with embedded.running([embedded.Postgres(folder, FAST), embedded.Redis(folder)]):
            subprocess.run([str(ROOT / "bin" / "serve"), "migrate"], check=True, stdout=subprocess.DEVNULL)
            yield folder


def measure(only: str) -> None:
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    settings.RATE_LIMITS_ENABLED = False
    people = get_user_model().objects
    values = {"full_name": "Người đo", "is_staff": True, "is_superuser": True}
    client = Client()
    client.force_login(people.get_or_create(username="do", defaults=values)[0])
    client.get("/quan-tri/")  # what a process loads once
    print("| list | whole, ms | page's CPU, ms | database's CPU, ms | statements |")
    print("| --- | --- | --- | --- | --- |")
    slow = 0
    for what, address in addresses(client):
        if not re.search(only, what):
            continue
        cost = timed(client, address)
        slow += cost.database > SLOW
        told = "" if cost.status == 200 else f" (status {cost.status})"
        mark = "**" if cost.database > SLOW else ""
        print(
            f"| {what}{told} | {cost.whole * 1000:.0f} | {cost.page * 1000:.0f} |"
            f" {mark}{cost.database * 1000:.1f}{mark} | {cost.statements} |",
            flush=True,
        )
    print(f"\n{slow} of them cost the database more than {SLOW * 1000:.0f} ms.")


def addresses(client: Any) -> Iterator[tuple[str, str]]:
    """Every list, its filters and searches, and each field that completes."""
    from django.contrib import admin
    from django.urls import reverse

    from contests.models import Contest

    fields: set[tuple[str, str, str]] = set()
    for model, model_admin in sorted(admin.site._registry.items(), key=lambda one: one[0]._meta.label):
        meta = model._meta
        address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        if meta.label == "contests.Headcount":
            address += f"?contest={Contest.objects.values_list('pk', flat=True)[0]}"
        yield meta.label, address
        yield from ((f"{meta.label}, {what}", address + query) for what, query in choices(client, address))
        if model_admin.search_fields:
            for typed in SEARCHES:
                yield f"{meta.label}, “{typed}”", f"{address}?q={typed.replace(' ', '+')}"
        for one in [model_admin, *model_admin.inlines]:
            owner = getattr(one, "model", model)
            fields |= {
                (owner._meta.app_label, str(owner._meta.model_name), str(name))
                for name in one.autocomplete_fields
            }
    yield from OTHERS
    for app, name, field in sorted(fields):
        query = f"app_label={app}&model_name={name}&field_name={field}"
        for typed in ("", "nguyen", "truong thcs 12"):
            yield (
                f"{app}.{name}.{field}, completing “{typed}”",
                f"/quan-tri/autocomplete/?{query}&term={typed.replace(' ', '+')}",
            )


OTHERS = (
    ("attempts.Attempt, by receipt", "/quan-tri/attempts/attempt/?q=0000+0000+0001+2345"),
    ("attempts.Attempt, page 20", "/quan-tri/attempts/attempt/?p=20"),
    ("contests.Entry, page 20", "/quan-tri/contests/entry/?p=20"),
    ("contests.Entry, by unit's code", "/quan-tri/contests/entry/?q=T-1234"),
    ("contests.Unit, by code", "/quan-tri/contests/unit/?q=T-1234"),
    ("accounts.User, by username", "/quan-tri/accounts/user/?q=u12345"),
    ("audit.Change, words “nguyen binh”", "/quan-tri/audit/change/?words=nguyen+binh"),
    ("audit.Change, one object", "/quan-tri/audit/change/?table=contests_entry&row=4000"),
    ("audit.Change, one person", "/quan-tri/audit/change/?actor=999999&table=contests_entry"),
    ("audit.Change, far back", "/quan-tri/audit/change/?before=1000"),
)


def choices(client: Any, address: str) -> Iterator[tuple[str, str]]:
    """Of each filter beside a list the last choice that it offers: its name and the query."""
    context = getattr(client.get(address), "context_data", None) or {}
    shown = context.get("cl")
    for spec in shown.filter_specs if shown else ():
        offered = [one for one in spec.choices(shown) if one.get("query_string")]
        if offered and offered[-1]["query_string"] != "?":
            yield f"{spec.title}: {offered[-1]['display']}", offered[-1]["query_string"]


def timed(client: Any, address: str) -> Cost:
    """The cheapest of some runs."""
    return min((_once(client, address) for _run in range(RUNS)), key=lambda one: one.database)


def _once(client: Any, address: str) -> Cost:
    from django.db import connection

    statements = 0

    def counted(execute: Any, *args: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(*args)

    before, began, busy = _database_cpu(), time.perf_counter(), time.process_time()
    with connection.execute_wrapper(counted):
        response = client.get(address)
    whole, page = time.perf_counter() - began, time.process_time() - busy
    return Cost(response.status_code, whole, page, _database_cpu() - before, statements)


def _database_cpu() -> float:
    """Seconds of CPU of the connection's own process of the database, by the kernel."""
    from django.db import connection

    connection.ensure_connection()
    schedule = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(schedule.read_text().split()[0]) / 1e9


if __name__ == "__main__":
    main()
