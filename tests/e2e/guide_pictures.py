"""Takes the pictures of the guides in docs/guides/ anew, from the real pages.

The contestant's on a phone of 360 px (static/guide/), the organisers' and agencies' at 1280 and 360 px
(docs/pictures/guides/; tests.e2e.guide_office walks there). Not part of the suite:
`bin/test tests/e2e/guide_pictures.py` whenever the pages have changed.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, NewPage
from tests.e2e.guide_office import ACCOUNTS, OFFICE_PICTURES, Walk
from tests.e2e.walker import CONTEST, begin, enter, sign_up
from tests.support import stack as stacks
from tests.support.stack import ROOT, Stack

FOLDER = ROOT / "static" / "guide"
NAME, PHONE_NUMBER = "Nguyễn Thị Ánh Tuyết", "0905 111 222"
# The round ends, is ranked, reviewed, approved, decided and published.
PUBLISH = """
from contests.domain.rounds import close_round
from contests.models import Round
from contest_site.accounts.models import User
from tests.prizes.support import Office, publish
from tests.support.factories import make_entry, submitted_attempt

round = Round.objects.get(contest__slug="cai-cach-hanh-chinh-quang-ngai-2024")
for correct, prediction in ((30, 6), (29, 40), (3, 12)):
    submitted_attempt(make_entry(round.contest), round, correct=correct, prediction=prediction)
secretary, chief = (User.objects.get(username=name) for name in ("thuky", "truongban"))
close_round(round, by=secretary, reason="Kết thúc để chụp hình")
publish(round, Office(secretary, chief))
"""


@pytest.fixture
def stack(services_folder: Path) -> Iterator[Stack]:
    """A site of its own for each: what one test fills is not in the other's pictures."""
    with stacks.running(services_folder, 13) as running:
        yield running


def shoot(page: Page, name: str, *, height: int = 0) -> None:
    """The page as the phone shows it now, without what is only the demo's."""
    FOLDER.mkdir(exist_ok=True)
    page.evaluate("document.querySelector('.demo-strip')?.remove()")
    if height:
        page.set_viewport_size({"width": PHONE["width"], "height": height})
    page.evaluate("document.activeElement?.blur()")
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").save(Path(FOLDER / f"{name}.webp"), quality=72, method=6)
    page.set_viewport_size(PHONE)


def test_contestant(stack: Stack, new_page: NewPage, page_errors: list[str]) -> None:
    stack.manage("load_demo")
    phone, codes = new_page(PHONE), new_page()
    phone.goto("/tai-khoan/dang-ky/")
    phone.get_by_label("Họ và tên").fill(NAME)
    phone.get_by_label("Số điện thoại hoặc thư điện tử").fill(PHONE_NUMBER)
    shoot(phone, "dang-ky")
    sign_up(phone, NAME, PHONE_NUMBER, code_page=codes)
    phone.goto(f"{CONTEST}dang-ky/")
    phone.locator("input[name=unit_query]").press_sequentially("chanh lo", delay=30)
    expect(phone.get_by_role("option").first).to_be_visible()
    phone.locator("input[name=unit_query]").scroll_into_view_if_needed()
    shoot(phone, "don-vi")
    enter(phone, NAME, PHONE_NUMBER)
    phone.goto(CONTEST)
    shoot(phone, "trang-cuoc-thi")
    begin(phone)
    phone.locator("#cau-1 label.option").nth(1).click()
    expect(phone.locator("#state")).to_contain_text("Đã lưu")
    shoot(phone, "lam-bai")
    for number in range(1, 31):
        if number % 6:
            phone.locator(f"#cau-{number} label.option").nth(number % 4).click()
        phone.locator("#next").click()
    phone.locator("#prediction").fill("1.250")
    expect(phone.locator("#state")).to_contain_text("Đang lưu")
    expect(phone.locator("#state")).to_contain_text("Đã lưu")
    shoot(phone, "du-doan")
    phone.locator("#palette-open").click()
    shoot(phone, "danh-sach-cau")
    phone.locator("#palette a").first.click()
    phone.context.set_offline(True)
    phone.locator("#cau-1 label.option").nth(2).click()
    expect(phone.locator("#state")).to_contain_text("Đang chờ mạng")
    shoot(phone, "mat-mang")
    phone.context.set_offline(False)
    expect(phone.locator("#state")).to_contain_text("Đã lưu")
    page_errors.clear()  # the network was cut on purpose
    phone.goto(f"{phone.url}xem-lai/")
    shoot(phone, "xem-lai")
    phone.get_by_role("button", name="Nộp bài").click()
    phone.wait_for_url("**/ket-qua/")
    shoot(phone, "da-nop", height=1120)
    result = phone.url
    phone.get_by_role("link", name="Biên nhận để in").click()
    shoot(phone, "bien-nhan", height=1300)
    stack.run(PUBLISH)
    phone.goto(result)
    expect(phone.locator(".rank-line")).to_be_visible()
    shoot(phone, "ket-qua", height=980)
    link = phone.get_by_role("link", name="Tải bản in (PDF)")
    for _ in range(60):
        phone.goto("/cua-toi/")
        if link.count():
            break
        phone.wait_for_timeout(1000)
    shoot(phone, "cua-toi")
    for picture in FOLDER.glob("*.webp"):
        assert picture.stat().st_size < 60_000, picture.name


def test_office(stack: Stack, new_page: NewPage, tmp_path: Path) -> None:
    """From the empty system to the press summary, then a week that runs and an agency's pages."""
    stack.run(ACCOUNTS)
    walk = Walk(stack, new_page, tmp_path)
    walk.prepare()
    walk.first_week()
    walk.second_week()
    for picture in OFFICE_PICTURES.glob("*.png"):
        assert picture.stat().st_size <= 100_000, picture.name
