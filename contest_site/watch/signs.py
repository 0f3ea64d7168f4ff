"""What is measured of the site, each number with its state in words. Nothing here grows with attempts."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from redis import Redis
from redis.exceptions import RedisError

from contest_site.audit.sealing import unsealed_since
from contest_site.lib import tally
from contest_site.lib.templatetags.vi import moment, number
from contest_site.watch import pulse, reading
from contest_site.watch.backups import LOST
from contest_site.watch.enums import IncidentKind, State
from contest_site.watch.models import Backup

LATELY = 5  # minutes over which errors are added up
TRAIL_MINUTES = (5, 15)  # without a seal: one should look, and it cannot wait
Minutes = list[dict[str, int]]  # contest_site.lib.tally.Tallies
Silence = dict[str, int]  # contest_site.watch.pulse.silence
# Looked at each time, also where no sign says so (no round is late).
ALWAYS = frozenset(
    {IncidentKind.CLOSE, IncidentKind.BACKUP, IncidentKind.TRAIL, IncidentKind.DISK, IncidentKind.REDIS}
)
GIGABYTE = 1024**3


@dataclass(frozen=True)
class Sign:
    """One number of the page. `kind`: what an alert about it is called, "" where nobody is woken for it."""

    key: str
    label: str
    value: str
    state: State
    note: str = ""
    kind: str = ""
    about: str = ""
    url: str = ""


def state_of(value: int, thresholds: tuple[int, int]) -> State:
    """The state of a number that is the worse the greater it is."""
    look, urgent = thresholds
    return State.URGENT if value >= urgent else State.LOOK if value >= look else State.NORMAL


def all_signs(now: datetime, tallies: tally.Tallies | None = None) -> list[Sign]:
    """Everything but the counts of a round, as any process of the site sees it now (database time).

    `tallies`: of the last minutes, where they were read already.
    """
    silence = pulse.silence(tallies.silence) if tallies else None
    found = [
        *web_signs(tallies.minutes if tallies else None, silence),
        *queue_signs(silence),
        *round_signs(now),
        backup_sign(now),
        disk_sign(),
        *trail_signs(now, silence),
    ]
    return list({(sign.key, sign.about): sign for sign in found}.values())


def measured(found: list[Sign]) -> frozenset[IncidentKind]:
    """Kinds of incidents that these signs of everything speak of: what nobody could measure is not over."""
    return ALWAYS | {IncidentKind(sign.kind) for sign in found if sign.kind}


def web_signs(minutes: Minutes | None = None, silence: Silence | None = None) -> list[Sign]:
    """Errors, refusals and slow answers of the last minutes, and whether the site answers at all."""
    try:
        rows = (minutes or tally.by_minute(int(time.time() // 60), LATELY))[-LATELY:]
        silence = silence or pulse.silence()
    except RedisError as error:
        return [no_redis(error)]
    sums = {kind: sum(row[kind] for row in rows) for kind in tally.KINDS}
    since = _("trong %(minutes)d phút qua") % {"minutes": LATELY}
    slow = _("từ %(seconds)s giây trở lên, %(since)s") % {
        "seconds": number(Decimal(settings.WATCH_SLOW_MS) / 1000),
        "since": since,
    }
    return [
        _answers(silence),
        _counted(
            "errors", _("Lỗi máy chủ"), sums[tally.ERROR], settings.WATCH_ERRORS, since, IncidentKind.ERRORS
        ),
        _counted("refused", _("Bị từ chối"), sums[tally.REFUSED], settings.WATCH_REFUSED, since),
        _counted("slow", _("Trả lời chậm"), sums[tally.SLOW], settings.WATCH_SLOW, slow),
    ]


def _counted(
    key: str, label: str, value: int, thresholds: tuple[int, int], note: str, kind: str = ""
) -> Sign:
    return Sign(key, label, number(value), state_of(value, thresholds), note, kind)


def _answers(silence: dict[str, int]) -> Sign:
    """Whether the site answered the look's own request."""
    seconds = silence[pulse.WEB]
    state = state_of(seconds, settings.WATCH_SILENCE)
    value = _("trả lời") if state is State.NORMAL else _("không trả lời")
    note = _("lần trả lời gần nhất cách đây %(seconds)s giây") % {"seconds": number(seconds)}
    # While nobody looks, that is the fault, and nothing is known of the site.
    kind = IncidentKind.WEB if silence[pulse.LOOKED] < settings.WATCH_SILENCE[0] else ""
    return Sign("web", _("Trang thi"), value, state, note, kind)


