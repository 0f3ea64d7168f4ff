"""A bank of 400 questions from the office's Excel file to the sealed papers: writer, appraiser, secretary."""

import re
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, PICTURES, NewPage
from tests.e2e.walker import log_in, picture, send
from tests.support.stack import Stack

QUESTIONS = 400
TOPICS = ("Cải cách hành chính › Một cửa", "Cải cách hành chính › Thể chế", "Chuyển đổi số", "Đề án 06")
LEVELS = ("Nhận biết", "Thông hiểu", "Vận dụng", "Vận dụng cao")
BANK, CONTEST = "Ngân hàng 400 câu", "Cuộc thi của ngân hàng 400 câu"
PREPARE = f"""
from datetime import timedelta
from itertools import count
from django.contrib.auth.models import Group
from contest_site.accounts.demo import DEMO_PASSWORD
from contest_site.lib.clock import database_now
from contests.models import Quota
from questions.models import Bank, Topic
from tests.support import factories
from tests.support.factories import make_contest, make_round, make_user

factories._serial = count(40_001)  # numbers of its own: other modules prepare the same site
roles = {{"nguoisoan": "Tổ ra đề", "nguoithamdinh": "Tổ thẩm định", "nguoiniemphong": "Thư ký"}}
for login, role in roles.items():
    user = make_user(username=login, full_name=role, is_staff=True, password=DEMO_PASSWORD)
    user.groups.add(Group.objects.get(name=role))
bank = Bank.objects.create(name="{BANK}")
now = database_now()
contest = make_contest(name="{CONTEST}", opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=3))
round = make_round(contest, bank=bank, questions=30, sealed=False, name="Vòng chính thức")
lines = [
    ("Cải cách hành chính", "", 10), ("Chuyển đổi số", "easy", 6), ("Chuyển đổi số", "hard", 4),
    ("Đề án 06", "", 10),
]
for position, (name, level, questions) in enumerate(lines):
    topic, _ = Topic.objects.get_or_create(bank=bank, name=name, defaults={{"position": position}})
    Quota.objects.create(round=round, topic=topic, difficulty=level, questions=questions)
"""


@pytest.fixture(scope="module", autouse=True)
def people(stack: Stack) -> None:
    stack.run(PREPARE)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["STT", "Chủ đề", "Câu hỏi", "A", "B", "C", "D", "Đáp án", "Giải thích", "Căn cứ", "Mức độ"])
    for number in range(QUESTIONS):
        sheet.append(
            [
                number + 1,
                TOPICS[number % 4],
                f"Theo quy định tại khoản {number + 1}, cơ quan nào chủ trì việc số {number * 7919 % 9973}?",
                *(f"Cơ quan {letter}{number}" for letter in "ABCD"),
                "ABCD"[number % 3],
                f"Khoản {number + 1} đã nêu rõ.",
                f"Khoản {number + 1} Điều 5 Nghị định số {number + 10}/2024/NĐ-CP",
                LEVELS[number // 4 % 4],
            ]
        )
    path = tmp_path / "ngan-hang-400.xlsx"
    book.save(path)
    return path


def open_bank(page: Page) -> None:
    page.goto("/quan-tri/questions/bank/")
    page.get_by_role("link", name=BANK).first.click()


def open_blueprint(page: Page) -> None:
    page.goto("/quan-tri/contests/contest/")
    page.get_by_role("link", name=CONTEST).first.click()
    page.get_by_role("link", name="Cơ cấu đề: Vòng chính thức").click()


def test_a_bank_of_400_questions_is_imported_appraised_and_sealed(new_page: NewPage, file: Path) -> None:
    secretary = new_page(PHONE)
    log_in(secretary, "nguoiniemphong")
    open_blueprint(secretary)
    expect(secretary.get_by_text("Chưa ra được đề thi:")).to_be_visible()
    expect(secretary.get_by_text("thiếu 10 câu").first).to_be_visible()
    picture(secretary, PICTURES, "blueprint-empty-360")

    # The writer brings the file; nothing is written before the preview is confirmed.
    writer = new_page()
    log_in(writer, "nguoisoan")
    open_bank(writer)
    writer.locator(".q-panel a[href$='/nhap/']").first.click()
    writer.locator("input[type=file]").set_input_files(file)
    send(writer, writer.get_by_role("button", name="Kiểm tra và xem trước"))
    expect(writer.get_by_text("400 câu hỏi").first).to_be_visible()
    expect(writer.get_by_text("không có lỗi").first).to_be_visible()
    picture(writer, PICTURES, "import-400-preview-1280")
    send(writer, writer.get_by_role("button", name="Nhập 400 câu hỏi"))
    expect(writer.get_by_text(re.compile("Đã nhập 400 câu hỏi"))).to_be_visible()
    picture(writer, PICTURES, "bank-400-waiting-1280")

    # The appraiser reads one and approves the rest at once.
    appraiser = new_page()
    log_in(appraiser, "nguoithamdinh")
    open_bank(appraiser)
    button = appraiser.get_by_role("link", name="Duyệt tất cả câu chờ duyệt").first
    # Who wrote them approves none of them.
    assert writer.request.get(button.get_attribute("href") or "").status == 403
    button.click()
    expect(appraiser.get_by_role("heading", name=re.compile("Duyệt 400 câu hỏi"))).to_be_visible()
    send(appraiser, appraiser.get_by_role("button", name="Duyệt 400 câu hỏi"))
    expect(appraiser.get_by_text("Đã duyệt 400 câu hỏi.")).to_be_visible()
    picture(appraiser, PICTURES, "bank-400-approved-1280")

    # The secretary sees that the blueprint is filled, what papers look like, and seals.
    open_blueprint(secretary)
    expect(secretary.get_by_text("Đủ câu hỏi để ra đề.")).to_be_visible()
    picture(secretary, PICTURES, "blueprint-filled-360")
    secretary.get_by_role("link", name="Xem đề mẫu").click()
    send(secretary, secretary.get_by_role("button", name="Rút đề mẫu"))
    expect(secretary.locator(".plan-questions > li")).to_have_count(30)
    expect(secretary.locator(".q-right")).to_have_count(0)
    picture(secretary, PICTURES, "sample-paper-360")
    secretary.goto("/quan-tri/contests/contest/")
    secretary.get_by_role("link", name=CONTEST).first.click()
    secretary.get_by_role("link", name="Niêm phong đề: Vòng chính thức").click()
    send(secretary, secretary.get_by_role("button", name="Niêm phong đề"))
    expect(secretary.get_by_text("Đã niêm phong đề của vòng thi.")).to_be_visible()
    open_blueprint(secretary)
    expect(secretary.get_by_text("Số câu là của bộ câu hỏi đã niêm phong.")).to_be_visible()
    expect(secretary.get_by_text("Đang niêm phong")).to_be_visible()
    expect(secretary.locator("td[data-label='Số câu']").first).to_have_text("400")
    picture(secretary, PICTURES, "blueprint-sealed-360")
    # Who sealed does not unseal.
    expect(secretary.get_by_role("link", name="Mở niêm phong")).to_have_count(0)
