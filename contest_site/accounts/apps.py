from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "contest_site.accounts"
    label = "accounts"
    verbose_name = "Tài khoản"

    def ready(self) -> None:
        from contest_site.accounts import checks  # noqa: F401  (registers them)