def no_redis(error: Exception) -> Sign:
    """The counters are away; what matters is in the database."""
    note = _("Không đọc được số lỗi và dấu hiệu hoạt động; bài thi vẫn được lưu.")
    return Sign("redis", "Redis", type(error).__name__, State.URGENT, note, IncidentKind.REDIS)


def queue_signs(silence: Silence | None = None) -> list[Sign]:
    """The queue's length, and whether workers and the beat give signs of life."""
    try:
        lengths = queue_lengths()
        silence = silence or pulse.silence()
    except RedisError as error:
        return [no_redis(error)]
    total = sum(lengths.values())
    parts = ", ".join(f"{name}: {number(length)}" for name, length in lengths.items())
    queue = Sign(
        "queue",
        _("Hàng đợi"),
        number(total),
        state_of(total, settings.WATCH_QUEUE),
        parts,
        IncidentKind.QUEUE,
    )
    return [queue, worker_sign(silence), beat_sign(silence)]


def queue_names() -> list[str]:
    return ["celery", *sorted({route["queue"] for route in settings.CELERY_TASK_ROUTES.values()})]


def queue_lengths() -> dict[str, int]:
    """Queue → tasks that wait in it. Raises RedisError."""
    names = queue_names()
    with _broker().pipeline(transaction=False) as pipe:
        for name in names:
            pipe.llen(name)
        return dict(zip(names, pipe.execute(), strict=True))


@lru_cache(maxsize=1)
def _broker() -> Any:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)


def worker_sign(silence: dict[str, int]) -> Sign:
    """How many workers live; the state is that of the queue that was served least lately.

    Workers that live and take no task are as good as none, so the last look counts as well.
    """
    known = pulse.workers(silence)
    # A queue that nobody serves is silent for as long as the site is switched on.
    never = silence[pulse.BORN]
    least = {
        queue: min((seconds for seconds, served in known.values() if queue in served), default=never)
        for queue in queue_names()
    }
    look = settings.WATCH_SILENCE[0]
    idle = silence[pulse.LOOKED]
    alive = sum(seconds < look for seconds, _served in known.values())
    silent = [queue for queue, seconds in least.items() if seconds >= look]
    note = ""
    if silent:
        note = _("Không có tiến trình nào xử lý hàng đợi %(queues)s.") % {"queues": ", ".join(silent)}
    elif idle >= look:
        note = _("Không có tác vụ nào được xử lý trong %(seconds)s giây.") % {"seconds": number(idle)}
    value = ngettext("%(count)d tiến trình", "%(count)d tiến trình", alive) % {"count": alive}
    state = state_of(max(idle, *least.values()), settings.WATCH_SILENCE)
    return Sign("worker", _("Tiến trình xử lý"), value, state, note, IncidentKind.WORKER)


def beat_sign(silence: dict[str, int]) -> Sign:
    """Whether what is due at a time (closing rounds, finishing papers) is started at all."""
    seconds = silence[pulse.BEAT]
    state = state_of(seconds, settings.WATCH_SILENCE)
    value = _("hoạt động") if state is State.NORMAL else _("im lặng")
    note = _("dấu hiệu gần nhất cách đây %(seconds)s giây") % {"seconds": number(seconds)}
    return Sign("beat", _("Bộ hẹn giờ"), value, state, note, IncidentKind.BEAT)


def round_signs(now: datetime) -> list[Sign]:
    """A sign for each round that is past its end and was not closed; none when all is well."""
    look, urgent = settings.WATCH_CLOSE
    found = []
    for round in reading.unclosed_rounds(now):
        seconds = int((now - round.closes_at).total_seconds())
        if seconds < look:
            continue
        found.append(
            Sign(
                "close",
                _("Vòng thi chưa đóng"),
                str(round),
                state_of(seconds, (look, urgent)),
                _("hết giờ lúc %(end)s") % {"end": moment(round.closes_at)},
                IncidentKind.CLOSE,
                str(round.pk),
            )
        )
    return found


