from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The root: pages and commands that need every app."""

    name = "contest_site"
    label = "site_root"
    verbose_name = "Trang thi"
