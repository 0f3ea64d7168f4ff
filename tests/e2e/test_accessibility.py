"""axe finds nothing on any page: in both themes, both languages, as pages come and at the largest text.

The pages are those of the URLconf, so that a new one cannot be forgotten. They are asked of the views in this
process and shown by a browser that asks for nothing else: no site is started, nothing waits for a network.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.db import connections
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Browser, BrowserContext, Page, Route, ViewportSize

from tests.e2e.conftest import PHONE

pytestmark = [pytest.mark.dear, pytest.mark.xdist_group("axe")]
ORIGIN = "http://thi.test"
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# Every rule is applied; only of what it finds wrong is the whole told, which is a good part of the work.
RUN = """async () => (await axe.run({resultTypes: ["violations"]})).violations.map(
    v => [v.id, ...v.nodes.map(n => n.target.join(' '))])"""

# What is no page: files, answers for scripts, addresses that only take a form or lead elsewhere.
NO_PAGES = {
    *("healthz", "favicon", "robots", "sitemap", "card", "card_today", "picture", "language"),
    *("contests:document", "contests:units", "contests:name_guardian", "contests:guardian_answer"),
    *("attempts:save", "attempts:submit", "agency:excel", "agency:roster_template", "reports:download"),
    *("prizes:verify_list", "prizes:rules_pdf", "prizes:participation_pdf", "prizes:certificate_pdf"),
    *(
        "data_download",
        "study_pdf",
        "mfa_download_recovery_codes",
        "mfa_login_webauthn",
        "oidc_begin",
        "oidc_callback",
    ),
    # Organisers' own, like the admin: dark, for a wall.
    *("watch:page", "watch:data", "watch:backup"),
    # They need a key that a device made.
    *("mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_reauthenticate_webauthn"),
}
ERRORS = [
    "400.html",
    "403.html",
    "403_csrf.html",
    "404.html",
    "429.html",
    "500.html",
    "503.html",
    "refused.html",
]
MODES: dict[str, tuple[str, str, ViewportSize]] = {
    "as it comes, by day": ("vi", "", {"width": 1280, "height": 800}),
    "in English, by night, at the largest text on a phone": (
        "en",
        "size:3.theme:dark.spacing:looser",
        PHONE,
    ),
}


def names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """Names of all pages but those of the admin and of the demo."""
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            yield f"{space}{one.name}"
        elif one.namespace != "admin" and "demo" not in str(one.pattern):
            yield from names(one, f"{space}{one.namespace}:" if one.namespace else space)


@dataclass
class World:
    """Who looks, and where each page is."""

    clients: dict[str, Client]
    addresses: list[tuple[str, str, str]]  # (who, the page's name and what state it is in, address)


@pytest.fixture
def _nothing_left_open() -> Iterator[None]:
    """Beside a browser's event loop Django keeps connections of their own, which nobody else would close."""
    yield
    connections.close_all()


@pytest.fixture
def world(_nothing_left_open: None, db: None, settings: Any, tmp_path: Path) -> World:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.RATE_LIMITS_ENABLED = False
    settings.CODE_SENDERS = ["contest_site.accounts.senders.File"]
    settings.CODE_FILE = tmp_path / "codes.jsonl"
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID = "https://dinh-danh.example", "thi"
    settings.OIDC_NAME = "Định danh điện tử"
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    from tests.contest_site.accounts.entrance import Codes
    from tests.e2e.accessible_pages import make_world

    clients, addresses = make_world(Codes(settings.CODE_FILE))
    return World(clients, addresses)


@pytest.mark.django_db
def test_every_page_of_the_urlconf_is_looked_at(world: World) -> None:
    looked_at = {name.partition(",")[0] for _who, name, _address in world.addresses}
    there = set(names(get_resolver()))
    assert there - looked_at - NO_PAGES == set(), "pages that no one looks at"
    assert (looked_at | NO_PAGES) - there == set(), "pages that are gone"


@pytest.mark.django_db
def test_no_page_is_looked_at_under_the_name_of_another(world: World) -> None:
    led_away = {
        f"{name} ({who})": response["Location"]
        for who, name, address in world.addresses
        if (response := world.clients[who].get(address)).has_header("Location")
    }
    assert led_away == {}, "pages that nobody sees, since they lead elsewhere"


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing(world: World, browser: Browser, mode: str) -> None:
    language, reading, viewport = MODES[mode]
    # Colours that are still changing are nobody's colours.
    context = browser.new_context(viewport=viewport, base_url=ORIGIN, reduced_motion="reduce")
    context.add_init_script(AXE)
    choose(context, reading)
    page = context.new_page()
    found: dict[str, Any] = {}
    show = Shown(page)
    for who, name, address in world.addresses:
        client = world.clients[who]
        client.cookies["language"], client.cookies["reading"] = language, reading
        response = client.get(address)
        # One that leads elsewhere would be looked at under another's name.
        assert response.status_code == 200 or 400 <= response.status_code < 500, (name, response)
        found[f"{name} ({who})"] = show(response.content.decode())
    with override_settings(LANGUAGE_CODE=language):
        for name in ERRORS:
            request = RequestFactory().get("/")
            request.COOKIES["reading"] = reading
            found[name] = show(render_to_string(name, {"message": "Vòng thi chưa mở."}, request=request))
    assert page.evaluate("document.documentElement.dataset.theme") == (
        "dark" if "dark" in reading else "auto"
    )
    context.close()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def choose(context: BrowserContext, reading: str) -> None:
    """The choices of how pages are shown, as the script of the pages finds them."""
    if reading:
        context.add_cookies([{"name": "reading", "value": reading, "url": ORIGIN}])


class Shown:
    """Shows pages of this process in a browser; says what axe has against them, and whether they fit."""

    def __init__(self, page: Page, *, look: bool = True) -> None:
        self.page = page
        self.look = look
        self.html = ""
        self.outside: list[str] = []
        page.route("**/*", self._answer)

    def __call__(self, html: str) -> list[Any]:
        self.html = html
        self.page.goto(f"{ORIGIN}/")
        wrong: list[Any] = self.page.evaluate(RUN) if self.look else []
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(["wider than the screen"])
        wrong += [["asks another site", address] for address in self.outside]
        self.outside.clear()
        return wrong

    def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if not route.request.url.startswith((f"{ORIGIN}/", "data:")):
            self.outside.append(route.request.url)
        if path == "/" and route.request.is_navigation_request():
            route.fulfill(content_type="text/html; charset=utf-8", body=self.html)
        elif path.startswith("/static/") and (file := finders.find(path.removeprefix("/static/"))):
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            route.fulfill(content_type=kind, path=str(file))
        else:
            route.abort()
