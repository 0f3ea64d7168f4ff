"""Who lives: workers and beat leave a sign, and each looks whether the other still does.

A beat that is silent starts nothing, so a worker starts the look in its place, which then sees the silence. A
worker that is silent looks at nothing, so the beat looks at the workers itself (contest_site.watch.guarding).
Connected in contest_site.celery; runs in the processes of Celery alone.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import Any

from django.conf import settings
from redis.exceptions import RedisError

from contest_site.lib import tally

log = logging.getLogger(__name__)

LOOK = "contest_site.watch.tasks.look"
BEAT, LOOKED, WEB, BORN = "beat", "look", "web", "born"
WORKER = "worker "  # and its name, and its queues
EVERY = 10.0  # seconds between two signs of a worker
GONE = 3600  # seconds after which a silent worker is one that was taken away

_last_sign = 0.0
_in_beat = False
_guard: threading.Thread | None = None


def worker_lives(sender: Any = None, **signal: Any) -> None:
    """Celery's heartbeat_sent, every two seconds in a worker's main process: leave a sign every ten."""
    global _last_sign
    now = time.monotonic()
    if now - _last_sign < EVERY:
        return
    _last_sign = now
    queues = os.environ.get("QUEUES", "celery,pdf")
    _mark_birth()
    tally.stamp(f"{WORKER}{sender.eventer.hostname} {queues}")
    if "celery" in queues.split(",") and _beat_is_silent():
        # Whoever takes it sees the same; more than one of them does no harm.
        sender.eventer.app.send_task(LOOK, expires=30)


def beat_starts(**signal: Any) -> None:
    """Celery's beat_init."""
    global _in_beat
    _in_beat = True
    _mark_birth()


def beat_sends(sender: str = "", **signal: Any) -> None:
    """Celery's before_task_publish: in the beat, with each look that is due, leave a sign and look at all."""
    global _guard
    if not _in_beat or sender != LOOK:
        return
    tally.stamp(BEAT)
    if _guard is None or not _guard.is_alive():
        from contest_site.watch.guarding import guard_in_a_thread  # needs the models, which beat loads first

        _guard = threading.Thread(target=guard_in_a_thread, name="guard", daemon=True)
        _guard.start()


def _mark_birth() -> None:
    """Where all was silent the site was switched off: what is not there yet is late from now on only."""
    try:
        raw = tally.silence()
        if BORN not in raw or min(raw.values()) >= settings.WATCH_SILENCE[1]:
            tally.stamp(BORN)
    except RedisError:
        return


def _beat_is_silent() -> bool:
    try:
        return silence()[BEAT] >= settings.WATCH_SILENCE[1]
    except RedisError:
        return False


def silence(raw: dict[str, int] | None = None) -> dict[str, int]:
    """Part → seconds of silence; of the beat, the look and the site not more than the site is switched on.

    `raw`: what contest_site.lib.tally has of it, where that was read already. Raises RedisError without it.
    """
    raw = dict(tally.silence() if raw is None else raw)
    born = raw.pop(BORN, 0)
    return {**raw, **{part: min(raw.get(part, born), born) for part in (BEAT, LOOKED, WEB)}, BORN: born}


def workers(silence: dict[str, int]) -> dict[str, tuple[int, frozenset[str]]]:
    """Worker → seconds of silence, and the queues that it serves; those long gone are left out."""
    found = {}
    for part, seconds in silence.items():
        if part.startswith(WORKER) and seconds < GONE:
            name, _space, queues = part.removeprefix(WORKER).partition(" ")
            found[name] = (seconds, frozenset(queues.split(",")))
    return found
