"""Loading a plan file: the whole contest, or nothing and all the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contest_site.accounts.models import User
from contest_site.audit.trail import record
from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotAllowed, Refused
from contests.domain.check import bank_facts
from contests.domain.storing import loading_barriers, store_plan
from contests.models import Contest, Round, Unit
from contests.planfile import PlanFile, read_plan
from contests.rules import faults
from contests.rules.facts import Fault

# A shifted contest has been open for this long, so that people are already in the middle of it.
OPEN_SINCE = timedelta(hours=1)


def load_plan(
    path: Path,
    *,
    by: User | None,
    shift_to_now: bool = False,
    slug: str = "",
    is_rehearsal: bool = False,
) -> Contest:
    """Make the contest of a plan file, or change it while nothing of it was announced or sealed.

    `shift_to_now` moves all times by one offset so that the first round opened an hour ago; lengths stay.
    `slug` takes the place of the file's own; a rehearsal's rows are marked as such.
    Raises Refused with every fault of the file and its place; then nothing was written.
    """
    plan = read_plan(path)
    if slug:
        plan.contest["slug"] = slug
    if found := plan_faults(plan):
        raise Refused(
            _("Kế hoạch “%(file)s” có %(count)d lỗi nên chưa nạp.")
            % {"file": path.name, "count": len(found)},
            [str(fault) for fault in found],
        )
    if shift_to_now:
        plan.shift_to(_shifted_opening())
    with transaction.atomic():
        contest, created = store_plan(plan, by=by, is_rehearsal=is_rehearsal)
        record("loaded plan" if created else "loaded plan again", contest, by=by, rounds=len(plan.rounds))
    return contest


def plan_faults(plan: PlanFile) -> list[Fault]:
    """All reasons why the plan cannot be written: its own, the rules', and what it refers to."""
    return [*plan.faults, *_rule_faults(plan), *_state_faults(plan), *_reference_faults(plan)]


def shift_contest(contest: Contest, round: Round, *, by: User | None = None) -> timedelta:
    """Move a rehearsal's whole timetable by one offset so that `round` opened an hour ago; gives the offset.

    Windows, milestones and the day of the age limit move; what has happened (closings, attempts) stays
    where it is in time. The rows given are refreshed. Raises NotAllowed for a contest that is no rehearsal.
    """
    if not contest.is_rehearsal:
        raise NotAllowed(_("Chỉ dời được thời gian của một cuộc tổng duyệt."))
    with transaction.atomic():
        Contest.objects.select_for_update().get(pk=contest.pk)
        contest.refresh_from_db()
        round.refresh_from_db()
        opening = _shifted_opening()
        offset = opening - round.opens_at
        days = timezone.localdate(opening) - timezone.localdate(round.opens_at)
        contest.opens_at += offset
        contest.closes_at += offset
        contest.age_on = contest.age_on and contest.age_on + days
        contest.headcounts_until = contest.headcounts_until and contest.headcounts_until + days
        contest.save(update_fields=["opens_at", "closes_at", "age_on", "headcounts_until"])
        _shift_rounds(list(contest.rounds.order_by("opens_at")), offset)
        for milestone in contest.milestones.all():
            milestone.starts_on = milestone.starts_on and milestone.starts_on + days
            milestone.ends_on = milestone.ends_on and milestone.ends_on + days
            milestone.save(update_fields=["starts_on", "ends_on"])
        record("moved timetable", contest, by=by, round=round.number, seconds=int(offset.total_seconds()))
    round.refresh_from_db()
    return offset


def _shift_rounds(rounds: Sequence[Round], offset: timedelta) -> None:
    """One after the other, the foremost in the direction of the move first: none may ever overlap another."""
    for one in rounds if offset < timedelta(0) else reversed(rounds):
        one.opens_at += offset
        one.closes_at += offset
        one.save(update_fields=["opens_at", "closes_at"])


def _shifted_opening() -> datetime:
    return database_now().replace(second=0, microsecond=0) - OPEN_SINCE


def _rule_faults(plan: PlanFile) -> list[Fault]:
    """Faults of the plan as a whole; a list that could not be read at all is not called empty as well."""
    facts = replace(plan.facts(), banks=bank_facts(one["bank"] for one in plan.rounds if "bank" in one))
    reported = {fault.place for fault in plan.faults}
    return [fault for fault in faults(facts) if fault.place not in reported]


def _state_faults(plan: PlanFile) -> list[Fault]:
    contest = Contest.objects.filter(slug=plan.contest.get("slug", "")).first()
    return [Fault("contest.slug", text) for text in loading_barriers(contest)] if contest else []


def _reference_faults(plan: PlanFile) -> list[Fault]:
    """The area and the accounts that the file names but does not bring along."""
    found = []
    brought = {row.code for row in plan.units}
    if plan.area and plan.area not in brought and not Unit.objects.filter(code=plan.area).exists():
        found.append(Fault("units.area", _("Không có đơn vị mã “%(code)s”.") % {"code": plan.area}))
    names = [one["account"] for one in plan.exclusions if one.get("account")]
    known = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    for index, one in enumerate(plan.exclusions, 1):
        if one.get("account") and one["account"] not in known:
            found.append(
                Fault(
                    f"exclusions[{index}].account",
                    _("Không có tài khoản “%(name)s”.") % {"name": one["account"]},
                )
            )
    return found