def backup_sign(now: datetime) -> Sign:
    """The age of the last backup; somebody is woken only where backups are to be made by themselves."""
    latest, last = reading.backups()
    sign = _last_backup_sign(next((one for one in latest if not one.running), None), last, now)
    running = next((one for one in latest if one.running and one.at > now - LOST), None)
    if running is None:
        return sign
    said = _("Đang sao lưu từ %(at)s.") % {"at": moment(running.at)}
    return replace(sign, note=f"{said} {sign.note}")


def _last_backup_sign(latest: Backup | None, last: Backup | None, now: datetime) -> Sign:
    kind = IncidentKind.BACKUP if settings.BACKUP_DIR else ""
    if latest and latest.failure:
        note = _("Lần sao lưu lúc %(at)s bị lỗi: %(failure)s") % {
            "at": moment(latest.at),
            "failure": latest.failure,
        }
        return Sign("backup", _("Sao lưu gần nhất"), _since(last, now), State.URGENT, note, kind)
    if last is None:
        note = _("Đặt BACKUP_DIR để sao lưu hằng đêm, hoặc chạy manage.py backup.")
        return Sign("backup", _("Sao lưu gần nhất"), _("chưa có"), State.LOOK, note)
    hours = int((now - last.at).total_seconds() // 3600)
    note = f"{moment(last.at)}, {size(last.size)}"
    state = state_of(hours, settings.WATCH_BACKUP_HOURS)
    return Sign("backup", _("Sao lưu gần nhất"), _since(last, now), state, note, kind)


def _since(backup: Backup | None, now: datetime) -> str:
    if backup is None:
        return _("chưa có")
    minutes = int((now - backup.at).total_seconds() // 60)
    if minutes < 120:
        return ngettext("%(count)d phút trước", "%(count)d phút trước", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(count)d giờ trước", "%(count)d giờ trước", hours) % {"count": hours}
    return ngettext("%(count)d ngày trước", "%(count)d ngày trước", hours // 24) % {"count": hours // 24}


def trail_signs(now: datetime, silence: Silence | None = None) -> list[Sign]:
    """A sign when the oldest row of the trail waits for a seal, which it should get within a minute."""
    since = unsealed_since()
    if since is None:
        return []
    seconds = int((now - since).total_seconds())
    with suppress(RedisError):
        # A site that was switched off is not late yet.
        seconds = min(seconds, (silence or pulse.silence())[pulse.BORN])
    state = state_of(seconds // 60, TRAIL_MINUTES)
    if state is State.NORMAL:
        return []
    note = _("Có dòng chưa được niêm phong từ %(at)s.") % {"at": moment(since)}
    return [Sign("trail", _("Niêm phong nhật ký"), _("chưa niêm phong"), state, note, IncidentKind.TRAIL)]


def disk_sign() -> Sign:
    """The fullest of the disks that this process writes to."""
    folders = [settings.VAR_DIR, settings.MEDIA_ROOT, *([settings.BACKUP_DIR] if settings.BACKUP_DIR else [])]
    used, free, folder = max(_disk(folder) for folder in folders)
    note = _("%(folder)s còn trống %(free)s") % {"folder": folder, "free": size(free)}
    return Sign("disk", _("Đĩa"), f"{used} %", state_of(used, settings.WATCH_DISK), note, IncidentKind.DISK)


def _disk(folder: Path) -> tuple[int, int, str]:
    """Per cent used (of what may be used, as df has it), bytes free, and the folder (or one above it)."""
    at = folder
    while not at.exists():
        at = at.parent
    usage = shutil.disk_usage(at)
    usable = usage.used + usage.free
    # Rounded up, as df does: what is nearly full is not told as less.
    return -(-100 * usage.used // usable) if usable else 100, usage.free, str(folder)


def size(count: int) -> str:
    """Bytes in the greatest unit that keeps three figures, such as "1,2 GB"."""
    for unit, worth in (("GB", GIGABYTE), ("MB", 1024**2)):
        if count >= worth:
            return f"{number(Decimal(count * 10 // worth) / 10)} {unit}"
    return f"{number(-(-count // 1024))} KB"
