"""The writer's editor of rich text and the appraiser's board: fingers on the keyboard, and without script."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import PHONE, NewPage
from tests.e2e.walker import log_in, send
from tests.questions.test_pictures import PNG
from tests.support.stack import Stack

BANK, BOARD = "Ngân hàng của trình soạn thảo", "Ngân hàng của bảng việc"
WORK = 9  # questions that wait on the board
PREPARE = f"""
from itertools import count
from django.contrib.auth.models import Group
from contest_site.accounts.demo import DEMO_PASSWORD
from questions.domain.editing import write_question
from questions.models import Bank
from questions.rules import Content
from tests.support import factories
from tests.support.factories import make_user

factories._serial = count(60_001)  # numbers of its own: other modules prepare the same site
people = {{}}
for login, role in {{"bansoan": "Tổ ra đề", "banthamdinh": "Tổ thẩm định"}}.items():
    people[login] = make_user(username=login, full_name=role, is_staff=True, password=DEMO_PASSWORD)
    people[login].groups.add(Group.objects.get(name=role))
Bank.objects.create(name="{BANK}")
bank = Bank.objects.create(name="{BOARD}")
for number in range({WORK}):
    text = f"Câu trên bảng số {{number}} nói gì?"
    write_question(bank, Content("Thể chế", text, ("a", "b", "c", "d"), (1,)), by=people["bansoan"])
for number in range(2):
    content = Content("Thể chế", f"Bản nháp số {{number}} nói gì?", ("a", "b", "c", "d"), (1,))
    write_question(bank, content, by=people["bansoan"], submit=False)
"""
# As Word puts it on the clipboard: a list typed as paragraphs, a table, a picture on somebody's disk.
LIST = (
    "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>{}.</span>{}</p>"
)
WORD = f"""<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p {{}}</style></head><body>
<!--StartFragment--><p class=MsoNormal style='color:red'><b><span style='font-size:14pt'>Nghị quyết</span></b>
<span style='font-family:"Times New Roman"'>số <i>76</i>/NQ-CP<o:p></o:p></span></p>
{LIST.format(1, "một")}{LIST.format(2, "hai")}
<table class=MsoTableGrid><tr><td style='width:3cm'><p class=MsoNormal>ô</p></td></tr></table>
<p class=MsoNormal onclick="alert(1)"><img src="file:///C:/Temp/image001.png"></p>
<script>alert(1)</script><!--EndFragment--></body></html>"""
PASTE = """(box, [html, text]) => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    data.setData("text/plain", text);
    box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module", autouse=True)
def people(stack: Stack) -> None:
    stack.run(PREPARE)


def add_question(page: Page) -> None:
    page.goto("/quan-tri/questions/bank/")
    page.get_by_role("link", name=BANK).first.click()
    page.locator("a[href*='/question/add/']").first.click()
    expect(page.locator(".w-toolbar")).to_be_visible()


def tool(page: Page, name: str) -> Locator:
    return page.locator(".w-toolbar").get_by_role("button", name=name)


def paste(box: Locator, html: str, text: str = "") -> None:
    box.focus()
    box.evaluate(PASTE, [html, text])


def kept(page: Page, label: str = "Câu hỏi") -> str:
    """The markup with which the editor begins when the question is opened again: what the server keeps."""
    page.get_by_role("link", name="Sửa câu hỏi").click()
    expect(page.locator(".w-toolbar")).to_be_visible()
    return page.get_by_role("textbox", name=label).inner_html()


