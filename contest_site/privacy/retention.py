"""What is kept too long goes by itself, as settings.RETENTION_MONTHS says (0: nothing does)."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from contest_site.audit.trail import record
from contest_site.lib.clock import database_now
from contest_site.privacy.erasing import erase_entries
from contests.models import Contest, Entry, GuardianCode, RosterPerson
from prizes.queries import published_awards


def erase_old_entries() -> int:
    """Erase the people of contests that ended longer ago than settings.RETENTION_MONTHS; how many.

    Winners keep their published names and nothing else. One transaction, and one event in the trail, for
    each contest.
    """
    months = settings.RETENTION_MONTHS
    if not months:
        return 0
    now, erased = database_now(), 0
    for contest in Contest.objects.filter(entries__erased_at=None, closes_at__lt=now).distinct():
        if months_after(contest, months) > now.date():
            continue
        with transaction.atomic():
            winners = published_awards().filter(run__contest=contest, entry__isnull=False).values("entry")
            people = Entry.objects.filter(contest=contest)
            count = erase_entries(people.filter(pk__in=winners), name_too=False)
            count += erase_entries(people.exclude(pk__in=winners), name_too=True)
            if count:
                record("erased old entries", contest, by=None, count=count, months=months)
        erased += count
    return erased + _erase_old_rosters(months, now.date())


def _erase_old_rosters(months: int, today: date) -> int:
    """Lists of people go whole, whether or not anybody of them entered; how many people."""
    erased = 0
    for contest in Contest.objects.filter(rosters__isnull=False, closes_at__lt=Now()).distinct():
        if months_after(contest, months) > today:
            continue
        with transaction.atomic():
            people = RosterPerson.objects.filter(roster__contest=contest).count()
            contest.rosters.all().delete()
            record("erased old rosters", contest, by=None, count=people, months=months)
        erased += people
    return erased


def months_after(contest: Contest, months: int) -> date:
    """The day so many months after the contest's end; of a day that is not there, the first after it."""
    end = contest.closes_at.date()
    years, month = divmod(end.month - 1 + months, 12)
    try:
        return end.replace(year=end.year + years, month=month + 1)
    except ValueError:
        return date(end.year + years, month + 2, 1)


def sweep_codes() -> int:
    """Codes of guardians that are over."""
    count, _by_model = GuardianCode.objects.filter(expires_at__lte=Now()).delete()
    return count
