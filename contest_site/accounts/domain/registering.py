"""Signing up: a contact is asserted first, proved by a code afterwards; only then is the account somebody's.

Until the code is given the account has no password and no name, so whoever typed a stranger's number has
gained nothing, and whether the number had an account already shows nowhere.
"""

from allauth.account.models import EmailAddress
from django.db import transaction

from contest_site.accounts.contact import Contact
from contest_site.accounts.models import User
from contest_site.accounts.queries import abandoned_sign_ups, is_unclaimed, verified_account
from contest_site.lib.locks import lock


@transaction.atomic
def account_to_prove(contact: Contact) -> User | None:
    """The account that a code sent to the contact may open: the one that it has, or a new, unclaimed one.

    None when the contact belongs to an account that is switched off.
    """
    lock(f"sign-up:{contact.value}")
    user = verified_account(contact) or _holder(contact)
    if user is None:
        user = User.objects.create_user(phone=contact.phone, email=contact.email or "")
        if contact.email:
            EmailAddress.objects.create(user=user, email=contact.email, primary=True)
    return user if user.is_active else None


def _holder(contact: Contact) -> User | None:
    if contact.phone:
        return User.objects.filter(phone=contact.phone).first()
    # An address that was proved, by an account that is switched off since.
    proved = EmailAddress.objects.select_related("user").filter(email=contact.value, verified=True).first()
    if proved:
        return User.objects.get(pk=proved.user_id)
    for held in EmailAddress.objects.filter(email=contact.value).order_by("id"):
        user = User.objects.get(pk=held.user_id)
        if is_unclaimed(user):
            return user
    return None


@transaction.atomic
def claim(user: User, *, full_name: str, password_hash: str) -> bool:
    """Give an unclaimed account its name and password, now that its contact is proved; changes `user` too.

    False, and nothing changed, when the account is somebody's already: its owner has only signed in.
    """
    if not is_unclaimed(User.objects.select_for_update().get(pk=user.pk)):
        return False
    user.full_name = full_name
    user.password = password_hash
    user.save(update_fields=["full_name", "password"])
    return True


def purge_unconfirmed() -> int:
    """Remove the traces of sign-ups that nobody finished within a day; how many accounts went.

    Their numbers and addresses are people's data that nobody agreed to keep.
    """
    count = 0
    for user in abandoned_sign_ups():
        with transaction.atomic():
            lock(f"sign-up:{user.phone or user.email}")
            # Somebody may just be finishing it.
            if is_unclaimed(User.objects.select_for_update().get(pk=user.pk)):
                user.delete()
                count += 1
    return count
