"""How pages are shown: chosen once, and right from the first byte of the next page, without script."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from contest_site.public.reading import CHOICES, COOKIE, WORDS, read, written

CSS = (Path(settings.BASE_DIR) / "static/css/base.css").read_text(encoding="utf-8")
JS = (Path(settings.BASE_DIR) / "static/js/base.js").read_text(encoding="utf-8")
CHOSEN = {"size": "2", "contrast": "high", "theme": "dark", "width": "narrow", "spacing": "loose"}


def test_what_is_written_is_read_again() -> None:
    assert written(CHOSEN) == "size:2.contrast:high.theme:dark.width:narrow.spacing:loose"
    assert read(written(CHOSEN)) == CHOSEN


def test_what_comes_anyway_is_not_written() -> None:
    assert written({name: values[0] for name, values in CHOICES.items()}) == ""


@pytest.mark.parametrize(
    "cookie", ['size:9.theme:"><script>', "x" * 5000, "size", ":::", "size:1" + "." * 300]
)
def test_a_cookie_that_somebody_made_up_is_left_out(cookie: str) -> None:
    assert set(read(cookie).items()) <= {("size", "1")}


def test_the_page_offers_each_choice_once() -> None:
    offered = {name: {value for value, _word in choices} for name, _label, choices in WORDS}
    assert offered == {name: set(values) for name, values in CHOICES.items()}


def test_the_script_knows_the_same_choices() -> None:
    assert set(re.findall(r'(\w+): "[\w-]+"', re.search(r"AS_IT_COMES = \{(.*?)\}", JS)[1])) == set(CHOICES)  # type: ignore[index]
    found = dict(re.findall(r'(\w+): "([\w-]+)"', JS))
    assert {name: found[name] for name in CHOICES} == {name: values[0] for name, values in CHOICES.items()}


@pytest.mark.django_db
def test_a_choice_is_on_the_next_page_from_its_first_tag() -> None:
    client = Client()
    response = client.post("/hien-thi/", {**CHOSEN, "next": "/bien-nhan/"})
    assert response["Location"] == "/bien-nhan/"
    assert client.cookies[COOKIE].value == written(CHOSEN)
    for address in ("/bien-nhan/", "/khong-co-trang-nay/"):
        start = client.get(address).content.decode()[:300]
        for name, value in CHOSEN.items():
            assert f'data-{name}="{value}"' in start, address


@pytest.mark.django_db
def test_it_leads_back_to_own_pages_alone() -> None:
    response = Client().post("/hien-thi/", {**CHOSEN, "next": "https://thi.example/"})
    assert response["Location"] == "/"


@pytest.mark.django_db
def test_a_choice_that_there_is_not_is_refused_with_a_sentence() -> None:
    response = Client().post("/hien-thi/", {**CHOSEN, "size": "40"})
    assert response.status_code == 400
    assert "errorlist" in response.content.decode()


def test_night_by_choice_looks_as_night_by_the_device() -> None:
    """The palettes stand twice, because a query cannot be joined with a selector."""

    def palette(selector: str) -> str:
        found = re.search(re.escape(selector) + r" \{(.*?)\}", CSS, re.S)
        assert found, selector
        return re.sub(r"\s+", " ", found[1])

    assert palette('html:not([data-theme="light"])') == palette('html[data-theme="dark"]')
    by_device = palette('html[data-contrast="high"]:not([data-theme="light"])')
    assert by_device == palette('html[data-contrast="high"][data-theme="dark"]')
