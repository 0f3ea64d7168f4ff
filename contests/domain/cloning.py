"""The same contest for a new year."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contest_site.accounts.models import User
from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid
from contests.domain.storing import store_plan
from contests.domain.unit_rows import still_there
from contests.fileschema import CONTEST, Key
from contests.models import Contest
from contests.saved_plan import saved_plan


def clone_contest(contest: Contest, *, slug: str, name: str, opening: datetime, by: User) -> Contest:
    """A new contest with the same plan, moved by one offset so that the first round opens at `opening`.

    It is a draft: not announced, not sealed, without entries and without the list of people who may not take
    part; documents, units, blocks and headcounts come along. Faults of the plan come along as well, and are
    told before it can be announced.
    Raises Invalid for a slug that cannot be one or that another contest has, and for a name that is none.
    """
    plan = saved_plan(contest)
    plan.contest |= {"slug": _value("slug", slug), "name": _value("name", name)}
    plan.shift_to(opening)
    plan.units, _gone = still_there(plan.units, plan.contest["opens_at"])
    taken = Invalid(_("Đã có cuộc thi khác dùng tên trong địa chỉ “%(slug)s”.") % {"slug": slug})
    with transaction.atomic():
        if Contest.objects.filter(slug=plan.contest["slug"]).exists():
            raise taken
        clone, created = store_plan(plan, by=by)
        if not created:
            raise taken
        record("cloned contest", clone, by=by, source=contest.pk, source_slug=contest.slug)
    return clone


def _value(key: str, value: str) -> str:
    """As a plan file's key takes it; a refusal names the field as the screens do."""
    rule = CONTEST[key]
    assert isinstance(rule, Key)
    try:
        return str(rule.convert(value))
    except ValueError as error:
        field = next(one for one in Contest._meta.concrete_fields if one.name == key)
        raise Invalid(f"{field.verbose_name}: {error}") from None
