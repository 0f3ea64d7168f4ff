from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from attempts.domain.correcting import decide_correction, propose_correction
from attempts.models import KeyCorrection, KeyCorrectionDecision
from attempts.queries import corrections_in_force
from contest_site.audit.models import AuditEvent
from contest_site.lib.errors import Invalid, NotAllowed, NotNow
from contests.models import Round
from tests.attempts.support import round_of
from tests.support.factories import make_round, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    return round_of([(4, 0), (3, 2), (2, 1)], paper=2)


def propose(round: Round, **fields: Any) -> KeyCorrection:
    values: dict[str, Any] = {
        "question": 0,
        "accepted": {1},
        "grounds": "Nghị định mới",
        "by": make_staff(),
        **fields,
    }
    return propose_correction(round, **values)


def approve(correction: KeyCorrection) -> KeyCorrectionDecision:
    return decide_correction(correction, approve=True, by=make_staff())


def test_one_proposes_another_approves_and_the_trail_names_no_key(round: Round) -> None:
    correction = propose(round, accepted=[2, 1, 2])
    assert correction.accepted == [1, 2]
    assert corrections_in_force(round) == []
    approve(correction)
    assert corrections_in_force(round) == [(0, [1, 2], False)]
    events = list(AuditEvent.objects.order_by("pk"))
    assert [event.verb for event in events] == ["proposed key correction", "approved key correction"]
    assert events[0].reason == "Nghị định mới"
    for event in events:
        assert event.data["question"] == 1
        assert "accepted" not in event.data


def test_a_void_question_counts_every_option(round: Round) -> None:
    assert propose(round, question=1, accepted=(), void=True).accepted == [0, 1, 2]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"question": 3}, "không có câu này"),
        ({"question": -1}, "không có câu này"),
        ({"accepted": set()}, "ít nhất một phương án"),
        ({"accepted": {4}}, "ít nhất một phương án"),
        ({"accepted": {-1}}, "ít nhất một phương án"),
        ({"accepted": {0, 1, 2, 3}}, "tính đúng cho mọi người"),
        ({"accepted": {0}}, "không khác với đáp án đang dùng"),
        ({"grounds": "  "}, "căn cứ"),
        ({"attachment": SimpleUploadedFile("a.exe", b"x")}, "một trong các loại"),
    ],
    ids=str,
)
def test_what_cannot_be_right_is_refused(round: Round, fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        propose(round, **fields)
    assert not KeyCorrection.objects.exists()


def test_an_unsealed_round_has_no_key_to_correct() -> None:
    with pytest.raises(NotNow, match="niêm phong"):
        propose(make_round(sealed=False))


def test_one_undecided_proposal_about_a_question_at_a_time(round: Round) -> None:
    first = propose(round)
    with pytest.raises(NotNow, match="chờ quyết định"):
        propose(round, accepted={2})
    propose(round, question=1, accepted={0})
    decide_correction(first, approve=False, reason="Chưa đủ căn cứ", by=make_staff())
    propose(round, accepted={2})


def test_a_later_correction_replaces_an_earlier_one_and_must_differ_from_it(round: Round) -> None:
    approve(propose(round))
    with pytest.raises(Invalid, match="không khác"):
        propose(round)
    approve(propose(round, accepted={0}))
    assert corrections_in_force(round) == [(0, [0], False)]


def test_the_proposer_does_not_decide_neither_here_nor_in_the_database(round: Round) -> None:
    correction = propose(round)
    with pytest.raises(NotAllowed):
        decide_correction(correction, approve=True, by=correction.by)
    with pytest.raises(IntegrityError, match="proposer_does_not_approve_key"), transaction.atomic():
        KeyCorrectionDecision.objects.create(
            correction=correction, approved=True, proposer=correction.by, by=correction.by
        )


def test_it_is_decided_once_and_turned_down_only_with_a_reason(round: Round) -> None:
    correction = propose(round)
    with pytest.raises(Invalid, match="lý do"):
        decide_correction(correction, approve=False, reason=" ", by=make_staff())
    decide_correction(correction, approve=False, reason="Đáp án đúng", by=make_staff())
    with pytest.raises(NotNow):
        approve(correction)
    assert AuditEvent.objects.filter(verb="turned down key correction", reason="Đáp án đúng").exists()


def test_an_approval_is_handed_to_the_workers(
    round: Round,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    sent: list[object] = []
    monkeypatch.setattr(
        "contest_site.lib.queue.current_app.send_task", lambda name, args: sent.append((name, args))
    )
    with django_capture_on_commit_callbacks(execute=True):
        decide_correction(propose(round), approve=False, reason="Sai", by=make_staff())
        approve(propose(round))
    assert sent == [("prizes.tasks.regrade_and_rank", (round.pk,))]
