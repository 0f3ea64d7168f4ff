"""Whose account a phone number or an e-mail address is."""

from datetime import timedelta
from functools import cache

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Exists, ForeignObjectRel, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from contest_site.accounts.contact import Contact
from contest_site.accounts.models import User
from contest_site.lib import hot
from contest_site.lib.names import has_words, words_of

ABANDONED_AFTER = timedelta(days=1)
BY_PHONE = """
SELECT EXISTS (SELECT FROM mfa_authenticator a WHERE a.user_id = u.id AND a.type = 'totp'), {columns}
FROM accounts_user u WHERE u.phone = %s
"""


def account_by_phone(phone: str) -> User | None:
    """The account with this number, proved or not; `has_app` says whether it has an authenticator app."""
    row = hot.row(_by_phone(), [phone])
    if row is None:
        return None
    user = User.from_db("default", hot.attributes(User), row[1:])
    user.has_app = row[0]  # type: ignore[attr-defined]  # for the log-in's second stage
    return user


@cache
def _by_phone() -> str:
    return BY_PHONE.format(columns=hot.columns(User, "u"))


def verified_account(contact: Contact) -> User | None:
    """The active account that has proved this contact. Codes open no other account."""
    if contact.phone:
        return User.objects.filter(phone=contact.phone, phone_verified=True, is_active=True).first()
    return User.objects.filter(
        emailaddress__email=contact.value, emailaddress__verified=True, is_active=True
    ).first()


def named_users(typed: str, users: QuerySet[User]) -> QuerySet[User]:
    """Those with a name whose words begin as typed, accents aside, or a username that does; all for ""."""
    typed = typed.strip()
    if not typed:
        return users
    meant = Q(username__startswith=typed)
    return users.filter(meant | Q(has_words("full_name", typed)) if words_of(typed) else meant)


def is_unclaimed(user: User) -> bool:
    """Whether the account is only the trace of a sign-up that was never finished: nobody's yet."""
    return not (
        user.phone_verified
        or user.is_staff
        or user.last_login
        or user.has_usable_password()
        or EmailAddress.objects.filter(user=user, verified=True).exists()
        or SocialAccount.objects.filter(user=user).exists()
    )


def abandoned_sign_ups() -> QuerySet[User]:
    """Unclaimed accounts older than a day whose contact nobody proved, and to which nothing refers."""
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"))
    users = User.objects.filter(
        Q(phone__isnull=False) | Exists(addresses),
        phone_verified=False,
        is_staff=False,
        last_login=None,
        password__startswith=UNUSABLE_PASSWORD_PREFIX,
        date_joined__lt=Now() - ABANDONED_AFTER,
    )
    users = users.exclude(Exists(addresses.filter(verified=True)))
    for relation in User._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.related_model is not EmailAddress:
            rows = relation.related_model._default_manager.filter(**{relation.field.name: OuterRef("pk")})
            users = users.exclude(Exists(rows))
    return users
