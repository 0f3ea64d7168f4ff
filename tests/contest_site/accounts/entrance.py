"""Walking through the entrance as a browser without JavaScript does."""

import json
import re
from pathlib import Path
from typing import Any

from django.test import Client
from django.urls import reverse

PASSWORD = "con ngua phi nhanh"


class Codes:
    def __init__(self, path: Path) -> None:
        self.path = path

    def sent(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.path.read_text().splitlines()] if self.path.exists() else []

    def last(self, to: str) -> str:
        return [item["code"] for item in self.sent() if item["to"] == to][-1]


def sign_up(
    client: Client, contact: str, password: str = PASSWORD, name: str = "Trần Văn An", **more: str
) -> Any:
    data = {"full_name": name, "contact": contact, "password1": password, **more}
    return client.post(reverse("account_signup"), data)


def log_in(client: Client, login: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post(reverse("account_login"), {"login": login, "password": password, **more})


def enter_code(client: Client, code: str, page: str = "account_confirm_login_code", **more: str) -> Any:
    return client.post(reverse(page), {"code": code, **more})


def registered(client: Client, codes: Codes, contact: str, to: str, **more: str) -> Any:
    sign_up(client, contact, **more)
    return enter_code(client, codes.last(to))


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def text(response: Any) -> str:
    """The page without what differs between any two requests."""
    body = response.content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", body)
