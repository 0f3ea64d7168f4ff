"""Bad inputs 18 to 20 at the paper's forms, and what comes around the end: an answer for each, no fault."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from attempts.domain.starting import start_attempt
from attempts.models import Attempt, Prediction
from contests.domain.rounds import close_round
from tests.attempts.test_views import JSON, Sitting, client_of, start_url
from tests.support.factories import make_entry, make_round, make_user

# What somebody is told says what to do or what is right, as a sentence.
SENTENCE = re.compile(r"[A-ZĐÂĂÊÔƠƯÁÀ].{15,}\.")
FORMS = ("save", "review", "submit")
NOT_OF_THE_PAPER: list[dict[str, Any]] = [
    {"q1": "5"},
    {"q1": ["1", "2"]},
    {"q61": "1"},
    {f"q{at}": "1" for at in range(1, 62)},
    {"score": "30"},
    {"user_id": "1"},
    {"correct": "30", "submitted_at": "2024-01-01"},
    {"q01": "1"},
    {"q1": "1.0"},
    {"q1": ""},
    {"prediction": ["1", "2"]},
]
NO_NUMBERS = ["-1", "−1", "1e9", "١٢", "1.5", "1,5", "99999999999", "0x10", "1_000", "NaN"]
NO_FORMS = [
    b"q1=%00",
    b"prediction=%00",
    b"prediction=12%0034",
    b"q1=\xff\xfe",
    b"%ff=1",
    b"q1=" + b"1" * 2_600_000,
    b"&".join(b"x%d=1" % at for at in range(2_500)),
    b"revision=999999999999999999999",
]


def told(response: Any) -> bool:
    """Whether the page has a sentence for people."""
    return bool(SENTENCE.search(re.sub(r"<[^>]+>", "\n", response.content.decode())))


def nothing_changed(sitting: Sitting) -> None:
    stored = sitting.stored()
    assert (stored.answers, stored.prediction_draft) == ([0] * 30, None)
    assert (stored.submitted_at, stored.correct) == (None, None)


@pytest.mark.django_db
@pytest.mark.parametrize("form", FORMS)
class TestBadInput:
    """One attempt stands all of them, so that none can have left something behind."""

    def test_18_what_is_not_in_the_paper_is_refused_whole_with_a_sentence(self, form: str) -> None:
        """A choice of another question, a repeated parameter, the 61st answer, unknown fields."""
        sitting = Sitting()
        for fields in NOT_OF_THE_PAPER:
            response = sitting.client.post(sitting.url(form), {"q2": "1", **fields})
            assert response.status_code == 400, fields
            assert told(response), fields
            nothing_changed(sitting)

    def test_19_a_prediction_that_is_no_whole_number_is_told_and_no_answer_is_lost(self, form: str) -> None:
        sitting = Sitting()
        for typed in NO_NUMBERS:
            response = sitting.client.post(sitting.url(form), {"q2": "1", "prediction": typed})
            assert response.status_code == 400, typed
            assert "nhập một số nguyên không âm, ví dụ 1250." in response.content.decode(), typed
            stored = sitting.stored()
            assert (stored.answers[1], stored.prediction_draft, stored.submitted_at) == (1, None, None)

    def test_20_bytes_that_are_no_form_are_a_400_with_a_page_for_people(self, form: str) -> None:
        """NUL bytes, invalid UTF-8, more than 2.5 MB, thousands of fields: never 500."""
        sitting = Sitting()
        for body in NO_FORMS:
            response = sitting.client.post(
                sitting.url(form), body, content_type="application/x-www-form-urlencoded"
            )
            assert response.status_code == 400, body[:40]
            assert told(response), body[:40]
            nothing_changed(sitting)
        for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
            if form != "submit":
                sitting.client.post(sitting.url(form), b'{"q1": 1}', content_type=kind)
                nothing_changed(sitting)


@pytest.mark.django_db
class TestPrediction:
    def test_an_empty_one_is_none_and_a_full_width_or_grouped_one_is_a_number(self) -> None:
        sitting = Sitting()
        for typed, value in (("", None), ("１２５０", 1250), ("1.250", 1250), (" 1 250 ", 1250)):
            assert sitting.client.post(sitting.url("save"), {"prediction": typed}).status_code == 302
            assert sitting.stored().prediction_draft == value

    def test_after_the_close_it_binds_nobody(self) -> None:
        sitting = Sitting()
        close_round(sitting.round, by=make_user(), reason="Xong")
        for form in FORMS:
            response = sitting.client.post(sitting.url(form), {"q1": "1", "prediction": "5"}, follow=True)
            assert response.redirect_chain[-1][0] == sitting.result_url
        assert not Prediction.objects.exists()
        assert sitting.stored().answers == [0] * 30


@pytest.mark.django_db
class TestReplay:
    """F3: the same request later, to another's attempt, after the close."""

    def test_the_same_receipt_and_mark_however_often(self) -> None:
        sitting = Sitting()
        sitting.client.post(sitting.url("submit"), {"q1": "1", "prediction": "7"})
        first = sitting.stored()
        for fields in ({"q1": "1", "prediction": "7"}, {"q1": "2", "prediction": "9"}, {}):
            response = sitting.client.post(sitting.url("submit"), fields)
            assert response["Location"] == sitting.result_url
        close_round(sitting.round, by=make_user(), reason="Xong")
        sitting.client.post(sitting.url("submit"), {"q1": "2"})
        last = sitting.stored()
        assert (last.receipt, last.answers, last.correct) == (first.receipt, first.answers, first.correct)
        assert Prediction.objects.get().value == 7

    def test_to_anothers_attempt_it_is_not_found(self) -> None:
        sitting = Sitting()
        stranger = client_of(make_entry(sitting.round.contest).user)
        for form in FORMS:
            assert stranger.post(sitting.url(form), {"q1": "1"}, headers=JSON).status_code == 404
        assert stranger.get(reverse("attempts:receipt_sheet", args=[sitting.attempt.pk])).status_code == 404
        nothing_changed(sitting)


