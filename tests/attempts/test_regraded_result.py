"""What a contestant is told after a key was corrected."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attempts.domain.correcting import decide_correction, propose_correction
from attempts.domain.regrading import regrade
from attempts.domain.starting import look_at_start
from attempts.models import Attempt
from attempts.pages import result_context
from attempts.queries import attempt_of, line_of
from attempts.rules.receipts import receipt_of_line
from contests.models import Round
from tests.attempts.support import answered, round_of
from tests.support.factories import make_entry, make_staff

pytestmark = pytest.mark.django_db
TODAY = "ngày {:%d/%m/%Y}"


def corrected(round: Round, question: int, *accepted: int, void: bool = False) -> None:
    correction = propose_correction(
        round, question=question, accepted=accepted, void=void, grounds="Nghị định mới", by=make_staff()
    )
    decide_correction(correction, approve=True, by=make_staff())


def sat(round: Round, paper: list[int], options: list[int]) -> Attempt:
    attempt = answered(make_entry(round.contest), round, paper, options)
    attempt.save(force_insert=True)
    return attempt


def shown(attempt: Attempt) -> str:
    client = Client()
    client.force_login(attempt.entry.user)
    response = client.get(reverse("result", args=[attempt.pk]))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture
def round() -> Round:
    return round_of([(4, 0)] * 6, paper=3)


def test_the_mark_is_the_corrected_one_with_a_note_that_names_the_question_of_this_paper(
    round: Round,
) -> None:
    gained = sat(round, [5, 2, 0], [0, 1, 1])
    lost = sat(round, [0, 2, 1], [0, 0, 0])
    corrected(round, 2, 1)
    regrade(round)
    page = shown(gained)
    assert "<b>2/3</b>" in page
    today = TODAY.format(timezone.localdate())
    assert f"Đáp án câu 2 của đề được đính chính theo quyết định của Ban Tổ chức {today}." in page
    assert "Điểm khi nộp bài: 1/3; điểm sau khi chấm lại: <strong>2/3</strong>" in page
    assert "Điểm khi nộp bài: 3/3; điểm sau khi chấm lại: <strong>2/3</strong>" in shown(lost)


def test_a_void_question_is_told_as_one_also_when_the_mark_stays(round: Round) -> None:
    attempt = sat(round, [0, 1, 2], [0, 0, 0])
    corrected(round, 1, void=True)
    regrade(round)
    page = shown(attempt)
    assert "Câu 2 của đề được tính đúng cho mọi người theo quyết định của Ban Tổ chức" in page
    assert "điểm sau khi chấm lại: <strong>3/3</strong>" in page


def test_nothing_is_said_of_questions_that_were_not_in_the_paper_nor_before_the_regrade(
    round: Round,
) -> None:
    without, with_it = sat(round, [3, 4, 5], [0, 0, 0]), sat(round, [0, 1, 2], [1, 0, 0])
    corrected(round, 0, 1)
    assert "đính chính" not in shown(with_it)
    regrade(round)
    assert "đính chính" in shown(with_it)
    assert "đính chính" not in shown(without)
    assert "<b>3/3</b>" in shown(without)


def test_a_hidden_score_stays_hidden_after_a_regrade() -> None:
    round = round_of([(4, 0)] * 3, paper=3, result_shown="after_publication")
    attempt = sat(round, [0, 1, 2], [1, 0, 0])
    corrected(round, 0, 1)
    regrade(round)
    page = shown(attempt)
    assert not re.search(r"\b\d/3\b", page)  # the address of the attempt may hold "/3", a score is "2/3"
    assert "đính chính" not in page


def test_the_receipt_is_not_touched(round: Round) -> None:
    attempt = sat(round, [0, 1, 2], [1, 0, 0])
    corrected(round, 0, 1)
    regrade(round)
    stored = Attempt.objects.get(pk=attempt.pk)
    assert stored.receipt == attempt.receipt == receipt_of_line(line_of(stored))
    assert str(attempt.receipt) in shown(attempt)


def test_it_costs_the_same_however_many_keys_were_corrected(
    round: Round, django_assert_num_queries: Any
) -> None:
    attempt = sat(round, [0, 1, 2], [1, 0, 0])
    for question in range(3):
        corrected(round, question, 1)
        regrade(round)
        # attempt, round, the person, regrade, decisions, score
        with django_assert_num_queries(6):
            read = attempt_of(attempt.entry.user_id, attempt.pk)
            look = look_at_start(attempt.entry.user_id, read.round)
            assert look is not None
            result_context(read, look, published=False)
