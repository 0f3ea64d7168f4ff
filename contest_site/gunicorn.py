"""Gunicorn's configuration, the same on a laptop and on a server (`bin/serve web`)."""

import os
from pathlib import Path
from typing import Any

from contest_site.env import env_int, env_str

bind = f"{env_str('HOST', '127.0.0.1')}:{env_int('PORT', 8000)}"
# Requests wait for the database more than they compute, so threads carry most of the load.
worker_class = "gthread"
workers = env_int("WEB_WORKERS", 2)
threads = env_int("WEB_THREADS", 8)
# At an opening many phones connect in the same second.
backlog = 2048
# Longer than the proxy keeps an idle connection to us, so that it is never us who closes under its request.
keepalive = 75
timeout = 60
# A deploy lets running requests finish (docker-compose.yml waits longer than this).
graceful_timeout = 30
# What leaks is given back now and then; a worker's start costs as much as some ten thousand public pages.
max_requests = 500_000
max_requests_jitter = 50_000
# What a proxy says of its visitor is Django's to judge (TRUSTED_PROXY_COUNT). gunicorn takes nobody's header
# for the scheme or the path of a request, so it need not look each time who sends it.
forwarded_allow_ips = "*"
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
# Heartbeats on a real disk can stall for seconds.
memory = Path("/dev/shm")  # noqa: S108  gunicorn makes files of its own in it
worker_tmp_dir = str(memory) if os.access(memory, os.W_OK) else None
# The proxy writes the access log; addresses and URLs are kept in one place only.
accesslog = None
loglevel = env_str("LOG_LEVEL", "info").lower()
# Its default place is the user's home, which two sites of one user would share.
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """A worker's settings no longer change: attributes instead of some thirty searches for each request."""
    worker.cfg.__dict__.update({name: setting.get() for name, setting in worker.cfg.settings.items()})
