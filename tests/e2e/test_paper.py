"""No tap is lost and nothing false is shown: each sentence on the paper, in a browser on the real site.

One contest for all; who takes part is signed in by a session made beforehand, so that few pages are walked.
"""

import gzip
import io
import json
import os
import re
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pypdf
import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from contest_site import embedded
from contest_site.accounts.demo import DEMO_PASSWORD
from tests.e2e.conftest import PC, PHONE, NewPage
from tests.support.stack import ROOT, Stack

SLUG = "thi-thu-bai-thi"
START = f"/cuoc-thi/{SLUG}/vong-1/bat-dau/"
PEOPLE = 7
# The contest of the plan under a name of its own, so that no other test closes it, and some people entered,
# each with two sessions: of two devices.
PREPARE = f"""
import json
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from contest_site.accounts.demo import DEMO_PASSWORD, create_demo_accounts
from contest_site.demo import PLAN
from contest_site.rehearsal.stage import ensure_bank
from contests.domain.announcing import announce
from contests.domain.plans import load_plan
from contests.domain.rounds import seal_round
from contests.planfile import read_plan
from tests.support.factories import make_entry, make_user

people = create_demo_accounts()
secretary, chief = people["thuky"], people["truongban"]
ensure_bank(read_plan(PLAN).rounds[0]["bank"], secretary, chief)
contest = load_plan(PLAN, by=secretary, shift_to_now=True, slug="{SLUG}")
seal_round(contest.rounds.get(), by=secretary)
announce(contest, by=chief)

def session(user):
    store = SessionStore()
    store[SESSION_KEY], store[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    store.save()
    return store.session_key

keys = []
for number in range({PEOPLE}):
    user = make_user(username=f"nguoi-thi-{{number}}", phone=f"+8490700000{{number}}", password=DEMO_PASSWORD)
    make_entry(contest, user=user)
    keys.append([session(user), session(user)])
print("SESSIONS", json.dumps(keys))
"""


@pytest.fixture(scope="module")
def sessions(stack: Stack) -> list[list[str]]:
    said = stack.run(PREPARE)
    found: list[list[str]] = json.loads(said.partition("SESSIONS ")[2])
    return found


def begin(page: Page, stack: Stack, session: str) -> str:
    """Start as the person of the session; the paper's address."""
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": stack.url}])
    page.goto(START)
    page.get_by_role("button", name="Bắt đầu làm bài").click()
    page.wait_for_url("**/bai-thi/**")
    expect(page.locator("#state")).to_contain_text("lưu tự động")
    return page.url


def tap(page: Page, first: int, last: int, option: int = 1) -> None:
    """Choose one option in each of these questions, going on from where the page stands."""
    for number in range(first, last + 1):
        page.locator(f"#cau-{number} label.option").nth(option).click()
        page.locator("#next").click()


def stored(page: Page, address: str) -> list[str]:
    """The answers that the server has, read from a page that runs no script: "q1=2" …"""
    html = page.request.get(address).text()
    checked = re.findall(r'name="(q\d+)" value="(\d)" checked', html)
    return [f"{name}={value}" for name, value in checked]


def seconds_left(page: Page) -> int:
    """What the page's clock shows."""
    minutes, seconds = page.locator("#time").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def loading(page: Page) -> float:
    """The seconds from asking for the page until it was there: by so much its clock may be behind."""
    found = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd / 1000")
    return float(found)


def reported(page_errors: list[str], *allowed: str) -> None:
    """The browser itself reports what failed on purpose; nothing else may have."""
    assert all(any(word in error for word in allowed) for error in page_errors), page_errors
    page_errors.clear()


def saved(page: Page) -> None:
    expect(page.locator("#state")).to_contain_text("Đã lưu")


def waiting(page: Page) -> None:
    expect(page.locator("#state")).to_contain_text("Đang chờ mạng")


def log_in_here(page: Page, login: str, password: str) -> None:
    page.get_by_label(re.compile("Số điện thoại")).fill(login)
    page.locator("input[name=password]").fill(password)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()


def log_in_again(tab: Page, login: str) -> None:
    """Log out and in: the session is another one, and so is the token that every form carries."""
    tab.goto("/tai-khoan/dang-xuat/")
    tab.locator("main form button").first.click()
    tab.wait_for_url(lambda url: "dang-xuat" not in url)
    tab.goto("/tai-khoan/dang-nhap/")
    log_in_here(tab, login, DEMO_PASSWORD)
    tab.wait_for_url(lambda url: "dang-nhap" not in url)


