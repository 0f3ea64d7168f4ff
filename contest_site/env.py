"""Typed readers for environment variables: a bad value fails at start, by name, never later."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def env_str(name: str, default: str) -> str:
    return os.environ.get(name, default)


def env_bool(name: str, default: bool) -> bool:
    raw = os.environ.get(name)
    if raw is None:
        return default
    if raw.lower() in TRUE:
        return True
    if raw.lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {raw!r}.")


def env_int(name: str, default: int) -> int:
    raw = os.environ.get(name)
    if raw is None:
        return default
    try:
        return int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}.") from None


def env_pair(name: str, default: tuple[int, int]) -> tuple[int, int]:
    """Two whole numbers "a,b", the first not greater than the second."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    try:
        first, second = (int(part) for part in raw.split(","))
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be two whole numbers such as 1,20, not {raw!r}.") from None
    if first > second:
        raise ImproperlyConfigured(f"{name}: the first number must not be greater than the second.")
    return first, second


def env_list(name: str, default: list[str]) -> list[str]:
    raw = os.environ.get(name)
    return default if raw is None else [part.strip() for part in raw.split(",") if part.strip()]


def env_path(name: str, default: Path) -> Path:
    raw = os.environ.get(name)
    return default if raw is None else Path(raw).resolve()


def parse_database_url(url: str) -> dict[str, object]:
    """Django's DATABASES entry for a `postgresql://user:password@host:port/name?host=/socket/dir` URL.

    PostgreSQL is the only dialect; `?host=` (a socket directory) and `?sslmode=` are understood.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"DATABASE_URL must start with postgresql://, not {parts.scheme!r}.")
    query = dict(parse_qsl(parts.query))
    options = {key: value for key, value in query.items() if key not in {"host", "port"}}
    return {
        "ENGINE": "contest_site.lib.postgres",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": query.get("port") or str(parts.port or ""),
        "OPTIONS": options,
    }
