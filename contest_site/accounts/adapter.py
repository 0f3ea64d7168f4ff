"""Where allauth meets the product: phones, codes, the stages of a log-in, notices."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.forms import Field
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from contest_site.accounts import guessing
from contest_site.accounts.contact import Channel, channel_of, display
from contest_site.accounts.domain.messages import send_code, send_notice
from contest_site.accounts.domain.staff import proved_contact
from contest_site.accounts.fields import PhoneField
from contest_site.accounts.models import User
from contest_site.accounts.queries import account_by_phone
from contest_site.accounts.senders import Purpose, serving
from contest_site.lib.errors import NotNow
from contest_site.lib.network import client_address

REAUTHENTICATION = {
    "reauthenticate": __("Dùng mật khẩu"),
    "mfa_reauthenticate": __("Dùng mã trong ứng dụng xác thực"),
    "mfa_reauthenticate:webauthn": __("Dùng khóa đăng nhập (vân tay, khuôn mặt, mã PIN)"),
    "code": __("Nhận mã qua tin nhắn hoặc thư điện tử"),
}
CODE_PURPOSES = {
    "account/email/login_code": Purpose.LOGIN,
    "account/email/password_reset_code": Purpose.RESET,
}


class AccountAdapter(DefaultAccountAdapter):
    def get_client_ip(self, request: HttpRequest) -> str:
        # Behind a Unix socket without a proxy there is no address; all such requests then count as one.
        return client_address(request) or "local"

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        session: Any = request.session
        session.owner = (user.pk, user.password)  # stored with it (session_engine.py)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **more: Any
    ) -> None:
        # The name in the header says that somebody is logged in.
        if message_template != "account/messages/logged_in.txt":
            super().add_message(request, level, message_template, *args, **more)

    def get_login_stages(self) -> list[str]:
        # A contact is proved before its account has a password (domain/registering.py), so allauth's own
        # stages for unproved contacts have nothing to do at a log-in.
        return ["allauth.account.stages.LoginByCodeStage", "contest_site.accounts.passkeys.SecondFactorStage"]

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        """Ways to prove that one is the owner. A code is one of them, but not beside a second factor."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        for way in ways:
            way["description"] = REAUTHENTICATION[way["id"]]
        if isinstance(user, User) and not any(way["id"].startswith("mfa_reauthenticate") for way in ways):
            contact = proved_contact(user)
            if contact and serving(contact):
                url = reverse("account_reauthenticate_code")
                ways.append({"id": "code", "description": REAUTHENTICATION["code"], "url": url})
        return ways

    # --- Phones
    def phone_form_field(self, **kwargs: Any) -> Field:
        return PhoneField(**kwargs)

    def get_user_by_phone(self, phone: str) -> User | None:
        return account_by_phone(phone)

    def get_phone(self, user: AbstractBaseUser) -> tuple[str, bool] | None:
        assert isinstance(user, User)
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: AbstractBaseUser, phone: str, verified: bool) -> None:
        assert isinstance(user, User)
        user.phone, user.phone_verified = phone, verified
        try:
            with transaction.atomic():
                user.save(update_fields=["phone", "phone_verified"])
        except IntegrityError:
            raise NotNow(_("Số điện thoại này vừa được một tài khoản khác xác nhận.")) from None

    def set_phone_verified(self, user: AbstractBaseUser, phone: str) -> None:
        self.set_phone(user, phone, True)

    # --- Codes and notices
    def send_verification_code_sms(
        self, user: AbstractBaseUser, phone: str, code: str, **kwargs: Any
    ) -> None:
        send_code(phone, code, Purpose.CHANGE if self.request.user.is_authenticated else Purpose.LOGIN)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A code goes through the senders, all else is a notice by e-mail.

        `email` may be a phone number: a password reset carries any contact in its field for the address.
        """
        if code := context.get("code"):
            send_code(email, code, CODE_PURPOSES.get(template_prefix, Purpose.CHANGE))
        elif channel_of(email) is Channel.EMAIL:
            message = self.render_mail(template_prefix, email, {**context, "site": settings.SITE_URL})
            send_notice(email, str(message.subject), str(message.body))

    # --- Where to go, what is allowed
    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_overview")

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        return reverse("account_overview")

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """Never the only way to reach the account."""
        return User.objects.filter(pk=email_address.user_id, phone_verified=True).exists()

    # --- Limits of a log-in
    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        mark = guessing.begin(get_ip(request), _login(credentials))
        if mark is None:
            raise self.validation_error("too_many_login_attempts")
        self._attempt = (_login(credentials), mark)

    def _rollback_login_failed_rl_usage(self) -> None:
        guessing.succeeded(*self._attempt)

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        guessing.forget(_login(credentials))


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps are encrypted at rest: a copy of the database opens no account."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        from contest_site.accounts.passkeys import device_name

        return device_name(context.request.headers.get("User-Agent", ""))

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        """What the device shows when it asks which key to use: the person's name and contact."""
        assert isinstance(user, User)
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        contact = proved_contact(user)
        return {
            **entity,
            "name": display(contact) if contact else user.username,
            "display_name": user.full_name or user.username,
        }


def _login(credentials: dict[str, Any]) -> str:
    """What stands for the account in its count of failures."""
    return str(
        credentials.get("phone") or credentials.get("email") or credentials.get("username") or ""
    ).lower()


def _cipher() -> Fernet:
    digest = hashlib.sha256(b"second factor" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