def test_the_whole_paper_is_answered_after_one_download(
    new_page: NewPage, stack: Stack, sessions: list[list[str]], page_errors: list[str]
) -> None:
    """F17: the network cut right after the load, all answered, the page loaded again in vain, then online."""
    page = new_page(PHONE)
    address = begin(page, stack, sessions[0][0])
    at_first, began, late = seconds_left(page), time.monotonic(), loading(page)
    page.context.set_offline(True)
    tap(page, 1, 30)
    page.locator("#prediction").fill("1.250")
    waiting(page)
    expect(page.locator("#done")).to_have_text("30/30 câu")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", stay)
    with page.expect_event("framenavigated"):
        page.evaluate("setTimeout(() => location.reload(), 0)")
    assert asked == ["beforeunload"], "it is asked whether to leave while the page could not come back"
    page.context.set_offline(False)
    page.goto(address)
    # The page sends them, unless they left with the closing one: then it comes with them, and sends nothing.
    expect(page.locator("#state")).to_contain_text(re.compile("Đã lưu|lưu tự động"))
    _until(page, lambda: stored(page, address) == [f"q{number}=2" for number in range(1, 31)])
    # The server's clock ran on: what is left now is what was left then without what has passed.
    assert abs(at_first - seconds_left(page) - (time.monotonic() - began)) <= 3 + max(late, loading(page))
    # The taps may also have left with the closing page; then the next save meets them as another's (409).
    reported(page_errors, "ERR_INTERNET_DISCONNECTED", "409")


def test_one_question_at_a_time_with_palette_and_swipe(
    new_page: NewPage, stack: Stack, sessions: list[list[str]]
) -> None:
    page = new_page(PHONE)
    begin(page, stack, sessions[1][0])
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def move(*points: tuple[float, float]) -> None:
        """A finger put down at the first point, moved, and taken away at the last one."""
        for kind, (x, y) in zip(["touchStart", *["touchMove"] * (len(points) - 1)], points, strict=True):
            devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def shown() -> str:
        (name,) = page.locator(".question:visible").evaluate_all("all => all.map(one => one.id)")
        return str(name)

    assert shown() == "cau-1"
    move((300, 300), (200, 303), (60, 306))
    assert shown() == "cau-2"
    move((100, 300), (200, 300), (320, 300))
    assert shown() == "cau-1"
    move((100, 300), (200, 300), (320, 300))
    assert shown() == "cau-1", "before the first one there is none"
    move((300, 500), (290, 350), (230, 200))
    assert shown() == "cau-1", "that was scrolling"
    move((5, 300), (120, 300), (300, 300))
    assert shown() == "cau-1", "the edge is the phone's own"
    move((200, 300), (180, 300), (160, 300))
    assert shown() == "cau-1", "too short to be meant"
    page.locator("#cau-1 label.option").first.click()
    saved(page)
    page.locator("#palette-open").click()
    page.locator("#palette a", has_text=re.compile("^30$")).click()
    assert shown() == "cau-30"
    expect(page.locator("#palette li:first-child a")).to_have_attribute("aria-label", "Câu 1, đã trả lời")
    # Nothing moves for who asked for less of it, and nothing is taken away from the finger.
    page.emulate_media(reduced_motion="reduce")
    move((100, 300), (200, 300), (320, 300))
    assert shown() == "cau-29"
    style = "getComputedStyle(document.querySelector('#cau-29'))"
    assert page.evaluate(f"{style}.animationName") == "none"
    assert page.evaluate(f"{style}.touchAction") == "auto"
    page.emulate_media(reduced_motion="no-preference")
    move((100, 300), (200, 300), (320, 300))
    assert page.evaluate(f"{style.replace('29', '28')}.animationName") == "swiped"
    # Zoomed in, a finger moves the page.
    devtools.send("Emulation.setPageScaleFactor", {"pageScaleFactor": 2})
    page.wait_for_function("visualViewport.scale > 1.5")
    move((300, 300), (200, 303), (60, 306))
    assert shown() == "cau-28"


