"""Gunicorn's configuration, the same on a laptop and on a server (`bin/serve web`)."""

import os
from pathlib import Path

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
max_requests = 20_000
max_requests_jitter = 2_000
# Heartbeats on a real disk can stall for seconds.
memory = Path("/dev/shm")  # noqa: S108  gunicorn makes files of its own in it
worker_tmp_dir = str(memory) if os.access(memory, os.W_OK) else None
# The proxy writes the access log; addresses and URLs are kept in one place only.
accesslog = None
loglevel = env_str("LOG_LEVEL", "info").lower()
# Its default place is the user's home, which two sites of one user would share.
control_socket_disable = True
