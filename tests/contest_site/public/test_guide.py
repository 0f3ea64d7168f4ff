"""The contestant's guide: its pictures are there and small, its words stand on pages, the site shows it."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from PIL import Image

from contest_site.public.guide import SOURCE, guide_page

TEXT = SOURCE.read_text(encoding="utf-8")
PICTURES = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", TEXT)
TEMPLATES = "\n".join(
    path.read_text(encoding="utf-8") for path in (Path(settings.BASE_DIR) / "templates").rglob("*.html")
)
CODE = "\n".join(
    (Path(settings.BASE_DIR) / name).read_text(encoding="utf-8") for name in ("contest_site/queries.py",)
)
# The text size's button and what is said of no button.
SIGNS = {"A+"}


def test_every_picture_is_there_small_as_a_phone_and_none_is_left_over() -> None:
    files = {(SOURCE.parent / path).resolve() for _alt, path in PICTURES}
    assert len(files) == len(PICTURES) == 12
    assert files == set((Path(settings.BASE_DIR) / "static" / "guide").glob("*.webp"))
    for file in files:
        assert file.stat().st_size < 60_000
        with Image.open(file) as picture:
            assert picture.width == 360
    assert all(len(alt) > 8 for alt, _path in PICTURES)


def test_what_it_names_in_bold_stands_on_a_page() -> None:
    named = set(re.findall(r"\*\*(.+?)\*\*", TEXT)) - SIGNS
    assert len(named) > 15
    shown = TEMPLATES + CODE
    missing = {name for name in named if f'"{name}' not in shown and f">{name}" not in shown}
    assert not missing


@pytest.mark.django_db
def test_the_site_shows_the_whole_of_it_and_contests_lead_there() -> None:
    page = Client().get(reverse("guide")).content.decode()
    assert page.count('<p class="shot">') == len(PICTURES)
    assert page.count("<h1>") == 1
    for heading in re.findall(r"^## (.+)$", TEXT, re.MULTILINE):
        assert f"<h2>{heading}</h2>" in page
    assert "**" not in page
    assert "](" not in page
    assert 'lang="vi"' in page
    templates = Path(settings.BASE_DIR) / "templates"
    of_contests = [templates / "contest.html", *(templates / "contests").glob("*.html")]
    assert any('{% url "guide" %}' in one.read_text() for one in of_contests)


def test_it_is_written_in_the_few_marks_that_the_page_knows() -> None:
    known = re.compile(r"#{1,2} \S.*|!\[.+\]\(\S+\)|(\d+\.|-) \S.*|[^#!\s`<>_|-].*")
    lines = [line for line in TEXT.splitlines() if line]
    assert [line for line in lines if not known.fullmatch(line)] == []
    assert re.sub(r"<[^>]+>", "", guide_page()).count("<") == 0
