"""The load: a process that speaks HTTP over kept-alive connections, one thread each, cheaper than any server.

`python -m benchmarks.load < order.json > told.json`. An order says where (`port`), what (`kind`) and for whom
(`people`: what benchmarks/people.py gave them); told are the number of requests, the errors with some
examples, the seconds and the milliseconds of each request by step. Each contestant comes as the trusted
proxy would bring him: an address of his own in X-Forwarded-For, over TLS, with Origin and cookies as a
browser sends them.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

HOST = "thi.example"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
JSON = "Accept: application/json\r\n"
AGENT = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile"
LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: *(\d+)")
COOKIE = re.compile(rb"\r\n[Ss]et-[Cc]ookie: *([^=;]+)=([^;\r]*)")
LOCATION = re.compile(rb"\r\n[Ll]ocation: *([^\r]+)")
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="(\w+)"')


class Unexpected(Exception):
    """An answer that the step cannot go on with."""


class Browser:
    """One contestant's connection, cookies and token."""

    def __init__(self, port: int, address: str, cookies: dict[str, str], told: Told) -> None:
        self.port, self.told = port, told
        self.cookies = dict(cookies)
        self.token = ""
        self.fixed = (
            f"Host: {HOST}\r\nX-Forwarded-For: {address}\r\nX-Forwarded-Proto: https\r\n"
            f"User-Agent: {AGENT}\r\nAccept-Language: vi-VN,vi;q=0.9\r\n"
        )
        self.socket: socket.socket | None = None

    def get(self, step: str, path: str, expected: int = 200, more: str = "") -> bytes:
        return self._ask(step, f"GET {path} HTTP/1.1\r\n{more}", b"", expected)

    def post(self, step: str, path: str, fields: str, expected: int = 302, more: str = "") -> bytes:
        body = (f"csrfmiddlewaretoken={self.token}&{fields}" if self.token else fields).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nOrigin: https://{HOST}\r\n{FORM}Content-Length: {len(body)}\r\n{more}"
        )
        return self._ask(step, head, body, expected)

    def _ask(self, step: str, head: str, body: bytes, expected: int) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        line = f"Cookie: {cookies}\r\n" if cookies else ""
        request = f"{head}{self.fixed}{line}\r\n".encode() + body
        began = time.perf_counter()
        try:
            answer = self._sent(request)
        except OSError as error:
            self.close()
            self.told.error(step, repr(error))
            raise Unexpected from error
        self.told.took(step, time.perf_counter() - began)
        if answer.find(b"\r\nConnection: close", 0, 200) >= 0:  # a worker that is being replaced
            self.close()
        status = int(answer[9:12])
        if status != expected:
            self.told.error(
                step, answer[:300].decode(errors="replace") + answer[-300:].decode(errors="replace")
            )
            raise Unexpected
        for name, value in COOKIE.findall(answer, 0, answer.find(b"\r\n\r\n")):
            self.cookies[name.decode()] = value.decode()
        return answer

    def _sent(self, request: bytes) -> bytes:
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(request)
        answer = self.socket.recv(262_144)
        while (end := answer.find(b"\r\n\r\n")) < 0:
            if not (more := self.socket.recv(262_144)):
                raise ConnectionError("closed")
            answer += more
        if answer[9:12] == b"304":
            return answer
        found = LENGTH.search(answer, 0, end + 2)
        if found is None:
            raise ConnectionError("no length")
        left = end + 4 + int(found[1]) - len(answer)
        parts = [answer]
        while left > 0:
            if not (more := self.socket.recv(262_144)):
                raise ConnectionError("closed")
            parts.append(more)
            left -= len(more)
        return b"".join(parts)

    def read_token(self, page: bytes) -> None:
        if found := TOKEN.search(page):
            self.token = found[1].decode()

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
        self.socket = None


