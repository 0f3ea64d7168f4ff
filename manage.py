#!/usr/bin/env python
"""Django's command line. On a laptop it brings the database and Redis with it, unless they run already."""

import os
import signal
import sys
from pathlib import Path

VENV = Path(__file__).resolve().parent / ".venv"
if __name__ == "__main__" and Path(sys.prefix) != VENV and (VENV / "bin" / "python").exists():
    # Called as ./manage.py it runs in whatever Python is first on PATH: go on in the one of bin/setup.
    os.execv(VENV / "bin" / "python", [str(VENV / "bin" / "python"), *sys.argv])  # noqa: S606

from contest_site import embedded  # noqa: E402  after the line above, which may not have our packages

# These answer from the code alone, so nothing is started for them.
WITHOUT_SERVICES = {
    "check",
    "collectstatic",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "version",
}
# These make, alter or empty tables, or ask which migrations were made, which only the owner may.
AS_OWNER = {"flush", "makemigrations", "migrate", "restore", "showmigrations"}


def needs_services(arguments: list[str]) -> bool:
    if not arguments or arguments[0].startswith("-") or {"-h", "--help"} & set(arguments):
        return False
    return arguments[0] not in WITHOUT_SERVICES or any(a.startswith("--database") for a in arguments)


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contest_site.settings")
    embedded.laptop_environment(os.environ)
    if arguments and arguments[0] in AS_OWNER:
        os.environ.setdefault("DATABASE_AS_OWNER", "true")
    from django.core.management import execute_from_command_line

    if not needs_services(arguments):
        execute_from_command_line(sys.argv)
        return
    services = embedded.needed(os.environ, embedded.default_var_dir())
    if services:
        # Ended by a signal, it must still stop what it started.
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        with embedded.running(services):
            _execute(arguments[0])
    except embedded.ServiceError as error:
        sys.exit(str(error))


def _execute(command: str) -> None:
    """What a command changes stands in the trail as its own."""
    import django
    from django.core.management import execute_from_command_line

    django.setup()
    from contest_site.audit.acting import Acting, acting

    with acting(Acting("command", f"manage.py {command}")):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main(sys.argv[1:])
