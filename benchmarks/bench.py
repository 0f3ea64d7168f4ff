"""`bin/bench`: start the stack, run the measurements, print the table."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.cpu import cpu_of
from benchmarks.rows import MEASUREMENTS, Measurement, Pair, Row, table, write_json
from benchmarks.stack import GROUPS, Stack, running

HERE = Path(__file__).resolve().parent


@dataclass
class Cost:
    """CPU seconds by group while something ran, and seconds that passed."""

    groups: dict[str, float] = field(default_factory=dict)
    wall: float = 0.0

    @property
    def server(self) -> float:
        """CPU seconds of all server processes together."""
        return sum(self.groups.values())


class Bench:
    def __init__(self, stack: Stack, *, quick: bool) -> None:
        self.stack = stack
        self.quick = quick
        self.notes: dict[str, object] = {}  # what a measurement leaves for a later one

    @contextmanager
    def cost(self, *, floor: bool = False) -> Iterator[Cost]:
        """What the server processes spend while the block runs; `floor`: the floor's web server instead.

        Worker and beat are counted with the site: nothing of it is switched off. The floor has none.
        """
        groups = ("floor", "postgres") if floor else (*GROUPS, "beat")
        cost = Cost()
        before, began = self.stack.cpu(), time.monotonic()
        yield cost
        after, cost.wall = self.stack.cpu(), time.monotonic() - began
        cost.groups = {name: after[name] - before[name] for name in groups}

    @contextmanager
    def standing_still(self, *names: str) -> Iterator[None]:
        """These parts of the site do nothing meanwhile: what beat starts by the clock reads all attempts."""
        leaders = [self.stack.children.started[name].pid for name in names]
        try:
            for leader in leaders:
                os.killpg(leader, signal.SIGSTOP)
            yield
        finally:
            for leader in leaders:
                os.killpg(leader, signal.SIGCONT)

    def interleaved(
        self, floor: Callable[[], float], product: Callable[[], float], rounds: int = 5
    ) -> list[Pair]:
        """Floor and product in turn, after one unmeasured round of each; each gives its own figure."""
        floor(), product()
        return [(floor(), product()) for _round in range(rounds)]

    def used(self, function: Callable[[], object]) -> float:
        """CPU seconds of this process and of PostgreSQL while the function runs here."""
        postgres = self.stack.postgres_pid
        before = time.process_time() + cpu_of(postgres)
        function()
        return time.process_time() + cpu_of(postgres) - before


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    for module in sorted(HERE.glob("measure_*.py")):
        importlib.import_module(f"benchmarks.{module.stem}")
    chosen = [
        one for one in sorted(MEASUREMENTS, key=lambda one: (one.order, one.name)) if wanted(one, options)
    ]
    began = time.monotonic()
    rows: list[Row] = []
    failed: list[str] = []
    with ExitStack() as stack:
        folder = options.folder or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="contest-bench-", dir="/tmp"))
        )
        tell(f"Starting the stack in {folder} …")
        bench = Bench(stack.enter_context(running(folder)), quick=options.quick)
        for one in chosen:
            started = time.monotonic()
            tell(f"{one.name} …")
            try:
                found = one.run(bench)
            except Exception:
                failed.append(one.name)
                traceback.print_exc()
                continue
            rows += found
            tell(f"{table(found)}\n  ({time.monotonic() - started:.0f} s)")
    print(f"\n{machine()}\n\n{table(rows)}\n", flush=True)
    missed = sum(row.met is False for row in rows)
    print(f"{len(rows)} figures in {time.monotonic() - began:.0f} s; {missed} not as asked for.")
    if failed:
        print(f"FAILED, their figures are missing: {', '.join(failed)}.")
    if options.json:
        write_json(rows, options.json)
    return 1 if failed else 0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the hot path alone, in less than two minutes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there, too")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these measurements alone")
    parser.add_argument("--folder", type=Path, help="keep the data there instead of in a folder that goes")
    return parser.parse_args(arguments)


def wanted(one: Measurement, options: argparse.Namespace) -> bool:
    if options.only:
        return one.name in options.only
    return one.quick or not options.quick


def machine() -> str:
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    load = os.getloadavg()[0]
    # Other work on the machine makes CPU seconds longer; this tells by how much between two runs.
    began = time.process_time()
    sum(one * one for one in range(1_000_000))
    counting = time.process_time() - began
    cpu = names[0] if names else "unknown"
    return (
        f"{os.cpu_count()} cores ({cpu}), load {load:.1f} at the end, a million squares in {counting:.2f} s"
    )


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
