"""Deliveries that talk to another machine, off the web process."""

from celery import Task, shared_task
from django.core.mail import EmailMessage

from contest_site.accounts.senders import Purpose, sender


@shared_task(bind=True, max_retries=3)
def deliver(self: "Task[..., None]", path: str, to: str, code: str, purpose: str) -> None:
    """Deliver one code through the sender at `path`; tries again three times within a minute."""
    try:
        sender(path).send(to, code, Purpose(purpose))
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
