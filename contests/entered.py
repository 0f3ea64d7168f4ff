"""What a person's entry page shows: the entry, whose consent is waited for, what was asked and decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contests.domain.unit_changes import successor_words, successors_of
from contests.enums import Purpose
from contests.forms import GuardianForm
from contests.models import Consent, ConsentWithdrawal, Contest, Entry, EntryRequest, Guardian
from contests.queries import current_round


@dataclass(frozen=True)
class EntryState:
    """`consent` is the guardian's, `guardian` whom the child named last; `waits` for that consent."""

    consent: Consent | None
    guardian: Guardian | None
    withdrawal: ConsentWithdrawal | None
    requests: list[EntryRequest]
    waits: bool


def own_entry(contest: Contest, user: User) -> Entry | None:
    entries = Entry.objects.select_related("contest", "unit", "category", "user")
    return entries.filter(contest=contest, user=user).first()


def entry_state(entry: Entry) -> EntryState:
    """Two queries, two more for a child."""
    consent = guardian = None
    if entry.needs_guardian:
        consent = Consent.objects.filter(entry=entry, purpose=Purpose.CHILD_TAKES_PART).first()
        guardian = Guardian.objects.filter(entry=entry, erased_at=None).first()
    return EntryState(
        consent=consent,
        guardian=guardian,
        withdrawal=ConsentWithdrawal.objects.filter(entry=entry).first(),
        requests=list(
            EntryRequest.objects.filter(entry=entry, erased_at=None)
            .select_related("decision")
            .order_by("-id")
        ),
        waits=entry.needs_guardian and consent is None and not entry.unofficial,
    )


def unit_became(entry: Entry) -> str:
    """What has become of the entry's unit, in words; "" while it is there. A query for one that is gone."""
    if entry.unit.valid_to is None or entry.unit.valid_to > timezone.localdate(database_now()):
        return ""
    return successor_words(successors_of([entry.unit_id]).get(entry.unit_id, []))


def entered_context(entry: Entry, guardian_form: GuardianForm | None = None) -> dict[str, Any]:
    """The context of contests/entered.html."""
    return {
        "contest": entry.contest,
        "entry": entry,
        "state": entry_state(entry),
        "unit_became": unit_became(entry),
        "round": current_round(entry.contest, database_now()),
        "guardian_form": guardian_form or GuardianForm(),
        "guardian_address": settings.SITE_URL + reverse("contests:guardian"),
    }
