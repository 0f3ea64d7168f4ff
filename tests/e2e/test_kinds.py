"""A paper with questions of every kind, a wide table and picture: on a phone, on a PC, without script."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.e2e.conftest import PC, PHONE, NewPage
from tests.e2e.walker import log_in
from tests.support.stack import Stack

SLUG = "thi-thu-nhieu-dang-cau"
PREPARE = f"""
import struct, zlib
from contest_site.accounts.demo import DEMO_PASSWORD
from questions.formats.rich_reading import clean_rich
from questions.models import Appraisal, Bank, Picture, Question, Revision, Submission, Topic
from itertools import count
from tests.support import factories
from tests.support.factories import make_contest, make_entry, make_round, make_user

factories._serial = count(50_001)  # numbers of its own: other modules prepare the same site

writer, appraiser = make_user(), make_user()
rows = b"".join(b"\\0" + bytes([90, 120, 180]) * 1600 for _ in range(300))
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
png = (b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1600, 300, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
name = "0123456789abcdef" * 2 + ".png"
Picture.objects.create(name=name, content=png, by=writer)
cells = "".join(f"<th>Chỉ tiêu số {{at}} của năm</th>" for at in range(8))
table = clean_rich(f"<p>Theo bảng sau, đơn vị nào dẫn đầu?</p><table><tr>{{cells}}</tr><tr>"
    + "<td>87,65 %</td>" * 8 + "</tr></table>")
shown = f'<img src="{{name}}" alt="Sơ đồ">'
picture = clean_rich(f"<p>Những điều nào <strong>đúng</strong> với hình?</p><p>{{shown}}</p>")
bank = Bank.objects.create(name="Ngân hàng nhiều dạng")
topic = Topic.objects.create(bank=bank, name="Chuyển đổi số › Dữ liệu", position=0)
questions = [
    ("single", table, [f"Đơn vị {{at}}" for at in range(4)], [1]),
    ("multiple", picture, ["Một", "Hai", "Ba", clean_rich("H<sub>2</sub>O và <em>nước</em>"), "Năm"], [0, 3]),
    ("true_false", "Dữ liệu mở là của mọi người.", ["Đúng", "Sai"], [0]),
    ("multiple", "Chọn các cơ quan.", ["Sở", "Bộ", "Quán cà phê"], [0, 1]),
]
for number, (kind, text, options, keys) in enumerate(questions, 1):
    revision = Revision.objects.create(question=Question.objects.create(bank=bank, number=number), number=1,
        kind=kind, topic=topic, text=text, fingerprint=str(number), options=options, keys=keys, writer=writer)
    Submission.objects.create(revision=revision, by=writer)
    Appraisal.objects.create(revision=revision, verdict="approved", writer=writer, appraiser=appraiser)
contest = make_contest(slug="{SLUG}", marking="parts")
make_round(contest, bank=bank, questions=4, prediction_target="none", result_shown="at_once")
for number in range(3):
    login = f"nhieu-dang-{{number}}"
    user = make_user(username=login, phone=f"+8490800000{{number}}", password=DEMO_PASSWORD)
    make_entry(contest, user=user)
"""
SEVERAL = ".question:has(input[type=checkbox])"


@pytest.fixture(scope="module", autouse=True)
def contest(stack: Stack) -> None:
    stack.run(PREPARE)


def begin(page: Page, login: str) -> str:
    log_in(page, login)
    page.goto(f"/cuoc-thi/{SLUG}/vong-1/bat-dau/")
    page.get_by_role("button", name="Bắt đầu làm bài").click()
    page.wait_for_url("**/bai-thi/**")
    return page.url


def ticked(page: Page, address: str) -> list[tuple[str, str]]:
    """What the server has of the questions with several answers: (name, value) of each tick."""
    html = page.request.get(address).text()
    return re.findall(r'name="(m\d+)" value="(\d+)" checked', html)


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize(("viewport", "login"), [(PHONE, "nhieu-dang-0"), (PC, "nhieu-dang-1")])
def test_every_kind_is_answered_saved_and_cleared_and_fits(
    new_page: NewPage, viewport: ViewportSize, login: str
) -> None:
    page = new_page(viewport)
    address = begin(page, login)
    places = [one.get_attribute("data-name") or "" for one in page.locator(".question").all()]
    for at, name in enumerate(places):
        if viewport == PHONE:
            page.locator("#palette-open").click()
        page.locator("#palette ol a").nth(at).click()
        question = page.locator(f'.question[data-name="{name}"]')
        boxes = question.locator("input[type=checkbox]")
        question.locator("label.option").nth(0).click()
        if boxes.count():
            expect(question.get_by_text("Chọn các đáp án đúng")).to_be_visible()
            question.locator("label.option").nth(2).click()
        expect(page.locator("#palette ol a").nth(at)).to_have_class(re.compile("answered"))
        assert fits(page), name
    expect(page.locator("#state")).to_contain_text("Đã lưu")
    assert [value for _name, value in ticked(page, address)] == ["1", "4", "1", "4"]
    page.reload()
    assert page.locator("input[type=checkbox]:checked").count() == 4
    # All ticks taken away again: the question is blank.
    first = page.locator(SEVERAL).first
    at = places.index(first.get_attribute("data-name") or "")
    if viewport == PHONE:
        page.locator("#palette-open").click()
    page.locator("#palette ol a").nth(at).click()
    first.locator("label.option").nth(0).click()
    first.locator("label.option").nth(2).click()
    expect(page.locator("#palette ol a").nth(at)).not_to_have_class(re.compile("answered"))
    expect(page.locator("#state")).to_contain_text("Đã lưu")
    assert len(ticked(page, address)) == 2


def test_without_script_ticks_add_up_and_can_be_taken_away(new_page: NewPage) -> None:
    page = new_page(PHONE, javascript=False)
    begin(page, "nhieu-dang-2")
    assert fits(page)
    for question in page.locator(SEVERAL).all():
        question.locator("input[type=checkbox]").nth(0).check()
        question.locator("input[type=checkbox]").nth(1).check()
    page.get_by_role("button", name="Lưu bài").click()
    assert page.locator("input[type=checkbox]:checked").count() == 4
    for box in page.locator("input[type=checkbox]").all():
        box.uncheck()
    page.get_by_role("button", name="Lưu bài").click()
    assert page.locator("input[type=checkbox]:checked").count() == 0
    page.get_by_role("button", name="Xem lại và nộp bài").click()
    expect(page.get_by_text("Còn 4 câu chưa trả lời")).to_be_visible()
    page.get_by_role("button", name="Nộp bài").click()
    expect(page.get_by_text("0/4")).to_be_visible()
