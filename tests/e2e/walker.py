"""The people of the whole-path test, each in front of a browser of their own."""

import html
import os
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from contest_site.accounts.demo import DEMO_PASSWORD

SLUG = "cai-cach-hanh-chinh-quang-ngai-2024"
CONTEST = f"/cuoc-thi/{SLUG}/"
RECEIPT = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")
WORKERS_MS = 90_000
LOOKED_THROUGH = "Mọi dấu hiệu đã có kết luận|dấu hiệu chờ kết luận"


def picture(page: Page, folder: Path, name: str) -> None:
    """Taken when asked for (`E2E_PICTURES=1 bin/test tests/e2e`); a test that fails takes its own."""
    if not os.environ.get("E2E_PICTURES"):
        return
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def send(page: Page, button: Locator) -> None:
    """Press it and wait for the answer: the next page of anybody rests on what this one has done."""
    with page.expect_navigation():
        button.click()


def come_back(page: Page, address: str, words: str, there: Locator) -> None:
    """Look again until the workers have brought the page so far that this is `there`, which says the words.

    To draw a page costs ten times what it costs to ask for it: between two looks it is only asked for.
    """
    wanted = re.compile(words)
    for turn in range(90):
        if turn % 10 == 0 or wanted.search(_plain(page.request.get(address).text())):
            page.goto(address)
            if there.count() and there.first.is_visible():
                return
        page.wait_for_timeout(WORKERS_MS / 90)
    expect(there.first).to_be_visible()


def _plain(page: str) -> str:
    """Its words without its marks."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())


def sign_up(page: Page, name: str, phone: str, *, code_page: Page) -> None:
    """Make an account with a phone number and the code from the demo's page."""
    page.goto("/tai-khoan/dang-ky/")
    page.get_by_label("Họ và tên").fill(name)
    page.get_by_label("Số điện thoại hoặc thư điện tử").fill(phone)
    page.locator("input[name=password1]").fill("mot-mat-khau-de-nho")
    send(page, page.get_by_role("button", name="Nhận mã xác thực"))
    code_page.goto("/demo/ma-xac-thuc/")
    code = code_page.locator("tbody .code").first.inner_text().strip()
    page.locator("input[name=code]").fill(code)
    page.get_by_role("button", name="Xác nhận").click()
    page.wait_for_url(lambda url: "tai-khoan" not in url)


def log_in(page: Page, login: str) -> None:
    page.goto("/tai-khoan/dang-nhap/")
    page.get_by_label(re.compile("Số điện thoại")).fill(login)
    page.locator("input[name=password]").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    page.wait_for_url(lambda url: "dang-nhap" not in url)


def enter(page: Page, name: str, phone: str, *, javascript: bool = True) -> None:
    """Fill in the entry; the unit is found by parts of its name without accents."""
    page.goto(f"{CONTEST}dang-ky/")
    page.get_by_label("Họ và tên").fill(name)
    page.get_by_label("Ngày sinh").fill("17/05/1990")
    page.get_by_label("Số điện thoại").fill(phone)
    page.get_by_label("Nữ", exact=True).check()
    if javascript:
        page.locator("input[name=unit_query]").press_sequentially("chanh lo", delay=30)
        page.get_by_role("option", name=re.compile("Chánh Lộ")).first.click()
    else:
        page.locator("input[name=unit_query]").fill("chanh lo")
        send(page, page.get_by_role("button", name="Tìm"))
        page.get_by_label(re.compile("Chánh Lộ")).first.check()
    page.get_by_label("Cán bộ, công chức").check()
    page.locator("input[name=consent]").check()
    send(page, page.get_by_role("button", name="Gửi đăng ký"))


def begin(page: Page) -> None:
    page.goto(CONTEST)
    page.get_by_role("link", name="Vào thi").click()
    page.get_by_role("button", name="Bắt đầu làm bài").click()
    page.wait_for_url("**/bai-thi/**")


def close_round_step(page: Page, name: str, **fields: str) -> None:
    """Go to the close-of-round page's next step, read it, do it."""
    send(page, page.get_by_role("link", name=name).first)
    for field, value in fields.items():
        page.locator(f"[name={field}]").fill(value)
    send(page, page.locator("form.p-form button.p-button-main"))


def clear_signals(page: Page, closing: str) -> None:
    """From the close-of-round page: have the round looked through; every signal is explained."""
    link = page.get_by_role("link", name="Xem dấu hiệu bất thường").first
    come_back(page, closing, "Xem dấu hiệu bất thường", link)
    send(page, link)
    queue = page.url
    look = page.get_by_role("button", name="Tìm dấu hiệu")
    done = page.get_by_role("heading", name=re.compile(LOOKED_THROUGH))
    if not done.count():
        if look.count():
            send(page, look)
        come_back(page, queue, LOOKED_THROUGH, done)
    ticks = page.locator("input[name=chon]")
    for at in range(ticks.count()):
        ticks.nth(at).check()
    if ticks.count():
        send(page, page.get_by_role("button", name="Kết luận các dấu hiệu đã đánh dấu"))
        page.locator("[name=conclusion]").select_option("explained")
        page.locator("[name=grounds]").fill("Đã xác minh với người dự thi.")
        send(page, page.get_by_role("button", name="Ghi kết luận"))
    page.goto(closing)


def wait_for_step(page: Page, name: str) -> None:
    """Reload the round's page until the workers have brought it to the step of this name."""
    come_back(page, page.url, name, page.get_by_role("link", name=name))
