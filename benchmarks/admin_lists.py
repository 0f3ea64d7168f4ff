"""How long the organisers' lists take with many people: python benchmarks/admin_lists.py [--attempts N]

Fills a database of its own (in a temporary folder, on Unix sockets) set by set, opens every list of the
admin, searches each and asks each field that completes what is typed, and prints a table in Markdown: seconds
until the page is made, how much of that is the database's, and the number of statements.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from contest_site import embedded  # noqa: E402  after the path to it

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "8GB"}
# Copies of one row, with what must differ; {n} is the number of the copy.
COPY = """
INSERT INTO {table}
SELECT made.* FROM {table} AS one, generate_series(1, {number}) AS n,
    LATERAL jsonb_populate_record(one, jsonb_build_object({differs})) AS made
WHERE one.id = {like}
"""
SURNAMES = "ARRAY['Nguyễn','Trần','Lê','Phạm','Hoàng','Huỳnh','Phan','Vũ','Võ','Đặng']"
GIVEN = "ARRAY['An','Bình','Châu','Dũng','Giang','Hà','Hùng','Lan','Minh','Thảo']"
NAME = f"({SURNAMES})[1 + n % 10] || ' Văn ' || ({GIVEN})[1 + n / 10 % 10]"
# Beyond these an organiser waits.
SLOW = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--attempts", type=int, default=1_000_000)
    parser.add_argument("--entries", type=int, default=400_000)
    options = parser.parse_args()
    with database():
        import django

        django.setup()
        began = time.monotonic()
        fill(options.attempts, options.entries)
        print(f"Filled in {time.monotonic() - began:.0f} s.\n", flush=True)
        measure()


@contextmanager
def database() -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="contest-bench-", dir="/tmp") as name:
        folder = Path(name)
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
            yield


def fill(attempts: int, entries: int) -> None:
    """One contest of one round made as it always is, then its people many times over."""
    from django.db import connection, transaction

    from tests.support.factories import make_contest, make_entry, make_round, submitted_attempt

    contest = make_contest()
    round = make_round(contest)
    entry = make_entry(contest)
    attempt = submitted_attempt(entry, round)
    statements = [
        copy("accounts_user", entries, entry.user_id, f"""
            'id', 1000 + n, 'username', 'u' || n, 'phone', '+8410' || lpad(n::text, 8, '0'),
            'full_name', {NAME}, 'date_joined', now() - n * interval '1 second'"""),
        copy("contests_entry", entries, entry.pk, f"""
            'id', 1000 + n, 'user_id', 1000 + n, 'phone', '+8410' || lpad(n::text, 8, '0'),
            'full_name', {NAME}, 'created_at', now() - n * interval '1 second'"""),
        copy("attempts_attempt", attempts, f"'{attempt.pk}'", f"""
            'id', gen_random_uuid(), 'entry_id', 1000 + 1 + n % {entries}, 'number', 1 + n / {entries},
            'receipt', lpad(n::text, 19, '0'), 'correct', n % 31, 'duration_ms', 60000 + n % 900000"""),
        f"""INSERT INTO audit_auditevent (actor_name, verb, object_type, object_id, object_name, reason, data)
            SELECT {NAME}, 'changed account', 'accounts.user', n, '#' || n, '', '{{}}'
            FROM generate_series(1, {entries}) AS n""",  # noqa: S608
        f"""INSERT INTO audit_change (at, actor_id, actor_name, source, place, role, table_name, row_key,
                operation, changes, words)
            SELECT now() - ({attempts} - n) * interval '1 second', 1 + n % 5, {NAME}, 'web', '/quan-tri/',
                'contest_app', 'contests_entry', n, 'U', '{{}}', audit_words({NAME})
            FROM generate_series(1, {attempts}) AS n""",  # noqa: S608
    ]  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers, no checks of keys
        for statement in statements:
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def copy(table: str, number: int, like: Any, differs: str) -> str:
    return COPY.format(table=table, number=number, like=like, differs=differs)


def measure() -> None:
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    settings.RATE_LIMITS_ENABLED = False
    client = Client()
    client.force_login(get_user_model().objects.create_superuser(username="do", full_name="Người đo"))
    client.get("/quan-tri/")  # what a process loads once
    print("| list | page, s | database, s | statements |\n| --- | --- | --- | --- |")
    slow = 0
    for what, address in addresses():
        status, whole, asked, statements = timed(client, address)
        slow += whole > SLOW
        told = "" if status == 200 else f" (status {status})"
        print(f"| {what}{told} | {whole:.3f} | {asked:.3f} | {statements} |", flush=True)
    print(f"\n{slow} of them take longer than {SLOW} s.")


def addresses() -> Iterator[tuple[str, str]]:
    """Every list, a search in each, and each field that completes."""
    from django.contrib import admin
    from django.urls import reverse

    fields: set[tuple[str, str, str]] = set()
    for model, model_admin in sorted(admin.site._registry.items(), key=lambda one: one[0]._meta.label):
        meta = model._meta
        try:
            address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        except LookupError:
            continue
        yield meta.label, address
        if model_admin.search_fields:
            yield f"{meta.label}, search “nguyen van binh”", f"{address}?q=nguyen+van+binh"
        for one in [model_admin, *model_admin.inlines]:
            owner = getattr(one, "model", model)
            fields |= {
                (owner._meta.app_label, str(owner._meta.model_name), str(name))
                for name in one.autocomplete_fields
            }
    yield "audit.Change, words “nguyen binh”", "/quan-tri/audit/change/?words=nguyen+binh"
    yield "audit.Change, one object", "/quan-tri/audit/change/?table=contests_entry&row=4000"
    yield "audit.Change, one person", "/quan-tri/audit/change/?actor=999999&table=contests_entry"
    yield "audit.Change, far back", "/quan-tri/audit/change/?before=1000"
    for app, name, field in sorted(fields):
        query = f"app_label={app}&model_name={name}&field_name={field}&term=nguyen"
        yield f"{app}.{name}.{field}, completing “nguyen”", f"/quan-tri/autocomplete/?{query}"


def timed(client: Any, address: str) -> tuple[int, float, float, int]:
    """Status, seconds of the page, seconds in the database, statements; the better of two runs."""
    from django.db import connection

    best: tuple[int, float, float, int] | None = None
    for _run in range(2):
        asked: list[float] = []

        def clocked(execute: Any, *args: Any, asked: list[float] = asked) -> Any:
            began = time.perf_counter()
            try:
                return execute(*args)
            finally:
                asked.append(time.perf_counter() - began)

        began = time.perf_counter()
        with connection.execute_wrapper(clocked):
            response = client.get(address)
        found = response.status_code, time.perf_counter() - began, sum(asked), len(asked)
        best = min(best or found, found, key=lambda one: one[1])
    assert best
    return best


if __name__ == "__main__":
    main()
