"""The walk on which the pictures of the organisers' and the agencies' guides are taken.

It is the one of tests.e2e.test_nghe_an_weeks, with stops; what is only shown is not done.
"""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from PIL import Image
from playwright.sync_api import Locator, Page, ViewportSize, expect

from questions.banks import WORKBOOK
from tests.e2e import test_nghe_an_weeks as weeks
from tests.e2e.conftest import PC, PHONE, NewPage
from tests.e2e.walker import WORKERS_MS, log_in, send
from tests.support.stack import ROOT, Stack

OFFICE_PICTURES = ROOT / "docs" / "pictures" / "guides"
COLOURS = 128
SECRETARY, CHIEF, OFFICER = "thu-ky-nghe-an", "truong-ban-nghe-an", "can-bo-nghe-an"
ACCOUNTS = """
from django.contrib.auth.models import Group
from contest_site.accounts.demo import DEMO_PASSWORD
from tests.support.factories import make_user
for login, name, roles in (
    ("thu-ky-nghe-an", "Lê Thị Hồng Nhung", ["Thư ký", "Tổ ra đề"]),
    ("truong-ban-nghe-an", "Phạm Quốc Hùng", ["Trưởng ban", "Tổ thẩm định"]),
    ("can-bo-nghe-an", "Võ Thị Mai", []),
):
    user = make_user(username=login, full_name=name, is_staff=bool(roles), password=DEMO_PASSWORD)
    user.groups.set(Group.objects.filter(name__in=roles))
"""
ADMIN = "/quan-tri/"
SCHOOLS = (
    "Trường THPT Anh Sơn 1",
    "Trường THPT Bắc Yên Thành",
    "Trường THPT Cờ Đỏ",
    "Trường THPT Đô Lương 2",
)


def shoot(page: Page, name: str, *, height: int = 0, top: Locator | None = None) -> None:
    """What the screen shows from `top` on; as wide as the name says."""
    size = page.viewport_size
    assert size is not None
    tall = height or (740 if name.endswith("-360") else 820)
    page.set_viewport_size(ViewportSize(width=size["width"], height=tall))
    page.evaluate("document.querySelector('.demo-strip')?.remove(); document.activeElement?.blur()")
    page.evaluate("window.scrollTo(0, 0)")
    if top is not None:
        top.evaluate("(one) => window.scrollTo(0, one.getBoundingClientRect().top - 90)")
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    OFFICE_PICTURES.mkdir(parents=True, exist_ok=True)
    small = picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(OFFICE_PICTURES / f"{name}.png", optimize=True)
    page.set_viewport_size(size)


