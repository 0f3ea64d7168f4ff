"""Where a contest is on its way, for lists and dashboards."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from contests.models import Contest
from contests.queries import RoundState, is_announced, round_state


class Stage(models.TextChoices):
    DRAFT = "draft", _("Đang soạn")
    WAITING = "waiting", _("Đã công bố, chưa mở")
    OPEN = "open", _("Đang thi")
    BETWEEN = "between", _("Giữa hai vòng thi")
    OVER = "over", _("Đã kết thúc phần thi")


def stage(contest: Contest, now: datetime) -> Stage:
    """Where the contest is at `now` (database time); no query when rounds and closings were prefetched."""
    if not is_announced(contest):
        return Stage.DRAFT
    states = {round_state(one, now) for one in contest.rounds.all()}
    if RoundState.OPEN in states:
        return Stage.OPEN
    if RoundState.NOT_OPEN not in states:
        return Stage.OVER
    return Stage.BETWEEN if RoundState.CLOSED in states else Stage.WAITING
