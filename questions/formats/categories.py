"""Topics as Moodle writes its categories: one path, "/" between the names and "//" for a "/" in a name."""

import re
from collections.abc import Sequence

from contest_site.lib.text import clean

CONTEXT = re.compile(r"\$[a-z0-9]+\$")  # "$course$": where in Moodle, which says nothing here
TOP = "top"  # the root that Moodle gives every tree
ROOT = f"$course$/{TOP}"
BETWEEN = re.compile("(?<!/)/(?!/)")


def category_path(topics: Sequence[str]) -> str:
    return "/".join([ROOT, *map(_escaped, topics)])


def _escaped(name: str) -> str:
    doubled = name.replace("/", "//")
    return f"{' ' * doubled.startswith('/')}{doubled}{' ' * doubled.endswith('/')}"


def topics_of(path: str) -> tuple[str, ...]:
    names = [clean(name.replace("//", "/")) for name in BETWEEN.split(path.strip())]
    if names and CONTEXT.fullmatch(names[0]):
        names.pop(0)
    if names and names[0] == TOP:
        names.pop(0)
    return tuple(name for name in names if name)
