"""What the guides of organisers and agencies name is there: pictures, links, screens, roles, addresses.

Names in bold are names on the screen; "…" in one stands for what differs from time to time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import resolve
from django.utils.translation import gettext, override
from PIL import Image

from contest_site.roles import ROLES

DOCS = Path(settings.BASE_DIR) / "docs"
GUIDES = {
    name: (DOCS / "guides" / f"{name}.md").read_text(encoding="utf-8")
    for name in ("to-thu-ky", "don-vi", "ban-giam-khao-va-giam-sat", "to-thu-ky-tai-khoan")
}
PICTURES = DOCS / "pictures" / "guides"
CATALOGUE = Path(settings.BASE_DIR) / "locale" / "en" / "LC_MESSAGES" / "django.po"
# What screens have from Django's own catalogue.
DJANGOS = ("History",)
# Bold in running text: emphasis, questions, and parts of a heading; none of them a name on the screen.
PLAIN = {
    "đậm",
    "người khác",
    "Không chụp, không lưu giấy tờ; không ghi số căn cước vào căn cứ.",
    "đang thuộc một tài khoản khác",
    "Cả hai đã đăng ký cùng một cuộc thi",
    "Một trong hai đang làm bài",
}
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


@pytest.fixture(params=GUIDES)
def guide(request: pytest.FixtureRequest) -> str:
    return GUIDES[request.param]


def test_every_picture_is_there_and_small_and_none_is_left_over() -> None:
    named = [target for text in GUIDES.values() for image, _alt, target in LINK.findall(text) if image]
    files = {(DOCS / "guides" / target).resolve() for target in named}
    assert len(files) == len(named) <= 32
    assert files == set(PICTURES.glob("*.png"))
    for file in files:
        assert file.stat().st_size <= 100_000, file.name
        with Image.open(file) as picture:
            assert picture.width == (360 if file.stem.endswith("-360") else 1280), file.name


def test_every_link_leads_somewhere(guide: str) -> None:
    for image, words, target in LINK.findall(guide):
        path, _hash, heading = target.partition("#")
        file = (DOCS / "guides" / path).resolve() if path else None
        assert file is None or file.is_file(), target
        assert not image or len(words) > 8, target
        if heading:
            assert heading in anchors(file.read_text(encoding="utf-8") if file else guide), target


def anchors(text: str) -> set[str]:
    """Of headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_names_in_bold_stand_on_screens(guide: str) -> None:
    named = {" ".join(name.split()) for name in re.findall(r"\*\*(.+?)\*\*", guide, re.DOTALL)}
    missing = {name for name in named if not name.endswith("?")} - PLAIN - set(ROLES)
    assert {name for name in missing if not stands(name)} == set()


def stands(name: str) -> bool:
    """On a screen as a whole sentence or heading; only the case of the first letter may differ."""
    return name[:1].lower() + name[1:] in screens()


@cache
def screens() -> frozenset[str]:
    """All that the site says, as its own catalogue and its models have it."""
    with override("vi"):
        said = [*messages(), *(gettext(one) for one in DJANGOS)]
    parts = (re.sub(r"%\(\w+\)[sd]", "…", one).replace("%%", "%") for one in said)
    return frozenset(part[:1].lower() + part[1:] for part in parts)


def messages() -> Iterator[str]:
    """The Vietnamese source strings; a string of several lines is one."""
    text = CATALOGUE.read_text(encoding="utf-8")
    for found in re.findall(r'^msgid(?:_plural)? ((?:".*"\n)+)', text, re.MULTILINE):
        yield "".join(line[1:-1] for line in found.splitlines()).replace('\\"', '"').replace("\\n", "\n")


def test_the_table_of_roles_is_that_of_the_groups() -> None:
    table = GUIDES["to-thu-ky"].split("| Vai trò |")[1].split("\n\n")[0]
    assert re.findall(r"^\| ([^|-]+?) \|", table, re.MULTILINE) == list(ROLES)


def test_every_address_is_one_of_the_site(guide: str) -> None:
    for address in re.findall(r"`(/[^`]*)`", guide):
        assert resolve(address).func.__name__ != "catch_all_view", address


def test_the_readme_leads_to_every_guide() -> None:
    readme = (Path(settings.BASE_DIR) / "README.md").read_text(encoding="utf-8")
    assert [name for name in GUIDES if f"docs/guides/{name}.md" not in readme] == []
