"""Telling somebody: an e-mail, a webhook, and the log always. What cannot be told breaks nothing."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _
from django.utils.translation import override

from contest_site.lib import outbound
from contest_site.lib.clock import database_now
from contest_site.lib.templatetags.vi import moment
from contest_site.watch.incidents import claim, untold
from contest_site.watch.models import Incident

log = logging.getLogger(__name__)

TRIES = 5
TIMEOUT = 5.0  # seconds
HOUR = timedelta(hours=1)
# More than so many messages in an hour tell nobody anything new.
PER_HOUR = 20


def tell() -> None:
    """Tell what has not been told yet, each once. Called again and again; never raises for a message."""
    for incident in untold(TRIES):
        if not claim(incident):
            continue
        over = incident.ended_at is not None
        subject, text = words(incident)
        log.log(logging.WARNING if over else logging.ERROR, "alert: %s – %s", subject, incident.text)
        if _flood() or send(subject, text, incident.kind, over=over):
            Incident.objects.filter(pk=incident.pk).update(
                **{"told_end" if over else "told": True, "tries": 0}
            )


def words(incident: Incident) -> tuple[str, str]:
    """Subject and text, in Vietnamese whoever asked for what."""
    with override(settings.LANGUAGE_CODE):
        kind = incident.get_kind_display()
        if incident.ended_at is None:
            subject = _("[Khẩn] %(kind)s") % {"kind": kind}
            when = _("Phát hiện lúc %(at)s.") % {"at": moment(incident.began_at)}
        else:
            subject = _("[Đã hết] %(kind)s") % {"kind": kind}
            when = _("Từ %(began)s đến %(ended)s.") % {
                "began": moment(incident.began_at),
                "ended": moment(incident.ended_at),
            }
        return subject, f"{incident.text}\n{when}\n{settings.SITE_URL}/quan-tri/theo-doi/"


def send(subject: str, text: str, kind: str, *, over: bool) -> bool:
    """Whether at least one of the ways that are set took it; True where none is (the log has it)."""
    took = []
    if settings.ALERT_EMAILS:
        took.append(_mail(subject, text))
    if settings.ALERT_WEBHOOK_URL:
        took.append(_webhook(subject, text, kind, over=over))
    return any(took) or not took


def _mail(subject: str, text: str) -> bool:
    try:
        return bool(send_mail(subject, text, None, settings.ALERT_EMAILS))
    except Exception as error:  # whatever a mail server may answer
        log.warning("an alert could not be mailed: %s", type(error).__name__)
        return False


def _webhook(subject: str, text: str, kind: str, *, over: bool) -> bool:
    """A JSON object whose `text` Slack, Mattermost, Google Chat and Telegram show as it is."""
    body = {
        "text": f"{subject}\n{text}",
        "kind": kind,
        "state": "over" if over else "urgent",
        "site": settings.SITE_URL,
    }
    url = settings.ALERT_WEBHOOK_URL
    try:
        answer = outbound.fetch(
            "POST",
            url,
            hosts={outbound.host_of(url)},
            headers={"Content-Type": "application/json; charset=utf-8"},
            body=json.dumps(body, ensure_ascii=False).encode(),
            timeout=TIMEOUT,
        )
    except (outbound.OutboundError, ValueError) as error:  # ValueError: no address at all
        log.warning("an alert could not be sent to the webhook: %s", error)
        return False
    if not 200 <= answer.status < 300:
        log.warning("the webhook answered %d to an alert", answer.status)
        return False
    return True


def _flood() -> bool:
    since: datetime = database_now() - HOUR
    told = Incident.objects.filter(told=True, began_at__gte=since).count()
    told += Incident.objects.filter(told_end=True, ended_at__gte=since).count()
    if told >= PER_HOUR:
        log.warning("alerts: %d messages within the hour, so this one is kept to the log", told)
    return told >= PER_HOUR
