"""Where the queue is, for pages of other parts."""

from __future__ import annotations

from django.urls import reverse

from attempts.models import Anomaly
from contests.models import Round


def queue_url(round: Round, *, kind: str = "") -> str:
    """The queue of a round's signals, of one kind if one is given."""
    address = reverse("admin:attempts_anomaly_queue", args=[round.pk])
    return f"{address}?loai={kind}" if kind else address


def anomaly_url(anomaly: Anomaly) -> str:
    return reverse("admin:attempts_anomaly_detail", args=[anomaly.pk])
