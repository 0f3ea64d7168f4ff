from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from contest_site.lib.errors import Invalid, NotAllowed, NotNow
from questions.domain.appraisal import appraise, approve_waiting, submit
from questions.domain.editing import revise_question, write_question
from questions.models import Appraisal, Bank, Question, Revision, Submission
from questions.queries import (
    approved_revisions,
    banks_with_counts,
    questions_now,
    waiting_revisions,
    work,
    work_counts,
)
from questions.rules import Content
from tests.questions.helpers import bank_with_topics, person, revision, verdict

pytestmark = pytest.mark.django_db
CONTENT = Content("Thể chế", "Câu mới?", ("a", "b", "c", "d"), (2,), "Vì", "Điều 2")
CONTENT_6 = replace(CONTENT, text="Câu 6 sửa lại?")


@pytest.fixture
def writer() -> User:
    return person("soan")


@pytest.fixture
def appraiser() -> User:
    return person("tham-dinh")


@pytest.fixture
def bank() -> Bank:
    return bank_with_topics()


class TestAppraise:
    def test_an_approval_by_another_person(self, bank: Bank, writer: User, appraiser: User) -> None:
        one = revision(bank, 1, by=writer)
        assert appraise([one], "approved", by=appraiser, comment=" Tốt ") == 1
        given = Appraisal.objects.get()
        assert (given.verdict, given.comment, given.writer, given.appraiser) == (
            "approved",
            "Tốt",
            writer,
            appraiser,
        )
        event = AuditEvent.objects.get()
        assert (event.verb, event.reason, event.data) == (
            "appraised questions",
            "Tốt",
            {"verdict": "approved", "questions": 1},
        )

    @pytest.mark.parametrize("word", Appraisal.Verdict.values)
    def test_no_verdict_of_any_kind_on_ones_own(self, bank: Bank, writer: User, word: str) -> None:
        mine, others = revision(bank, 1, by=writer), revision(bank, 2, by=person("khac"))
        with pytest.raises(NotAllowed, match="không được thẩm định câu hỏi của chính mình"):
            appraise([others, mine], word, by=writer, comment="x")
        assert not Appraisal.objects.exists()

    def test_the_database_itself_refuses_ones_own(self, bank: Bank, writer: User) -> None:
        with pytest.raises(IntegrityError, match="writer_does_not_appraise"):
            verdict(revision(bank, 1, by=writer), writer)

    def test_a_return_says_why(self, bank: Bank, writer: User, appraiser: User) -> None:
        one = revision(bank, 1, by=writer)
        with pytest.raises(Invalid, match="phải ghi lý do"):
            appraise([one], "returned", by=appraiser, comment="  ")
        appraise([one], "returned", by=appraiser, comment="Sai căn cứ")
        assert not approved_revisions(bank).exists()

    def test_retiring_takes_an_approved_question_out(self, bank: Bank, writer: User, appraiser: User) -> None:
        one = revision(bank, 1, by=writer)
        appraise([one], "approved", by=appraiser)
        appraise([one], "retired", by=appraiser)
        assert not approved_revisions(bank).exists()
        assert one.appraisals.count() == 2

    def test_an_older_revision_is_not_approved_any_more(
        self, bank: Bank, writer: User, appraiser: User
    ) -> None:
        old = revision(bank, 1, by=writer)
        revision(bank, 1, by=writer, version=2)
        with pytest.raises(NotNow, match="đã có phiên bản mới"):
            appraise([old], "approved", by=appraiser)

    @pytest.mark.parametrize(("word", "count"), [("tuyệt", 1), ("approved", 0)])
    def test_nonsense_is_refused(
        self, bank: Bank, writer: User, appraiser: User, word: str, count: int
    ) -> None:
        with pytest.raises(Invalid):
            appraise([revision(bank, 1, by=writer)][:count], word, by=appraiser)

    @pytest.mark.parametrize("count", [1, 25])
    def test_the_number_of_statements_is_fixed(
        self, bank: Bank, writer: User, appraiser: User, count: int
    ) -> None:
        revisions = [revision(bank, number, by=writer) for number in range(count)]
        with CaptureQueriesContext(connection) as queries:
            appraise(revisions, "approved", by=appraiser)
        assert len(queries) == 6

    def test_what_was_said_and_written_stays(self, bank: Bank, writer: User, appraiser: User) -> None:
        one = revision(bank, 1, by=writer)
        given = verdict(one, appraiser)
        for rows in (Revision.objects.filter(pk=one.pk), Appraisal.objects.filter(pk=given.pk)):
            with pytest.raises(IntegrityError, match="final"), transaction.atomic():
                rows.update(id=1)
            with pytest.raises(IntegrityError, match="final"), transaction.atomic():
                rows.delete()


