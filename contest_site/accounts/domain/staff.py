"""What organisers do to accounts. None of it lets them know or choose somebody's password."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from contest_site.accounts.contact import Channel
from contest_site.accounts.domain.messages import send_code
from contest_site.accounts.models import User
from contest_site.accounts.senders import Purpose
from contest_site.audit import trail


@transaction.atomic
def ask_for_new_password(user: User, *, by: User) -> bool:
    """Take the password away, end every session, and tell the person how to choose a new one.

    True when a message could be sent: otherwise the organiser has to tell the person.
    """
    user.set_unusable_password()
    user.save(update_fields=["password"])
    trail.record("asked for a new password", user, by=by)
    contact = proved_contact(user)
    if contact:
        send_code(contact, "", Purpose.RESET_ASKED)
    return contact is not None


def proved_contact(user: User) -> str | None:
    """The phone number or, without one, the e-mail address that the account has proved."""
    if user.phone and user.phone_verified:
        return user.phone
    address = EmailAddress.objects.filter(user=user, verified=True).first()
    return str(address.email) if address else None


def proved_contacts(user: User) -> list[str]:
    """Every phone number and e-mail address that the account has proved."""
    phone = [user.phone] if user.phone and user.phone_verified else []
    addresses = EmailAddress.objects.filter(user=user, verified=True).order_by("id")
    return [*phone, *addresses.values_list("email", flat=True)]


def vouch_for_contacts(user: User, *, by: User) -> None:
    """An organiser typed these contacts: they count as proved. Expects `user` saved, its contacts free."""
    user.phone_verified = user.phone is not None
    user.save(update_fields=["phone_verified"])
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    if user.email:
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
    channels = [Channel.PHONE.value] * bool(user.phone) + [Channel.EMAIL.value] * bool(user.email)
    trail.record("set contacts", user, by=by, channels=channels)


def reset_page() -> str:
    """The address that a person is told to open."""
    return settings.SITE_URL + reverse("account_reset_password")
