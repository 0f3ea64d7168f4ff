import gc

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class SiteConfig(AppConfig):
    """The root: pages and commands that need every app."""

    name = "contest_site"
    label = "site_root"
    verbose_name = "Trang thi"

    def ready(self) -> None:
        from contest_site.audit.installing import install_trail
        from contest_site.roles import assign_roles

        # The last app with models: by then the permissions of all apps exist.
        last = [app for app in apps.get_app_configs() if app.models_module is not None][-1]
        post_migrate.connect(assign_roles, sender=last, dispatch_uid="roles")
        post_migrate.connect(install_trail, sender=last, dispatch_uid="trail")
        # The last app to be ready. What is loaded now lives as long as the process.
        gc.freeze()
        gc.enable()
