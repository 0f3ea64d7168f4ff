"""Nghệ An's four weeks from an empty database, by one secretary and one chief who do nothing but click.

The secretary also writes questions and the chief also appraises them, as in a small office: each is another
person's work to the other, and what takes two people takes these two. The people who take part and the weeks
that pass are not theirs to make: tests.e2e.nghe_an_crowd does both, and says how time moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PC, PHONE, PICTURES, NewPage
from tests.e2e.nghe_an_crowd import CHEAT, SLUG, TEAMS
from tests.e2e.walker import LOOKED_THROUGH, come_back, log_in, picture, send
from tests.support import stack as stacks
from tests.support.stack import Stack

# It has a stack of its own, so it need not wait for those who share one.
pytestmark = [pytest.mark.dear, pytest.mark.xdist_group("four weeks")]

CONTEST = "Bốn tuần tìm hiểu cải cách hành chính tỉnh Nghệ An"
BANK = "Cải cách hành chính, chuyển đổi số và Đề án 06"
QUESTIONS = 60
UNITS = {"NAN-NV": "Sở Nội vụ", "NAN-TP": "Sở Tư pháp", "NAN-TC": "Sở Tài chính", "NAN-XD": "Sở Xây dựng"}
GROUNDS = "Biên bản họp Ban Giám khảo số 01/BB-BGK."
ACCOUNTS = """
from django.contrib.auth.models import Group
from contest_site.accounts.demo import DEMO_PASSWORD
from tests.support.factories import make_user
for login, name, roles in (
    ("thu-ky-nghe-an", "Nguyễn Thị Thư Ký", ["Thư ký", "Tổ ra đề"]),
    ("truong-ban-nghe-an", "Trần Văn Trưởng Ban", ["Trưởng ban", "Tổ thẩm định"]),
):
    user = make_user(username=login, full_name=name, is_staff=True, password=DEMO_PASSWORD)
    user.groups.set(Group.objects.filter(name__in=roles))
"""


@pytest.fixture
def stack(services_folder: Path) -> Iterator[Stack]:
    """A site of its own: the one that other tests share has contests already."""
    with stacks.running(services_folder, 15) as running:
        running.run(ACCOUNTS)
        yield running


@dataclass
class Office:
    """The two, each at a browser, and the site that they run."""

    stack: Stack
    secretary: Page
    chief: Page

    def week(self, number: int) -> None:
        """Somewhere else a week goes by."""
        self.stack.run(f"from tests.e2e.nghe_an_crowd import week; week({number})")


def test_four_weeks(stack: Stack, new_page: NewPage, tmp_path: Path) -> None:
    office = Office(stack, new_page(), new_page())
    log_in(office.secretary, "thu-ky-nghe-an")
    log_in(office.chief, "truong-ban-nghe-an")
    begin_from_the_plan(office.secretary)
    fill_the_bank(office, question_file(tmp_path))
    announce(office)
    for number in range(1, 5):
        office.week(number)
        run_week(office, number)
    whole_contest(office)


# --- Before the first week
def begin_from_the_plan(page: Page) -> None:
    """A draft from the plan that comes along, the first week opening tomorrow."""
    page.goto("/quan-tri/contests/contest/lap-moi/")
    send(page, page.locator("a[href$='/nghe-an-2022/']"))
    for name, value in (
        ("name", CONTEST), ("slug", SLUG), ("organiser", "Ủy ban nhân dân tỉnh Nghệ An"),
        ("place", "Nghệ An"), ("hotline", "0238 3000 000"),
        ("opening", f"08:00 {date.today() + timedelta(days=1):%d/%m/%Y}"),  # noqa: DTZ011
    ):  # fmt: skip
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=with_units]").check(force=True)
    send(page, page.get_by_role("button", name="Lập bản nháp"))
    expect(page.get_by_text("Đã lập bản nháp")).to_be_visible()
    picture(page, PICTURES, "nghe-an-wizard-1280")


def question_file(folder: Path) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["STT", "Chủ đề", "Câu hỏi", "A", "B", "C", "D", "Đáp án", "Giải thích", "Căn cứ", "Mức độ"])
    for number in range(1, QUESTIONS + 1):
        sheet.append(
            [
                number, "Kiểm soát thủ tục hành chính",
                f"Thủ tục hành chính số {number * 7919 % 9973} do cơ quan nào tiếp nhận?",
                *(f"Cơ quan {letter}{number}" for letter in "ABCD"), "ABCD"[number % 4],
                f"Khoản {number} đã nêu rõ.", f"Khoản {number} Nghị định số 61/2018/NĐ-CP", "Nhận biết",
            ]
        )  # fmt: skip
    path = folder / "ngan-hang-nghe-an.xlsx"
    book.save(path)
    return path


def fill_the_bank(office: Office, file: Path) -> None:
    """The secretary brings the questions in, the chief approves them."""
    writer, appraiser = office.secretary, office.chief
    for page in (writer, appraiser):
        page.goto("/quan-tri/questions/bank/")
        page.get_by_role("link", name=BANK).first.click()
        if page is writer:
            page.locator(".q-panel a[href$='/nhap/']").first.click()
            page.locator("input[type=file]").set_input_files(file)
            send(page, page.get_by_role("button", name="Kiểm tra và xem trước"))
            send(page, page.get_by_role("button", name=f"Nhập {QUESTIONS} câu hỏi"))
            expect(page.get_by_text(f"Đã nhập {QUESTIONS} câu hỏi")).to_be_visible()
    appraiser.get_by_role("link", name="Duyệt tất cả câu chờ duyệt").first.click()
    send(appraiser, appraiser.get_by_role("button", name=f"Duyệt {QUESTIONS} câu hỏi"))
    expect(appraiser.get_by_text(f"Đã duyệt {QUESTIONS} câu hỏi.")).to_be_visible()


def open_contest(page: Page) -> None:
    page.goto("/quan-tri/contests/contest/")
    send(page, page.get_by_role("link", name=CONTEST).first)


def announce(office: Office) -> None:
    """The chief announces the contest; the secretary seals each week's questions."""
    open_contest(office.chief)
    send(office.chief, office.chief.get_by_role("link", name="Công bố cuộc thi"))
    send(office.chief, office.chief.get_by_role("button", name="Công bố cuộc thi"))
    expect(office.chief.get_by_text("Đã công bố cuộc thi.")).to_be_visible()
    for number in range(1, 5):
        open_contest(office.secretary)
        send(office.secretary, office.secretary.get_by_role("link", name=f"Niêm phong đề: Tuần {number}"))
        send(office.secretary, office.secretary.get_by_role("button", name="Niêm phong đề"))
        expect(office.secretary.get_by_text("Đã niêm phong đề của vòng thi.")).to_be_visible()


