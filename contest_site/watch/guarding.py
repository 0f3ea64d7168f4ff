"""The looks: of a worker at everything, of the beat at what a worker cannot see."""

from __future__ import annotations

import http.client
import logging
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from redis.exceptions import RedisError

from contest_site.lib import tally
from contest_site.lib.clock import database_now
from contest_site.watch import alerts, pulse, signs
from contest_site.watch.counting import count_round, rounds_to_count
from contest_site.watch.enums import IncidentKind, State
from contest_site.watch.incidents import observe

log = logging.getLogger(__name__)

PROBE_TIMEOUT = 5.0  # seconds
DATABASE_TOLD = "watch:database-told"


def look() -> None:
    """Every 15 seconds in a worker: count the rounds, try the site, open and end incidents, tell of them."""
    tally.stamp(pulse.LOOKED)
    for round in rounds_to_count():
        try:
            count_round(round)
        except Exception:  # one round's trouble is not the others'
            log.exception("round %s could not be counted", round.pk)
    if answers(settings.WATCH_WEB_URL):
        tally.stamp(pulse.WEB)
    _forget_the_gone()
    found = signs.all_signs(database_now())
    observe(found, signs.measured(found))
    alerts.tell()
    _database_is_back()


def guard() -> None:
    """In the beat, in a thread of its own: what would keep a worker from looking. Never raises."""
    try:
        found = []
        try:
            found.append(signs.worker_sign(pulse.silence()))
            signs.queue_lengths()
        except RedisError as error:
            found.append(signs.no_redis(error))
        urgent = [sign for sign in found if sign.state is State.URGENT]
        if urgent:
            # Opened here and kept open; the look of a worker that is there again ends it.
            observe(urgent, {IncidentKind(sign.kind) for sign in urgent})
            alerts.tell()
    except (DatabaseError, InterfaceError) as error:
        database_away(error)
    except Exception:
        log.exception("the beat could not look at the workers")


def guard_in_a_thread() -> None:
    """The beat's own; a thread has its own connection, which nobody else closes."""
    try:
        guard()
    finally:
        connection.close()


def _forget_the_gone() -> None:
    """Workers of containers that were replaced leave their name behind."""
    try:
        silence = tally.silence()
        gone = [
            part
            for part, seconds in silence.items()
            if seconds >= pulse.GONE and part.startswith(pulse.WORKER)
        ]
        tally.forget(gone)
    except RedisError:
        return


def answers(url: str) -> bool:
    """Whether the web process at the operator's own address answers that all is well."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    link = kind(parts.netloc, timeout=PROBE_TIMEOUT)
    host = settings.ALLOWED_HOSTS[0] if settings.ALLOWED_HOSTS else parts.netloc
    try:
        link.request("GET", "/healthz", headers={"Host": host.lstrip(".")})
        return link.getresponse().status == 200
    except (OSError, http.client.HTTPException, ValueError) as error:
        log.warning("the site did not answer: %s", type(error).__name__)
        return False
    finally:
        link.close()


def database_away(error: Exception) -> None:
    """There is no row to be kept now: into the log each time, and one message an hour by way of the cache."""
    log.critical("the database cannot be reached: %s", type(error).__name__)
    try:
        first = cache.add(DATABASE_TOLD, 1, timeout=3600)
    except RedisError:
        first = False
    if first:
        label = str(IncidentKind.DATABASE.label)
        alerts.send(f"[Khẩn] {label}", f"{label}.\n{settings.SITE_URL}", IncidentKind.DATABASE, over=False)


def _database_is_back() -> None:
    try:
        told = cache.delete(DATABASE_TOLD)
    except RedisError:
        return
    if told:
        label = str(IncidentKind.DATABASE.label)
        alerts.send(f"[Đã hết] {label}", f"{label}.\n{settings.SITE_URL}", IncidentKind.DATABASE, over=True)
