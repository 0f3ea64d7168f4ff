"""Making a contest public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
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
    with transaction.atomic():
        # Nobody loads another plan between the check and the announcement, and two do not announce at once.
        fresh = Contest.objects.select_for_update(of=["self"]).get(pk=contest.pk)
        if announced := Announcement.objects.filter(contest=contest).first():
            announced.contest = contest  # and so the caller's contest knows that it is announced
            return announced
        if database_now() >= fresh.closes_at:
            raise NotNow(_("Cuộc thi đã kết thúc nên không công bố được nữa."))
        reasons = problems(fresh)
        if reasons:
            raise Refused(_("Chưa thể công bố cuộc thi."), reasons)
        announced = Announcement.objects.create(contest=contest, by=by)
        record("announced contest", contest, by=by, opens_at=fresh.opens_at.isoformat())
    return announced
