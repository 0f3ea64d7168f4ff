from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "contest_site.lib"
    label = "lib"
    verbose_name = "Thư viện"
