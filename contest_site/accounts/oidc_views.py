"""The pages around the OpenID Connect provider: to it and back, a first visit, links. All 404 without one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from requests import RequestException

from contest_site.accounts import oidc
from contest_site.accounts.domain.linking import account_for, link, unlink
from contest_site.accounts.models import User
from contest_site.accounts.provider import Callback, Client
from contest_site.accounts.recent import recently_authenticated
from contest_site.lib.errors import DomainError

View = Callable[..., HttpResponseBase]


def where_configured(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not oidc.is_configured():
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def leads_there(view: View) -> View:
    """The content policy of a page with the button: its form may end at the provider."""

    @wraps(view)
    def allowed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if oidc.is_configured():
            response._csp_update = {"form-action": oidc.origins()}  # type: ignore[attr-defined]
        return response

    return allowed


@leads_there
@where_configured
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponseBase:
    """To the provider: to log in, or, for who is logged in, to link. By GET only back to the button."""
    if request.method != "POST":
        # Who had to prove who they are before linking comes back here by GET.
        return redirect("oidc_links" if request.user.is_authenticated else "account_login")
    if request.user.is_authenticated:
        return _begin_linking(request)
    return _go(request, AuthProcess.LOGIN)


@recently_authenticated
def _begin_linking(request: HttpRequest) -> HttpResponseBase:
    return _go(request, AuthProcess.CONNECT)


def _go(request: HttpRequest, process: str) -> HttpResponse:
    provider = get_adapter().get_provider(request, oidc.provider_id())
    try:
        response: HttpResponse = provider.redirect(request, process, next_url=get_next_redirect_url(request))
    except (OAuth2Error, RequestException) as error:
        return _unasked(request, error)
    return response


def _unasked(request: HttpRequest, error: Exception) -> HttpResponse:
    oidc.log.warning("The OpenID Connect provider cannot be asked: %s", type(error).__name__)
    messages.error(request, oidc.failed())
    return redirect("oidc_links" if request.user.is_authenticated else "account_login")


@where_configured
@require_GET
def callback(request: HttpRequest) -> HttpResponseBase:
    try:
        view = Callback.adapter_view(Client(request, oidc.provider_id()))  # type: ignore[no-untyped-call]
        response: HttpResponseBase = view(request)
    except (OAuth2Error, RequestException) as error:  # raised before allauth looks for it
        return _unasked(request, error)
    return response


@where_configured
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """The first time here: a new account, or log in to the one that there is and link it."""
    pending = oidc.pending_of(request)
    if pending is None:
        messages.error(request, oidc.failed())
        return redirect("account_login")
    if request.method != "POST":
        return render(
            request, "socialaccount/new.html", {"name": settings.OIDC_NAME, "who": pending.proved.name}
        )
    if "link" in request.POST:
        return redirect(f"{reverse('account_login')}?{urlencode({'next': reverse('oidc_links')})}")
    oidc.forget_pending(request)
    try:
        user = account_for(
            pending.proved.contacts(), name=pending.proved.name, provider=pending.provider, uid=pending.uid
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("account_login")
    messages.success(request, _("Tài khoản đã được tạo."))
    record_authentication(request, user, "socialaccount", provider=pending.provider, uid=pending.uid)
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url=pending.next or None))
    return response


@leads_there
@where_configured
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest) -> HttpResponseBase:
    """Whether the account is linked; linking who has just come from the provider, and taking the link off."""
    if request.method == "POST":
        return _change_links(request)
    assert isinstance(request.user, User)
    context = {
        "name": settings.OIDC_NAME,
        "linked": oidc.linked_accounts(request.user),
        "pending": oidc.pending_of(request),
    }
    return render(request, "socialaccount/links.html", context)


@recently_authenticated
def _change_links(request: HttpRequest) -> HttpResponseBase:
    assert isinstance(request.user, User)
    pending = oidc.pending_of(request)
    try:
        if "unlink" in request.POST:
            unlink(request.user, provider=oidc.provider_id())
            messages.success(request, _("Đã bỏ nối."))
        elif pending and "link" in request.POST:
            link(request.user, provider=pending.provider, uid=pending.uid)
            messages.success(request, _("Đã nối với %(name)s.") % {"name": settings.OIDC_NAME})
    except DomainError as refusal:
        messages.error(request, str(refusal))
    oidc.forget_pending(request)
    return redirect("oidc_links")
