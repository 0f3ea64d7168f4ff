"""Files and searches that a worker has: what the pages say meanwhile, and what is found again."""

import io
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from contest_site.accounts.models import User
from contest_site.celery import app
from contest_site.lib import work
from contest_site.lib.locks import try_lock
from contest_site.processes import Children
from questions import tasks
from questions.domain import duplicates, previewing
from questions.domain.duplicates import ask_for_search, search_of
from questions.domain.importing import import_questions
from questions.formats.catalog import FORMATS
from questions.models import Bank, DuplicateSearch, ImportDraft, Question
from tests.questions.formats.words import word
from tests.questions.helpers import person
from tests.questions.workbooks import excel, row

RIGHTS = ("view_bank", "view_question", "add_question", "see_key")
GOOD = excel(row(1), row(2, cau_hoi="Câu khác hẳn?")).getvalue()
WORD = word("Câu 1. Một?", "A. Một", "*B. Hai")


@pytest.fixture
def bank(db: None) -> Bank:
    return Bank.objects.create(name="Ngân hàng A")


@pytest.fixture
def writer(db: None) -> User:
    return person("Người Soạn", *RIGHTS)


@pytest.fixture
def client(writer: User) -> Client:
    client = Client()
    client.force_login(writer)
    return client


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Nobody does what is asked for; what was sent is kept."""
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr(work, "send_after_commit", lambda *task: sent.append(task))
    monkeypatch.setattr(work, "PATIENCE", 0)
    return sent


def draft_of(bank: Bank, writer: User, content: bytes = GOOD) -> ImportDraft:
    return previewing.keep_draft(bank, "câu hỏi.xlsx", content, FORMATS["excel"], by=writer)


def address(draft: ImportDraft) -> str:
    return reverse("admin:questions_bank_preview", args=[draft.bank_id, draft.pk])


def duplicates_address(bank: Bank) -> str:
    return reverse("admin:questions_bank_duplicates", args=[bank.pk])


class TestPreview:
    def test_meanwhile_the_page_says_so_and_looks_again(
        self, bank: Bank, client: Client, writer: User, no_worker: list[Any]
    ) -> None:
        draft = draft_of(bank, writer)
        assert no_worker == [("questions.tasks.preview_file", draft.pk)]
        page = client.get(address(draft))
        assert "Đang đọc tệp “câu hỏi.xlsx”" in page.content.decode()
        assert page["Refresh"] == "3"
        tasks.preview_file(draft.pk)
        page = client.get(address(draft))
        assert "Nhập 2 câu hỏi" in page.content.decode()
        assert "Refresh" not in page

    def test_the_page_of_a_read_file_takes_the_same_statements_for_any_file(
        self,
        bank: Bank,
        client: Client,
        writer: User,
        no_worker: list[Any],
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for content in (GOOD, excel(*(row(number) for number in range(1, 200))).getvalue()):
            draft = draft_of(bank, writer, content)
            tasks.preview_file(draft.pk)
            client.get(address(draft))
            # the session, the account, its rights (two), the draft
            with django_assert_num_queries(5):
                client.get(address(draft))

    def test_nothing_is_imported_that_no_worker_has_read(
        self, bank: Bank, client: Client, writer: User, no_worker: list[Any]
    ) -> None:
        draft = draft_of(bank, writer)
        client.post(address(draft))
        assert not Question.objects.exists()

    def test_a_file_that_takes_too_much_is_said_to(
        self, bank: Bank, client: Client, writer: User, no_worker: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        draft = draft_of(bank, writer)

        def greedy(given: ImportDraft) -> dict[str, Any]:
            return {"preview": len(bytearray(2**34))}

        monkeypatch.setattr(previewing, "previewed", greedy)
        tasks.preview_file(draft.pk)
        page = client.get(address(draft)).content.decode()
        assert "cần quá nhiều thời gian hoặc bộ nhớ" in page
        monkeypatch.undo()
        client.post(address(draft), {"again": "1"})
        draft.refresh_from_db()
        assert (draft.waits, draft.failure, draft.tries) == (True, "", 0)

    def test_an_error_of_ours_is_said_too_and_the_file_may_be_read_again(
        self, bank: Bank, client: Client, writer: User, no_worker: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        draft = draft_of(bank, writer)

        def broken(given: ImportDraft) -> dict[str, Any]:
            raise RuntimeError(GOOD)

        monkeypatch.setattr(previewing, "previewed", broken)
        tasks.preview_file(draft.pk)
        page = client.get(address(draft)).content.decode()
        assert "Đọc lại tệp" in page
        client.post(address(draft))
        assert not Question.objects.exists()

    def test_the_sentences_are_in_the_language_of_who_uploaded(
        self, bank: Bank, writer: User, no_worker: list[Any]
    ) -> None:
        draft = draft_of(bank, writer, b"")
        tasks.preview_file(draft.pk)
        draft.refresh_from_db()
        assert draft.language == "vi"
        assert draft.preview is not None
        assert draft.preview["sentences"] == ["Tệp rỗng (0 byte)."]


class TestDuplicates:
    def test_meanwhile_and_afterwards(
        self,
        bank: Bank,
        client: Client,
        writer: User,
        no_worker: list[Any],
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        import_questions(bank, excel(row(1), row(2, cau_hoi="Câu hỏi số 1 à?")), by=writer)
        assert client.post(duplicates_address(bank)).status_code == 302
        page = client.get(duplicates_address(bank))
        assert "Đang so từng câu hỏi" in page.content.decode()
        assert page["Refresh"] == "3"
        search = search_of(bank)
        assert search is not None
        tasks.search_duplicates(search.pk)
        page = client.get(duplicates_address(bank))
        assert "Có 1 cặp câu hỏi" in page.content.decode()
        assert "Refresh" not in page
        # the session, the account, its rights (two), the bank, its search, the questions, the bank's state
        with django_assert_num_queries(8):
            client.get(duplicates_address(bank))

    def test_a_page_changes_nothing_by_being_looked_at(
        self, bank: Bank, client: Client, no_worker: list[Any]
    ) -> None:
        client.get(duplicates_address(bank))
        assert (no_worker, DuplicateSearch.objects.count()) == ([], 0)

    def test_a_search_that_failed_says_so(
        self, bank: Bank, client: Client, no_worker: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        search = ask_for_search(bank)

        def broken(given: DuplicateSearch) -> dict[str, Any]:
            raise ZeroDivisionError

        monkeypatch.setattr(duplicates, "searched", broken)
        tasks.search_duplicates(search.pk)
        assert "Lần tìm trước chưa xong" in client.get(duplicates_address(bank)).content.decode()


class TestForgotten:
    def test_the_sweeper_sends_what_waits_for_long_and_nothing_else(
        self, bank: Bank, writer: User, no_worker: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lost, search = draft_of(bank, writer), ask_for_search(bank)
        other = Bank.objects.create(name="B")
        draft_of(other, writer)
        done = draft_of(Bank.objects.create(name="C"), writer)
        tasks.preview_file(done.pk)
        past = Now() - timedelta(minutes=1)
        ImportDraft.objects.exclude(bank=other).update(asked_at=past)
        DuplicateSearch.objects.update(asked_at=past)
        monkeypatch.setattr(app.conf, "task_always_eager", True)
        tasks.resume_work()
        lost.refresh_from_db()
        search.refresh_from_db()
        assert (lost.waits, search.waits) == (False, False)
        assert ImportDraft.objects.filter(done_at=None).get().bank == other

    def test_what_kills_its_worker_again_and_again_is_given_up(
        self, bank: Bank, writer: User, no_worker: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        draft = draft_of(bank, writer)
        monkeypatch.setattr(work, "ONE_TRY", 0)

        def killed(given: ImportDraft) -> dict[str, Any]:
            raise SystemExit  # as a killed process, it writes nothing any more

        monkeypatch.setattr(previewing, "previewed", killed)
        for _time in range(work.TRIES):
            with pytest.raises(SystemExit):
                tasks.preview_file(draft.pk)
        draft.refresh_from_db()
        assert (draft.waits, draft.tries) == (True, work.TRIES)
        tasks.preview_file(draft.pk)
        draft.refresh_from_db()
        assert (draft.waits, draft.failure) == (False, "heavy")

    def test_copies_that_count_before_the_first_works_are_one_try(
        self, bank: Bank, writer: User, no_worker: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        draft = draft_of(bank, writer)
        monkeypatch.setattr(previewing, "previewed", lambda given: {"preview": {}})
        # As if, each time, another copy came between the count and the work.
        for _copy in range(work.TRIES + 2):
            answers = iter((True, False))
            monkeypatch.setattr(work, "try_lock", lambda name, answers=answers: next(answers))
            tasks.preview_file(draft.pk)
        monkeypatch.setattr(work, "try_lock", try_lock)
        tasks.preview_file(draft.pk)
        draft.refresh_from_db()
        assert (draft.waits, draft.failure, draft.tries) == (False, "", 1)

    @pytest.mark.parametrize("error", work.TOO_MUCH)
    @pytest.mark.parametrize(
        ("format", "reader"),
        [
            ("excel", "questions.importers.sheet._first_table"),
            ("word", "questions.formats.word.opening.entries"),
        ],
    )
    def test_a_file_that_is_too_heavy_is_not_called_unreadable(
        self,
        bank: Bank,
        writer: User,
        no_worker: list[Any],
        monkeypatch: pytest.MonkeyPatch,
        format: str,
        reader: str,
        error: type[Exception],
    ) -> None:
        def heavy(*given: Any) -> None:
            raise error

        monkeypatch.setattr(reader, heavy)
        content = GOOD if format == "excel" else WORD
        draft = previewing.keep_draft(bank, "câu hỏi", content, FORMATS[format], by=writer)
        tasks.preview_file(draft.pk)
        draft.refresh_from_db()
        assert (draft.failure, draft.preview) == ("heavy", None)

    def test_yesterdays_files_go_though_nobody_uploads_another(
        self, bank: Bank, writer: User, no_worker: list[Any]
    ) -> None:
        old, new = draft_of(bank, writer), draft_of(Bank.objects.create(name="B"), writer)
        ImportDraft.objects.filter(pk=old.pk).update(at=Now() - previewing.DRAFT_LIFE)
        tasks.resume_work()
        assert ImportDraft.objects.get() == new

    def test_a_task_run_twice_writes_once(self, bank: Bank, writer: User, no_worker: list[Any]) -> None:
        draft = draft_of(bank, writer)
        tasks.preview_file(draft.pk)
        draft.refresh_from_db()
        done_at = draft.done_at
        tasks.preview_file(draft.pk)
        tasks.preview_file(0)
        draft.refresh_from_db()
        assert (draft.done_at, draft.tries) == (done_at, 1)


@pytest.mark.django_db(transaction=True)
def test_a_worker_at_the_same_row_is_not_joined(no_worker: list[Any]) -> None:
    bank, writer = Bank.objects.create(name="A"), person("Người Soạn", *RIGHTS)
    draft = draft_of(bank, writer)
    begun, end, runs = threading.Event(), threading.Event(), []

    def slow(given: ImportDraft) -> dict[str, Any]:
        runs.append(given.pk)
        begun.set()
        assert end.wait(20)
        return {"preview": {}}

    def first() -> None:
        work.carry_out(ImportDraft.objects.all(), draft.pk, slow)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    try:
        assert begun.wait(20)
        assert not work.carry_out(ImportDraft.objects.all(), draft.pk, slow)
    finally:
        end.set()
        thread.join(20)
    draft.refresh_from_db()
    assert (runs, draft.waits, draft.tries) == ([draft.pk], False, 1)


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_answers_before_the_page_is_shown(celery_worker_process: Children) -> None:
    """Upload, and the preview is the next page: nobody sees that a worker was asked."""
    bank, client = Bank.objects.create(name="A"), Client()
    client.force_login(person("Người Soạn", *RIGHTS))
    upload = reverse("admin:questions_bank_import_file", args=[bank.pk])
    file = io.BytesIO(GOOD)
    file.name = "a.xlsx"
    celery_worker_process.check()
    page = client.post(upload, {"file": file}, follow=True).content.decode()
    for _again in range(20):
        if "Nhập 2 câu hỏi" in page:
            break
        page = client.get(address(ImportDraft.objects.get())).content.decode()
    assert "Nhập 2 câu hỏi" in page, celery_worker_process.last_lines("worker")
