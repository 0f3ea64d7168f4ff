"""A passkey from the account page to the next log-in, with Chromium's own virtual authenticator."""

from playwright.sync_api import Browser, expect

from tests.e2e.conftest import PATIENCE, PHONE
from tests.support.stack import Stack

PASSWORD = "con ngua phi nhanh"
PREPARE = f"""
from contest_site.accounts.models import User
User.objects.create_user(
    full_name="Nguyễn Thị Hạnh", phone="+84907111001", phone_verified=True, password="{PASSWORD}"
)
"""
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
BUTTON = "Đăng nhập bằng vân tay, khuôn mặt hoặc mã PIN của máy này"


def test_a_key_is_made_and_opens_the_account_without_a_password(browser: Browser, stack: Stack) -> None:
    stack.run(PREPARE)
    # A key belongs to a name, never to a bare address.
    address = stack.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=address, viewport=PHONE, locale="vi-VN")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]

    page.goto("/tai-khoan/dang-nhap/")
    page.get_by_label("Số điện thoại hoặc thư điện tử").fill("0907 111 001")
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    page.wait_for_url("**/")
    page.goto("/tai-khoan/khoa/them/")
    if page.get_by_label("Mật khẩu", exact=True).count():
        page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Tiếp tục").click()
    expect(page.get_by_text("Trình duyệt này không tạo được khóa")).to_be_hidden()
    page.get_by_label("Tên để dễ nhận ra").fill("Điện thoại của tôi")
    page.get_by_role("button", name="Tạo khóa").click()
    expect(page.get_by_role("heading", name="Điện thoại của tôi")).to_be_visible()

    context.clear_cookies()
    page.goto("/tai-khoan/dang-nhap/?next=/tai-khoan/")
    # The person turns away first, and is told what else there is.
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.get_by_role("button", name=BUTTON).click()
    expect(page.get_by_role("alert")).to_contain_text("Thiết bị chưa xác nhận")
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    page.get_by_role("button", name=BUTTON).click()
    expect(page.get_by_role("heading", name="Tài khoản", exact=True)).to_be_visible()
    assert errors == []

    # At a bare address, or where the browser cannot, nothing speaks of it.
    page.goto(stack.url + "/tai-khoan/dang-nhap/")
    expect(page.get_by_role("button", name=BUTTON)).to_be_hidden()
    context.close()
