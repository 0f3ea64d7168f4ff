from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "contest_site.audit"
    label = "audit"
    verbose_name = "Nhật ký"

    def ready(self) -> None:
        from contest_site.audit import checks  # noqa: F401  (registers them)
