"""Rich texts on pages, and the pictures in them at their addresses."""

import base64
from typing import Any

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext

from questions.formats.pictures import read_picture
from questions.models import Picture
from questions.templatetags.rich import plain, rich
from tests.questions.helpers import person

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
NAME = "0123456789abcdef0123456789abcdef.png"


class TestRich:
    @pytest.mark.parametrize(
        "text",
        [
            "Cải cách hành chính là gì?",
            "Một dòng\nhai dòng",
            "“Ngoặc kép” và \"'",
            "Dầu &amp; khí, 1 &lt; 2",
            "H<sub>2</sub>O là <strong>nước</strong>",
            "<p>Một</p><ul><li>hai<ol><li>ba</li></ol></li></ul>",
            '<table><tbody><tr><th>A</th></tr><tr><td colspan="1">b</td></tr></tbody></table>'.replace(
                ' colspan="1"', ""
            ),
        ],
    )
    def test_the_stored_form_is_shown_as_it_is(self, text: str) -> None:
        assert rich(text) == text
        assert Template("{% load rich %}{{ text|rich }}").render(Context({"text": text})) == text

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
            ("<strong onclick=a>x</strong>", "&lt;strong onclick=a&gt;x&lt;/strong&gt;"),
            ('<img src="//evil/a.png" alt="">', "&lt;img src=&quot;//evil/a.png&quot; alt=&quot;&quot;&gt;"),
            ("<strong>x", "&lt;strong&gt;x"),
            ("<i>" * 100, "&lt;i&gt;" * 100),
        ],
    )
    def test_anything_else_is_shown_as_characters(self, text: str, shown: str) -> None:
        assert rich(text) == shown

    def test_pictures_stand_at_their_addresses(self) -> None:
        text = f'Xem <img src="{NAME}" alt="Sơ đồ &quot;một cửa&quot;"> này'
        assert rich(text) == (
            f'Xem <img src="/hinh/{NAME}" loading="lazy" decoding="async"'
            ' alt="Sơ đồ &quot;một cửa&quot;"> này'
        )

    def test_a_text_that_only_looks_like_a_picture_stays_a_text(self) -> None:
        text = f'&lt;img src="{NAME}" alt="x"&gt;'
        assert rich(text) == text

    def test_plain(self) -> None:
        assert (
            plain(f'<strong>A &amp; B</strong><br>c <img src="{NAME}" alt="hình">') == "A & B\nc [Hình: hình]"
        )
        assert plain("<i>" * 100) == "<i>" * 100


@pytest.mark.django_db
class TestPicture:
    @pytest.fixture
    def name(self) -> str:
        bundled = read_picture(PNG)
        Picture.objects.create(name=bundled.name, content=bundled.data, by=person("Người Soạn"))
        return bundled.name

    def test_is_shown_to_anybody_for_a_year(self, name: str) -> None:
        with CaptureQueriesContext(connection) as queries:
            response = Client().get(f"/hinh/{name}")
        assert len(queries) == 1
        assert response.content == PNG
        assert response["Content-Type"] == "image/png"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response["ETag"] == f'"{name}"'
        assert "Cookie" not in response.get("Vary", "")
        assert not response.cookies

    def test_an_organiser_reads_it_as_everybody_does(self, name: str) -> None:
        browser = Client()
        browser.force_login(person("Người Xem"))
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(f"/hinh/{name}").status_code == 200
        assert len(queries) == 1

    @pytest.mark.parametrize("given", ['"{}"', 'W/"{}"', "*", '"x", "{}"'])
    def test_is_not_sent_again(self, name: str, given: str) -> None:
        with CaptureQueriesContext(connection) as queries:
            response = Client().get(f"/hinh/{name}", headers={"If-None-Match": given.format(name)})
        assert len(queries) == 1
        assert response.status_code == 304
        assert not response.content
        assert response["ETag"] == f'"{name}"'

    def test_is_sent_for_another_tag(self, name: str) -> None:
        response = Client().get(f"/hinh/{name}", headers={"If-None-Match": '"other"'})
        assert response.status_code == 200

    @pytest.mark.parametrize("asked", [NAME, "x.png", "..%2Fsettings.py", NAME.replace("png", "svg"), "a%00"])
    @pytest.mark.parametrize("headers", [{}, {"If-None-Match": "*"}])
    def test_what_is_not_there(self, name: str, asked: str, headers: dict[str, Any]) -> None:
        assert Client().get(f"/hinh/{asked}", headers=headers).status_code == 404

    def test_nothing_is_posted_to_it(self, name: str) -> None:
        assert Client().post(f"/hinh/{name}").status_code == 405
