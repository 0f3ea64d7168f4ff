"""A browser without a screen: it gets pages, reads their forms and sends them as a person's browser would."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from lxml import html

TIMEOUT = httpx.Timeout(30.0, connect=10.0)


class UnexpectedPageError(Exception):
    """A page that should not have come: another status, no such form, a text that is missing."""


class StoppedError(Exception):
    """The rehearsal is being ended."""


class Page:
    def __init__(self, response: httpx.Response) -> None:
        self.url = str(response.url)
        self.path = response.url.path
        self.status = response.status_code
        self.content = response.content
        parser = html.HTMLParser(encoding=response.encoding or "utf-8")
        self.tree: Any = html.document_fromstring(response.content or b"<p></p>", parser=parser)

    @property
    def text(self) -> str:
        """What a person reads, white space folded."""
        for part in self.tree.xpath("//script | //style | //template"):
            part.drop_tree()
        return " ".join(str(self.tree.text_content()).split())

    def form(self, *, field: str = "", action: str = "") -> Form:
        """The form that has the field, or that is sent to the path `action`."""
        for form in self.tree.forms:
            if field and field in form.fields:
                return Form(self, form)
            if (
                action
                and form.method == "POST"
                and urlsplit(urljoin(self.url, form.get("action") or "")).path == action
            ):
                return Form(self, form)
        raise UnexpectedPageError(f"{self.path}: no form with {field or action}; {self.hint}")

    def links(self, beginning: str) -> list[str]:
        """Where links lead whose path begins so, each once, in the order of the page."""
        found = [urlsplit(urljoin(self.url, str(href))).path for href in self.tree.xpath("//a/@href")]
        return list(dict.fromkeys(path for path in found if path.startswith(beginning)))

    @property
    def hint(self) -> str:
        """The page's own words about what went wrong, for the list of errors."""
        found = self.tree.xpath(
            "//*[contains(concat(' ', @class, ' '), ' errorlist ')] | //*[contains(@class, 'messagelist')]"
            " | //*[contains(concat(' ', @class, ' '), ' messages ')]"
        )
        words = " · ".join(" ".join(one.text_content().split()) for one in found)
        heading = " ".join(" ".join(one.text_content().split()) for one in self.tree.xpath("//h1"))
        return f"“{heading}” {words}".strip()[:300]


class Form:
    def __init__(self, page: Page, element: Any) -> None:
        self.page = page
        self.element = element
        # What a browser would send as the page stands: (name, value), doubles kept.
        self.values: dict[str, str] = dict(element.form_values())

    @property
    def names(self) -> list[str]:
        """All fields in the order of the page, those too that have no value yet."""
        return list(dict.fromkeys(str(name) for name in self.element.xpath(".//*[@name]/@name")))

    def options(self, name: str) -> list[str]:
        """The values that the page offers for a choice, without the empty one."""
        found = self.element.xpath(
            ".//input[@name=$it and @type='radio']/@value | .//select[@name=$it]//option/@value", it=name
        )
        return [str(value) for value in found if value]

    def address(self, button: str = "") -> str:
        """Where it is sent: its action, or that of the button with this id or name."""
        action = self.element.get("action") or self.page.url
        if button:
            found = self.element.xpath(".//button[@id=$it or @name=$it] | .//input[@name=$it]", it=button)
            if not found:
                raise UnexpectedPageError(f"{self.page.path}: no button {button}")
            action = found[0].get("formaction") or action
        return urljoin(self.page.url, str(action))


class Browser:
    """One person's browser, with its cookies."""

    def __init__(self, site: str, stop: threading.Event, cookies: httpx.Cookies | None = None) -> None:
        self.stop = stop
        # A proxy that the shell names is not for this machine's own address.
        self.client = httpx.Client(
            base_url=site, cookies=cookies, follow_redirects=True, timeout=TIMEOUT, trust_env=False
        )

    def forget(self) -> None:
        """Go on as another device, of somebody who is not logged in."""
        self.client.cookies.clear()

    def close(self) -> None:
        self.client.close()

    def get(self, path: str, *, expect: int = 200, **query: str) -> Page:
        return self._page(self._send("GET", path, params=query or None), expect)

    def download(self, path: str, **query: str) -> httpx.Response:
        return self._expected(self._send("GET", path, params=query or None), 200)

    def submit(
        self,
        form: Form,
        values: Mapping[str, str] | None = None,
        *,
        files: Mapping[str, tuple[str, bytes]] | None = None,
        button: str = "",
        expect: int = 200,
    ) -> Page:
        """Send the form as it stands on the page with `values` typed in, by the button if one is named.

        `files`: by field, a file's name and content.
        """
        data = {**form.values, **(values or {})}
        address = form.address(button)
        if button and form.element.xpath(".//button[@name=$it] | .//input[@name=$it]", it=button):
            data[button] = "1"
        return self._page(self._send("POST", address, data=data, files=files or None), expect)

    def post(self, path: str, data: Mapping[str, str], *, expect: int = 200) -> Page:
        """Send what no form on a page offers to send."""
        return self._page(self._send("POST", path, data=dict(data)), expect)

    def send_json(self, path: str, data: Mapping[str, str], token: str) -> tuple[int, dict[str, Any]]:
        """As the page's script does: form fields there, JSON back. (status, body)"""
        headers = {"Accept": "application/json", "X-CSRFToken": token}
        response = self._send("POST", path, data=dict(data), headers=headers)
        return response.status_code, response.json()

    def get_json(self, path: str, **query: str) -> dict[str, Any]:
        response = self._send("GET", path, params=query, headers={"Accept": "application/json"})
        body: dict[str, Any] = self._expected(response, 200).json()
        return body

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        if self.stop.is_set():
            raise StoppedError
        return self.client.request(method, path, **options)

    def _page(self, response: httpx.Response, expect: int) -> Page:
        page = Page(response)
        if page.status != expect:
            method = response.request.method
            raise UnexpectedPageError(f"{method} {page.path}: {page.status}, not {expect}; {page.hint}")
        return page

    def _expected(self, response: httpx.Response, status: int) -> httpx.Response:
        if response.status_code != status:
            raise UnexpectedPageError(f"{response.url.path}: {response.status_code}, not {status}")
        return response
