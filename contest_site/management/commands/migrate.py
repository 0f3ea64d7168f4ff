from typing import Any

from django.core.management import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.loader import MigrationLoader


class Command(migrate.Command):
    """Django's own, which says so when a database was made by an unfinished version of the site.

    The first migrations took the place of those that the site was developed with (`replaces`). Where all of
    these were applied there is nothing to do; where only some were, Django would speak of missing models.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        loader = MigrationLoader(connections[options["database"]])
        for (app, _), first in sorted(loader.replacements.items()):
            applied = {name for name in first.replaces if name in loader.applied_migrations}
            if applied and len(applied) < len(first.replaces):
                missing = min(set(first.replaces) - applied)[1]
                raise CommandError(
                    f"This database was made by an unfinished version of the site: {app} lacks {missing}. "
                    "Begin with an empty one (on a laptop: bin/dev --fresh), or first run that version's "
                    "last migrations."
                )
        super().handle(*args, **options)
