"""Whose data was erased, kept outside the database: a backup from before the erasure brings the people back.

One line for each erasure, ids and no names, in a file of the media folder that is in no backup; each backup
copies it to its own folder. What restores a backup erases anew whoever was erased after it was made.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from contest_site.lib.clock import database_now

FILE = "da-xoa.jsonl"


@dataclass(frozen=True)
class Erased:
    """Ids of what was erased after that moment; those of accounts that were merged are among them."""

    accounts: frozenset[int]
    entries: frozenset[int]


def remember(accounts: Iterable[int], entries: Iterable[int]) -> None:
    """Write the ids down once the surrounding transaction is committed; a full disk undoes no erasure."""
    ids = {"accounts": sorted(accounts), "entries": sorted(entries)}
    transaction.on_commit(lambda: _append(ids), robust=True)


def _append(ids: dict[str, list[int]]) -> None:
    # After the commit: whatever backup does not know the erasure was begun before this moment.
    line = json.dumps({"at": database_now().isoformat(), **ids}) + "\n"
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    file = os.open(settings.MEDIA_ROOT / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, line.encode())
        os.fsync(file)
    finally:
        os.close(file)


def copy_to(folder: Path) -> None:
    """All lines into the folder's own file, beside those that are there from a site before this one."""
    lines = _lines(settings.MEDIA_ROOT, folder)
    if not lines:
        return
    part = folder / f".{FILE}.part"
    part.touch(mode=0o600)
    part.write_text("".join(lines))
    part.replace(folder / FILE)


def erased_since(moment: datetime, folder: Path) -> Erased:
    """What the site's own file and the folder's tell of later than that moment (the database's)."""
    accounts: set[int] = set()
    entries: set[int] = set()
    for line in _lines(settings.MEDIA_ROOT, folder):
        try:
            told = json.loads(line)
            later = datetime.fromisoformat(told["at"]) >= moment
        except (ValueError, KeyError):  # one that was cut off when a disk was full
            continue
        # Ids from before may be those of others since: an earlier restore gave them out again.
        if later:
            accounts.update(told["accounts"])
            entries.update(told["entries"])
    return Erased(frozenset(accounts), frozenset(entries))


def _lines(*folders: Path) -> list[str]:
    """Each line once, in the order of time."""
    found: set[str] = set()
    for folder in folders:
        path = folder / FILE
        if path.exists():
            found.update(f"{line}\n" for line in path.read_text().splitlines() if line)
    return sorted(found)