def test_a_question_is_written_with_the_keyboard_and_kept_as_it_was_seen(
    new_page: NewPage, tmp_path: Path
) -> None:
    page = new_page()
    log_in(page, "bansoan")
    add_question(page)
    page.get_by_label("Chủ đề").fill("Thể chế")
    text, keys = page.get_by_role("textbox", name="Câu hỏi"), page.keyboard
    text.focus()

    # Marks by the usual keys; undo takes back one step, and redo does it again.
    keys.type("Luật ")
    keys.press("Control+b")
    keys.type("đậm")
    keys.press("Control+b")
    keys.press("Control+i")
    keys.type(" nghiêng")
    keys.press("Control+i")
    keys.type(" thừa")
    for _ in " thừa":
        keys.press("Shift+ArrowLeft")
    keys.press("Delete")
    keys.press("Control+z")
    expect(text).to_contain_text("thừa")
    keys.press("Control+y")
    expect(text).to_have_text("Luật đậm nghiêng")

    # The toolbar is one stop: Alt+F10 goes there, arrows walk, Enter presses, the caret is where it was.
    keys.press("End")
    keys.press("Enter")
    keys.press("Alt+F10")
    expect(tool(page, "Đậm")).to_be_focused()
    for _ in range(5):
        keys.press("ArrowRight")
    expect(tool(page, "Danh sách dấu chấm")).to_be_focused()
    keys.press("Enter")
    keys.type("mục một")
    keys.press("Enter")
    keys.type("mục hai")
    expect(tool(page, "Danh sách dấu chấm")).to_have_attribute("aria-pressed", "true")
    expect(text.locator("ul > li")).to_have_text(["mục một", "mục hai"])
    expect(tool(page, "Chèn bảng")).to_be_disabled()  # a list holds none
    keys.press("Enter")
    keys.press("Enter")

    # A table from its dialog, then another row and column, each of which undo takes back.
    expect(tool(page, "Chèn bảng")).to_be_enabled()
    keys.press("Alt+F10")
    keys.press("End")
    keys.press("ArrowLeft")
    expect(tool(page, "Chèn bảng")).to_be_focused()
    keys.press("Enter")
    page.locator("#table-rows").fill("2")
    page.locator("#table-rows").press("Enter")
    keys.press("Control+z")
    expect(text.locator("table")).to_have_count(0)
    keys.press("Control+y")
    text.locator("th").first.click()
    keys.type("Năm")
    tool(page, "Thêm cột").click()
    expect(text.locator("th")).to_have_count(3)
    tool(page, "Thêm dòng").click()
    expect(text.locator("tr")).to_have_count(3)
    keys.type("2024")
    tool(page, "Xóa cột").click()
    tool(page, "Xóa dòng").click()
    keys.press("Control+z")
    keys.press("Control+z")
    keys.press("Control+z")
    expect(text.locator("tr").nth(1)).to_have_text("")
    expect(text.locator("table")).to_have_count(1)

    # A formula as a picture, with words for who does not see it; they can be changed later.
    picture = tmp_path / "cong-thuc.png"
    picture.write_bytes(PNG)
    option = page.get_by_role("textbox", name="Phương án A")
    option.focus()
    keys.press("Alt+F10")
    tool(page, "Chèn hình").press("Enter")
    dialog = page.locator("#picture-dialog")
    dialog.get_by_role("button", name="Chèn hình").click()
    expect(dialog.get_by_role("alert")).to_have_text("Chưa chọn tệp hình.")
    dialog.locator("input[type=file]").set_input_files(picture)
    dialog.get_by_role("button", name="Chèn hình").click()
    expect(dialog.get_by_role("alert")).to_have_text("Chưa có mô tả hình.")
    dialog.locator("#picture-alt").fill("x bình phương")
    dialog.get_by_role("button", name="Chèn hình").click()
    expect(option.locator("img")).to_have_attribute("alt", "x bình phương")
    expect(option).to_be_focused()
    keys.press("Shift+ArrowLeft")
    keys.press("Alt+F10")
    tool(page, "Chèn hình").press("Enter")
    dialog.locator("#picture-alt").fill("x mũ hai")
    dialog.get_by_role("button", name="Lưu mô tả").click()
    expect(option.locator("img")).to_have_attribute("alt", "x mũ hai")

    # From Word: marks, list and table come along, the rest goes; a picture that cannot is spoken of.
    explanation = page.get_by_role("textbox", name="Giải thích")
    paste(explanation, WORD)
    expect(page.get_by_role("alert")).to_contain_text("Chưa lấy được 1 hình trong nội dung vừa dán")
    expect(explanation.locator("ol > li")).to_have_text(["một", "hai"])
    expect(explanation.locator("img, script, [style], [class]")).to_have_count(0)
    option_b = page.get_by_role("textbox", name="Phương án B")
    paste(option_b, "", "a < b & c")

    for letter, words in (("C", "ba"), ("D", "bốn")):
        page.get_by_role("textbox", name=f"Phương án {letter}").focus()
        keys.type(words)
    page.locator("input[name=keys][value=B]").check()
    seen = text.inner_html(), explanation.inner_html(), option.locator("img").get_attribute("src")
    send(page, page.get_by_role("button", name="Lưu bản nháp"))

    expect(page.get_by_text("Đã lưu bản nháp, phiên bản 1.")).to_be_visible()
    first = kept(page)
    assert "<strong>đậm</strong><em> nghiêng</em>" in first
    expect(page.get_by_role("textbox", name="Câu hỏi").locator("ul > li")).to_have_text(
        ["mục một", "mục hai"]
    )
    assert visible(first) == visible(seen[0]), (first, seen[0])
    assert visible(page.get_by_role("textbox", name="Giải thích").inner_html()) == visible(seen[1])
    explanation = page.get_by_role("textbox", name="Giải thích")
    expect(explanation.locator("strong")).to_have_text("Nghị quyết")
    expect(explanation.locator("td")).to_have_text("ô")
    option = page.get_by_role("textbox", name="Phương án A")
    expect(option.locator("img")).to_have_attribute("src", seen[2] or "")
    expect(page.get_by_role("textbox", name="Phương án B")).to_have_text("a < b & c")

    # Opened and saved again without a touch it says the same: the server refuses a version without a change.
    send(page, page.get_by_role("button", name="Lưu bản nháp"))
    expect(page.get_by_text("Đã lưu bản nháp, phiên bản 2.")).to_have_count(0)


