"""The hot path: what a contestant's journey costs the servers, and its single steps."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from benchmarks.bench import Bench
from benchmarks.rows import Row, compared, measurement
from benchmarks.stack import ROOT

THREADS = 8  # contestants at the same time
MS = 1000.0


@dataclass(frozen=True)
class Scene:
    """The contest that is measured, and one that only the floor writes to."""

    contest: Any
    round: Any
    floor_contest: Any
    floor_round: Any

    @property
    def paths(self) -> dict[str, str]:
        address = f"/cuoc-thi/{self.contest.slug}/"
        return {
            "contest": address,
            "start": f"{address}vong-{self.round.number}/bat-dau/",
            "predicts": "yes",
        }

    @property
    def floor_paths(self) -> dict[str, str]:
        return {
            "contest": f"/cuoc-thi/{self.floor_contest.slug}/",
            "start": f"/bat-dau/{self.floor_round.pk}/ENTRY/",
        }


def scene(bench: Bench) -> Scene:
    """Made once a run; the floor's pages get the sizes of the site's."""
    if "scene" not in bench.notes:
        from benchmarks.people import make_contest, open_round

        contest, floor = make_contest("do-toc-do"), make_contest("san")
        made = Scene(contest, open_round(contest), floor, open_round(floor))
        bench.notes["scene"] = made
        _keep_sizes(bench, made)
    found: Any = bench.notes["scene"]
    return found


def _keep_sizes(bench: Bench, scene: Scene) -> None:
    from benchmarks.load import Browser, Told, led
    from benchmarks.people import contestants

    person = contestants(scene.contest, 1)[0]
    browser = Browser(bench.stack.port, person["address"], person["cookies"], Told())
    pages = {"contest": browser.get("", scene.paths["contest"])}
    browser.read_token(pages["contest"])
    paper = led(browser.post("", scene.paths["start"], ""))
    pages["paper"] = browser.get("", paper)
    browser.read_token(pages["paper"])
    pages["result"] = browser.get("", led(browser.post("", f"{paper}nop-bai/", "")))
    browser.close()
    for name, answer in pages.items():
        (bench.stack.folder / "floor" / name).write_bytes(b"x" * len(answer.partition(b"\r\n\r\n")[2]))


def load(order: dict[str, Any], *, strict: bool = True) -> dict[str, Any]:
    """One load process until its end; `strict`: an answer other than expected ends the measurement."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=ROOT, input=json.dumps(order), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    told: dict[str, Any] = json.loads(done.stdout)
    if strict and told["errors"]:
        raise RuntimeError(f"{told['errors']} errors, such as {told['examples']}")
    return told


def spent(bench: Bench, order: dict[str, Any], *, floor: bool = False) -> float:
    """CPU seconds of all server processes for each of the order's people."""
    port = bench.stack.floor_port if floor else bench.stack.port
    with bench.cost(floor=floor) as cost:
        told = load({"port": port, "threads": THREADS, **order})
    bench.notes.setdefault("groups", []).append((order["kind"], floor, cost.groups, told["done"]))
    return cost.server / told["done"]


@measurement("journey", quick=True, order=10)
def journey(bench: Bench) -> list[Row]:
    from benchmarks.people import contestants

    found = scene(bench)
    number, rounds = (30, 3) if bench.quick else (120, 5)

    def floor() -> float:
        people = contestants(found.floor_contest, number)
        return spent(bench, {"kind": "walk", "people": people, **found.floor_paths}, floor=True)

    def product(**more: Any) -> float:
        people = contestants(found.contest, number)
        return spent(bench, {"kind": "walk", "people": people, **found.paths, **more})

    row = compared(
        "journey, 8 requests without log-in",
        bench.interleaved(floor, product, rounds),
        unit="ms CPU", at_most=2, limit=15, scale=MS,
    )  # fmt: skip
    whole = product(whole=True) * MS
    return [row, Row("the same with the page before the start and the review (10 requests)", whole, "ms CPU")]


