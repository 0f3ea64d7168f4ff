"""Values that are kept to be shown to very few: encrypted with a key derived from IDENTITY_KEY.

AES-256-GCM; what is sealed for one purpose opens for no other. Losing IDENTITY_KEY loses the values.
"""

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE = 12  # bytes, new for each value


class SealBrokenError(Exception):
    """The bytes were not sealed with this key and for this purpose."""


def seal_value(text: str, purpose: str) -> bytes:
    """The text encrypted: nonce, then ciphertext with its tag. Two seals of one text differ."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(_key(purpose, settings.IDENTITY_KEY)).encrypt(nonce, text.encode(), None)


def open_value(sealed: bytes, purpose: str) -> str:
    """The text that was sealed. Raises SealBrokenError when the key is another one or a byte was changed."""
    data = bytes(sealed)
    try:
        return AESGCM(_key(purpose, settings.IDENTITY_KEY)).decrypt(data[:NONCE], data[NONCE:], None).decode()
    except (InvalidTag, ValueError):
        raise SealBrokenError(purpose) from None


# A list opens one value after another; deriving costs several times as much as opening.
@lru_cache(maxsize=16)
def _key(purpose: str, secret: str) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"contest-site {purpose}".encode())
    return derive.derive(secret.encode())
