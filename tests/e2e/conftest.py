"""Browser tests: a real Chromium on a real site. Anything that a page reports as an error fails its test."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.support import stack as stacks

HERE = Path(__file__).parent
PICTURES = stacks.ROOT / "var" / "e2e"
PC = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=360, height=740)
# In milliseconds; for a machine that has other things to do as well.
PATIENCE = 20_000
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-quic"),
    # Without these Chromium calls its maker's hosts.
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One test process walks all that share the stack, so that one is enough."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            if item.get_closest_marker("xdist_group") is None:
                item.add_marker(pytest.mark.xdist_group("e2e"))


@pytest.fixture(scope="session")
def stack(services_folder: Path) -> Iterator[stacks.Stack]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw-1")
    with stacks.running(services_folder, int(worker.removeprefix("gw")) + 1) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright's event loop stays on this thread, and Django would refuse the database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def viewport() -> ViewportSize:
    """Give another one with `@pytest.mark.parametrize("viewport", [PHONE])`."""
    return PC


@pytest.fixture
def page_errors() -> list[str]:
    """What pages have reported so far. A test that means an error takes it out."""
    return []


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(
    browser: Browser, stack: stacks.Stack, page_errors: list[str], request: pytest.FixtureRequest
) -> Iterator[NewPage]:
    """`new_page(viewport, javascript=True)`: a page of another person, with cookies of its own."""
    pages: list[Page] = []

    def make(viewport: ViewportSize = PC, *, javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=stack.url,
            viewport=viewport,
            java_script_enabled=javascript,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        _watch(page, page_errors)
        pages.append(page)
        return page

    yield make
    failed = page_errors or request.session.testsfailed > request.node.stash.get(FAILED_BEFORE, 0)
    for number, page in enumerate(pages):
        if failed and not page.is_closed():
            name = re.sub(r"\W+", "-", request.node.name)
            page.screenshot(path=PICTURES / f"{name}-{number}.png", full_page=True)
        page.context.close()
    assert not page_errors, page_errors


@pytest.fixture
def page(new_page: NewPage, viewport: ViewportSize) -> Page:
    return new_page(viewport)


FAILED_BEFORE = pytest.StashKey[int]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[FAILED_BEFORE] = item.session.testsfailed


def _watch(page: Page, errors: list[str]) -> None:
    page.on(
        "console",
        lambda message: errors.append(f"console: {message.text}") if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: errors.append(f"script: {error}"))

    def outside(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname != "127.0.0.1":
            errors.append(f"left the machine: {url}")

    page.context.on("request", lambda request: outside(request.url))
