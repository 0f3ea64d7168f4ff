"""One contest from the plan to the certificate, by clicking, on the demo of Quảng Ngãi city."""

import io
import re
from datetime import date

import openpyxl
import pypdf
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, PICTURES, NewPage
from tests.e2e.walker import (
    CONTEST,
    RECEIPT,
    SLUG,
    begin,
    clear_signals,
    close_round_step,
    come_back,
    enter,
    log_in,
    picture,
    send,
    sign_up,
    wait_for_step,
)
from tests.support.stack import Stack

NAME = "Nguyễn Thị Ánh Tuyết"
OTHER = "Đỗ Quỳnh Như"


@pytest.fixture(scope="module", autouse=True)
def demo(stack: Stack) -> None:
    stack.manage("load_demo")


def answer_all_on_the_phone(page: Page) -> None:
    """Tap the first option of each question, reload half-way, predict, review and submit."""
    for number in range(1, 31):
        question = page.locator(f"#cau-{number}")
        expect(question).to_be_visible()
        question.locator("label.option").first.click()
        if number == 15:
            expect(page.locator("#state")).to_contain_text("Đã lưu")
            page.reload()
            expect(page.locator("#cau-15 input:checked")).to_have_count(1)
            page.locator("#palette-open").click()
            page.locator("#palette a", has_text=re.compile("^15$")).click()
        page.locator("#next").click()
    page.locator("#prediction").fill("1.250")
    expect(page.locator("#state")).to_contain_text("Đã lưu")
    picture(page, PICTURES, "paper-prediction-360")


def test_the_whole_path(stack: Stack, new_page: NewPage, page_errors: list[str]) -> None:
    # A contestant on a phone of 360 px
    phone, codes = new_page(PHONE), new_page()
    phone.goto("/")
    picture(phone, PICTURES, "home-360")
    sign_up(phone, NAME, "0905 111 222", code_page=codes)
    enter(phone, NAME, "0905 111 222")
    picture(phone, PICTURES, "entered-360")
    begin(phone)
    picture(phone, PICTURES, "paper-360")
    answer_all_on_the_phone(phone)
    phone.get_by_role("button", name="Xem lại").first.click()
    phone.wait_for_url("**/xem-lai/")
    expect(phone.get_by_text("Đã trả lời tất cả các câu")).to_be_visible()
    picture(phone, PICTURES, "review-360")
    phone.get_by_role("button", name="Nộp bài").click()
    phone.wait_for_url("**/ket-qua/")
    receipt = RECEIPT.search(phone.inner_text("main"))
    assert receipt
    picture(phone, PICTURES, "result-360")
    codes.goto(f"/bien-nhan/?code={receipt[0]}")
    expect(codes.get_by_text("lượt thi", exact=False).first).to_be_visible()

    # Another one without JavaScript
    plain = new_page(PHONE, javascript=False)
    sign_up(plain, OTHER, "do.quynh.nhu@example.vn", code_page=codes)
    enter(plain, OTHER, "0905 333 444", javascript=False)
    begin(plain)
    for number in range(1, 21):
        plain.locator(f"#cau-{number} input").nth(1).check()
    send(plain, plain.get_by_role("button", name="Lưu bài"))
    assert plain.locator("input[type=radio]:checked").count() == 20
    plain.locator("#prediction").fill("900")
    send(plain, plain.get_by_role("button", name="Xem lại và nộp bài"))
    expect(plain.get_by_text("Còn 10 câu chưa trả lời")).to_be_visible()
    send(plain, plain.get_by_role("button", name="Nộp bài"))
    assert RECEIPT.search(plain.inner_text("main"))

    # A member of the organising committee is refused with the reason
    member = new_page()
    log_in(member, "bantochuc")
    member.goto(f"{CONTEST}dang-ky/")
    expect(member.get_by_text(re.compile("Ban Tổ chức.*không"))).to_be_visible()
    picture(member, PICTURES, "excluded-1280")
    # The browser itself reports the status of the refusal.
    assert all("403" in error for error in page_errors)
    page_errors.clear()

    # The secretary closes the round and puts the results forward; the chief approves
    secretary, chief = new_page(), new_page()
    log_in(secretary, "thuky")
    secretary.goto("/quan-tri/prizes/standingsrun/")
    picture(secretary, PICTURES, "admin-results-1280")
    send(secretary, secretary.locator("a[href*='/vong/']").first)
    round_url = secretary.url
    close_round_step(secretary, "Đóng vòng thi", reason="Kết thúc sớm để thử toàn bộ các bước")
    clear_signals(secretary, round_url)
    wait_for_step(secretary, "rà soát")
    picture(secretary, PICTURES, "admin-round-1280")
    close_round_step(secretary, "rà soát")
    log_in(chief, "truongban")
    chief.goto(round_url)
    close_round_step(chief, "Phê duyệt")
    secretary.goto(round_url)
    close_round_step(
        secretary,
        "quyết định",
        number="123/QĐ-BTC",
        signed_on=f"{date.today():%d/%m/%Y}",  # noqa: DTZ011
    )
    secretary.goto(round_url)
    close_round_step(secretary, "Công bố")

    # The honour board, the winner's certificate, its public check
    board = new_page()
    board.goto(f"{CONTEST}ket-qua/")
    expect(board.get_by_text(NAME)).to_be_visible()
    expect(board.get_by_text("123/QĐ-BTC")).to_be_visible()
    picture(board, PICTURES, "results-1280")
    link = phone.get_by_role("link", name="Tải bản in (PDF)")
    come_back(phone, "/cua-toi/", "Tải bản in", link)
    picture(phone, PICTURES, "mine-360")
    pdf_url = link.get_attribute("href")
    assert pdf_url
    pdf = phone.request.get(pdf_url).body()
    text = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert NAME in " ".join(text.split())
    assert "123/QĐ-BTC" in text
    board.goto(pdf_url.removesuffix("ban-in.pdf"))
    expect(board.get_by_text(NAME)).to_be_visible()
    picture(board, PICTURES, "certificate-check-1280")

    # The agency's officer downloads the participation of the own subtree
    officer = new_page()
    log_in(officer, "canbo")
    officer.goto(f"/bao-cao/{SLUG}/")
    picture(officer, PICTURES, "agency-1280")
    with officer.expect_download() as download:
        officer.get_by_role("link", name=re.compile("Excel")).first.click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert any(NAME in cell for cell in cells)
