"""`python -m benchmarks.full_size [--folder DIR] [--only NAME …] [--json FILE]`: `bin/bench` calls it, too.

A process and a database of its own: the organisers' work is measured where a worker does it, its memory is
this process's, and no task of the running site touches the same rows meanwhile.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.full_size.setting import database
from benchmarks.rows import Row, table, write_json

PARTS = ("excel", "signals", "ranking", "watch", "agency", "marking", "trail", "certificates")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.full_size", description=__doc__)
    parser.add_argument("--folder", type=Path, help="keep the database there")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    rows: list[Row] = []
    with database(options.folder):
        from benchmarks.full_size.scene import Size, filled

        scene = filled(Size())
        for name in options.only:
            found = import_module(f"benchmarks.full_size.{name}").rows(scene)
            print(table(found), file=sys.stderr, flush=True)
            rows += found
    print(table(rows))
    if options.json:
        write_json(rows, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
