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
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
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

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Put together where it is shown: the frame of every page asks for it, and none of ours has it."""
        made = super().get_app_list
        return SimpleLazyObject(lambda: made(request, app_label))

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The links of this person; of those that the page's address begins with the nearest is current.

        The theme's own way leads through lazy objects, which resolve a link anew whenever it is compared.
        """
        from contest_site.unfold import NAVIGATION

        groups: list[dict[str, Any]] = [
            {**group, "items": [_shown(item) for item in group["items"] if _may_see(item, request)]}
            for group in NAVIGATION
        ]
        path, index = request.path, reverse(f"{self.name}:index")
        around = [
            item for group in groups for item in group["items"]
            if item["link"] == path or (item["link"] != index and path.startswith(item["link"]))
        ]  # fmt: skip
        nearest = max((len(item["link"]) for item in around), default=0)
        for item in around:
            item["active"] = len(item["link"]) == nearest
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


def _may_see(item: dict[str, Any], request: HttpRequest) -> bool:
    may = item.get("permission")
    return may is None or bool(may(request))


def _shown(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "link": str(item["link"]), "active": False, "has_permission": True}


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
