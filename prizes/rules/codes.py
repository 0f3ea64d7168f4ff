"""The verification code on a certificate.

28 characters of Crockford's base 32 (no I, L, O, U) are 140 random bits. Written in groups of four; what a
person types is read with or without dashes, in either case, and with I, L and O for 1, 1 and 0.
"""

import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 28
_READ = str.maketrans("ILO", "110")


def grouped(code: str) -> str:
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def read_code(text: str) -> str | None:
    """The stored form of a typed code, or None when no code can look like this."""
    code = re.sub(r"[\s\-–—.]", "", text).upper().translate(_READ)
    return code if len(code) == LENGTH and not set(code) - set(ALPHABET) else None
