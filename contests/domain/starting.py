"""A contest from nothing: from an empty plan, or from one of the plans that come along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from contest_site.accounts.models import User
from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid
from contests.domain.storing import store_plan
from contests.domain.unit_rows import still_there
from contests.models import Contest
from contests.planfile import PlanFile, read_plan
from questions.models import Bank

PLANS = settings.BASE_DIR / "contests" / "plans"


@dataclass(frozen=True)
class Beginning:
    """What every new contest says about itself; the rest of its plan follows step by step."""

    name: str
    slug: str
    organiser: str
    place: str
    hotline: str


def plan_names() -> list[str]:
    """The plans that come along, by the names of their files."""
    return sorted(path.stem for path in PLANS.glob("*.toml"))


@lru_cache(maxsize=16)
def plan_to_read(name: str) -> PlanFile:
    """One of them, to be looked at and not changed. Raises KeyError for a name that none has."""
    if name not in plan_names():
        raise KeyError(name)
    return read_plan(_path(name))


def start_empty(
    beginning: Beginning, *, opens_at: datetime, closes_at: datetime, bank: str, by: User
) -> Contest:
    """A draft that holds just this; `bank`: the name of a question bank to make beside it, "" for none.

    Raises Invalid for an address that another contest has, or a bank's name that is taken.
    """
    with transaction.atomic():
        contest = Contest(**beginning.__dict__, opens_at=opens_at, closes_at=closes_at)
        _save(contest)
        if bank:
            _new_bank(bank, by=by)
        record("started contest", contest, by=by)
    return contest


def start_from_plan(
    name: str, beginning: Beginning, *, opening: datetime, with_units: bool, by: User
) -> tuple[Contest, list[str]]:
    """A draft with that plan's rounds, prizes, papers and categories, its first round opening at `opening`.

    Its units come along only when wanted, and only those that the directory does not have: of one that it has
    nothing changes. Those that will have ended by then are left out; their names are the second value. Banks
    that are not there are made, empty. What the plan chose stays marked as chosen; its own list of people
    does not come along. Raises Invalid for an address that another contest has.
    """
    plan = read_plan(_path(name))
    plan.contest |= beginning.__dict__
    plan.exclusions = []
    plan.documents = []
    if not with_units:
        plan.units, plan.area = [], ""
    plan.shift_to(opening)
    names = {one.code: one.name for one in plan.units}
    plan.units, gone = still_there(plan.units, plan.contest["opens_at"])
    if plan.area in gone:
        plan.area = ""
    with transaction.atomic():
        _check_free(beginning.slug)
        for bank in dict.fromkeys(one["bank"] for one in plan.rounds):
            if not Bank.objects.filter(name=bank).exists():
                _new_bank(bank, by=by)
        contest, _created = store_plan(plan, by=by, directory_stays=True)
        record("started contest", contest, by=by, plan=name, with_units=with_units)
    return contest, [names[code] for code in gone]


def _path(name: str) -> Path:
    return Path(PLANS / f"{name}.toml")


def _new_bank(name: str, *, by: User) -> None:
    bank, created = Bank.objects.get_or_create(name=name)
    if not created:
        raise Invalid(_("Đã có ngân hàng câu hỏi tên “%(name)s”.") % {"name": name})
    record("added bank", bank, by=by)


def _save(contest: Contest) -> None:
    _check_free(contest.slug)
    try:
        with transaction.atomic():
            contest.save()
    except IntegrityError:
        raise _taken(contest.slug) from None


def _check_free(slug: str) -> None:
    if Contest.objects.filter(slug=slug).exists():
        raise _taken(slug)


def _taken(slug: str) -> Invalid:
    return Invalid(_("Đã có cuộc thi khác dùng tên trong địa chỉ “%(slug)s”.") % {"slug": slug})
