"""The organisers' admin: Django's, with the unfold theme, at /quan-tri/, behind its own content policy.

Organisers come in through the site's own log-in (limits, codes, second factor); Django's log-in page, which
has none of these, is not reachable, and neither are its pages for passwords and for logging out.
allauth is imported inside the methods: this module is loaded before the models are.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.checks import ModelAdminChecks
from django.core.checks import CheckMessage
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.sites import UnfoldAdminSite


class ContestAdminSite(UnfoldAdminSite):
    site_title = "Quản trị cuộc thi"
    index_title = gettext_lazy("Tổng quan")

    def check(self, app_configs: Any) -> list[CheckMessage]:
        """Django's own checks alone: unfold's read permissions, which a new database has not got yet."""
        for model_admin in self._registry.values():
            type(model_admin).checks_class = ModelAdminChecks
        return super().check(app_configs)

    def admin_view(self, view: Callable[..., HttpResponseBase], cacheable: bool = False) -> Any:
        wrapped: Callable[..., Any] = super().admin_view(view, cacheable)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if (
                settings.STAFF_SECOND_FACTOR
                and self.has_permission(request)
                and not has_second_factor(request)
            ):
                messages.warning(
                    request, _("Trang quản trị cần lớp bảo vệ thứ hai. Hãy bật ứng dụng xác thực.")
                )
                return redirect("mfa_activate_totp")
            response: HttpResponseBase = wrapped(request, *args, **kwargs)
            return response

        return csp_replace(settings.ADMIN_CSP)(guarded)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        from allauth.account.decorators import secure_admin_login

        return secure_admin_login(lambda request: redirect("admin:index"))(request)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        from allauth.account.views import logout

        return logout(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_change_password")


def has_second_factor(request: HttpRequest) -> bool:
    from allauth.mfa.utils import is_mfa_enabled

    return request.user.is_authenticated and bool(is_mfa_enabled(request.user))


class ContestAdminConfig(AdminConfig):
    default_site = "contest_site.adminsite.ContestAdminSite"
