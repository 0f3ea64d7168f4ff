"""Codes and notices on their way to a person."""

import logging
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language

from contest_site.accounts import tasks
from contest_site.accounts.senders import Purpose, sender, serving

log = logging.getLogger(__name__)


def send_code(to: str, code: str, purpose: Purpose) -> None:
    """Send a one-time code through every sender that serves the contact, in the language of who asks for it.

    Nothing here tells the asker whether it arrived: that would tell strangers who has an account.
    """
    paths = serving(to)
    if not paths:
        log.error("No class in CODE_SENDERS serves this kind of contact; a code was not sent.")
    for path in paths:
        if sender(path).slow:
            language = get_language() or settings.LANGUAGE_CODE
            hand_over = partial(_hand_over, tasks.deliver, path, to, code, purpose.value, language)
            # A late code is worth nothing; a late notice is still owed.
            transaction.on_commit(partial(hand_over, lifetime=settings.CODE_LIFETIME if code else None))
        else:
            sender(path).send(to, code, purpose)


def send_notice(to: str, subject: str, body: str) -> None:
    """Send a notice by e-mail after the transaction is committed."""
    transaction.on_commit(partial(_hand_over, tasks.mail, to, subject, body))


def _hand_over(task: Any, *args: str, lifetime: int | None = None) -> None:
    """To a worker; when the broker is away, this process does it. Failures are logged without contents."""
    try:
        # What tools show of a task's arguments must hold no code.
        task.apply_async(args=args, argsrepr="(hidden)", expires=lifetime)
    except Exception:
        log.warning("The broker is away: %s runs here.", task.name)
        try:
            task.apply(args=args, throw=True, retries=task.max_retries, headers={"only-try": "yes"})
        except Exception as error:
            log.error("%s failed: %s", task.name, type(error).__name__)
