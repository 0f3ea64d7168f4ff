"""The stack itself: it answers, and what its pages do wrong is seen."""

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.e2e.conftest import PHONE, NewPage
from tests.support.stack import Stack


@pytest.mark.parametrize("viewport", [PHONE])
def test_the_site_answers_a_phone(page: Page, viewport: ViewportSize) -> None:
    response = page.goto("/healthz")
    assert response is not None
    assert response.status == 200
    assert page.viewport_size == PHONE


def test_a_request_to_another_host_and_a_script_error_are_reported(
    new_page: NewPage, stack: Stack, page_errors: list[str]
) -> None:
    page = new_page()
    page.goto("about:blank")
    page.evaluate("fetch('http://example.invalid/x').catch(() => 0)")
    page.evaluate("setTimeout(() => { throw new Error('broken') }, 0)")
    page.wait_for_timeout(200)
    assert any("left the machine: http://example.invalid/x" in error for error in page_errors)
    assert any("script: broken" in error for error in page_errors)
    page_errors.clear()


def test_all_parts_run(stack: Stack) -> None:
    stack.children.check()
    assert sorted(stack.children.started) == ["beat", "web", "worker"]
