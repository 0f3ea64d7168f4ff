"""A contestant finds the right options on the real paper by their words alone."""

import httpx
import pytest
from django.test import Client

from attempts.domain.papers import paper_questions
from attempts.domain.starting import start_attempt
from attempts.rules.permutation import permutation
from contest_site.rehearsal.browser import Page, UnexpectedPageError
from contest_site.rehearsal.contestant import read_questions, receipt_on
from contest_site.rehearsal.stage import keys_of
from contests.models import Round
from tests.support.factories import make_entry, make_round


def page(text: str) -> Page:
    return Page(httpx.Response(200, text=text, request=httpx.Request("GET", "http://site.test/x/")))


@pytest.mark.django_db
def test_the_right_options_are_found_where_the_paper_shows_them() -> None:
    round = make_round()
    entry = make_entry(round.contest)
    attempt = start_attempt(entry, round, address=None, device="")
    client = Client()
    client.force_login(entry.user)
    shown = page(client.get(f"/bai-thi/{attempt.pk}/").content.decode())
    found = read_questions(shown, keys_of(Round.objects.get(pk=round.pk)))
    expected = [
        1 + permutation(rank, width).index(question.keys[0])
        for question, rank, width in zip(
            paper_questions(attempt), attempt.orders, attempt.limits, strict=True
        )
    ]
    assert [one.right for one in found] == expected
    assert [one.number for one in found] == list(range(1, 31))
    assert found[0].values == (1, 2, 3, 4)


def test_a_question_that_is_not_in_the_pool_is_an_error() -> None:
    text = "<form><fieldset><legend>Câu lạ?</legend><label><input type=radio name=q1 value=1><b>A</b>"
    with pytest.raises(UnexpectedPageError, match="not in the sealed pool"):
        read_questions(page(f"{text}<span>Một</span></label></fieldset></form>"), {"Câu quen?": "Một"})


def test_a_page_without_questions_is_an_error() -> None:
    with pytest.raises(UnexpectedPageError, match="no questions"):
        read_questions(page("<h1>Hết giờ</h1>"), {})


def test_the_receipt_is_read_off_the_page() -> None:
    assert receipt_on(page("<p>Mã biên nhận <b>7K2M-Q9XD-04RT-WZ8N</b></p>")) == "7K2M-Q9XD-04RT-WZ8N"
    with pytest.raises(UnexpectedPageError, match="no receipt"):
        receipt_on(page("<h1>Bài thi</h1>"))
