"""Deliveries that talk to another machine, off the web process, and what is tidied up by night."""

import logging

from celery import Task, shared_task
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.mail import EmailMessage
from django.utils.translation import override

from contest_site.accounts.domain.budget import forget_old_counts, spend, spend_on_notice
from contest_site.accounts.domain.registering import purge_unconfirmed
from contest_site.accounts.gateway import Declined
from contest_site.accounts.senders import Purpose, sender

log = logging.getLogger(__name__)


@shared_task(bind=True, max_retries=3)
def deliver(
    self: "Task[..., None]",
    path: str,
    to: str,
    code: str,
    purpose: str,
    language: str = settings.LANGUAGE_CODE,
) -> None:
    """Deliver one code through the sender at `path`; tries again three times within a minute.

    A sender that costs money for each message sends only while there is budget; what is tried again was paid.
    A notice (no code) is counted and always sent: whoever could use up a number's budget beforehand would
    otherwise keep its owner from learning that the account was moved.
    """
    chosen = sender(path)
    # Without the broker the web process has one try, the last: it is the first as well.
    first = not self.request.retries or "only-try" in (self.request.headers or {})
    if getattr(chosen, "metered", False) and first and not (spend(to) if code else spend_on_notice()):
        log.error("A text message was not sent: the day's budget for the number or for the site is used up.")
        return
    try:
        with override(language):
            chosen.send(to, code, Purpose(purpose))
    except Declined as error:
        raise DeliveryError(str(error)) from None
    except Exception as error:
        # The original could carry the address or the code in its text, so it is named by its kind alone.
        kind = type(error).__name__
        raise self.retry(countdown=5 * 2**self.request.retries, exc=DeliveryError(kind)) from None


@shared_task(bind=True, max_retries=3)
def mail(self: "Task[..., None]", to: str, subject: str, body: str) -> None:
    """Send one notice by e-mail."""
    try:
        EmailMessage(subject, body, to=[to]).send()
    except Exception as error:
        kind = type(error).__name__
        raise self.retry(countdown=30 * 2**self.request.retries, exc=DeliveryError(kind)) from None


class DeliveryError(Exception):
    """A code or a notice could not be delivered; says only what kind of error it was."""


@shared_task
def tidy_up() -> None:
    """Once a day: sign-ups that nobody finished, counts and sessions that are over."""
    purge_unconfirmed()
    forget_old_counts()
    SessionStore.clear_expired()