class TestApproveWaiting:
    def test_all_that_wait_except_ones_own(self, bank: Bank, writer: User, appraiser: User) -> None:
        theirs = [revision(bank, number, by=writer) for number in (1, 2)]
        mine = revision(bank, 3, by=appraiser)
        verdict(revision(bank, 4, by=writer), appraiser, "returned")
        assert approve_waiting(bank, by=appraiser, expected=2) == 2
        assert list(approved_revisions(bank)) == theirs
        assert list(waiting_revisions(bank)) == [mine]

    def test_only_the_number_that_was_confirmed(self, bank: Bank, writer: User, appraiser: User) -> None:
        revision(bank, 1, by=writer)
        with pytest.raises(NotNow, match="nay là 1, không phải 2"):
            approve_waiting(bank, by=appraiser, expected=2)

    def test_nothing_waits_for_the_writer(self, bank: Bank, writer: User) -> None:
        revision(bank, 1, by=writer)
        with pytest.raises(NotNow):
            approve_waiting(bank, by=writer, expected=1)


class TestEdit:
    def test_an_edit_is_a_new_revision_that_waits(self, bank: Bank, writer: User, appraiser: User) -> None:
        old = revision(bank, 1, by=writer)
        verdict(old, appraiser)
        new = revise_question(old.question, CONTENT, by=appraiser, base=1)
        assert (new.number, new.content, new.writer) == (2, CONTENT, appraiser)
        old.refresh_from_db()
        assert old.text == "Câu hỏi 1 phiên bản 1?"
        assert not approved_revisions(bank).exists()

    def test_two_people_edit_at_one_time_and_the_second_is_told(self, bank: Bank, writer: User) -> None:
        question = revision(bank, 1, by=writer).question
        revise_question(question, CONTENT, by=writer, base=1)
        with pytest.raises(NotNow, match="vừa được người khác sửa"):
            revise_question(question, CONTENT, by=writer, base=1)

    def test_no_change_no_revision(self, bank: Bank, writer: User) -> None:
        one = revision(bank, 1, by=writer)
        with pytest.raises(Invalid, match="không có gì thay đổi"):
            revise_question(one.question, one.content, by=writer, base=1)
        assert Revision.objects.count() == 1

    def test_it_must_not_become_another_question_of_the_bank(self, bank: Bank, writer: User) -> None:
        first = write_question(bank, CONTENT, by=writer)
        second = revision(bank, 2, by=writer)
        with pytest.raises(Invalid, match="trùng với câu số 1"):
            revise_question(second.question, CONTENT, by=writer, base=1)
        with pytest.raises(Invalid, match="trùng với câu số 1"):
            write_question(bank, CONTENT, by=writer)
        assert Question.objects.count() == 2
        assert first.question.number == 1

    def test_a_topic_of_another_bank_is_made_in_this_one_too(self, bank: Bank, writer: User) -> None:
        other = bank_with_topics("Khác", "Chuyển đổi số")
        content = Content("Chuyển đổi số", "Gì?", ("a", "b", "c", "d"), (0,))
        topic = write_question(bank, content, by=writer).topic
        assert (topic.bank, topic.name, topic.position) == (bank, "Chuyển đổi số", 1)
        assert other.topics.count() == 1

    def test_a_picture_that_was_not_kept_is_refused(self, bank: Bank, writer: User) -> None:
        text = f'Hình gì? <img src="{"0" * 32}.png" alt="x">'
        with pytest.raises(Invalid, match="Có hình chưa được tải lên"):
            write_question(bank, replace(CONTENT, text=text), by=writer)

    def test_markup_does_not_make_another_question_of_it(self, bank: Bank, writer: User) -> None:
        write_question(bank, CONTENT, by=writer)
        with pytest.raises(Invalid, match="trùng với câu số 1"):
            write_question(bank, replace(CONTENT, text="<strong>Câu</strong> mới?"), by=writer)


