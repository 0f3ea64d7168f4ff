"""Two revisions side by side."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from questions.differences import Part, differences
from questions.enums import Difficulty, Kind
from questions.rules import Content
from tests.questions.helpers import bank_with_topics, person, revision
from tests.questions.test_admin import client, text, url

CONTENT = Content("A › B", "Cơ quan nào ban hành?", ("Quốc hội", "Chính phủ", "Bộ"), (1,), "Vì", "Điều 1")


def changed(old: Content, new: Content, *, keys: bool = True) -> dict[str, Part]:
    return {part.name: part for part in differences(old, new, keys=keys) if part.changed}


def words(part: Part) -> tuple[list[str], list[str]]:
    return (
        [piece.text for piece in part.old if piece.changed],
        [piece.text for piece in part.new if piece.changed],
    )


class TestDifferences:
    def test_nothing_changed(self) -> None:
        assert changed(CONTENT, CONTENT) == {}

    def test_word_by_word(self) -> None:
        found = changed(CONTENT, replace(CONTENT, text="Cơ quan nào không ban hành?"))
        assert list(found) == ["Câu hỏi"]
        assert words(found["Câu hỏi"]) == ([], ["không "])

    def test_every_part(self) -> None:
        new = Content(
            *("A › C", "Gì?", ("Quốc hội", "Bộ", "Sở", "Tỉnh"), (0, 2), "Do", "Điều 2"),
            kind=Kind.MULTIPLE,
            difficulty=Difficulty.HARD,
            tags=("x",),
            source_link="https://a.example",
        )
        assert list(changed(CONTENT, new)) == [
            *("Loại câu hỏi", "Chủ đề", "Mức độ", "Nhãn", "Câu hỏi", "Phương án B", "Phương án C"),
            *("Phương án D", "Đáp án", "Giải thích", "Căn cứ", "Liên kết"),
        ]
        assert words(changed(CONTENT, new)["Đáp án"]) == (["B"], ["A, C"])

    def test_without_the_right_to_see_keys(self) -> None:
        new = replace(CONTENT, keys=(2,), explanation="Bí mật")
        assert changed(CONTENT, new, keys=False) == {}
        names = [part.name for part in differences(CONTENT, new, keys=False)]
        assert "Đáp án" not in names
        assert "Giải thích" not in names

    def test_only_the_markup(self) -> None:
        (part,) = changed(CONTENT, replace(CONTENT, text="Cơ quan <em>nào</em> ban hành?")).values()
        assert part.markup_only

    @given(st.text("ab .", max_size=30), st.text("ab .", max_size=30))
    def test_both_sides_are_whole_and_what_is_unchanged_is_the_same(self, one: str, other: str) -> None:
        part = {
            part.name: part
            for part in differences(replace(CONTENT, source=one), replace(CONTENT, source=other), keys=False)
        }.get("Căn cứ", Part("", (), ()))
        assert "".join(piece.text for piece in part.old) == one
        assert "".join(piece.text for piece in part.new) == other
        assert [piece.text for piece in part.old if not piece.changed] == [
            piece.text for piece in part.new if not piece.changed
        ]


@pytest.mark.django_db
class TestPage:
    @pytest.fixture(autouse=True)
    def _no_second_factor(self, settings: Any) -> None:
        settings.STAFF_SECOND_FACTOR = False

    def test_the_last_two_or_any(self) -> None:
        bank, writer = bank_with_topics(), person("Người Soạn", "view_question", "see_key")
        one, _two, _three = (revision(bank, 1, by=writer, version=number, key=number) for number in (1, 2, 3))
        browser, address = client(writer), url("question_compare", one.question_id)
        with CaptureQueriesContext(connection) as queries:
            response = browser.get(address)
        assert len(queries) == 6
        assert (response.context["old"].number, response.context["new"].number) == (2, 3)
        assert "−[<del>2</del>]" in text(response)
        assert "+[<ins>3</ins>]" in text(response)
        response = browser.get(address + "?cu=1&moi=2")
        assert (response.context["old"].number, response.context["new"].number) == (1, 2)
        response = browser.get(address + "?cu=x&moi=99")
        assert (response.context["old"].number, response.context["new"].number) == (2, 3)

    def test_hostile_text_is_text(self) -> None:
        bank, writer = bank_with_topics(), person("Người Soạn", "view_question")
        revision(bank, 1, by=writer)
        hostile = "&lt;script&gt;alert(1)&lt;/script&gt;"
        one = revision(bank, 1, by=writer, version=2, text=hostile, key=3)
        page = text(client(writer).get(url("question_compare", one.question_id)))
        assert "<script>alert(1)" not in page
        assert "bí mật" not in page
        assert client(person("Người Lạ")).get(url("question_compare", one.question_id)).status_code == 403
        assert client(writer).get(url("question_compare", 4711)).status_code == 404
