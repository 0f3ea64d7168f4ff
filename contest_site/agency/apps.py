from django.apps import AppConfig


class AgencyConfig(AppConfig):
    """An agency's officer: pages of the own subtree, and what the agency asks of the organisers."""

    name = "contest_site.agency"
    label = "agency"
    verbose_name = "Đơn vị tham gia"
