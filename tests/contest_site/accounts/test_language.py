"""Nobody meets an English word or a page of allauth's own at the entrance."""

import io
from pathlib import Path
from typing import Any

import allauth
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from django.conf import settings
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse

from contest_site.accounts import urls
from contest_site.accounts.models import User
from tests.contest_site.accounts.entrance import PASSWORD, log_in

OURS = settings.BASE_DIR / "templates"
ALLAUTH = Path(allauth.__file__).parent


def test_every_message_in_allauths_code_is_translated() -> None:
    """An update of allauth that brings new messages fails here."""
    with (settings.BASE_DIR / "locale/vi/LC_MESSAGES/django.po").open("rb") as po:
        catalog = read_po(io.BytesIO(po.read()), locale="vi")
    keywords = {"_": None, "gettext": None, "gettext_lazy": None, "pgettext": ((1, "c"), 2)}
    missing = set()
    for app in ("account", "mfa", "core"):
        for _name, _line, message, _comments, context in extract_from_dir(
            ALLAUTH / app, method_map=[("**.py", "python")], keywords=keywords
        ):
            found = catalog.get(message, context) if isinstance(message, str) else None
            if found is None or not found.string:
                missing.add(message)
    assert missing == set()


@pytest.mark.parametrize(
    "name",
    sorted(
        str(path.relative_to(ALLAUTH / "templates"))
        for folder in ("account", "mfa")
        for path in (ALLAUTH / "templates" / folder).rglob("*")
        if path.suffix in {".html", ".txt"}
    ),
)
def test_every_template_that_can_be_reached_is_ours(name: str) -> None:
    unreachable = (
        *("base_", "webauthn", "trust.html", "snippets/", "signup_by_passkey", "verification_sent"),
        # Links in e-mails and other ways that the settings switch off.
        *("email.html", "email_confirm.html", "email_confirm_", "email_confirmation_message"),
        *("email_confirmation_subject", "email_confirmation_signup", "account_already_exists"),
        *("password_reset_key", "password_reset_done", "password_reset_from_key_done"),
        *("verified_email_required", "login_code_", "password_reset_code", "base.html"),
    )
    part = name.split("/", 1)[1].removeprefix("email/").removeprefix("messages/")
    if part.startswith(unreachable) or "/base" in part:
        return
    template: Any = get_template(name)
    assert Path(template.origin.name).is_relative_to(OURS), name


@pytest.mark.django_db
def test_every_page_of_the_account_is_in_our_frame(client: Client) -> None:
    user = User.objects.create_user(username="thuky", password=PASSWORD, is_staff=True)
    pages = 0
    for browser in (Client(), client):
        for pattern in urls.urlpatterns:
            response = browser.get("/tai-khoan/" + str(pattern.pattern).replace("<int:pk>", "1"))
            if response.status_code == 200:
                html = response.content.decode()
                assert '<main id="noi-dung"' in html, pattern.name
                assert "Menu:" not in html, pattern.name
                assert "<style" not in html, pattern.name
                pages += 1
        log_in(client, "thuky")
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert pages >= 14
    assert user.pk
