"""Public pages under a link from television, and saves while the machine is busy."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.bench import Bench, tell
from benchmarks.cpu import cpu_of
from benchmarks.measure_journey import MS, THREADS, load, scene, sitting, spent
from benchmarks.rows import Row, compared, measurement
from benchmarks.stack import floor_command, free_port, wait_for

CORES = 2
WANTED = 3_000  # requests a second from two cores
LATEST = 100.0  # ms, of 99 saves in a hundred
SHARE = 0.7  # of what the machine can carry
FEW, MANY = 10_000, 3_000_000  # attempts stored


@measurement("public-pages", quick=True, order=20)
def public(bench: Bench) -> list[Row]:
    """What two cores can answer follows from the CPU of a request: the load runs on the same machine.

    Beside a WSGI application that returns as many bytes (benchmarks/bare.py) under the same web server. A
    contest's page counts down by the second, so that no browser has it longer than it is kept.
    """
    address = scene(bench).paths["contest"]
    board = f"{address}ket-qua/"
    with _bare(bench) as bare:
        return [
            _answered(bench, bare, "contest page", address),
            _answered(bench, bare, "honour board", board),
            _answered(bench, bare, "honour board, not changed since", board, changed=False),
            _answered(bench, bare, "certificate check", "/giay-chung-nhan/"),
        ]


@contextmanager
def _bare(bench: Bench) -> Iterator[int]:
    """The floor's web server; its port."""
    children, port = bench.stack.children, free_port()
    command = [*floor_command()[:-1], "benchmarks.bare:application"]
    children.start("bare", command, {**bench.stack.env, "PORT": str(port)})
    try:
        wait_for(children, port)
        yield port
    finally:
        process = children.started.pop("bare")
        process.terminate()
        process.wait()


def _answered(bench: Bench, bare: int, name: str, path: str, *, changed: bool = True) -> Row:
    """`changed`: the whole page; else a browser that has it already."""
    from benchmarks.load import Browser, Told

    browser = Browser(bench.stack.port, "10.9.9.9", {}, Told())
    head, _blank, content = browser.get("", path).partition(b"\r\n\r\n")
    browser.close()
    lines = head.decode().split("\r\n")
    etag = next(line for line in lines if line.lower().startswith("etag:")).partition(": ")[2]
    known, status = ("", 200) if changed else (f"If-None-Match: {etag}\r\n", 304)
    constant = f"/{len(content)}" if changed else "/304"
    people = [{"address": f"10.9.0.{at}", "cookies": {}} for at in range(THREADS)]
    order = {"kind": "gets", "people": people, "threads": THREADS, "seconds": 0.5 if bench.quick else 1}

    def floor() -> float:
        pid = bench.stack.children.started["bare"].pid
        before = cpu_of(pid)
        told = load({**order, "port": bare, "gets": [[constant, known, status]]})
        return CORES * float(told["requests"]) / (cpu_of(pid) - before)

    def product() -> float:
        with bench.cost() as cost:
            told = load({**order, "port": bench.stack.port, "gets": [[path, known, status]]})
        return CORES * float(told["requests"]) / cost.server

    pairs = bench.interleaved(floor, product, 3 if bench.quick else 5)
    return compared(name, pairs, unit="requests/s of 2 cores", at_least=WANTED)


@measurement("save-under-load", quick=False, order=30)
def under_load(bench: Bench) -> list[Row]:
    """At 70 % of what the machine can do beside the load itself, by a plan that waits for no answer.

    So many people that each stays below the limit of saves in a minute, as everybody does who only taps.
    """
    people, burst = sitting(bench, 160), 15
    port = bench.stack.port
    # As many at once as the web server has threads: more of them only make the load itself dearer.
    told = load({"kind": "saves", "port": port, "people": people, "threads": 2 * THREADS, "saves": burst})
    capacity = told["requests"] / told["seconds"]
    for person in people:
        person["revision"] += burst
    every = len(people) / (SHARE * capacity)
    for at, person in enumerate(people):
        person["offset"] = at * every / len(people)
    order = {"kind": "paced", "saves": max(10, math.ceil(20 / every)), "every": every}
    told = load(
        {**order, "port": port, "people": people, "threads": len(people), "begin": time.time() + 2},
        strict=False,
    )
    for step, answer in told["examples"]:
        tell(f"  {step}: {answer}")
    times = sorted(told["times"]["save"])
    # Who got an error sends no more: those saves are missing as well.
    asked = len(people) * order["saves"]
    errors = asked - len(times)
    p99 = times[math.ceil(0.99 * len(times)) - 1]
    return [
        Row("saves a second that the machine carries beside the load", capacity, "saves/s"),
        Row("p99 of a save at 70 % of that", p99, "ms", target=f"≤ {LATEST:g} ms", met=p99 <= LATEST),
        Row(f"of {asked:,} saves meanwhile, not taken", errors, "saves", target="0", met=not errors),
    ]


@measurement("growth", quick=False, order=60)
def growth(bench: Bench) -> list[Row]:
    """A journey with 10,000 and with 3,000,000 attempts stored, by CPU of all server processes.

    Without the clock: what it starts every few minutes (signals, watch) reads all attempts and is measured by
    itself (benchmarks/full_size); here it would fall into one round of journeys and not into another.
    """
    with bench.standing_still("beat"):
        return _growth(bench)


def _growth(bench: Bench) -> list[Row]:
    from benchmarks.people import contestants
    from benchmarks.stored import store_attempts

    found = scene(bench)

    def journey() -> float:
        people = contestants(found.contest, 60)
        return spent(bench, {"kind": "walk", "people": people, **found.paths})

    def floor() -> float:
        people = contestants(found.floor_contest, 60)
        return spent(bench, {"kind": "walk", "people": people, **found.floor_paths}, floor=True)

    figures = []
    for number in (FEW, MANY):
        began = time.monotonic()
        store_attempts(found.contest, found.round, number)
        tell(f"  {number:,} attempts stored ({time.monotonic() - began:.0f} s)")
        pairs = bench.interleaved(floor, journey, 3)
        # Beside the floor, so that what else the machine does falls out; the floor's rows grow just as much.
        figures.append((sorted(p[1] for p in pairs)[1], sorted(p[1] / p[0] for p in pairs)[1]))
    (few, few_ratio), (many, many_ratio) = figures
    grown = many_ratio / few_ratio
    name = f"journey with {MANY:,} attempts stored (floor: with {FEW:,}; ratio: both beside bare views)"
    return [Row(name, many * MS, "ms CPU", few * MS, grown, "≤ 1.1", grown <= 1.1)]
