"""CPU seconds of processes, from /proc: a process with all its children, those that ended included."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")  # seconds
PROC = Path("/proc")


def cpu_of(pid: int) -> float:
    """CPU seconds (user and system) of a process and its descendants so far; to a hundredth for each."""
    return sum(_own(one) for one in tree(pid))


def memory_of(pid: int) -> int:
    """The highest resident memory that a process had, in bytes."""
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(pid)


def tree(pid: int) -> list[int]:
    """The process and its descendants that are alive."""
    children: dict[int, list[int]] = {}
    for one, parent in _parents():
        children.setdefault(parent, []).append(one)
    found, left = [], [pid]
    while left:
        found.append(left.pop())
        left += children.get(found[-1], [])
    return found


def _parents() -> Iterable[tuple[int, int]]:
    for folder in PROC.iterdir():
        if folder.name.isdigit() and (fields := _stat(int(folder.name))):
            yield int(folder.name), int(fields[1])


def _own(pid: int) -> float:
    """Of the process itself and of children that it has waited for: the whole never falls when one ends."""
    fields = _stat(pid)
    return sum(int(fields[at]) for at in range(11, 15)) * TICK if fields else 0.0


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from `state` on (its number 3); none when the process is gone."""
    try:
        # The name may hold anything, so the fields begin after its last bracket.
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