# --- A week
def run_week(office: Office, number: int) -> None:
    """From the closing to the certificates and the press summary, on the one page that leads there."""
    secretary = office.secretary
    open_contest(secretary)
    send(secretary, secretary.get_by_role("link", name=f"Kết quả: Tuần {number}"))
    closing = secretary.url
    next_step(secretary, "Đóng vòng thi", reason="Kết thúc theo kế hoạch tuần")
    clear_signals(office, closing, number)
    if number == 1:
        decide_tie(secretary, closing)
    if number == 1:
        on_a_phone(secretary, closing, "nghe-an-closing-360")
    picture(secretary, PICTURES, f"nghe-an-week-{number}-review-1280")
    conclude(office, closing, decision=f"{number}/QĐ-BTC")
    assert_published(office, number)
    press_summary(secretary, closing, number)


def next_step(page: Page, name: str, **fields: str) -> None:
    """Press the one button at the top of the close-of-round page, read what will happen, do it."""
    send(page, page.locator(".p-panel .p-actions a.p-button").first.filter(has_text=name))
    for field, value in fields.items():
        page.locator(f"[name={field}]").fill(value)
    send(page, page.locator("form.p-form button.p-button-main"))


def on_a_phone(page: Page, address: str, name: str) -> None:
    """The same page as the secretary sees it on the way home: nothing is wider than the screen."""
    page.set_viewport_size(PHONE)
    page.goto(address)
    picture(page, PICTURES, name)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.set_viewport_size(PC)


def wait_on(page: Page, address: str, words: str) -> None:
    """Come back to the close-of-round page until its next step is this one."""
    come_back(page, address, words, page.get_by_role("heading", name=re.compile(words)))


def clear_signals(office: Office, closing: str, number: int) -> None:
    """Look the week through; in the second one somebody was faster than anyone can read."""
    page = office.secretary
    look_through(page, closing)
    if number != 2:
        return
    expect(page.get_by_text("1 dấu hiệu chờ kết luận")).to_be_visible()
    picture(page, PICTURES, "nghe-an-signal-1280")
    page.locator("input[name=chon]").check()
    send(page, page.get_by_role("button", name="Kết luận các dấu hiệu đã đánh dấu"))
    page.locator("[name=conclusion]").select_option("passed_on")
    page.locator("[name=grounds]").fill(GROUNDS)
    send(page, page.get_by_role("button", name="Ghi kết luận"))
    disqualify(page, number)
    look_through(page, closing, "Xếp hạng")
    wait_on(page, closing, "Việc tiếp theo: Xếp hạng")
    next_step(page, "Xếp hạng", reason="Loại kết quả một người dự thi.")


