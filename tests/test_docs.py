"""What README and docs show is there and works as shown."""

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
PATH = re.compile(r"`([\w.-]+(?:/[\w.*-]+)+/?)`")
MANAGE = re.compile(r"manage\.py +([a-z_]+)([^\n`|&;>]*)")
# Folders and files that a path in the docs may begin with; others are words with a slash.
OURS = {path.name for path in ROOT.iterdir()} - {"var"}


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_links_lead_somewhere(page: Path) -> None:
    broken = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_paths_are_there(page: Path) -> None:
    named = {path for path in PATH.findall(page.read_text()) if path.split("/")[0] in OURS}
    assert [path for path in sorted(named) if not list(ROOT.glob(path.rstrip("/")))] == []


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_manage_commands_take_what_is_shown(page: Path) -> None:
    for name, rest in MANAGE.findall(page.read_text()):
        assert name in get_commands(), name
        app = get_commands()[name]
        assert isinstance(app, str)
        known = load_command_class(app, name).create_parser("manage.py", name)._option_string_actions
        words = [word.strip("[]") for word in shlex.split(rest, comments=True)]
        assert [word for word in words if word.startswith("--") and word.split("=")[0] not in known] == []


def test_the_two_commands_of_the_readme_can_be_run() -> None:
    text = (ROOT / "README.md").read_text()
    for name in ("bin/dev", "bin/test"):
        assert f"```\n{name}\n```" in text
        assert (ROOT / name).stat().st_mode & 0o111
