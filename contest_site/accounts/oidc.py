"""Whom an OpenID Connect provider's word lets into which account.

An account is entered at once only when it is linked already, or when the provider has proved the very contact
that the account has proved. In every other case the person chooses: a new account, or log in first and link.
Organisers' accounts are never linked by a contact alone. What an unproved claim holds is not even looked up.
"""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from contest_site.accounts.contact import Channel, Contact, normal_email
from contest_site.accounts.domain.linking import holders, link
from contest_site.accounts.models import User
from contest_site.lib.errors import DomainError, Invalid
from contest_site.lib.identity import normal_phone
from contest_site.lib.outbound import host_of, may_reach
from contest_site.lib.text import clean

log = logging.getLogger(__name__)
KIND = "openid_connect"
PENDING = "oidc_pending"
PENDING_FOR = 600  # seconds
# How the errors of provider.py begin, which hold nothing that was sent.
OUR_WORDS = ("ID token", "the provider")


def is_configured() -> bool:
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT_ID and settings.OIDC_NAME)


def provider_id() -> str:
    """What linked accounts are stored under: another issuer's numbers for people never meet this one's."""
    return f"oidc-{hashlib.sha256(settings.OIDC_ISSUER.encode()).hexdigest()[:16]}"


def hosts() -> frozenset[str]:
    """Where the provider's machines may be: the issuer's host and those that the operator named besides."""
    return frozenset({host_of(settings.OIDC_ISSUER), *settings.OIDC_OTHER_HOSTS})


def origins() -> list[str]:
    """The same as sources of a content policy, for the pages with the button."""
    scheme = urlsplit(settings.OIDC_ISSUER).scheme
    return sorted(f"{scheme}://{host}" for host in hosts())


class NotAllowedAddress(OAuth2Error):
    """The provider names an address that is not on the list."""


