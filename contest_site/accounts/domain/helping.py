"""Ways out for people who cannot get in any more, by an organiser, with grounds, on the record.

Each act tells the old contact, ends every session and takes away what a finder of the phone could use. None
of them lets an organiser into an account: the person gets in by a code to the contact that is there then.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils.translation import gettext as _

from contest_site.accounts.contact import Channel, Contact, masked
from contest_site.accounts.domain.linking import holders
from contest_site.accounts.domain.messages import send_code
from contest_site.accounts.domain.staff import proved_contact, proved_contacts
from contest_site.accounts.enums import IdentityCheck, MoveReason
from contest_site.accounts.models import ContactMove, FactorRecovery, User
from contest_site.accounts.queries import is_unclaimed
from contest_site.accounts.senders import Purpose
from contest_site.audit import trail
from contest_site.lib.errors import Invalid, NotAllowed, NotNow
from contest_site.lib.locks import lock
from contest_site.lib.text import clean

SHORTEST_GROUNDS = 10


def checked_grounds(grounds: str) -> str:
    """The grounds, cleaned. Raises Invalid when they are too short to tell anything later."""
    text = clean(grounds)
    if len(text) < SHORTEST_GROUNDS:
        raise Invalid(_("Hãy ghi căn cứ đủ rõ để người khác kiểm tra lại được (ít nhất 10 ký tự)."))
    return text


def may_help(by: User, user: User) -> bool:
    """Nobody helps oneself; organisers' accounts are for superusers alone."""
    return by.pk != user.pk and (by.is_superuser or not (user.is_staff or user.is_superuser))


@transaction.atomic
def move_to_contact(
    user: User,
    contact: Contact,
    *,
    reason: MoveReason,
    identity_check: IdentityCheck,
    grounds: str,
    by: User,
) -> ContactMove:
    """The account is reached at `contact` from now on, in place of the contact of the same kind.

    Ends every session and takes the password away. With a lost phone its passkeys, authenticator app and
    other ways in go too, and nothing of the old contacts is left. Raises Invalid (grounds), NotAllowed (whose
    account), NotNow (the contact belongs to another account: that is a case for merging).
    """
    grounds = checked_grounds(grounds)
    if not may_help(by, user):
        raise NotAllowed(
            _("Tài khoản của cán bộ chỉ người quản trị khác đổi được; không ai tự đổi cho mình.")
        )
    lock(f"sign-up:{contact.value}")
    user = User.objects.select_for_update().get(pk=user.pk)
    _free(contact, user)
    told, old = proved_contacts(user), proved_contact(user)
    if contact.value in told:
        raise NotNow(_("Tài khoản đã dùng đúng nơi nhận mã này."))
    lost = reason is MoveReason.LOST
    if contact.phone or lost:
        user.phone, user.phone_verified = contact.phone, bool(contact.phone)
    if contact.email or lost:
        user.email = contact.email or ""
        EmailAddress.objects.filter(user=user).delete()
    if contact.email:
        EmailAddress.objects.create(user=user, email=contact.email, verified=True, primary=True)
    user.set_unusable_password()  # ends every session
    user.save()
    if lost:
        Authenticator.objects.filter(user=user).delete()
        SocialAccount.objects.filter(user=user).delete()
    made = ContactMove.objects.create(
        user=user,
        reason=reason,
        identity_check=identity_check,
        grounds=grounds,
        old_contact=masked(old) if old else "",
        new_contact=masked(contact.value),
        by=by,
    )
    trail.record(
        "moved account to another contact", user, by=by, reason=grounds,
        why=reason.value, identity_check=identity_check.value, old=made.old_contact, new=made.new_contact,
    )  # fmt: skip
    for one in told:
        send_code(one, "", Purpose.MOVED)
    return made


def _free(contact: Contact, user: User) -> None:
    """Let go of a contact that only an unfinished sign-up holds. Raises NotNow when it is somebody's."""
    taken = next(iter(holders([contact])), None)
    if taken is None and contact.phone:
        taken = User.objects.filter(phone=contact.phone).first()
    if taken is None or taken.pk == user.pk:
        return
    if contact.channel is Channel.PHONE and is_unclaimed(taken):
        taken.phone = None
        taken.save(update_fields=["phone"])
        return
    raise NotNow(
        _(
            "Số điện thoại hoặc thư điện tử này đang thuộc một tài khoản khác. Nếu cả hai tài khoản là của"
            " một người, hãy dùng “Gộp tài khoản”; nếu không, hãy kiểm tra lại số."
        )
    )


@transaction.atomic
def recover_second_factor(
    user: User, *, identity_check: IdentityCheck, grounds: str, by: User
) -> FactorRecovery:
    """Take off every second factor of an account whose owner has lost them; another person does it.

    The owner logs in with password or code and sets a new one up before the admin opens. Raises Invalid
    (grounds), NotAllowed (the own account, a superuser's by who is none), NotNow (there is none).
    """
    grounds = checked_grounds(grounds)
    if by.pk == user.pk:
        raise NotAllowed(_("Không ai tự gỡ lớp bảo vệ thứ hai của mình. Hãy nhờ người khác có quyền này."))
    if user.is_superuser and not by.is_superuser:
        raise NotAllowed(_("Tài khoản quản trị cao nhất chỉ người quản trị cao nhất khác gỡ được."))
    user = User.objects.select_for_update().get(pk=user.pk)
    if not Authenticator.objects.filter(user=user).delete()[0]:
        raise NotNow(_("Tài khoản này không có lớp bảo vệ thứ hai nào."))
    # A new password ends the sessions of whoever holds the lost device; the owner gets in by a code.
    user.set_unusable_password()
    user.save(update_fields=["password"])
    made = FactorRecovery.objects.create(user=user, identity_check=identity_check, grounds=grounds, by=by)
    trail.record("took off second factor", user, by=by, reason=grounds, identity_check=identity_check.value)
    for one in proved_contacts(user):
        send_code(one, "", Purpose.FACTOR_REMOVED)
    return made
