"""Before something that only the owner may do: has the person proved within minutes to be the owner?

`recently_authenticated` is for every view that shows or sends out much personal data, or changes the ways in.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.views import BaseReauthenticateView
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from contest_site.accounts.contact import channel_of, masked
from contest_site.accounts.domain.messages import send_code
from contest_site.accounts.domain.staff import proved_contact
from contest_site.accounts.forms import ConfirmCodeForm
from contest_site.accounts.models import User
from contest_site.accounts.senders import Purpose

MOST_GUESSES = 5


def proved_recently(request: HttpRequest) -> bool:
    """Whether the person logged in or proved to be the owner within the last five minutes."""
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    return any(time.time() - record["at"] < app_settings.REAUTHENTICATION_TIMEOUT for record in records)


def recently_authenticated(view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
    """A view for people who are logged in and have proved it within five minutes; others do so first.

    Afterwards they come back to the same address by GET: what a form held has to be sent again.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if proved_recently(request):
            response: HttpResponseBase = view(request, *args, **kwargs)
            return response
        ways = get_adapter().get_reauthentication_methods(request.user)
        if not ways:
            messages.info(
                request, _("Việc này cần biết chắc là chủ tài khoản. Hãy đăng xuất rồi đăng nhập lại.")
            )
            return redirect("account_logout")
        return redirect(f"{ways[0]['url']}?{urlencode({'next': request.get_full_path()})}")

    return guarded


class ConfirmingProcess(AbstractCodeVerificationProcess):
    """A code to the account's own contact, for people without a password or with one forgotten."""

    KEY = "confirming_code"

    def __init__(self, request: HttpRequest, contact: str) -> None:
        assert isinstance(request.user, User)
        self.request, self.owner, self.contact = request, request.user, contact
        state = request.session.get(self.KEY) or self.initial_state(self.owner)
        super().__init__(max_attempts=MOST_GUESSES, timeout=settings.CODE_LIFETIME, state=state)

    @property
    def waits(self) -> bool:
        """Whether a code was sent, and may still be entered."""
        return bool(self.code) and self.is_valid() and self.state.get("contact") == self.contact

    def send(self) -> None:
        self.state = {**self.initial_state(self.owner), "contact": self.contact}
        self.state["code"] = get_adapter().generate_login_code()
        send_code(self.contact, self.code, Purpose.CONFIRM)
        self.persist()

    def persist(self) -> None:
        self.request.session[self.KEY] = self.state

    def abort(self) -> None:
        self.request.session.pop(self.KEY, None)


class ConfirmByCode(BaseReauthenticateView):
    """First a button that sends the code, then the field for it."""

    form_class = ConfirmCodeForm
    template_name = "account/reauthenticate_code.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        assert isinstance(request.user, User)
        self.process = ConfirmingProcess(request, proved_contact(request.user) or "")
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "code": self.process.code}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "code" not in request.POST:
            return self._send()
        if not self.process.waits:
            messages.error(request, _("Mã không còn dùng được. Hãy nhấn nút để nhận mã mới."))
            return redirect(request.get_full_path())
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def _send(self) -> HttpResponse:
        contact = self.process.contact
        if all(
            ratelimit.consume(self.request, action=action, key=contact)
            for action in ("request_login_code", "codes_a_day")
        ):
            self.process.send()
        else:
            messages.error(
                self.request,
                _("Đã gửi nhiều mã tới nơi này. Hãy dùng mã mới nhất hoặc thử lại sau 15 phút."),
            )
        return redirect(self.request.get_full_path())

    def form_valid(self, form: Any) -> HttpResponse:
        self.process.abort()
        record_authentication(self.request, self.process.owner, method="code", reauthenticated=True)
        response: HttpResponse = super().form_valid(form)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        if self.process.record_invalid_attempt():
            response: HttpResponse = super().form_invalid(form)
            return response
        messages.error(self.request, _("Mã không còn dùng được. Hãy nhấn nút để nhận mã mới."))
        return redirect(self.request.get_full_path())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {
            **context,
            "recipient": masked(self.process.contact),
            "waits": self.process.waits,
            "by_phone": channel_of(self.process.contact).value == "phone",
        }
