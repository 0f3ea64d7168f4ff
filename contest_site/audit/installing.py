"""After every migration: what writes the trail, and what the application's role may do to it (nothing)."""

from typing import Any

from contest_site.audit.grants import grant
from contest_site.audit.triggers import install


def install_trail(**signal: Any) -> None:
    """Safe to repeat; a database that is as it should be is asked one question and left alone."""
    install()
    grant()