class OnlyItsHosts(requests.Session):
    """Asks the provider's machines alone, over TLS, without following where they point."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False  # no proxy and no stored password of the machine's own user

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        if not may_reach(str(url), hosts()):
            raise NotAllowedAddress(host_of(str(url)))
        kwargs["allow_redirects"] = False
        response = super().request(method, url, *args, **kwargs)
        if response.is_redirect:
            raise NotAllowedAddress("redirect")
        return response


@dataclass(frozen=True)
class Proved:
    """What the provider says of a person: a name, and the contacts that it has proved itself."""

    name: str = ""
    phone: str = ""
    email: str = ""

    def contacts(self) -> list[Contact]:
        phone = [Contact(Channel.PHONE, self.phone)] if self.phone else []
        return phone + ([Contact(Channel.EMAIL, self.email)] if self.email else [])


def read_claims(claims: dict[str, Any]) -> Proved:
    """The claims that the operator trusts, in stored form; one that cannot be read counts as not there."""
    name = clean(str(claims.get("name") or ""))[:200]
    phone, email = _claim(claims, settings.OIDC_PHONE_CLAIM), _claim(claims, settings.OIDC_EMAIL_CLAIM)
    try:
        phone = normal_phone(phone) if phone else ""
    except Invalid:
        phone = ""
    try:
        email = normal_email(email) if email else ""
    except Invalid:
        email = ""
    return Proved(name, phone, email)


def _claim(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name) if name else None
    proved = settings.OIDC_CONTACTS_PROVED or claims.get(f"{name}_verified") is True
    return value if proved and isinstance(value, str) else ""


@dataclass(frozen=True)
class Pending:
    """Somebody whom the provider knows and who has not yet said which account is theirs."""

    uid: str
    provider: str
    proved: Proved
    next: str
    at: float


def keep_pending(request: HttpRequest, pending: Pending) -> None:
    request.session[PENDING] = asdict(pending)


def pending_of(request: HttpRequest) -> Pending | None:
    """Who came from the provider in this session within ten minutes, if that is still open."""
    kept = request.session.get(PENDING)
    if not kept or time.time() - kept["at"] > PENDING_FOR or kept["provider"] != provider_id():
        return None
    return Pending(**{**kept, "proved": Proved(**kept["proved"])})


def forget_pending(request: HttpRequest) -> None:
    request.session.pop(PENDING, None)


class OidcAdapter(DefaultSocialAccountAdapter):
    def list_apps(self, request: Any, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """The one provider of the environment; the database is not asked."""
        if not is_configured() or provider not in {None, KIND, provider_id()}:
            return []
        app = SocialApp(
            provider=KIND,
            provider_id=provider_id(),
            name=settings.OIDC_NAME,
            client_id=settings.OIDC_CLIENT_ID,
            secret=settings.OIDC_CLIENT_SECRET,
            settings={
                "server_url": settings.OIDC_ISSUER,
                "oauth_pkce_enabled": True,
                "scope": settings.OIDC_SCOPE.split(),
            },
        )
        return [app]

    def get_requests_session(self) -> requests.Session:
        session = OnlyItsHosts()
        timeout = settings.SOCIALACCOUNT_REQUESTS_TIMEOUT
        session.request = partial(session.request, timeout=timeout)  # type: ignore[method-assign]
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Decides everything but the log-in by an account that is linked already."""
        uid = sociallogin.account.uid
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            raise ImmediateHttpResponse(self._link_here(request, uid))
        if sociallogin.is_existing:
            return
        proved: Proved = sociallogin.proved
        owners = holders(proved.contacts())
        if any(not user.is_active for user in owners):
            raise ImmediateHttpResponse(redirect("account_inactive"))
        if len(owners) == 1 and not owners[0].is_staff:
            sociallogin.account = link(owners[0], provider=provider_id(), uid=uid)
            sociallogin.user = owners[0]
            return
        kept = Pending(uid, provider_id(), proved, sociallogin.state.get("next") or "", time.time())
        keep_pending(request, kept)
        raise ImmediateHttpResponse(redirect("oidc_new"))

    def _link_here(self, request: HttpRequest, uid: str) -> HttpResponse:
        if not isinstance(request.user, User):
            return redirect("account_login")
        try:
            link(request.user, provider=provider_id(), uid=uid)
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Đã nối với %(name)s.") % {"name": settings.OIDC_NAME})
        return redirect("oidc_links")

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: Any = None,
    ) -> None:
        """Back to where one can go on, with a sentence; the reason is the operator's to read."""
        if error == AuthError.CANCELLED:
            messages.info(request, cancelled())
        else:
            # Of the exceptions only ours speak; others may hold what the provider sent.
            ours = isinstance(exception, OAuth2Error) and str(exception).startswith(OUR_WORDS)
            spoken = ours or isinstance(exception, NotAllowedAddress)
            reason = str(exception) if spoken else type(exception).__name__
            log.warning("A log-in by the OpenID Connect provider failed: %s", reason)
            messages.error(request, failed())
        raise ImmediateHttpResponse(
            redirect("oidc_links" if request.user.is_authenticated else "account_login")
        )


def cancelled() -> str:
    return _("Đã dừng đăng nhập bằng %(name)s. Có thể đăng nhập bằng cách khác.") % {
        "name": settings.OIDC_NAME
    }


def failed() -> str:
    return _(
        "Chưa đăng nhập được bằng %(name)s. Hãy thử lại sau ít phút, hoặc đăng nhập bằng mật khẩu hay"
        " bằng mã."
    ) % {"name": settings.OIDC_NAME}


def linked_accounts(user: User) -> list[SocialAccount]:
    return list(SocialAccount.objects.filter(user=user, provider=provider_id()).order_by("id"))


def page_of_links(request: HttpRequest) -> str:
    """The page on which a link is made after logging in, with the way on behind it."""
    onward = get_next_redirect_url(request)
    return reverse("oidc_links") + (f"?{urlencode({'next': onward})}" if onward else "")
