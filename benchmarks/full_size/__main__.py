"""`python -m benchmarks.full_size [--folder DIR] [--only NAME …] [--json FILE]`: `bin/bench` calls it, too.

A process and a database of its own: the organisers' work is measured where a worker does it, its memory is
this process's, and no task of the running site touches the same rows meanwhile.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from benchmarks.full_size.setting import ROOT, database
from benchmarks.rows import Row, table, write_json

PARTS = ("excel", "signals", "ranking", "watch", "agency", "marking", "trail")
BESIDE = "certificates"  # needs no database: made meanwhile, on the other processor


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.full_size", description=__doc__)
    parser.add_argument("--folder", type=Path, help="keep the database there")
    parser.add_argument("--only", nargs="+", choices=(*PARTS, BESIDE), default=(*PARTS, BESIDE))
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    rows: list[Row] = []
    with database(options.folder), beside(BESIDE in options.only) as others:
        if parts := [name for name in options.only if name != BESIDE]:
            rows += measured(parts)
        with told("what was measured beside these"):
            rows += others()
    print(table(rows))
    if options.json:
        write_json(rows, options.json)
    return 0


def measured(parts: list[str]) -> list[Row]:
    """One part after another, with the contest that they share."""
    from benchmarks.full_size.scene import Size, filled

    rows: list[Row] = []
    with told("the contest"):
        scene = filled(Size())
    for name in parts:
        with told(name):
            found = import_module(f"benchmarks.full_size.{name}").rows(scene)
        print(table(found), file=sys.stderr, flush=True)
        rows += found
    return rows


@contextmanager
def told(name: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


@contextmanager
def beside(wanted: bool) -> Iterator[Callable[[], list[Row]]]:
    """Certificates in a process of their own; the function waits for their rows."""
    if not wanted:
        yield list
        return
    command = [sys.executable, "-m", f"benchmarks.full_size.{BESIDE}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        output = process.stdout
        assert output

        def wait() -> list[Row]:
            rows = json.loads(output.read())
            assert process.wait() == 0
            return [Row(**row) for row in rows]

        try:
            yield wait
        finally:
            if process.poll() is None:
                process.terminate()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
