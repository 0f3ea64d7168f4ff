"""Public pages under a link from television, and saves while the machine is busy."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
import time
from typing import Any

from benchmarks.bench import Bench, tell
from benchmarks.measure_journey import MS, scene, sitting, spent
from benchmarks.rows import Row, measurement
from benchmarks.stack import ROOT

CORES = 2
WANTED = 3_000  # requests a second from two cores
LATEST = 100.0  # ms, of 99 saves in a hundred
FEW, MANY = 10_000, 3_000_000  # attempts stored


@measurement("public-pages", quick=True, order=20)
def public(bench: Bench) -> list[Row]:
    """What two cores can answer follows from the CPU of a request: the load runs on the same machine."""
    address = scene(bench).paths["contest"]
    pages = {
        "contest page": address,
        "honour board": f"{address}ket-qua/",
        "certificate check": "/giay-chung-nhan/",
    }
    return [
        _answered(bench, name, path, validator) for name, path in pages.items() for validator in (False, True)
    ]


def _answered(bench: Bench, name: str, path: str, validator: bool) -> Row:
    from benchmarks.load import Browser, Told

    browser = Browser(bench.stack.port, "10.9.9.9", {}, Told())
    head = browser.get("", path).partition(b"\r\n\r\n")[0].decode()
    browser.close()
    etag = next(line for line in head.split("\r\n") if line.lower().startswith("etag:")).partition(": ")[2]
    ask = [path, f"If-None-Match: {etag}\r\n", 304] if validator else [path, "", 200]
    people = [{"address": f"10.9.0.{at}", "cookies": {}} for at in range(8)]
    seconds = 2 if bench.quick else 4
    with bench.cost() as cost:
        told = _load(bench, {"kind": "gets", "people": people, "gets": [ask], "seconds": seconds})
    able = CORES * told["requests"] / cost.server
    what = f"{name}, not changed since" if validator else name
    met = able >= WANTED and not told["errors"]
    return Row(what, able, "requests/s of 2 cores", target=f"≥ {WANTED:,}", met=met)


def _load(bench: Bench, order: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=ROOT,
        input=json.dumps({"port": bench.stack.port, "threads": len(order["people"]), **order}),
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@measurement("save-under-load", quick=False, order=30)
def under_load(bench: Bench) -> list[Row]:
    """At 70 % of what the machine can do beside the load itself, by a plan that waits for no answer."""
    people = sitting(bench, 40)
    before = time.perf_counter()
    told = _load(bench, {"kind": "saves", "people": people, "saves": 30})
    capacity = told["requests"] / (time.perf_counter() - before)
    for person in people:
        person["revision"] += 30
    every = len(people) / (0.7 * capacity)
    for at, person in enumerate(people):
        person["offset"] = at * every / len(people)
    saves = max(10, math.ceil(20 / every))
    # A limit of requests per minute guards each person's session; nobody taps faster than that.
    saves = min(saves, 200)
    told = _load(
        bench, {"kind": "paced", "people": people, "saves": saves, "every": every, "begin": time.time() + 2}
    )
    times = sorted(told["times"]["save"])
    p99 = times[math.ceil(0.99 * len(times)) - 1]
    return [
        Row("saves a second that the machine carries beside the load", capacity, "saves/s"),
        Row("p99 of a save at 70 % of that", p99, "ms", target=f"≤ {LATEST:g} ms", met=p99 <= LATEST),
        Row(
            "errors meanwhile", told["errors"], "of " + f"{len(times):,}", target="0", met=not told["errors"]
        ),
    ]


@measurement("growth", quick=False, order=60)
def growth(bench: Bench) -> list[Row]:
    """A journey with 10,000 and with 3,000,000 attempts stored, by CPU of all server processes.

    Without the clock: what it starts every few minutes (signals, watch) reads all attempts and is measured by
    itself (benchmarks/full_size); here it would fall into one round of journeys and not into another.
    """
    clock = bench.stack.children.started["beat"]
    clock.send_signal(signal.SIGSTOP)
    try:
        return _growth(bench)
    finally:
        clock.send_signal(signal.SIGCONT)


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
    return [
        Row(
            f"journey with {MANY:,} attempts stored", many * MS, "ms CPU", few * MS, grown,
            f"≤ 1.1 × that with {FEW:,}", grown <= 1.1,
        )
    ]  # fmt: skip
