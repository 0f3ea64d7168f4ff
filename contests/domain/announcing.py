"""Making a contest public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotNow, Refused
from contests.domain.check import problems
from contests.models import Announcement, Contest

if TYPE_CHECKING:
    from contest_site.accounts.models import User


def announce(contest: Contest, *, by: User) -> Announcement:
    """Let people see the contest and enter. Once; a second call gives the first announcement.

    From then on what touches fairness (rounds, order, prizes) can no longer be changed.
    Raises Refused with every reason why the plan cannot run, NotNow after the contest's end.
    """
    announced = Announcement.objects.filter(contest=contest).first()
    if announced:
        return announced
    if database_now() >= contest.closes_at:
        raise NotNow(_("Cuộc thi đã kết thúc nên không công bố được nữa."))
    reasons = problems(contest)
    if reasons:
        raise Refused(_("Chưa thể công bố cuộc thi."), reasons)
    try:
        with transaction.atomic():
            announced = Announcement.objects.create(contest=contest, by=by)
            record("announced contest", contest, by=by, opens_at=contest.opens_at.isoformat())
    except IntegrityError:
        announced = Announcement.objects.get(contest=contest)
        announced.contest = contest
    return announced
