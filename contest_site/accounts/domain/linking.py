"""Accounts and what an OpenID Connect provider calls a person."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from contest_site.accounts.contact import Contact
from contest_site.accounts.domain.registering import account_to_prove
from contest_site.accounts.domain.staff import proved_contact
from contest_site.accounts.models import User
from contest_site.accounts.queries import is_unclaimed
from contest_site.lib.errors import NotAllowed, NotNow


def holders(contacts: Iterable[Contact]) -> list[User]:
    """The accounts that have proved any of these contacts, switched-off ones too."""
    named = Q()
    for contact in contacts:
        if contact.phone:
            named |= Q(phone=contact.phone, phone_verified=True)
        else:
            named |= Q(emailaddress__email=contact.value, emailaddress__verified=True)
    return list(User.objects.filter(named).distinct().order_by("id")) if named else []


def link(user: User, *, provider: str, uid: str) -> SocialAccount:
    """From now on this person of the provider logs in to this account; safe to repeat.

    Raises NotNow when that person has another account here, or the account is another person's there.
    """
    known = SocialAccount.objects.filter(provider=provider).filter(Q(uid=uid) | Q(user=user)).first()
    if known and (known.uid, known.user_id) == (uid, user.pk):
        return known
    if known and known.uid == uid:
        raise NotNow(
            _(
                "Danh tính này đã nối với một tài khoản khác trên trang. Hãy đăng xuất rồi đăng nhập bằng"
                " danh tính đó; nếu một người có hai tài khoản, hãy liên hệ Ban Tổ chức để gộp."
            )
        )
    if known:
        raise NotNow(_("Tài khoản đã nối với một danh tính khác. Hãy bỏ nối trước."))
    try:
        with transaction.atomic():
            return SocialAccount.objects.create(user=user, provider=provider, uid=uid)
    except IntegrityError:
        raise NotNow(_("Danh tính này vừa được nối với một tài khoản khác.")) from None


@transaction.atomic
def account_for(contacts: Iterable[Contact], *, name: str, provider: str, uid: str) -> User:
    """A new account of this person, with the contacts that the provider has proved.

    Raises NotNow when one of the contacts has become somebody's in the meantime.
    """
    known = list(contacts)
    if holders(known):
        raise NotNow(_("Số điện thoại hoặc thư điện tử này vừa có tài khoản. Hãy đăng nhập lại từ đầu."))
    user = account_to_prove(known[0]) if known else User.objects.create_user()
    if user is None or not is_unclaimed(user):
        raise NotNow(_("Số điện thoại hoặc thư điện tử này vừa có tài khoản. Hãy đăng nhập lại từ đầu."))
    user.full_name = name
    for contact in known:
        if contact.phone and user.phone in {None, contact.phone}:
            user.phone, user.phone_verified = contact.phone, True
        elif contact.email:
            user.email = contact.value
            EmailAddress.objects.update_or_create(
                user=user, email=contact.value, defaults={"verified": True, "primary": True}
            )
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:  # an unfinished sign-up holds the second contact
        raise NotNow(_("Số điện thoại này đang được đăng ký ở nơi khác. Hãy thử lại sau ít phút.")) from None
    link(user, provider=provider, uid=uid)
    return user


def unlink(user: User, *, provider: str) -> None:
    """The provider no longer leads to this account. Raises NotAllowed when nothing else would."""
    if proved_contact(user) is None and not user.has_usable_password():
        raise NotAllowed(
            _(
                "Đây là cách đăng nhập duy nhất của tài khoản. Hãy thêm số điện thoại hoặc thư điện tử trước"
                " khi bỏ nối."
            )
        )
    SocialAccount.objects.filter(user=user, provider=provider).delete()
