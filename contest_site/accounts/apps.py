from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "contest_site.accounts"
    label = "accounts"
    verbose_name = "Tài khoản"
