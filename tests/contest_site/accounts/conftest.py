"""Fixtures of the entrance. Django is imported inside: this file may be read before it is set up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from contest_site.accounts.models import User
    from tests.contest_site.accounts.entrance import Codes


@pytest.fixture(autouse=True)
def _fast_hashing() -> Iterator[None]:
    # Argon2 is meant to be slow; nothing here tests that.
    from django.test.utils import override_settings

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def codes(tmp_path: Path, settings: Any) -> Codes:
    """All codes that are sent, through the real file sender."""
    from tests.contest_site.accounts.entrance import Codes

    settings.CODE_SENDERS = ["contest_site.accounts.senders.File"]
    settings.CODE_FILE = tmp_path / "codes.jsonl"
    return Codes(settings.CODE_FILE)


@pytest.fixture
def member(db: None) -> User:
    """A contestant with a proved phone number."""
    from contest_site.accounts.models import User
    from tests.contest_site.accounts.entrance import PASSWORD

    return User.objects.create_user(
        full_name="Nguyễn Thị Hạnh", phone="+84912345678", phone_verified=True, password=PASSWORD
    )
