from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "contest_site.audit"
    label = "audit"
    verbose_name = "Nhật ký"
