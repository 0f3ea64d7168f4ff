"""What a first visit to a contest's page costs a weak network: all that it loads, as the proxy sends it."""

import gzip
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from lxml import html

from contests.models import Milestone
from tests.support.factories import make_block, make_contest, make_prizes, make_round, make_unit

pytestmark = pytest.mark.django_db

BUDGET = 60_000  # bytes over the wire
LEVEL = 5  # of the proxy's gzip (deploy/Caddyfile), which is also the worse of its two ways
LOADED = (
    "//link[@rel='stylesheet' or @rel='icon' or @rel='modulepreload']/@href"
    " | //*[self::script or self::img]/@src"
)
IMPORTED = re.compile(r'(?:from|import)\s*\(?"(\./[\w.-]+)"')
ASKED_BY_CSS = re.compile(r"url\(|@import|@font-face")


def page_of_a_large_contest() -> str:
    """Four weeks, prizes of each, units in blocks and a long timetable, with texts as long as real ones."""
    area = make_unit("Tỉnh Nghệ An")
    text = "Chủ trương, đường lối của Đảng, chính sách, pháp luật của Nhà nước về chuyển đổi số số %d.\n"
    contest = make_contest(
        area=area,
        live_participation=True,
        subject="".join(text % at for at in range(30)),
        parent_organiser="UBND",
    )
    for week in range(4):
        opens = contest.opens_at + timedelta(days=week)
        make_round(contest, name=f"Tuần {week + 1}", opens_at=opens, closes_at=opens + timedelta(days=1))
    make_prizes(contest)
    for at in range(5):
        make_block(contest, [make_unit(parent=area)], name=f"Khối thi đua số {at}")
        Milestone.objects.create(
            contest=contest, label=f"Mốc thời gian thứ {at} của cuộc thi", text="tháng 12/2024"
        )
    response = Client().get(reverse("contest", args=[contest.slug]))
    assert response.status_code == 200
    return str(response.content.decode())


def file_of(address: str) -> Path:
    parts = urlsplit(address)
    assert not parts.netloc, f"asked of another site: {address}"
    return Path(settings.BASE_DIR) / "static" / parts.path.removeprefix("/static/")


def loaded(page: str) -> set[Path]:
    """The files that a browser without any loads for the page."""
    tree: Any = html.fromstring(page)
    found = {file_of(address) for address in tree.xpath(LOADED)}
    for file in [one for one in found if one.suffix == ".js"]:
        found |= {file.parent / name for name in IMPORTED.findall(file.read_text(encoding="utf-8"))}
    return found


def test_a_first_visit_to_the_contest_page_fits_its_budget() -> None:
    page = page_of_a_large_contest()
    files = loaded(page)
    assert {file.name for file in files} >= {
        "base.css",
        "contest.css",
        "base.js",
        "countdown.js",
        "emblem.svg",
    }
    cost = sum(
        len(gzip.compress(one, LEVEL)) for one in [page.encode(), *(file.read_bytes() for file in files)]
    )
    assert cost <= BUDGET
    # What it costs today, with some room: a budget that nobody comes near keeps nothing small.
    assert cost <= 24_000


def test_no_style_of_the_public_pages_asks_for_a_font_or_another_file() -> None:
    for file in (Path(settings.BASE_DIR) / "static" / "css").glob("*.css"):
        if file.name != "admin.css":
            assert not ASKED_BY_CSS.search(file.read_text(encoding="utf-8")), file.name


def test_the_banner_is_smaller_still() -> None:
    contest = make_round(sealed=False).contest
    page = Client().get(reverse("banner", args=[contest.slug, "ngang"])).content
    files = [file.read_bytes() for file in loaded(page.decode())]
    assert sum(len(gzip.compress(one, LEVEL)) for one in [page, *files]) <= 3_000
