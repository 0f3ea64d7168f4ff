"""Takes a picture of every page in its states: at 320 to 1280 px, by day, by night, at the largest text.

Not part of the suite: `bin/test tests/e2e/page_pictures.py`, for a person to look at. They lie in var/e2e/.
"""

from __future__ import annotations

import re
from itertools import count

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.e2e.conftest import PICTURES
from tests.e2e.test_accessibility import ORIGIN, Shown, World, _nothing_left_open, choose, world

__all__ = ["_nothing_left_open", "world"]

WAYS = {
    "320": (320, ""),
    "360-night-largest": (360, "size:3.theme:dark"),
    "768": (768, ""),
    "1280": (1280, ""),
}


@pytest.mark.parametrize("way", WAYS)
def test_pictures(world: World, browser: Browser, way: str) -> None:
    width, reading = WAYS[way]
    folder = PICTURES / "pages" / way
    folder.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(
        viewport=ViewportSize(width=width, height=800), base_url=ORIGIN, reduced_motion="reduce"
    )
    choose(context, reading)
    page = context.new_page()
    show = Shown(page, look=False)
    numbers = count(1)
    for who, name, address in world.addresses:
        client = world.clients[who]
        client.cookies["reading"] = reading
        show(client.get(address).content.decode())
        page.wait_for_load_state("networkidle")
        title = re.sub(r"\W+", "-", f"{next(numbers):02} {name} {who}")
        page.screenshot(path=folder / f"{title}.png", full_page=True)
    context.close()
