"""PostgreSQL's own tools: which ones, and how they are told where the database is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import connection

from contest_site import embedded

VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
# What libpq reads, by the keys of Django's settings.
PARTS = {"NAME": "PGDATABASE", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "HOST": "PGHOST", "PORT": "PGPORT"}


class ToolError(Exception):
    """A tool is missing or said no; the message is one sentence for the person at the terminal."""


def tool(name: str) -> str:
    """The path of pg_dump, pg_restore … of the server's version or a newer one. Raises ToolError."""
    wanted = server_version()
    found = []
    for path in _candidates(name):
        version = _version(path)
        if version >= wanted:
            return path
        found.append(f"{path} ({version})")
    have = f"; found: {', '.join(found)}" if found else ""
    raise ToolError(f"{name} of PostgreSQL {wanted} or newer is needed on this machine{have}.")


def server_version() -> int:
    connection.ensure_connection()
    return connection.pg_version // 10_000  # type: ignore[attr-defined, no-any-return]  # of the backend


def environment() -> dict[str, str]:
    """Where the database is, as libpq reads it: among the arguments a password could be seen by `ps`."""
    settings: dict[str, Any] = connection.settings_dict
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    named = {theirs: str(settings[ours]) for ours, theirs in PARTS.items() if settings[ours]}
    options = {
        f"PG{key.upper()}": str(value) for key, value in settings["OPTIONS"].items() if key.startswith("ssl")
    }
    return {**clean, **named, **options, "LC_ALL": "C"}


def run(command: list[str]) -> str:
    """Run a tool to its end; what it wrote. Raises ToolError with the last line that it said."""
    result = subprocess.run(
        command, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if line.strip()]
        raise ToolError(f"{Path(command[0]).name}: {lines[0] if lines else f'code {result.returncode}'}")
    return result.stdout


def _candidates(name: str) -> Iterator[str]:
    if path := shutil.which(name):
        yield path
    with suppress(embedded.ServiceError):
        path = str(embedded.postgres_bin() / name)
        if os.access(path, os.X_OK):
            yield path


def _version(path: str) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
    found = VERSION.search(said)
    return int(found[1]) if found else 0