class Told:
    """What happened, gathered by all threads (list.append and += under the lock of the interpreter)."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}
        self.errors: list[tuple[str, str]] = []
        self.done = 0

    def took(self, step: str, seconds: float) -> None:
        self.times.setdefault(step, []).append(round(seconds * 1000, 3))

    def error(self, step: str, text: str) -> None:
        self.errors.append((step, text))


def led(answer: bytes) -> str:
    found = LOCATION.search(answer)
    if found is None:
        raise Unexpected
    return found[1].decode().removeprefix(f"https://{HOST}")


def answers(first: int, last: int, revision: int, more: str = "") -> str:
    taps = "&".join(f"q{at}={1 + at % 2}" for at in range(first, last + 1))
    return f"revision={revision}&{taps}{more}"


# A journey's eight requests.
STEPS = ("contest", "start", "paper", "save 1", "save 2", "save 3", "submit", "result")


def step(name: str, browser: Browser, person: dict[str, Any], order: dict[str, Any]) -> None:
    """One request of a journey; what the next one needs is noted in `person`."""
    paper = person.get("paper", "")
    match name:
        case "contest":
            browser.read_token(browser.get(name, order["contest"]))
        case "start":
            start = order["start"].replace("ENTRY", str(person["entry"]))
            person["paper"] = led(browser.post(name, start, "", 302))
        case "paper":
            browser.read_token(browser.get(name, paper))
        case "submit":
            person["result"] = led(browser.post(name, f"{paper}nop-bai/", ""))
        case "result":
            browser.get(name, person["result"])
        case _:
            at = int(name[-1]) - 1
            more = "&prediction=1250" if at == 2 and order.get("predicts") else ""
            browser.post(name, f"{paper}luu/", answers(10 * at + 1, 10 * at + 10, at, more), 200, JSON)


def walk(browser: Browser, person: dict[str, Any], order: dict[str, Any]) -> None:
    """A whole journey; with `whole` also the pages that lie between its requests for a browser."""
    for name in STEPS:
        if order.get("whole") and name == "start":
            browser.read_token(browser.get("start page", order["start"]))
        if order.get("whole") and name == "submit":
            browser.read_token(browser.get("review", f"{person['paper']}xem-lai/"))
        step(name, browser, person, order)


def together(browser: Browser, person: dict[str, Any], order: dict[str, Any]) -> None:
    """One step of everybody's journey; told are the people as they are then, for the next step."""
    browser.token = person["token"]
    step(order["step"], browser, person, order)
    person.update(token=browser.token, cookies=browser.cookies)


def saves(browser: Browser, person: dict[str, Any], order: dict[str, Any]) -> None:
    """Save upon save in an open attempt, ten answers each: the paper's page has been there before."""
    browser.token = person["token"]
    for at in range(order["saves"]):
        first = 1 + 10 * (at % 3)
        fields = answers(first, first + 9, person["revision"] + at)
        browser.post("save", f"/bai-thi/{person['attempt']}/luu/", fields, 200, JSON)


def starts(browser: Browser, person: dict[str, Any], order: dict[str, Any]) -> None:
    browser.token = person["token"]
    browser.post("start", order["start"].replace("ENTRY", str(person["entry"])), "")


def logins(browser: Browser, person: dict[str, Any], order: dict[str, Any]) -> None:
    browser.token = person["token"]
    fields = f"login={person['login']}&password={order['password']}"
    browser.post("log-in", order["login"], fields, 302)


def gets(browser: Browser, person: dict[str, Any], order: dict[str, Any]) -> None:
    until = time.perf_counter() + order["seconds"]
    while time.perf_counter() < until:
        for path, more, expected in order["gets"]:
            browser.get(path, path, expected, more)


def paced(browser: Browser, person: dict[str, Any], order: dict[str, Any]) -> None:
    """Saves at times of a plan, whatever the server does: a save that begins late counts from its time."""
    browser.token = person["token"]
    begin = order["begin"] + person["offset"]
    for at in range(order["saves"]):
        due = begin + at * order["every"]
        if (wait := due - time.time()) > 0:
            time.sleep(wait)
        first = 1 + 10 * (at % 3)
        fields = answers(first, first + 9, person["revision"] + at)
        browser.post("asked", f"/bai-thi/{person['attempt']}/luu/", fields, 200, JSON)
        browser.told.took("save", time.time() - due)


KINDS: dict[str, Callable[[Browser, dict[str, Any], dict[str, Any]], None]] = {
    "walk": walk, "together": together, "saves": saves, "starts": starts, "logins": logins, "gets": gets,
    "paced": paced,
}  # fmt: skip


def run(order: dict[str, Any]) -> dict[str, Any]:
    told = Told()
    people = list(reversed(order["people"]))
    act = KINDS[order["kind"]]

    def work() -> None:
        while people:
            try:
                person = people.pop()
            except IndexError:
                return
            browser = Browser(order["port"], person["address"], person["cookies"], told)
            try:
                act(browser, person, order)
                told.done += 1
            except Unexpected:
                pass
            finally:
                browser.close()

    threads = [threading.Thread(target=work) for _ in range(order["threads"])]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time(),
        "done": told.done,
        "requests": sum(map(len, told.times.values())),
        "errors": len(told.errors),
        "examples": told.errors[:3],
        "times": told.times,
        "people": order["people"],
    }


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