@pytest.mark.django_db(transaction=True)
def test_a_burst_around_the_deadline_gets_a_definite_answer_by_the_servers_clock() -> None:
    """F21, in fewer seconds: every attempt is finished, by the contestant in time or by the server."""
    round = make_round(questions=5, prediction_target="none", rank_order=["score"])
    people = 12
    sittings = [start_attempt(make_entry(round.contest), round) for _ in range(people)]
    clients = [client_of(attempt.entry.user) for attempt in sittings]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE attempts_attempt SET deadline = now() + interval '1.5 seconds'")
    barrier = threading.Barrier(people)

    def submit(at: int) -> int:
        try:
            barrier.wait(timeout=20)
            time.sleep(3 * at / people)
            address = reverse("attempts:submit", args=[sittings[at].pk])
            response = clients[at].post(address, {"q1": "1"})
            assert response["Location"] == reverse("result", args=[sittings[at].pk])
            return int(response.status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(people) as pool:
        assert set(pool.map(submit, range(people))) == {302}
    stored = Attempt.objects.filter(round=round)
    assert {attempt.finished_by for attempt in stored} == {"contestant", "server"}
    for attempt in stored:
        assert attempt.submitted_at is not None
        in_time = attempt.finished_by == "contestant"
        assert attempt.submitted_at <= attempt.deadline
        assert in_time == (attempt.submitted_at < attempt.deadline)
        assert attempt.answers == ([1, 0, 0, 0, 0] if in_time else [0] * 5), "what came late is not taken"
        assert attempt.receipt


@pytest.mark.django_db
class TestFewQueries:
    def test_a_start_and_the_page_before_it(self, settings: Any, django_assert_num_queries: Any) -> None:
        settings.PAGE_CACHE_SECONDS = 60
        round = make_round()
        first, second = (make_entry(round.contest) for _ in range(2))
        client_of(first.user).post(start_url(round))  # the sealed pool is read once in a process
        client = client_of(second.user)
        # session and account as Django reads them, that they belong together, and all that the page tells
        with django_assert_num_queries(5):
            client.get(start_url(round))
        with django_assert_num_queries(1):
            client.get(start_url(round))
        # session, account and all that the start depends on; INSERT
        with django_assert_num_queries(2):
            assert client.post(start_url(round)).status_code == 302

    def test_a_submission(self, django_assert_num_queries: Any) -> None:
        sitting = Sitting()
        sitting.client.get(sitting.url("paper"))
        # session, account and the attempt; its round, and the UPDATE that holds the round open
        with django_assert_num_queries(3):
            sitting.client.post(sitting.url("submit"), {"q1": "1"})


@pytest.mark.django_db
class TestReceiptSheet:
    def test_it_is_one_page_with_a_code_that_leads_to_the_check(self, settings: Any) -> None:
        settings.SITE_URL = "https://thi.example"
        sitting = Sitting()
        sheet = reverse("attempts:receipt_sheet", args=[sitting.attempt.pk])
        assert sitting.client.get(sheet)["Location"] == sitting.url("paper"), "nothing to receipt yet"
        sitting.client.post(sitting.url("submit"), {})
        response: Any = sitting.client.get(sheet)
        page = response.content.decode()
        assert sitting.stored().receipt in page
        assert sitting.entry.full_name in page
        assert "<svg" in page
        assert "https://thi.example/bien-nhan/" in page
        assert sheet in sitting.client.get(sitting.result_url).content.decode()
        assert "no-store" in response["Cache-Control"]

    def test_what_the_code_holds_is_an_address_without_personal_data(
        self, monkeypatch: pytest.MonkeyPatch, settings: Any
    ) -> None:
        import segno

        settings.SITE_URL = "https://thi.example"
        held: list[str] = []
        make = segno.make

        def noted(content: str, **how: Any) -> segno.QRCode:
            held.append(content)
            return make(content, **how)

        monkeypatch.setattr("attempts.pages.segno.make", noted)
        sitting = Sitting()
        sitting.client.post(sitting.url("submit"), {})
        sitting.client.get(reverse("attempts:receipt_sheet", args=[sitting.attempt.pk]))
        (content,) = held
        assert content == f"https://thi.example/bien-nhan/?code={sitting.stored().receipt}"
        checked: Any = Client().get(content.removeprefix("https://thi.example"))
        assert checked.context["result"]["found"] is True
        page = checked.content.decode()
        for private in (sitting.entry.full_name, sitting.entry.phone, "/30"):
            assert private not in page
