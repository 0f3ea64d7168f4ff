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
from django.utils.http import urlencode
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

    def get_urls(self) -> list[Any]:
        """Pages that need several apps stand before those of the apps' own screens."""
        from contest_site.history import HistoryPages
        from contest_site.preflight.pages import PreflightPages

        return [*PreflightPages(self).urls(), *HistoryPages(self).urls(), *super().get_urls()]

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The theme marks every link that the page's address begins with; only the nearest one is current."""
        groups: list[dict[str, Any]] = super().get_sidebar_list(request)
        marked = [item for group in groups for item in group["items"] if item["active"]]
        nearest = max((len(str(item["link"])) for item in marked), default=0)
        for item in marked:
            item["active"] = len(str(item["link"])) == nearest
        return groups

    def admin_view(self, view: Callable[..., HttpResponseBase], cacheable: bool = False) -> Any:
        wrapped: Callable[..., Any] = super().admin_view(view, cacheable)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if settings.STAFF_SECOND_FACTOR and self.has_permission(request):
                wanted = _second_factor_wanted(request)
                if wanted is not None:
                    return wanted
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


def _second_factor_wanted(request: HttpRequest) -> HttpResponseBase | None:
    """The page that an organiser needs first: to set the second factor up, or to show it in this session."""
    from contest_site.accounts.factors import has_second_factor, has_shown_second_factor, page_to_show_it

    if not has_second_factor(request):
        messages.warning(
            request,
            _("Trang quản trị cần lớp bảo vệ thứ hai. Hãy bật ứng dụng xác thực hoặc thêm khóa đăng nhập."),
        )
        return redirect("mfa_index")
    if not has_shown_second_factor(request):
        return redirect(f"{page_to_show_it(request)}?{urlencode({'next': request.get_full_path()})}")
    return None


class ContestAdminConfig(AdminConfig):
    default_site = "contest_site.adminsite.ContestAdminSite"