def test_taps_on_a_pc_are_batched_tried_again_and_told_truly(
    new_page: NewPage, stack: Stack, sessions: list[list[str]], page_errors: list[str]
) -> None:
    page = new_page(PC)
    address = begin(page, stack, sessions[2][0])
    # The list: every question, beside the palette; nothing of the phone's.
    assert page.locator(".question:visible").count() == 31
    expect(page.locator("#thumb")).to_be_hidden()
    state, saves = page.locator("#state"), []
    held: list[Route] = []
    mode = "through"

    def save(route: Route) -> None:
        saves.append((time.monotonic(), route.request.post_data or ""))
        if mode == "fail":
            route.abort("connectionreset")
        elif mode == "hold":
            held.append(route)
        else:
            route.continue_()

    page.route("**/luu/", save)
    # Four taps in half a second are one request, at most about a second after the first.
    tapped = page.evaluate(
        """async () => {
            const first = performance.now();
            for (const number of [1, 2, 3, 4]) {
                document.querySelector(`#cau-${number} input`).click();
                await new Promise((resolve) => setTimeout(resolve, 150));
            }
            return first;
        }"""
    )
    saved(page)
    assert len(saves) == 1
    assert re.findall(r"q\d+=\d", saves[0][1]) == ["q1=1", "q2=1", "q3=1", "q4=1"]
    # By the page's own clock: what this process sees of it waits for the machine.
    asked = "performance.getEntriesByType('resource').findLast((one) => one.name.endsWith('/luu/')).startTime"
    assert page.evaluate(asked) - tapped < 1500
    # Until the server has answered nothing is called saved, also not after a tap in between.
    mode = "hold"
    page.locator("#cau-5 label.option").first.click()
    expect(state).to_contain_text("Đang lưu")
    _until(page, lambda: bool(held))
    page.locator("#cau-6 label.option").first.click()
    expect(state).to_contain_text("Đang lưu")
    mode = "through"
    held.pop().continue_()
    saved(page)
    assert stored(page, address) == [f"q{number}=1" for number in range(1, 7)]
    # One in flight with nothing in it (a phone that wakes asks how things stand) is no word for a new tap.
    mode = "hold"
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    _until(page, lambda: bool(held))
    saved(page)
    page.locator("#cau-7 label.option").first.click()
    expect(state).not_to_contain_text("Đã lưu")
    mode = "fail"
    saves.clear()
    held.pop().abort("connectionreset")
    waiting(page)
    # Tried again, each time after a longer while.
    _until(page, lambda: len(saves) >= 3)
    first, second, third = (moment for moment, _data in saves[:3])
    assert second - first > 0.9
    assert third - second > 1.8
    mode = "through"
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)
    assert "q7=1" in stored(page, address)
    # What a page sends as it goes away hangs; it comes back, and what is saved then is not overwritten.
    mode = "hold"
    page.evaluate(
        """() => {
            document.querySelector("#cau-8 input").click();
            dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
        }"""
    )
    _until(page, lambda: bool(held))
    farewell = held.pop()
    assert re.findall(r"q\d+=\d", farewell.request.post_data or "") == ["q8=1"]
    mode = "through"
    page.locator("#cau-8 label.option").nth(1).click()
    saved(page)
    with page.expect_response("**/luu/") as late:
        farewell.continue_()
    assert late.value.status == 409
    assert "q8=2" in stored(page, address)
    # Half a number is not sent, and not called saved either.
    told = page.evaluate(
        """() => {
            const field = document.getElementById("prediction");
            field.value = "12";
            field.dispatchEvent(new Event("input", { bubbles: true }));
            return document.getElementById("state").textContent;
        }"""
    )
    assert "Đang lưu" in told
    saved(page)
    assert 'value="12"' in page.request.get(address).text()
    assert _over_the_wire(page, address) <= 45_000
    _reading_is_left_alone(page)
    reported(page_errors, "ERR_CONNECTION_RESET", "409")


def _over_the_wire(page: Page, address: str) -> int:
    """Bytes of the paper and all that it loads, each compressed as the proxy does it."""
    loaded = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    files = {one for one in loaded if "/static/" in one}
    assert len(files) >= 5
    return sum(len(gzip.compress(page.request.get(one).body(), 5)) for one in [address, *files])


