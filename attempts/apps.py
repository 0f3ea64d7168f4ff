from django.apps import AppConfig


class AttemptsConfig(AppConfig):
    name = "attempts"
    label = "attempts"
    verbose_name = "Lượt thi"
