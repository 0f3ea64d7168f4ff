"""The search of a unit by keyboard alone, and what a screen reader is told of it."""

import json

from playwright.sync_api import expect

from tests.e2e.conftest import NewPage
from tests.support.stack import Stack

SLUG = "tim-don-vi"
PREPARE = f"""
import json
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from tests.support.factories import make_contest, make_round, make_unit, make_user

area = make_unit("Tỉnh Tìm Kiếm", code="TK")
for name in ("Một", "Hai", "Ba"):
    make_unit(f"Phường Lộ {{name}}", parent=area, code=f"TK-{{name}}")
contest = make_contest(area=area, slug="{SLUG}")
make_round(contest)
user = make_user(username="nguoi-tim-don-vi", phone="+84907555111")
store = SessionStore()
store[SESSION_KEY], store[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
store.save()
print("PREPARED", json.dumps([store.session_key, reverse("contests:entry", args=[contest.slug])]))
"""


def test_a_unit_is_found_and_chosen_by_keyboard_and_a_screen_reader_hears_it(
    stack: Stack, new_page: NewPage
) -> None:
    said = stack.run(PREPARE)
    session, address = json.loads(said.partition("PREPARED ")[2])
    page = new_page()
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": stack.url}])
    page.goto(address)
    field = page.get_by_role("combobox", name="Đơn vị công tác, học tập hoặc cư trú")
    options = page.get_by_role("listbox").get_by_role("option")
    status = page.locator("#don-vi [aria-live=polite]")
    # Typed without accents: the list opens by itself and its size is told, not only shown.
    field.press_sequentially("phuong lo")
    expect(options).to_have_count(3)
    expect(status).to_have_text("Tìm thấy 3 đơn vị, dùng phím mũi tên để chọn.")
    expect(field).to_have_attribute("aria-expanded", "true")
    # Arrows go round, and the field names the option that is marked.
    for key, place in (("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", 2), ("ArrowDown", 0)):
        field.press(key)
        expect(options.nth(place)).to_have_attribute("aria-selected", "true")
        expect(field).to_have_attribute("aria-activedescendant", f"don-vi-{place}")
    # Escape closes the list and chooses nothing; an arrow opens it again, up from the field to the last.
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(page.locator("input[name=unit]")).to_have_value("")
    field.press("ArrowUp")
    expect(options.nth(2)).to_have_attribute("aria-selected", "true")
    name = (options.nth(2).text_content() or "").removesuffix("Tỉnh Tìm Kiếm")
    # Enter chooses and sends no half-filled form; the way to change it has the focus.
    field.press("Enter")
    expect(page.locator(".chosen")).to_contain_text(name)
    expect(page.locator("input[name=unit]")).not_to_have_value("")
    change = page.get_by_role("button", name="Đổi", exact=True)
    expect(change).to_be_focused()
    assert page.url.endswith(address)
    change.press("Enter")
    expect(field).to_be_focused()
    expect(page.locator("input[name=unit]")).to_have_value("")
    # Nothing found is told too, and Enter searches at once.
    field.fill("khong co dau")
    field.press("Enter")
    expect(status).to_contain_text("Không tìm thấy đơn vị nào.")
