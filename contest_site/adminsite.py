"""The organisers' admin: Django's, with the unfold theme, at /quan-tri/, behind its own content policy."""

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.http import HttpResponseBase
from unfold.sites import UnfoldAdminSite


class ContestAdminSite(UnfoldAdminSite):
    site_title = "Quản trị cuộc thi"

    def admin_view(
        self, view: Callable[..., HttpResponseBase], cacheable: bool = False
    ) -> Callable[..., Any]:
        wrapped: Callable[..., Any] = super().admin_view(view, cacheable)
        return csp_replace(settings.ADMIN_CSP)(wrapped)


class ContestAdminConfig(AdminConfig):
    default_site = "contest_site.adminsite.ContestAdminSite"