def _until(page: Page, condition: Callable[[], bool]) -> None:
    """Wait, while the page goes on, until the condition holds."""
    for _ in range(200):
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError("It did not happen.")


def _reading_is_left_alone(page: Page) -> None:
    """Right-click, copying, marking and zooming are nobody's business but the reader's."""
    for event in (
        "contextmenu",
        "copy",
        "cut",
        "paste",
        "selectstart",
        "dragstart",
        "keydown",
        "wheel",
        "blur",
    ):
        prevented = page.evaluate(
            """(name) => !document.querySelector("#cau-2 .text").dispatchEvent(
                new Event(name, { bubbles: true, cancelable: true }))""",
            event,
        )
        assert not prevented, event
    assert page.evaluate("getComputedStyle(document.querySelector('#cau-2 .text')).userSelect") != "none"
    content = page.locator("meta[name=viewport]").get_attribute("content") or ""
    assert "maximum-scale" not in content
    assert "user-scalable" not in content


def test_the_servers_time_is_told_by_the_minute(
    new_page: NewPage, stack: Stack, sessions: list[list[str]]
) -> None:
    """On a device whose own clock is years off, and whose page is made to wait."""
    page = new_page(PC)
    page.clock.install(time=datetime(2031, 5, 1, tzinfo=UTC))
    begin(page, stack, sessions[3][0])
    limit = 30 * 60
    assert limit - 30 <= seconds_left(page) <= limit
    page.evaluate(
        """() => {
            window.said = [];
            const node = document.getElementById("say");
            new MutationObserver(() => window.said.push(node.textContent)).observe(node, { childList: true });
        }"""
    )
    page.clock.run_for(3 * 60_000)
    said = page.evaluate("window.said")
    assert said == [f"Còn {left} phút" for left in (29, 28, 27)][: len(said)]
    assert len(said) in {2, 3}, "once a minute, nothing in between"
    timer = page.locator("#time")
    expect(timer).to_have_attribute("role", "timer")
    assert timer.get_attribute("aria-live") in {None, "off"}
    page.clock.run_for(22 * 60_000)
    assert page.evaluate("window.said.at(-1)") == "Còn 5 phút."


def test_a_session_that_ended_or_whose_password_was_changed_costs_nothing(
    new_page: NewPage, stack: Stack, sessions: list[list[str]], page_errors: list[str]
) -> None:
    """F19: the page says so, leads to the log-in and back to the same paper."""
    page = new_page(PHONE)
    address = begin(page, stack, sessions[4][0])
    page.context.clear_cookies()
    tap(page, 1, 3)
    page.get_by_role("link", name="Đăng nhập lại để làm tiếp").click()
    log_in_here(page, "nguoi-thi-4", DEMO_PASSWORD)
    page.wait_for_url(address)
    saved(page)
    assert stored(page, address) == ["q1=2", "q2=2", "q3=2"]
    change = (
        "from contest_site.accounts.models import User; user = User.objects.get(username='nguoi-thi-4');"
        "user.set_password('mot-mat-khau-khac'); user.save()"
    )
    stack.run(change)
    tap(page, 4, 5)
    page.get_by_role("link", name="Đăng nhập lại để làm tiếp").click()
    log_in_here(page, "nguoi-thi-4", "mot-mat-khau-khac")
    page.wait_for_url(address)
    saved(page)
    assert stored(page, address) == [f"q{number}=2" for number in range(1, 6)]
    reported(page_errors, "401", "403")


def test_a_second_window_a_second_device_and_a_new_log_in_lose_nothing(
    new_page: NewPage, stack: Stack, sessions: list[list[str]], page_errors: list[str]
) -> None:
    """A save that meets another's adopts it and puts its own taps on top; F18: a new token is no dead end."""
    first = new_page(PHONE)
    address = begin(first, stack, sessions[5][0])
    device = new_page(PC)
    device.context.add_cookies([{"name": "sessionid", "value": sessions[5][1], "url": stack.url}])
    device.goto(address)
    tap(first, 1, 3, option=0)
    saved(first)
    device.locator("#cau-1 label.option").nth(2).click()
    saved(device)
    expect(device.locator("#cau-2 input").first).to_be_checked()
    assert stored(first, address) == ["q1=3", "q2=1", "q3=1"]
    # Log out and in again in another tab of the phone: session and token are new, the paper's page is old.
    tab = first.context.new_page()
    log_in_again(tab, "nguoi-thi-5")
    tap(first, 4, 4)
    saved(first)
    assert stored(first, address) == ["q1=3", "q2=1", "q3=1", "q4=2"]
    # The tab is closed at once after a tap.
    first.locator("#cau-5 label.option").nth(1).click()
    first.close(run_before_unload=True)
    tab.goto(address)
    _until(tab, lambda: "q5=2" in stored(tab, address))
    # The same with the last button: a token made stale while one reads the review.
    tab.goto(f"{address}xem-lai/")
    log_in_again(tab.context.new_page(), "nguoi-thi-5")
    tab.get_by_role("button", name="Nộp bài").click()
    tab.wait_for_url("**/ket-qua/")
    reported(page_errors, "409", "403")


