"""Which accounts are one person's."""

from __future__ import annotations

from contest_site.accounts.models import AccountMerge, User


def accounts_of(user: User) -> list[int]:
    """Primary keys of the account and of all that were merged into it, at whatever remove.

    Entries that could not move stay with the absorbed account: they are the same person's.
    """
    found, newest = [user.pk], [user.pk]
    while newest:
        merges = AccountMerge.objects.filter(kept__in=newest).exclude(absorbed__in=found)
        newest = list(merges.order_by("pk").values_list("absorbed", flat=True))
        found += newest
    return found
