from django.apps import AppConfig


class WatchConfig(AppConfig):
    name = "contest_site.watch"
    verbose_name = "Theo dõi hệ thống"
