"""The board: what waits for whom, and acts on many questions at once."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contest_site.accounts.models import User
from questions.domain.editing import write_question
from questions.models import Appraisal, Bank, Revision, Submission
from questions.rules import Content
from tests.questions.helpers import bank_with_topics, person, revision, verdict
from tests.questions.test_admin import ALL, client, text, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def bank() -> Bank:
    return bank_with_topics("Ngân hàng một")


@pytest.fixture
def writer() -> User:
    return person("Người Soạn", *ALL)


@pytest.fixture
def appraiser() -> User:
    return person("Người Thẩm Định", *ALL)


def draft(bank: Bank, word: str, by: User) -> Revision:
    content = Content("Thể chế", f"Câu {word} là gì?", ("a", "b", "c", "d"), (1,), explanation="Bí mật")
    return write_question(bank, content, by=by, submit=False)


def board(user: User, query: str = "") -> Any:
    return client(user).get(url("question_board") + query)


def tasks(user: User, query: str = "") -> dict[str, int]:
    return {name: count for name, _heading, count in board(user, query).context["tasks"]}


def listed(user: User, query: str) -> list[str]:
    return [revision.text for revision, _options in board(user, query).context["rows"]]


class TestWhatWaitsForWhom:
    def test_counts_and_lists(self, bank: Bank, writer: User, appraiser: User) -> None:
        revision(bank, 1, by=writer, text="Của người soạn?")
        revision(bank, 2, by=appraiser, text="Của người thẩm định?")
        verdict(revision(bank, 3, by=writer, text="Bị trả?"), appraiser, "returned")
        verdict(revision(bank, 4, by=writer), appraiser)
        draft(bank, "nháp", writer)
        other = bank_with_topics("Ngân hàng hai")
        revision(other, 1, by=writer, text="Ở ngân hàng hai?")

        assert tasks(writer) == {"appraise": 1, "returned": 1, "drafts": 1, "approved": 0}
        assert tasks(appraiser) == {"appraise": 2, "returned": 0, "drafts": 1, "approved": 1}
        counts = {"appraise": 1, "returned": 0, "drafts": 0, "approved": 0}
        assert tasks(appraiser, f"?bank={other.pk}") == counts
        assert listed(appraiser, "") == ["Ở ngân hàng hai?", "Của người soạn?"]  # banks by name
        assert listed(appraiser, f"?bank={bank.pk}&work=appraise") == ["Của người soạn?"]
        assert listed(writer, "?work=appraise") == ["Của người thẩm định?"]
        assert listed(writer, "?work=returned") == ["Bị trả?"]
        assert listed(appraiser, "?work=drafts") == ["Câu nháp là gì?"]
        assert listed(appraiser, "?work=approved") == ["Câu hỏi 4 phiên bản 1?"]
        assert listed(writer, "?work=approved") == []  # one's own is for others to judge
        lines = board(writer).context["banks"]
        assert [(line.name, dict(line.counts), line.own_waiting, line.to_appraise) for line in lines] == [
            ("Ngân hàng hai", {"waiting": 1}, 1, 0),
            ("Ngân hàng một", {"waiting": 2, "returned": 1, "approved": 1, "draft": 1}, 1, 1),
        ]
        writers = board(writer, f"?bank={bank.pk}").context["writers"]
        assert [(line.name, dict(line.counts)) for line in writers] == [
            ("Người Thẩm Định", {"waiting": 1}),
            ("Người Soạn", {"waiting": 1, "returned": 1, "approved": 1, "draft": 1}),
        ]

    @pytest.mark.parametrize("count", [1, 8])
    def test_the_number_of_statements_is_fixed(
        self, bank: Bank, writer: User, appraiser: User, count: int
    ) -> None:
        for number in range(count):
            revision(bank, number, by=writer)
        browser = client(appraiser)
        with CaptureQueriesContext(connection) as queries:
            response = browser.get(url("question_board"))
        assert len(response.context["rows"]) == count
        assert len(queries) == 7

    def test_what_was_said_when_it_was_returned(self, bank: Bank, writer: User, appraiser: User) -> None:
        one = revision(bank, 1, by=writer)
        given = verdict(one, appraiser, "returned")
        assert given.comment == ""
        two = revision(bank, 1, by=writer, version=2)
        Appraisal.objects.create(
            revision=two, verdict="returned", comment="Sai khoản 2", writer=writer, appraiser=appraiser
        )
        page = text(board(writer, "?work=returned"))
        assert "Sai khoản 2" in page
        assert url("question_edit", one.question_id) in page

    def test_keys_only_for_those_who_may_see_them(self, bank: Bank, writer: User, appraiser: User) -> None:
        revision(bank, 1, by=writer)
        page = text(board(appraiser))
        assert page.count("q-right") == 1
        assert "Giải thích bí mật" in page
        without = person("Không Quyền", *(name for name in ALL if name != "see_key"))
        page = text(board(without))
        assert "q-right" not in page
        assert "Giải thích bí mật" not in page

    def test_rights(self, bank: Bank, writer: User) -> None:
        one = revision(bank, 1, by=writer)
        reader = person("Người Đọc", "view_question")
        assert tasks(reader) == {"returned": 0, "drafts": 0}
        assert client(person("Người Lạ")).get(url("question_board")).status_code == 403
        for act in ("approve", "return", "retire", "submit", "fly", ""):
            data = {"act": act, "revision": [one.pk], "comment": "x"}
            assert client(reader).post(url("question_board"), data).status_code == 403
        assert board(writer, "?bank=4711").status_code == 404
        assert not Appraisal.objects.exists()


class TestActs:
    def act(self, user: User, act: str, *revisions: Revision, comment: str = "") -> str:
        data = {"act": act, "revision": [one.pk for one in revisions], "comment": comment}
        return text(client(user).post(url("question_board"), data, follow=True))

    def test_many_are_approved(self, bank: Bank, writer: User, appraiser: User) -> None:
        chosen = [revision(bank, number, by=writer) for number in (1, 2, 3)]
        assert "Đã duyệt 2 câu." in self.act(appraiser, "approve", *chosen[:2])
        assert tasks(appraiser)["appraise"] == 1

    def test_or_returned_with_a_reason(self, bank: Bank, writer: User, appraiser: User) -> None:
        chosen = [revision(bank, number, by=writer) for number in (1, 2)]
        page = self.act(appraiser, "return", *chosen)
        assert "phải ghi lý do" in page
        assert page.count(" checked>") >= 2  # what was ticked stays ticked
        assert "Đã trả lại 2 câu." in self.act(appraiser, "return", *chosen, comment="Sai")
        assert tasks(writer)["returned"] == 2

    def test_what_is_in_use_is_retired(self, bank: Bank, writer: User, appraiser: User) -> None:
        chosen = [revision(bank, number, by=writer) for number in (1, 2, 3)]
        for one in chosen[:2]:
            verdict(one, appraiser)
        # Nothing else waits; what is in use is no work by itself.
        verdict(chosen[2], appraiser, "returned")
        assert board(appraiser).context["task"] == "appraise"
        assert "Ngừng dùng các câu đã chọn" in text(board(appraiser, "?work=approved"))
        assert "Đã ngừng dùng 2 câu." in self.act(appraiser, "retire", *chosen[:2], comment="Luật mới")
        last = Appraisal.objects.filter(revision=chosen[0]).latest("id")
        assert (last.verdict, last.comment, last.appraiser) == ("retired", "Luật mới", appraiser)
        assert tasks(appraiser)["approved"] == 0
        assert "của chính mình" in self.act(writer, "retire", chosen[2])

    def test_drafts_are_handed_in(self, bank: Bank, writer: User, appraiser: User) -> None:
        drafts = [draft(bank, word, writer) for word in ("một", "hai")]
        assert "Đã gửi thẩm định 2 câu." in self.act(writer, "submit", *drafts)
        assert Submission.objects.count() == 2
        assert "đã được gửi thẩm định" in self.act(writer, "submit", *drafts)

    def test_nobody_approves_ones_own_among_others(self, bank: Bank, writer: User, appraiser: User) -> None:
        chosen = [revision(bank, 1, by=writer), revision(bank, 2, by=appraiser)]
        assert "của chính mình" in self.act(appraiser, "approve", *chosen)
        assert not Appraisal.objects.exists()

    @pytest.mark.parametrize("given", [[], ["x"], ["4711"], ["-1"]])
    def test_nothing_chosen(self, bank: Bank, appraiser: User, given: list[str]) -> None:
        response = client(appraiser).post(url("question_board"), {"act": "approve", "revision": given})
        assert "Chưa chọn câu hỏi nào." in text(response)
        response = client(appraiser).post(url("question_board"), {"act": "fly", "revision": given})
        assert "Chọn một kết luận" in text(response)


def test_the_sidebar_marks_the_page_that_is_open_alone(writer: User) -> None:
    for page in ("question_board", "question_changelist"):
        response = client(writer).get(url(page))
        groups = response.context["sidebar_navigation"]
        current = [str(item["link"]) for group in groups for item in group["items"] if item["active"]]
        assert current == [url(page)]
