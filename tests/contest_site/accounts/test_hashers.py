from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from contest_site.accounts import hashers


def test_no_more_passwords_are_hashed_at_once_than_the_process_has_cores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_once, most, counting = 0, 0, Lock()

    def counted(self: Any, password: str, encoded: str) -> bool:
        nonlocal at_once, most
        with counting:
            at_once += 1
            most = max(most, at_once)
        matches = bool(verify(self, password, encoded))
        with counting:
            at_once -= 1
        return matches

    verify = Argon2PasswordHasher.verify
    monkeypatch.setattr(Argon2PasswordHasher, "verify", counted)
    hasher = hashers.Argon2()
    encoded = hasher.encode("mot-mat-khau-dai", "0123456789abcdef")
    with ThreadPoolExecutor(4) as threads:
        right = list(threads.map(lambda _: hasher.verify("mot-mat-khau-dai", encoded), range(4)))
        wrong = threads.submit(hasher.verify, "mot-mat-khau-khac", encoded).result()
    assert right == [True] * 4
    assert wrong is False
    assert most <= hashers.AT_ONCE