def look_through(page: Page, closing: str, further: str = "Sắp thứ tự|Rà soát") -> None:
    """Have the worker look now, and wait for what it finds.

    The site does it by itself every minute: where it has, and found nothing, the page is a step further.
    """
    wait_on(page, closing, f"Việc tiếp theo: (Kết luận về dấu hiệu|{further})")
    if not page.get_by_role("heading", name="Kết luận về dấu hiệu bất thường").count():
        return
    send(page, page.get_by_role("link", name="Xem dấu hiệu bất thường"))
    done = page.get_by_role("heading", name=re.compile(LOOKED_THROUGH))
    if not done.count():
        queue, look = page.url, page.get_by_role("button", name="Tìm dấu hiệu")
        if look.count():
            send(page, look)
        come_back(page, queue, LOOKED_THROUGH, done)


def disqualify(page: Page, number: int) -> None:
    page.goto("/quan-tri/attempts/disqualification/")
    page.locator("[name=q]").fill(CHEAT)
    send(page, page.get_by_role("button", name="Tìm", exact=True))
    send(page, page.get_by_role("link", name=CHEAT))
    send(page, page.get_by_role("link", name="Loại kết quả …"))
    page.locator("[name=scope]").select_option(str(number))
    page.locator("[name=grounds]").fill(GROUNDS)
    send(page, page.locator("form.p-form button.p-button-main"))


def decide_tie(page: Page, closing: str) -> None:
    """The jury's order of the two who are equal where the second prizes end."""
    wait_on(page, closing, "Việc tiếp theo: Sắp thứ tự đồng hạng")
    picture(page, PICTURES, "nghe-an-tie-1280")
    send(page, page.get_by_role("link", name="Ghi thứ tự của Ban Giám khảo").first)
    places = page.locator("input[name^=place_]")
    for place in range(places.count()):
        places.nth(place).fill(str(place + 1))
    page.locator("[name=grounds]").fill(GROUNDS)
    send(page, page.get_by_role("button", name="Ghi thứ tự"))


def conclude(office: Office, closing: str, *, decision: str) -> None:
    """Review, approval by the other person, decision, publication, certificates."""
    secretary, chief = office.secretary, office.chief
    secretary.goto(closing)
    next_step(secretary, "Xác nhận đã rà soát")
    expect(secretary.get_by_text("Người rà soát không được phê duyệt").first).to_be_visible()
    chief.goto(closing)
    next_step(chief, "Phê duyệt kết quả")
    secretary.goto(closing)
    today = f"{date.today():%d/%m/%Y}"  # noqa: DTZ011
    next_step(secretary, "Nhập quyết định", number=decision, signed_on=today)
    next_step(secretary, "Công bố kết quả")
    wait_on(secretary, closing, "Đã hoàn thành")


def assert_published(office: Office, number: int) -> None:
    """On the public board; the unit's prize goes to another one each week, though the first has the most."""
    page = office.secretary
    picture(page, PICTURES, f"nghe-an-week-{number}-done-1280")
    assert page.get_by_role("link", name="Tải PDF").count() == 17
    send(page, page.get_by_role("link", name="Xem bảng vinh danh").first)
    board = page.inner_text("main")
    winners = [UNITS[code] for code, _size in TEAMS[:4]]
    section = board[board.index("Giải tập thể tuần") :]
    assert [unit for unit in winners if unit in section] == [winners[number - 1]]
    assert CHEAT not in board if number == 2 else True
    assert f"{number}/QĐ-BTC" in board


def press_summary(page: Page, closing: str, number: int) -> None:
    page.goto(closing)
    send(page, page.get_by_role("link", name="Thông cáo báo chí").first)
    counted, text = "Tham gia của các đơn vị", page.locator("#thong-cao")
    come_back(page, page.url, counted, text.filter(has_text=counted))
    told = text.input_value()
    assert f"theo Quyết định số {number}/QĐ-BTC" in told
    assert ("So với Tuần" in told) == (1 < number < 5)
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải Word").click()
    assert download.value.path().read_bytes().startswith(b"PK")
    picture(page, PICTURES, f"nghe-an-press-{number}-1280")
    if number == 1:
        on_a_phone(page, page.url, "nghe-an-press-360")


# --- After the fourth week
def whole_contest(office: Office) -> None:
    """Five units over all four weeks; each of the four winners and the next one have the most attempts."""
    page = office.secretary
    open_contest(page)
    send(page, page.get_by_role("link", name="Kết quả cả cuộc thi"))
    closing = page.url
    # The site ranked the whole when the last week closed; that week's awards came later.
    wait_on(page, closing, "Việc tiếp theo: (Rà soát|Xếp hạng)")
    if page.get_by_role("heading", name="Việc tiếp theo: Xếp hạng").count():
        next_step(page, "Xếp hạng", reason="Đã trao giải của tuần thứ tư.")
    conclude(office, closing, decision="5/QĐ-BTC")
    assert page.get_by_role("link", name="Tải PDF").count() == 5
    picture(page, PICTURES, "nghe-an-whole-1280")
    send(page, page.get_by_role("link", name="Xem bảng vinh danh").first)
    board = page.inner_text("main")
    assert all(unit in board for unit in UNITS.values())
    press_summary(page, closing, 5)