@measurement("steps", quick=False, order=14)
def steps(bench: Bench) -> list[Row]:
    """Each request of the journey by itself: everybody takes the same step at the same time."""
    from benchmarks.load import STEPS
    from benchmarks.people import contestants

    found = scene(bench)
    number, rounds = 150, 3
    costs: dict[tuple[str, bool], list[float]] = {}
    for _round in range(rounds):
        sides = (
            (True, found.floor_paths, found.floor_contest),
            (False, found.paths, found.contest),
        )
        for floor, paths, contest in sides:
            people = contestants(contest, number)
            for name in STEPS:
                order = {"kind": "together", "step": name, "people": people, **paths}
                with bench.cost(floor=floor) as cost:
                    told = load(
                        {
                            "port": bench.stack.floor_port if floor else bench.stack.port,
                            "threads": THREADS,
                            **order,
                        }
                    )
                people = told["people"]
                costs.setdefault((name, floor), []).append(cost.server / told["done"])
    return [
        compared(
            f"journey's step: {name}",
            list(zip(costs[name, True], costs[name, False], strict=True)),
            unit="ms CPU", scale=MS,
        )
        for name in STEPS
    ]  # fmt: skip


def sitting(bench: Bench, number: int) -> list[dict[str, Any]]:
    """People with an open attempt whose paper they have in front of them."""
    from benchmarks.load import Browser, Told, led
    from benchmarks.people import contestants

    found = scene(bench)
    people = contestants(found.contest, number)
    for person in people:
        browser = Browser(bench.stack.port, person["address"], person["cookies"], Told())
        browser.read_token(browser.get("", found.paths["contest"]))
        paper = led(browser.post("", found.paths["start"], ""))
        browser.read_token(browser.get("", paper))
        browser.close()
        person |= {
            "attempt": paper.split("/")[2], "token": browser.token, "cookies": browser.cookies, "revision": 0
        }  # fmt: skip
    return people


def sitting_on_floor(bench: Bench, number: int) -> list[dict[str, Any]]:
    from benchmarks.load import Browser, Told, led
    from benchmarks.people import contestants

    found = scene(bench)
    people = contestants(found.floor_contest, number)
    for person in people:
        browser = Browser(bench.stack.floor_port, person["address"], person["cookies"], Told())
        paper = led(browser.post("", found.floor_paths["start"].replace("ENTRY", str(person["entry"])), ""))
        browser.close()
        person |= {"attempt": paper.split("/")[2], "revision": 0}
    return people


@measurement("save", quick=True, order=11)
def save(bench: Bench) -> list[Row]:
    # A person's saves stay below what is taken in a minute.
    each, rounds = (20, 3) if bench.quick else (30, 5)
    people, floor_people = sitting(bench, 32), sitting_on_floor(bench, 32)

    def floor() -> float:
        order = {"kind": "saves", "people": floor_people, "saves": each}
        return spent(bench, order, floor=True) / each

    def product() -> float:
        told = spent(bench, {"kind": "saves", "people": people, "saves": each}) / each
        for person in people:
            person["revision"] += each
        return told

    pairs = bench.interleaved(floor, product, rounds)
    return [compared("one save", pairs, unit="ms CPU", at_most=1.5, scale=MS)]


@measurement("start", quick=True, order=12)
def start(bench: Bench) -> list[Row]:
    from benchmarks.people import contestants

    found = scene(bench)
    number, rounds = (100, 3) if bench.quick else (400, 5)

    def floor() -> float:
        people = contestants(found.floor_contest, number)
        return spent(bench, {"kind": "starts", "people": people, **found.floor_paths}, floor=True)

    def product() -> float:
        people = contestants(found.contest, number)
        for person in people:
            # What the contest's page has given them: any secret of this form, the same in cookie and form.
            person["token"] = person["cookies"]["__Host-csrf"] = f"{person['entry']:032d}"
        return spent(bench, {"kind": "starts", "people": people, **found.paths})

    pairs = bench.interleaved(floor, product, rounds)
    return [compared("start", pairs, unit="ms CPU", at_most=2, scale=MS)]


@measurement("log-in", quick=True, order=13)
def login(bench: Bench) -> list[Row]:
    from django.contrib.auth.hashers import check_password, make_password
    from django.urls import reverse

    from benchmarks.people import PASSWORD, contestants

    found = scene(bench)
    number, rounds = (30, 3) if bench.quick else (60, 5)
    stored = make_password(PASSWORD)

    def hash_alone() -> float:
        return bench.used(lambda: [check_password(PASSWORD, stored) for _ in range(number)]) / number

    def product() -> float:
        people = contestants(found.contest, number, password=PASSWORD)
        for person in people:
            person["cookies"] = {"__Host-csrf": f"{person['entry']:032d}"}
            person["token"] = f"{person['entry']:032d}"
        order = {"kind": "logins", "people": people, "login": reverse("account_login"), "password": PASSWORD}
        return spent(bench, order)

    pairs = bench.interleaved(hash_alone, product, rounds)
    return [compared("log-in", pairs, unit="ms CPU", at_most=1.3, scale=MS)]
