from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Files that somebody asks for and a worker makes: needs every app."""

    name = "contest_site.reports"
    label = "reports"
    verbose_name = "Báo cáo"
