"""Receipt codes: easy to read aloud and to type, impossible to guess."""

import secrets
import unicodedata

# Crockford's base 32: no I, L, O, U
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD = str.maketrans("ILO", "110")
LENGTH = 16  # 80 random bits


def new_receipt() -> str:
    """A fresh code such as "7K2M-Q9XD-04RT-WZ8N"."""
    return _grouped("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def read_receipt(text: str) -> str:
    """The canonical form of a typed code (case, spaces, dashes and the usual misreadings forgiven), or ""."""
    typed = unicodedata.normalize("NFKC", text).upper().translate(MISREAD)
    code = "".join(char for char in typed if char.isalnum())
    return _grouped(code) if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def _grouped(code: str) -> str:
    return "-".join(code[at : at + 4] for at in range(0, LENGTH, 4))
