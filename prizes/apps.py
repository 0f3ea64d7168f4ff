from django.apps import AppConfig


class PrizesConfig(AppConfig):
    name = "prizes"
    label = "prizes"
    verbose_name = "Kết quả và giải thưởng"
