"""No tap is lost: the network gone in the middle, the session gone in the middle, two windows at once."""

import re

import pytest
from playwright.sync_api import Page, expect

from contest_site.accounts.demo import DEMO_PASSWORD
from tests.e2e.conftest import PHONE, NewPage
from tests.e2e.walker import log_in
from tests.support.stack import Stack

SLUG = "thi-thu-bai-thi"
# The contest of the plan under a name of its own, so that no other test closes it, and three people entered.
PREPARE = f"""
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
for number in range(3):
    user = make_user(username=f"nguoi-thi-{{number}}", phone=f"+8490700000{{number}}", password=DEMO_PASSWORD)
    make_entry(contest, user=user)
"""


@pytest.fixture(scope="module", autouse=True)
def contest(stack: Stack) -> None:
    stack.manage("shell", "--no-imports", "-c", PREPARE)


def begin(page: Page, login: str) -> str:
    """Sign in and start; the paper's address."""
    log_in(page, login)
    page.goto(f"/cuoc-thi/{SLUG}/vong-1/bat-dau/")
    page.get_by_role("button", name="Bắt đầu làm bài").click()
    page.wait_for_url("**/bai-thi/**")
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


def test_taps_without_a_network_are_sent_when_it_is_back(new_page: NewPage, page_errors: list[str]) -> None:
    """F17: five answers offline, the page gone, opened again online."""
    page = new_page(PHONE)
    address = begin(page, "nguoi-thi-0")
    tap(page, 1, 1)
    expect(page.locator("#state")).to_contain_text("Đã lưu")
    page.context.set_offline(True)
    tap(page, 2, 6)
    expect(page.locator("#state")).to_contain_text("Đang chờ mạng")
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(address)
    expect(page.locator("#state")).to_contain_text("Đã lưu")
    assert stored(page, address) == [f"q{number}=2" for number in range(1, 7)]
    # The taps may also have left with the closing page; then the next save meets them as another's (409).
    assert all("ERR_INTERNET_DISCONNECTED" in error or "409" in error for error in page_errors)
    page_errors.clear()


def test_taps_after_the_session_ended_are_sent_after_the_next_log_in(
    new_page: NewPage, page_errors: list[str]
) -> None:
    """F19: the page says so, leads to the log-in and back to the same paper."""
    page = new_page(PHONE)
    address = begin(page, "nguoi-thi-1")
    page.context.clear_cookies()
    tap(page, 1, 3)
    page.get_by_role("link", name="Đăng nhập lại để làm tiếp").click()
    page.get_by_label(re.compile("Số điện thoại")).fill("nguoi-thi-1")
    page.locator("input[name=password]").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    page.wait_for_url(address)
    expect(page.locator("#state")).to_contain_text("Đã lưu")
    assert stored(page, address) == ["q1=2", "q2=2", "q3=2"]
    assert all("401" in error or "403" in error for error in page_errors)
    page_errors.clear()


def test_two_windows_lose_nothing_to_each_other(new_page: NewPage, page_errors: list[str]) -> None:
    """A save that meets another window's adopts it and puts its own taps on top."""
    first = new_page(PHONE)
    address = begin(first, "nguoi-thi-2")
    second = first.context.new_page()
    second.goto(address)
    tap(first, 1, 3, option=0)
    expect(first.locator("#state")).to_contain_text("Đã lưu")
    tap(second, 1, 1, option=2)
    expect(second.locator("#state")).to_contain_text("Đã lưu")
    assert stored(first, address) == ["q1=3", "q2=1", "q3=1"]
    assert all("409" in error for error in page_errors)
    page_errors.clear()