def test_a_server_that_dies_and_comes_back_has_every_tap_and_one_submission(
    new_page: NewPage,
    stack: Stack,
    services_folder: Path,
    sessions: list[list[str]],
    page_errors: list[str],
) -> None:
    """F4, F6: the web killed outright, the database gone; F2, F3: taps and requests that come twice."""
    page = new_page(PHONE)
    address = begin(page, stack, sessions[6][0])
    at_first, began, late = seconds_left(page), time.monotonic(), loading(page)
    tap(page, 1, 2)
    saved(page)
    _kill_web(stack)
    tap(page, 3, 4)
    waiting(page)
    _start_web(stack)
    saved(page)
    assert stored(page, address) == [f"q{number}=2" for number in range(1, 5)]
    database = stack.database_url.rpartition("/")[2].partition("?")[0]
    with psycopg.connect(embedded.database_url(services_folder, "postgres"), autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false'.encode())
        try:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database]
            )
            tap(page, 5, 6)
            waiting(page)
        finally:
            admin.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true'.encode())
    saved(page)
    assert stored(page, address) == [f"q{number}=2" for number in range(1, 7)]
    assert abs(at_first - seconds_left(page) - (time.monotonic() - began)) <= 3 + max(late, loading(page))
    # Before the submission: what is unanswered stands first, and leads back to the question.
    page.locator("#palette-open").click()
    page.locator("#palette a", has_text="Dự đoán").click()
    page.get_by_role("button", name="Xem lại").first.click()
    page.wait_for_url("**/xem-lai/")
    expect(page.locator("main .notice").first).to_contain_text("Còn 24 câu chưa trả lời")
    page.get_by_role("link", name="Câu 7", exact=True).click()
    page.wait_for_url("**/bai-thi/**")
    expect(page.locator("#cau-7")).to_be_visible()
    tap(page, 7, 7)
    saved(page)
    page.goto(f"{address}xem-lai/")
    _kill_web(stack)
    button = page.get_by_role("button", name="Nộp bài")
    button.dblclick()
    button.evaluate("button => button.click()")
    expect(page.locator("#trang-thai")).to_contain_text("Đang chờ mạng")
    _start_web(stack)
    page.wait_for_url("**/ket-qua/")
    receipt = page.locator(".receipt .code").inner_text()
    # The same once more, five at a time: always the one result.
    ends = page.evaluate(
        """async (address) => {
            const [, token] = document.cookie.match(/csrftoken=([^;]+)/);
            const body = () => new URLSearchParams({ q1: "1", csrfmiddlewaretoken: token });
            const post = () => fetch(`${address}nop-bai/`, { method: "POST", body: body() });
            return (await Promise.all([1, 2, 3, 4, 5].map(post))).map((answer) => answer.url);
        }""",
        address,
    )
    assert ends == [page.url] * 5
    page.reload()
    assert page.locator(".receipt .code").inner_text() == receipt
    # What is printed of it is one sheet.
    page.get_by_role("link", name="Biên nhận để in").click()
    expect(page.locator(".qr svg")).to_be_visible()
    assert len(pypdf.PdfReader(io.BytesIO(page.pdf(format="A4"))).pages) == 1
    reported(page_errors, "ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "503", "409", "403", "ERR_SOCKET")


def _kill_web(stack: Stack) -> None:
    process = stack.children.started["web"]
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _start_web(stack: Stack) -> None:
    stack.children.start("web", [str(ROOT / "bin" / "serve"), "web"], stack.env)
    stack.children.wait_for_web(stack.url)