def visible(markup: str) -> str:
    """Words and structure: how paragraphs are made, and what a browser calls bold, is no difference."""
    for browsers, ours in (("b", "strong"), ("i", "em")):
        markup = re.sub(rf"(</?){browsers}>", rf"\1{ours}>", markup)
    bare = re.sub(r"<br>|</?(?:p|div|tbody)\b[^>]*>", "", markup.replace("&nbsp;", " "))
    return re.sub(r"\s*(<[^>]*>)\s*", r"\1", re.sub(r"\s+", " ", bare)).strip()


def test_without_script_a_question_is_written_with_tags_and_a_picture(
    new_page: NewPage, tmp_path: Path
) -> None:
    page = new_page(PHONE, javascript=False)
    log_in(page, "bansoan")
    page.goto("/quan-tri/questions/bank/")
    page.goto(page.get_by_role("link", name=BANK).first.get_attribute("href") or "")
    page.goto(page.locator("a[href*='/question/add/']").first.get_attribute("href") or "")
    page.get_by_label("Chủ đề").fill("Thể chế")
    page.get_by_label("Câu hỏi", exact=False).locator("visible=true").first.fill("Hình vẽ <b>gì</b>, 1 < 2?")
    for letter in "ABCD":
        page.get_by_label(f"Phương án {letter}").first.fill(f"hình {letter}")
    page.get_by_label("Nhiều đáp án").check()
    for letter in "AC":
        page.locator(f"input[name=keys][value={letter}]").check()
    picture = tmp_path / "hinh.png"
    picture.write_bytes(PNG)
    plain = page.locator(".w-plain-picture")
    plain.locator("input[type=file]").set_input_files(picture)
    send(page, page.get_by_role("button", name="Tải hình lên"))
    expect(page.get_by_text("Chưa có mô tả hình.")).to_be_visible()
    plain.locator("input[type=file]").set_input_files(picture)
    plain.get_by_label("Mô tả hình").fill("Sơ đồ")
    send(page, page.get_by_role("button", name="Tải hình lên"))
    expect(page.get_by_text("Câu hỏi chưa được lưu.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    send(page, page.get_by_role("button", name="Lưu và gửi thẩm định"))
    expect(page.get_by_text("chờ thẩm định").first).to_be_visible()
    said = page.locator(".q-question")
    expect(said.locator("strong")).to_have_text("gì")
    expect(said.locator("img")).to_have_attribute("alt", "Sơ đồ")


def open_board(page: Page, work: str) -> None:
    page.goto("/quan-tri/questions/question/bang-viec/")
    page.get_by_role("link", name=BOARD).first.click()
    page.locator(f".b-tasks a[href$='work={work}']").click()
    expect(page.locator(".b-tools, .b-work p").first).to_be_visible()


def test_the_board_is_worked_by_keys_alone(new_page: NewPage) -> None:
    page = new_page()
    log_in(page, "banthamdinh")
    open_board(page, "appraise")
    rows, here, keys = page.locator(".b-row"), page.locator(".b-here"), page.keyboard
    expect(rows).to_have_count(WORK)
    first, second = (rows.nth(at).locator(".q-rich").first.inner_text() for at in (0, 1))

    # j and k walk, o opens, x ticks, ? tells all of it.
    keys.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("ghi lý do rồi ngừng dùng")
    keys.press("Escape")
    keys.press("j")
    keys.press("j")
    expect(here).to_contain_text(second)
    keys.press("k")
    expect(here).to_contain_text(first)
    keys.press("o")
    expect(here.locator("details")).to_have_attribute("open", "")
    keys.press("o")
    expect(here.locator("details")).not_to_have_attribute("open", "")
    keys.press("x")
    keys.press("j")
    keys.press("x")
    expect(page.locator(".b-count")).to_have_text("Đã chọn 2 câu.")
    with page.expect_navigation():
        keys.press("a")
    expect(page.get_by_text("Đã duyệt 2 câu.")).to_be_visible()
    expect(rows).to_have_count(WORK - 2)

    # With nothing ticked a key is about the question in view; a return asks for the reason first.
    keys.press("j")
    keys.press("r")
    expect(page.locator("textarea[name=comment]")).to_be_focused()
    expect(page.locator(".b-count")).to_have_text("Đã chọn 1 câu. Ctrl+Enter: trả lại.")
    with page.expect_navigation():
        keys.press("Control+Enter")
    expect(page.get_by_text("phải ghi lý do")).to_be_visible()
    expect(page.locator("input[name=revision]:checked")).to_have_count(1)
    page.locator("textarea[name=comment]").focus()
    keys.type("Sai điều khoản; as j k")  # letters in a field are letters
    with page.expect_navigation():
        keys.press("Control+Enter")
    expect(page.get_by_text("Đã trả lại 1 câu.")).to_be_visible()

    # All on the page by its box, then one of them is wanted no more.
    page.locator(".b-all").press("Space")
    expect(page.locator(".b-count")).to_have_text(f"Đã chọn {WORK - 3} câu.")
    with page.expect_navigation():
        keys.press("a")
    expect(page.get_by_text(f"Đã duyệt {WORK - 3} câu.")).to_be_visible()
    open_board(page, "approved")
    expect(rows).to_have_count(WORK - 1)
    for key in "jxjx":
        keys.press(key)
    keys.press("d")
    keys.type("Văn bản đã hết hiệu lực")
    expect(page.locator(".b-count")).to_have_text("Đã chọn 2 câu. Ctrl+Enter: ngừng dùng.")
    with page.expect_navigation():
        keys.press("Control+Enter")
    expect(page.get_by_text("Đã ngừng dùng 2 câu.")).to_be_visible()
    expect(rows).to_have_count(WORK - 3)

    # Keys can be switched off, and stay so; the writer hands in drafts with s.
    page.locator(".b-keys").uncheck()
    page.reload()
    page.locator(".b-row summary").first.focus()
    keys.press("x")
    expect(page.locator("input[name=revision]:checked")).to_have_count(0)
    writer = new_page()
    log_in(writer, "bansoan")
    open_board(writer, "drafts")
    drafts = writer.locator(".b-row").filter(has_text="Bản nháp số").locator("input[name=revision]")
    for at in range(2):
        drafts.nth(at).focus()
        writer.keyboard.press("x")
    with writer.expect_navigation():
        writer.keyboard.press("s")
    expect(writer.get_by_text("Đã gửi thẩm định 2 câu.")).to_be_visible()