class TestSubmit:
    @pytest.fixture
    def draft(self, bank: Bank, writer: User) -> Revision:
        return write_question(bank, CONTENT, by=writer, submit=False)

    def test_a_draft_waits_for_nobody_until_it_is_handed_in(
        self, bank: Bank, draft: Revision, writer: User, appraiser: User
    ) -> None:
        assert not waiting_revisions(bank).exists()
        with pytest.raises(NotNow, match="còn là bản nháp"):
            appraise([draft], "approved", by=appraiser)
        assert submit([draft], by=writer) == 1
        assert list(waiting_revisions(bank)) == [draft]
        event = AuditEvent.objects.get(verb="submitted questions")
        assert (event.actor, event.data) == (writer, {"questions": 1})

    def test_a_colleague_may_hand_it_in_and_the_writer_still_does_not_appraise(
        self, draft: Revision, writer: User, appraiser: User
    ) -> None:
        submit([draft], by=appraiser)
        with pytest.raises(NotAllowed):
            appraise([draft], "approved", by=writer)
        assert appraise([draft], "approved", by=appraiser) == 1

    def test_all_or_none(self, bank: Bank, draft: Revision, writer: User) -> None:
        given = revision(bank, 2, by=writer)
        with pytest.raises(NotNow, match="đã được gửi thẩm định"):
            submit([draft, given], by=writer)
        assert not Submission.objects.filter(revision=draft).exists()

    def test_what_was_edited_meanwhile(self, draft: Revision, writer: User) -> None:
        revise_question(draft.question, replace(CONTENT, text="Khác?"), by=writer, base=1, submit=False)
        with pytest.raises(NotNow, match="đã có phiên bản mới"):
            submit([draft], by=writer)
        with pytest.raises(Invalid, match="Chưa chọn"):
            submit([], by=writer)

    def test_an_unchanged_draft_is_handed_in_as_it_is(self, draft: Revision, writer: User) -> None:
        with pytest.raises(Invalid, match="không có gì thay đổi"):
            revise_question(draft.question, CONTENT, by=writer, base=1, submit=False)
        assert revise_question(draft.question, CONTENT, by=writer, base=1) == draft
        assert Submission.objects.get().revision == draft

    @pytest.mark.parametrize("count", [1, 25])
    def test_the_number_of_statements_is_fixed(self, bank: Bank, writer: User, count: int) -> None:
        drafts = [
            write_question(bank, replace(CONTENT, text=f"Câu {number}?"), by=writer, submit=False)
            for number in range(count)
        ]
        with CaptureQueriesContext(connection) as queries:
            submit(drafts, by=writer)
        assert len(queries) == 6

    def test_every_state(self, bank: Bank, draft: Revision, writer: User, appraiser: User) -> None:
        revision(bank, 2, by=writer)
        for number, word in enumerate(Appraisal.Verdict.values, 3):
            verdict(revision(bank, number, by=writer), appraiser, word)
        verdict(revision(bank, 6, by=writer), appraiser)
        write = revise_question(Question.objects.get(number=6), CONTENT_6, by=writer, base=1, submit=False)
        assert write.number == 2
        expected = ["draft", "waiting", "approved", "returned", "retired", "draft"]
        assert [one.state for one in questions_now().order_by("number")] == expected
        assert [one.state for one in work(bank)] == expected
        (counted,) = banks_with_counts()
        assert (counted.total, counted.drafts, counted.waiting, counted.approved) == (6, 2, 1, 1)
        with CaptureQueriesContext(connection) as queries:
            counts = {one.state: one.count for one in work_counts()}
        assert len(queries) == 1
        assert counts == {"draft": 2, "waiting": 1, "approved": 1, "returned": 1, "retired": 1}
