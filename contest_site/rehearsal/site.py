"""The rehearsal's own web server, and a worker with its schedule if there is none, on this site's data."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from contest_site.celery import app
from contest_site.processes import Children

STOP_SECONDS = 20.0


@dataclass(frozen=True)
class Site:
    url: str
    code_file: Path
    children: Children


@contextmanager
def running(folder: Path, concurrency: int) -> Iterator[Site]:
    """They run as long as the block; what they leave in `folder` (logs, codes) is the caller's to remove."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    code_file = folder / "codes.jsonl"
    children = Children(folder)
    env = environment(port, code_file, threads=max(4, concurrency))
    serve = str(settings.BASE_DIR / "bin" / "serve")
    try:
        children.start("web", [serve, "web"], env)
        if not worker_answers():
            children.start("worker", [serve, "worker"], env)
            children.wait_for_worker()
            # As on every site: what the broker or a worker forgot is found in the database.
            children.start("beat", [serve, "beat"], {**env, "BEAT_SCHEDULE": str(folder / "beat-schedule")})
        children.wait_for_web(url)
        yield Site(url, code_file, children)
    finally:
        children.stop(STOP_SECONDS)


def environment(port: int, code_file: Path, *, threads: int) -> dict[str, str]:
    """The settings in force here, as variables; on loopback without TLS, and many people from one address."""
    return {
        **os.environ,
        "DATABASE_URL": settings.DATABASE_URL,
        "REDIS_URL": settings.REDIS_URL,
        "CACHE_URL": settings.CACHE_URL,
        "SECRET_KEY": settings.SECRET_KEY,
        "IDENTITY_KEY": settings.IDENTITY_KEY,
        "VAR_DIR": str(settings.VAR_DIR),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "DEBUG": "false",
        "INSECURE_HTTP": "true",
        "ALLOWED_HOSTS": "127.0.0.1",
        # Certificates name the public address, whoever prints them.
        "SITE_URL": settings.SITE_URL,
        "TRUSTED_PROXY_COUNT": "0",
        "RATE_LIMITS_ENABLED": "false",
        "CODE_SENDERS": "contest_site.accounts.senders.File",
        "CODE_FILE": str(code_file),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WEB_WORKERS": "2",
        "WEB_THREADS": str(threads),
        "LOG_LEVEL": "INFO",
    }


def worker_answers() -> bool:
    """Whether a worker of this site is there already; False when the broker is away as well."""
    try:
        return bool(app.control.ping(timeout=1.5))
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
