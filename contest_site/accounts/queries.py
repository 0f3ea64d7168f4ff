"""Whose account a phone number or an e-mail address is."""

from allauth.account.models import EmailAddress

from contest_site.accounts.contact import Contact
from contest_site.accounts.models import User


def verified_account(contact: Contact) -> User | None:
    """The active account that has proved this contact. Codes open no other account."""
    if contact.phone:
        return User.objects.filter(phone=contact.phone, phone_verified=True, is_active=True).first()
    return User.objects.filter(
        emailaddress__email=contact.value, emailaddress__verified=True, is_active=True
    ).first()


def is_unclaimed(user: User) -> bool:
    """Whether the account is only the trace of a sign-up that was never finished: nobody's yet."""
    return not (
        user.phone_verified
        or user.is_staff
        or user.last_login
        or user.has_usable_password()
        or EmailAddress.objects.filter(user=user, verified=True).exists()
    )
