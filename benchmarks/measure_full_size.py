"""What organisers and their workers do when a contest is as large as it gets (benchmarks/full_size)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from benchmarks.rows import Row, measurement
from benchmarks.stack import ROOT

if TYPE_CHECKING:
    from benchmarks.bench import Bench


@measurement("full-size", order=90)
def full_size(bench: Bench) -> list[Row]:
    """In a process and a database of its own, below the run's folder; the site stands still."""
    folder = bench.stack.folder / "full-size"
    told = bench.stack.folder / "full-size.json"
    command = [sys.executable, "-m", "benchmarks.full_size", "--folder", str(folder), "--json", str(told)]
    # None of what this run has told its own site: the other database would not be migrated.
    env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with bench.standing_still("web", "worker", "beat"):
        subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    return [Row(**one) for one in json.loads(told.read_text())]