class Walk:
    """The secretary, the chief and an agency's officer, each at a browser; two of them with a phone too."""

    def __init__(self, stack: Stack, new_page: NewPage, folder: Path) -> None:
        self.office = weeks.Office(stack, new_page(PC), new_page(PC))
        self.stack, self.folder = stack, folder
        self.phone, self.officer, self.officer_phone = new_page(PHONE), new_page(PC), new_page(PHONE)
        self.phone.goto("/tai-khoan/dang-nhap/")
        shoot(self.phone, "dang-nhap-360")
        for page, login in (
            (self.office.secretary, SECRETARY),
            (self.phone, SECRETARY),
            (self.office.chief, CHIEF),
            (self.officer, OFFICER),
            (self.officer_phone, OFFICER),
        ):
            log_in(page, login)
        self.contest = 0

    # --- Before the first week
    def prepare(self) -> None:
        secretary, chief = self.office.secretary, self.office.chief
        secretary.goto(f"{ADMIN}contests/contest/lap-moi/")
        shoot(secretary, "lap-moi", height=900)
        weeks.begin_from_the_plan(secretary)
        self.contest = int(re.findall(r"/contest/(\d+)/", secretary.url)[0])
        self._questions()
        self._units()
        secretary.goto(self._of_contest("cac-buoc/"))
        shoot(secretary, "cac-buoc", height=1100)
        self.phone.goto(self._of_contest("buoc/don-vi/"))
        shoot(self.phone, "buoc-360", height=900)
        secretary.goto(self._of_contest("lich/"))
        shoot(secretary, "lich", height=720)
        self._rehearse()
        chief.goto(self._of_contest("cong-bo/"))
        shoot(chief, "cong-bo", height=520)
        secretary.goto(self._of_contest("niem-phong/1/"))
        shoot(secretary, "niem-phong", height=620)
        weeks.announce(self.office)

    def _of_contest(self, address: str) -> str:
        return f"{ADMIN}contests/contest/{self.contest}/{address}"

    def _questions(self) -> None:
        """The bank that comes along, brought in by the one and approved by the other."""
        secretary, chief = self.office.secretary, self.office.chief
        secretary.goto(f"{ADMIN}questions/bank/")
        send(secretary, secretary.get_by_role("link", name=weeks.BANK).first)
        bank = secretary.url
        send(secretary, secretary.locator(".q-panel a[href$='/nhap/']").first)
        secretary.locator("input[type=file]").set_input_files(WORKBOOK)
        send(secretary, secretary.get_by_role("button", name="Kiểm tra và xem trước"))
        take = secretary.get_by_role("button", name=re.compile(r"Nhập \d+ câu hỏi"))
        _again_until(secretary, take)
        shoot(secretary, "xem-truoc-cau-hoi")
        send(secretary, take)
        chief.goto(f"{ADMIN}questions/question/bang-viec/")
        send(chief, chief.get_by_role("link", name=re.compile("Chờ thẩm định")).first)
        shoot(chief, "bang-viec", height=900)
        chief.goto(bank)
        send(chief, chief.get_by_role("link", name="Duyệt tất cả câu chờ duyệt").first)
        send(chief, chief.get_by_role("button", name=re.compile(r"Duyệt \d+ câu hỏi")))

    def _units(self) -> None:
        """Schools from a list and a merger, both looked at only; the headcounts as the plan brought them."""
        secretary = self.office.secretary
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(["Mã đơn vị", "Tên đơn vị", "Loại", "Cấp trên"])
        for number, name in enumerate(SCHOOLS, 31):
            sheet.append([f"NAN-THPT{number}", name, "Trường THPT", "Sở Giáo dục và Đào tạo"])
        sheet.append(["NAN-NV", "Sở Nội vụ tỉnh Nghệ An", "Sở, ban, ngành", "Tỉnh Nghệ An"])
        book.save(self.folder / "truong-thpt.xlsx")
        secretary.goto(f"{ADMIN}contests/unit/nhap/")
        secretary.locator("input[type=file]").set_input_files(self.folder / "truong-thpt.xlsx")
        send(secretary, secretary.get_by_role("button", name="Kiểm tra và xem trước"))
        _again_until(secretary, secretary.get_by_role("button", name="Ghi vào danh mục"))
        shoot(secretary, "xem-truoc-don-vi", height=900)
        secretary.goto(f"{ADMIN}contests/unit/sap-nhap/")
        for name, value in (
            ("number", "15/NQ-HĐND"),
            ("signed_on", "17/12/2025"),
            ("effective_on", "01/01/2027"),
        ):
            secretary.locator(f"[name={name}]").fill(value)
        for name, value in (("old", "UBND huyện Kỳ Sơn"), ("successors", "UBND huyện Tương Dương")):
            _choose(secretary, name, value)
        send(secretary, secretary.get_by_role("button", name="Xem việc gì sẽ xảy ra"))
        shoot(secretary, "sap-nhap", height=620)
        secretary.goto(f"{ADMIN}contests/headcount/?contest={self.contest}&loc=khoi")
        shoot(secretary, "tong-so-nguoi")

    def _rehearse(self) -> None:
        secretary = self.office.secretary
        secretary.goto(self._of_contest("tong-duyet/"))
        send(secretary, secretary.get_by_role("button", name="Tổng duyệt ngay"))
        _again_until(secretary, secretary.get_by_text(re.compile("^Đạt: ")))
        shoot(secretary, "tong-duyet", height=760)

    # --- The first week, to its press summary
    def first_week(self) -> None:
        office, secretary, chief = self.office, self.office.secretary, self.office.chief
        office.week(1)
        self._people("names()")
        weeks.open_contest(secretary)
        send(secretary, secretary.get_by_role("link", name="Kết quả: Tuần 1"))
        closing = secretary.url
        weeks.next_step(secretary, "Đóng vòng thi", reason="Kết thúc theo kế hoạch tuần")
        weeks.clear_signals(office, closing, 1)
        weeks.wait_on(secretary, closing, "Việc tiếp theo: Sắp thứ tự đồng hạng")
        send(secretary, secretary.get_by_role("link", name="Ghi thứ tự của Ban Giám khảo").first)
        shoot(secretary, "dong-hang", height=760)
        weeks.decide_tie(secretary, closing)
        secretary.goto(closing)
        shoot(secretary, "cac-buoc-ket-qua", height=1100)
        weeks.next_step(secretary, "Xác nhận đã rà soát")
        chief.goto(closing)
        send(chief, chief.locator(".p-panel .p-actions a.p-button").first)
        shoot(chief, "phe-duyet", height=560)
        send(chief, chief.locator("form.p-form button.p-button-main"))
        secretary.goto(closing)
        weeks.next_step(secretary, "Nhập quyết định", number="1/QĐ-BTC", signed_on=_today())
        weeks.next_step(secretary, "Công bố kết quả")
        weeks.wait_on(secretary, closing, "Đã hoàn thành")
        weeks.press_summary(secretary, closing, 1)
        shoot(secretary, "thong-cao", height=900)
        secretary.goto(f"{ADMIN}reports/report/cuoc-thi/{self.contest}/")
        shoot(secretary, "bao-cao", height=900)

    def _people(self, call: str) -> None:
        self.stack.run(f"from tests.e2e import guide_people; guide_people.{call}")

    # --- The second week: watched while it runs, an agency's pages, signals after its end
    def second_week(self) -> None:
        secretary = self.office.secretary
        self.office.week(2)
        self._people("schools()")
        self._people(f"officer({OFFICER!r})")
        self._watch()
        self._agency()
        self._requests()
        weeks.open_contest(secretary)
        send(secretary, secretary.get_by_role("link", name="Kết quả: Tuần 2"))
        closing = secretary.url
        weeks.next_step(secretary, "Đóng vòng thi", reason="Kết thúc theo kế hoạch tuần")
        weeks.look_through(secretary, closing)
        shoot(secretary, "dau-hieu", height=900)
        secretary.goto(f"{ADMIN}audit/change/")
        shoot(secretary, "thay-doi-du-lieu")
        secretary.goto(ADMIN)
        shoot(secretary, "viec-hom-nay", height=760)
        self.phone.goto(ADMIN)
        shoot(self.phone, "viec-hom-nay-360", height=900)

    def _watch(self) -> None:
        """Once the week's papers are counted."""
        secretary = self.office.secretary
        secretary.goto(f"{ADMIN}theo-doi/")
        send(secretary, secretary.locator(".rounds a").filter(has_text="Tuần 2"))
        _again_until(secretary, secretary.locator(".units tbody tr").nth(3))
        _name_the_disk(secretary)
        shoot(secretary, "theo-doi", height=900)
        self.phone.goto(secretary.url)
        _name_the_disk(self.phone)
        shoot(self.phone, "theo-doi-360", height=900)

    def _agency(self) -> None:
        file = self.folder / "danh-sach.xlsx"
        self._people(f"roster_file({str(file)!r})")
        wide, phone = self.officer, self.officer_phone
        for page in (wide, phone):
            page.goto("/bao-cao/")
            send(page, page.get_by_role("link", name=weeks.CONTEST).first)
        shoot(wide, "don-vi", height=1250)
        shoot(phone, "don-vi-360", height=1000)
        own = phone.url
        send(phone, phone.get_by_role("link", name="Người chưa dự thi"))
        missing = phone.url
        send(phone, phone.get_by_role("link", name="Nhập danh sách"))
        phone.locator("input[type=file]").set_input_files(file)
        send(phone, phone.get_by_role("button", name="Xem trước"))
        take = phone.get_by_role("button", name=re.compile(r"Ghi danh sách \d+ người"))
        _again_until(phone, take)
        shoot(phone, "danh-sach-xem-truoc-360", height=1000)
        send(phone, take)
        phone.goto(missing)
        shoot(phone, "chua-du-thi-360", height=1250)
        phone.goto(own)
        send(phone, phone.get_by_role("link", name="Đề nghị sửa số liệu, tên, đơn vị"))
        send(phone, phone.get_by_role("link", name="Sửa tổng số người"))
        phone.locator("[name=people]").fill("186")
        phone.locator("[name=reason]").fill("Theo Quyết định giao biên chế số 1234/QĐ-UBND.")
        send(phone, phone.get_by_role("button", name="Gửi đề nghị"))
        shoot(phone, "gui-de-nghi-360", height=1000)
        send(wide, wide.get_by_role("link", name="Các báo cáo khác"))
        shoot(wide, "lap-bao-cao", height=900)

    def _requests(self) -> None:
        """What the agency asked for, and its list, as the secretary sees them."""
        secretary = self.office.secretary
        secretary.goto(f"{ADMIN}agency/agencyrequest/")
        send(secretary, secretary.locator("a[href*='/quyet-dinh/']").first)
        shoot(secretary, "de-nghi-don-vi", height=680)
        secretary.goto(f"{ADMIN}contests/roster/")
        send(secretary, secretary.locator("a[href*='/nguoi/']").first)
        shoot(secretary, "danh-sach-nguoi")


def _name_the_disk(page: Page) -> None:
    """Where this machine's test keeps its files is nobody's matter."""
    page.evaluate(
        "document.querySelectorAll('.note').forEach("
        "(one) => { one.textContent = one.textContent.replace(/\\/tmp\\S+/, '/data/media'); })"
    )


def _today() -> str:
    return f"{date.today():%d/%m/%Y}"  # noqa: DTZ011


def _again_until(page: Page, found: Locator) -> None:
    """A worker is at it: look again until it is there."""
    for _ in range(90):
        if found.count():
            return
        page.wait_for_timeout(WORKERS_MS / 90)
        page.reload()
    expect(found).to_be_visible()


def _choose(page: Page, field: str, words: str) -> None:
    """One of a field that is searched by typing."""
    page.locator(f"select[name={field}] + .select2").click()
    page.locator(f"select[name={field}] + .select2 .select2-search__field").press_sequentially(
        words, delay=20
    )
    page.locator(".select2-results__option:not(.loading-results)").filter(has_text=words).first.click()
