"""The account pages: allauth's views where they fit, with this product's ways."""

import time
from typing import TYPE_CHECKING, Any

from allauth.account import views as allauth_views
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress
from allauth.account.utils import passthrough_next_redirect_url
from allauth.mfa.base import views as factor_views
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import views as totp_views
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic.edit import FormView

from contest_site.accounts import oidc
from contest_site.accounts.contact import Contact, channel_of, display
from contest_site.accounts.domain.registering import claim
from contest_site.accounts.factors import set_up_now
from contest_site.accounts.forms import no_code_for, reveal_passwords
from contest_site.accounts.models import User

if TYPE_CHECKING:
    _FormView = FormView[Any]
else:
    _FormView = object


class ShowsPassword(_FormView):
    """The button "Hiện mật khẩu" without JavaScript: the same page again, with what was typed in clear."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "hien-mat-khau" not in request.POST:
            return super().post(request, *args, **kwargs)
        arguments = self.get_form_kwargs()
        arguments.pop("data", None)
        arguments.pop("files", None)
        typed = {name: request.POST[name] for name in request.POST if name != "csrfmiddlewaretoken"}
        form = self.get_form_class()(**{**arguments, "initial": typed})
        reveal_passwords(form)
        return self.render_to_response(self.get_context_data(form=form, revealed=True))


class LeavesPending(_FormView):
    """Opening an entrance page gives up a log-in that waits for its code: one can always begin again."""

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: object) -> None:
        clear_login(request)


class OtherWays(_FormView):
    """The button of the OpenID Connect provider, where one is configured."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "provider_name": settings.OIDC_NAME if oidc.is_configured() else ""}


class LogIn(ShowsPassword, LeavesPending, OtherWays, allauth_views.LoginView):
    pass


class SignUp(ShowsPassword, LeavesPending, OtherWays, allauth_views.SignupView):
    pass


class RequestCode(LeavesPending, allauth_views.RequestLoginCodeView):
    pass


class ConfirmCode(allauth_views.ConfirmLoginCodeView):
    """The code that ends a sign-up or a log-in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["recipient"] = display(context["phone"] or context["email"])
        context["signing_up"] = "signup" in self._process.state
        return context

    def _verify_form_valid(self, form: object) -> HttpResponse:
        if self._process.user is None:  # erased while its code was on the way
            return self._begin_again()
        typed = self._process.state.get("signup")
        if typed and claim(self._process.user, **typed):
            messages.success(self.request, _("Tài khoản đã được tạo."))
        elif typed:
            messages.info(
                self.request,
                _(
                    "Số điện thoại hoặc thư điện tử này đã có tài khoản. Đã đăng nhập vào tài khoản đó; "
                    "mật khẩu cũ vẫn còn hiệu lực."
                ),
            )
        response: HttpResponse = super()._verify_form_valid(form)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        if self._process.record_invalid_attempt():
            return FormView.form_invalid(self, form)
        return self._begin_again()

    def _begin_again(self) -> HttpResponse:
        self._process.abort()
        messages.error(self.request, _("Mã không còn dùng được. Hãy nhập lại để nhận mã mới."))
        signing_up = "signup" in self._process.state
        return redirect("account_signup" if signing_up else "account_request_login_code")

    def _resend_form_valid(self, form: object) -> HttpResponse:
        process = self._process
        contact = process.state.get("phone") or process.state.get("email")
        if refusal := no_code_for(Contact(channel_of(contact), contact), "request_login_code"):
            messages.error(self.request, refusal)
        else:
            # allauth's `resend` fails for a contact without an account, which would tell that it has none.
            process.send(skip_enumeration_mails=True)
            process.state["at"] = time.time()
            process.record_resend()
            process.persist()
            messages.info(self.request, _("Đã gửi mã mới. Chỉ mã mới nhất có hiệu lực."))
        return redirect(passthrough_next_redirect_url(self.request, self.request.path, "next"))


class ConfirmReset(allauth_views.ConfirmPasswordResetCodeView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[no-untyped-call]
        context["recipient"] = display(context["email"])
        return context

    def form_invalid(self, form: Any) -> HttpResponse:
        assert self._process is not None
        if self._process.record_invalid_attempt():
            return FormView.form_invalid(self, form)
        messages.error(self.request, _("Mã không còn dùng được. Hãy nhập lại để nhận mã mới."))
        return redirect("account_reset_password")


class CompleteReset(ShowsPassword, allauth_views.CompletePasswordResetView):
    pass


class ChangePassword(ShowsPassword, allauth_views.PasswordChangeView):
    pass


class SetPassword(ShowsPassword, allauth_views.PasswordSetView):
    pass


class Reauthenticate(ShowsPassword, allauth_views.ReauthenticateView):
    pass


class ActivateApp(totp_views.ActivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        set_up_now(self.request)
        return response


class ShowSecondFactor(factor_views.AuthenticateView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        user = self.stage.login.user
        kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
        return {
            **context,
            "by_app": bool(kinds - {Authenticator.Type.WEBAUTHN}),
            "has_app": Authenticator.Type.TOTP in kinds,
            "by_passkey": Authenticator.Type.WEBAUTHN in kinds,
            "options": dict(context["js_data"]["request_options"]["publicKey"]),
        }


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What the account holds, and what can be changed."""
    assert isinstance(request.user, User)
    context = {
        "phone": request.user.phone and display(request.user.phone),
        "email": EmailAddress.objects.filter(user=request.user, verified=True).first(),
        "second_factor": is_mfa_enabled(request.user),
        "passkeys": Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN).count(),
        "provider_name": settings.OIDC_NAME if oidc.is_configured() else "",
        "linked": oidc.is_configured() and oidc.linked_accounts(request.user),
    }
    return render(request, "account/overview.html", context)
