from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "contest_site.accounts"
    label = "accounts"
    verbose_name = "Tài khoản"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from contest_site.accounts import checks  # noqa: F401  (registers them)

        # The session is stored with it (session_engine.py).
        user_logged_in.disconnect(dispatch_uid="update_last_login")
