"""The tree of a bank's topics: its names, its order, what goes together."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from contest_site.lib.errors import Invalid, NotNow
from questions.admin.topics import tree
from questions.domain.topics import (
    add_topic,
    in_tree_order,
    move_topic,
    remove_topic,
    rename_topic,
    topic_name,
)
from questions.models import Bank
from tests.questions.helpers import bank_with_topics, person, revision
from tests.questions.test_admin import client, text, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def writer() -> User:
    return person("Người Soạn", "view_bank", "view_question", "view_topic", "add_topic", "change_topic")


@pytest.fixture
def bank() -> Bank:
    return bank_with_topics("Ngân hàng", "A", "A › B", "A › B › C", "D › E", "F")


def names(bank: Bank) -> list[str]:
    return in_tree_order(bank.topics.values_list("name", flat=True))


class TestNames:
    @pytest.mark.parametrize(
        ("typed", "name"),
        [
            ("Cải  cách ", "Cải cách"),
            ("a>b", "a › b"),
            ("a › b", "a › b"),
            ("a›b >c", "a › b › c"),
        ],
    )
    def test_what_is_typed(self, typed: str, name: str) -> None:
        assert topic_name(typed) == name

    @pytest.mark.parametrize("typed", ["", " ", ">a", "a>", "a>>b", "a>b>c>d>e>f", "x" * 201])
    def test_what_is_no_name(self, typed: str) -> None:
        with pytest.raises(Invalid):
            topic_name(typed)

    def test_the_tree_has_levels_that_are_no_topics(self) -> None:
        assert in_tree_order(["B › x", "A", "B › y › z", "A › q", "B"]) == [
            *("B", "B › x", "B › y", "B › y › z", "A", "A › q")
        ]


class TestRename:
    def test_those_under_it_follow(self, bank: Bank, writer: User) -> None:
        one = revision(bank, 1, by=writer, topic="A › B › C")
        assert rename_topic(bank, "A", "Z", by=writer) == 3
        assert names(bank) == ["Z", "Z › B", "Z › B › C", "D", "D › E", "F"]
        one.refresh_from_db()
        assert one.topic.name == "Z › B › C"
        event = AuditEvent.objects.get()
        assert (event.verb, event.data) == ("renamed topic", {"old": "A", "new": "Z", "topics": 3})

    def test_a_level_that_is_no_topic_itself(self, bank: Bank, writer: User) -> None:
        assert rename_topic(bank, "D", "G › H", by=writer) == 1
        assert names(bank)[3:] == ["G", "G › H", "G › H › E", "F"]

    def test_up_in_the_tree(self, bank: Bank, writer: User) -> None:
        add_topic(bank, "A › B › B", by=writer)
        rename_topic(bank, "A › B", "X", by=writer)
        assert names(bank) == ["A", "X", "X › C", "X › B", "D", "D › E", "F"]
        rename_topic(bank, "X", "A", by=writer)
        assert names(bank) == ["A", "A › C", "A › B", "D", "D › E", "F"]

    def test_to_its_own_parent(self, writer: User) -> None:
        bank = bank_with_topics("Khác", "A › B › B", "A › B")
        rename_topic(bank, "A › B", "A", by=writer)
        assert set(bank.topics.values_list("name", flat=True)) == {"A", "A › B"}

    @pytest.mark.parametrize("number_of", ["A", "F", ""])
    def test_an_empty_one_goes_into_another(self, bank: Bank, writer: User, number_of: str) -> None:
        if number_of:
            revision(bank, 1, by=writer, topic=number_of)
        rename_topic(bank, "F", "A", by=writer)
        assert names(bank) == ["A", "A › B", "A › B › C", "D", "D › E"]
        assert sum(line.own for line in tree(bank) if line.path == "A") == bool(number_of)

    def test_two_that_have_questions_do_not_become_one(self, bank: Bank, writer: User) -> None:
        revision(bank, 1, by=writer, topic="A")
        revision(bank, 2, by=writer, topic="F")
        with pytest.raises(Invalid, match="cả hai đều có câu hỏi"):
            rename_topic(bank, "F", "A", by=writer)
        assert bank.topics.count() == 5

    @pytest.mark.parametrize(
        ("old", "new", "error"),
        [
            ("A", "A", Invalid),
            ("A", "A › B", Invalid),
            ("A", "A › X", Invalid),
            ("F", "a", Invalid),
            ("A", "1>2>3", None),
            ("A", "1>2>3>4", Invalid),
            ("X", "Y", NotNow),
        ],
    )
    def test_what_cannot_be(
        self, bank: Bank, writer: User, old: str, new: str, error: type[Exception] | None
    ) -> None:
        before = names(bank)
        if error is None:
            rename_topic(bank, old, new, by=writer)
            assert names(bank) != before
            return
        with pytest.raises(error):
            rename_topic(bank, old, new, by=writer)
        assert names(bank) == before

    def test_only_the_case_of_its_letters(self, bank: Bank, writer: User) -> None:
        rename_topic(bank, "F", "f", by=writer)
        assert names(bank)[-1] == "f"


class TestOrder:
    def test_a_topic_moves_with_those_under_it(self, bank: Bank, writer: User) -> None:
        assert move_topic(bank, "A", 1, by=writer)
        assert names(bank) == ["D", "D › E", "A", "A › B", "A › B › C", "F"]
        assert move_topic(bank, "F", -1, by=writer)
        assert names(bank) == ["D", "D › E", "F", "A", "A › B", "A › B › C"]
        assert not move_topic(bank, "D", -1, by=writer)
        assert not move_topic(bank, "A › B", 1, by=writer)

    def test_among_its_own_level_alone(self, bank: Bank, writer: User) -> None:
        add_topic(bank, "A › X", by=writer)
        assert names(bank)[:4] == ["A", "A › B", "A › B › C", "A › X"]
        assert move_topic(bank, "A › X", -1, by=writer)
        assert names(bank) == ["A", "A › X", "A › B", "A › B › C", "D", "D › E", "F"]


class TestRemove:
    def test_only_one_that_no_revision_ever_named(self, bank: Bank, writer: User) -> None:
        revision(bank, 1, by=writer, topic="A")
        revision(bank, 1, by=writer, version=2, topic="A › B")
        with pytest.raises(NotNow, match="đã có câu hỏi"):
            remove_topic(bank, "A", by=writer)
        remove_topic(bank, "F", by=writer)
        with pytest.raises(NotNow, match="không còn"):
            remove_topic(bank, "F", by=writer)
        assert names(bank) == ["A", "A › B", "A › B › C", "D", "D › E"]


class TestPage:
    def test_counts_follow_the_questions(self, bank: Bank, writer: User) -> None:
        revision(bank, 1, by=writer, topic="A")
        revision(bank, 1, by=writer, version=2, topic="A › B › C")
        revision(bank, 2, by=writer, topic="A › B")
        with CaptureQueriesContext(connection) as queries:
            lines = {line.path: line for line in tree(bank)}
        assert len(queries) == 3
        assert [(line.own, line.total, line.removable) for line in lines.values()] == [
            *((0, 2, False), (1, 2, False), (1, 1, False)),
            *((0, 0, False), (0, 0, True), (0, 0, True)),
        ]
        assert lines["A"].counts == [("easy", 0), ("medium", 0), ("hard", 0), ("very_hard", 0), ("none", 2)]

    def test_the_number_of_statements_is_fixed(self, bank: Bank, writer: User) -> None:
        for number, topic in enumerate(bank.topics.values_list("name", flat=True)):
            revision(bank, number, by=writer, topic=topic)
        browser = client(writer)
        with CaptureQueriesContext(connection) as queries:
            browser.get(url("bank_topics", bank.pk))
        assert len(queries) == 8

    def test_acts(self, bank: Bank, writer: User) -> None:
        browser = client(writer)
        address = url("bank_topics", bank.pk)

        def act(**data: str) -> str:
            return text(browser.post(address, data, follow=True))

        assert "Đã thêm chủ đề “A › Mới”." in act(act="add", new="A > Mới")
        assert "Ngân hàng đã có chủ đề “A › Mới”." in act(act="add", new="a > MỚI")
        assert "Đã đổi tên 1 chủ đề." in act(act="rename", topic="F", new="G")
        assert "Đã xóa chủ đề “G”." in act(act="remove", topic="G")
        act(act="up", topic="D")
        assert names(bank)[0] == "D"
        act(act="down", topic="D")
        assert names(bank)[0] == "A"
        act(act="fly", topic="D")

    def test_rights(self, bank: Bank) -> None:
        reader = person("Người Đọc", "view_topic")
        address = url("bank_topics", bank.pk)
        assert "Thêm chủ đề" not in text(client(reader).get(address))
        assert client(reader).post(address, {"act": "add", "new": "x"}).status_code == 403
        assert client(person("Người Lạ")).get(address).status_code == 403
        assert client(reader).get(url("bank_topics", 4711)).status_code == 404
