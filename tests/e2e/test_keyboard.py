"""From the contest's page to the receipt with the keyboard alone: no pointer, and the focus always in sight.

Every stop of the Tab key is seen: it lies in the window, is drawn with an outline, and has a name.
"""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import PC, NewPage
from tests.support.stack import Stack

MOST_STOPS = 60
PREPARE = """
import json
from itertools import count
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from tests.support import factories
from tests.support.factories import make_bank, make_contest, make_entry, make_round, make_user

factories._serial = count(770000)
contest = make_contest(slug="thi-bang-ban-phim")
make_round(contest, bank=make_bank(4), questions=3)
user = make_user(username="nguoi-ban-phim", phone="+84907660000")
make_entry(contest, user=user)
store = SessionStore()
store[SESSION_KEY], store[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
store.save()
print("PREPARED", json.dumps(store.session_key))
"""
STOP = """() => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const seen = it.matches("input[type=radio], input[type=checkbox]") ? it.closest("label") ?? it : it;
  const style = getComputedStyle(it), around = getComputedStyle(seen);
  return {
    name: (it.ariaLabel ?? (it.labels?.[0] ?? it).textContent ?? "").trim().replace(/\\s+/g, " "),
    drawn: [style, around].some((one) => one.outlineStyle !== "none" && parseFloat(one.outlineWidth) >= 2),
  };
}"""
# The page may still be on its way to it.
INSIDE = """() => {
  const it = document.activeElement, box = (it.closest("label") ?? it).getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
}"""


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until what is focused bears a name that `wanted` finds; look at every stop on the way."""
    passed = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop: dict[str, Any] | None = page.evaluate(STOP)
        if stop is None:  # the browser's own bar, between the last and the first
            continue
        passed.append(stop["name"])
        assert stop["name"], (wanted, passed)
        page.wait_for_function(INSIDE)
        assert stop["drawn"], f"{stop['name']} does not show that it is focused"
        if re.search(wanted, stop["name"]):
            return
    raise AssertionError(f"no way to {wanted}: {passed}")


def test_a_paper_is_taken_and_submitted_without_a_pointer(stack: Stack, new_page: NewPage) -> None:
    said = stack.run(PREPARE)
    page = new_page(PC)
    session = json.loads(said.partition("PREPARED ")[2])
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": stack.url}])
    page.goto("/cuoc-thi/thi-bang-ban-phim/")
    page.keyboard.press("Tab")
    assert page.evaluate(STOP)["name"] == "Đến nội dung chính"
    page.keyboard.press("Enter")
    tab_to(page, "^Vào thi$")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "^Bắt đầu làm bài$")
    with page.expect_navigation(url="**/bai-thi/**"):
        page.keyboard.press("Enter")
    for number in (1, 2, 3):
        tab_to(page, "^A (Đúng|Sai)")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        expect(page.locator(f"#cau-{number} input").nth(1)).to_be_checked()
    tab_to(page, "Có bao nhiêu người|dự đoán")
    page.keyboard.type("12")
    expect(page.locator("#state")).to_contain_text("Đã lưu")
    tab_to(page, "^Xem lại")
    with page.expect_navigation(url="**/xem-lai/"):
        page.keyboard.press("Enter")
    tab_to(page, "^Nộp bài$")
    with page.expect_navigation(url="**/ket-qua/"):
        page.keyboard.press("Enter")
    expect(page.locator(".receipt .code")).to_be_visible()
    tab_to(page, "Biên nhận để in")
