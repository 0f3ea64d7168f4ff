"""The wizard of key corrections, from the wrong question to the next standings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from attempts.domain.correcting import decide_correction, propose_correction
from attempts.models import KeyCorrection, KeyCorrectionDecision, Regrade
from contest_site.accounts.models import User
from contests.enums import PredictionTarget, RankKey
from contests.models import Round
from prizes.domain.ranking import compute_standings
from prizes.domain.settling import regrade_and_rank
from prizes.scope import Scope
from tests.attempts.support import answered, round_of
from tests.support.factories import make_contest, make_entry, make_staff, make_table

pytestmark = pytest.mark.django_db
LIST = "admin:attempts_keycorrection_changelist"


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def staff(*codenames: str, **fields: Any) -> User:
    user = make_staff(is_superuser=False, **fields)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def proposer() -> Client:
    return client_of(staff("judge_attempts", "see_key", full_name="Lê Thị Đề Nghị"))


@pytest.fixture
def approver() -> Client:
    return client_of(staff("approve_key_correction", full_name="Trần Văn Phê Duyệt"))


@pytest.fixture
def round() -> Round:
    """An is right by the key of question 1, Bình by option 2 of it; one prize."""
    round = round_of(
        [(4, 0)] * 60,
        paper=2,
        name="Tuần 1",
        rank_order=[RankKey.SCORE, RankKey.DURATION],
        prediction_target=PredictionTarget.NONE,
    )
    for name, option in (("An", 0), ("Bình", 1), ("Chi", -1)):
        entry = make_entry(round.contest, full_name=name)
        answered(entry, round, [0, 1], [option, 0]).save(force_insert=True)
    make_table(round.contest, [("Giải Nhất", 1, 300_000)], round=round)
    compute_standings(Scope.of_round(round), by=None)
    return round


def question(round: Round, number: int = 1) -> str:
    return reverse("admin:attempts_corrected_question", args=[round.pk, number])


def page(correction: KeyCorrection) -> str:
    return reverse("admin:attempts_correction", args=[correction.pk])


def proposed(round: Round, **fields: Any) -> KeyCorrection:
    values: dict[str, Any] = {"question": 0, "accepted": {1}, "by": make_staff(), **fields}
    return propose_correction(round, grounds="Nghị định số 5", **values)


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    content: str = response.content.decode()
    return " ".join(content.split())


def test_what_waits_is_on_the_first_page_until_somebody_decides(
    proposer: Client, approver: Client, round: Round
) -> None:
    correction = proposed(round)
    first = reverse("admin:index")
    assert page(correction) in text(approver.get(first))
    assert page(correction) in text(proposer.get(first))
    assert page(correction) not in text(client_of(staff("view_contest")).get(first))
    decide_correction(correction, approve=False, reason="Đáp án đúng", by=make_staff())
    assert "Sửa đáp án chờ quyết định" not in text(approver.get(first))


def test_from_the_question_to_the_next_standings_by_two_people(
    proposer: Client, approver: Client, round: Round
) -> None:
    assert reverse("admin:attempts_corrected_round", args=[round.pk]) in text(proposer.get(reverse(LIST)))
    assert question(round) in text(proposer.get(reverse("admin:attempts_corrected_round", args=[round.pk])))
    assert "3 bài đã nộp có câu này" in text(proposer.get(question(round)))
    wanted = {"kind": "options", "accepted": ["1"]}
    seen = text(proposer.post(question(round), {**wanted, "step": "preview"}))
    assert "<b>2</b> trong số 3 bài đã nộp thay đổi điểm" in seen
    assert "tăng 1 câu đúng: 1 bài" in seen
    assert "giảm 1 câu đúng: 1 bài" in seen
    assert "không có giải" in seen
    assert not KeyCorrection.objects.exists()

    paper = SimpleUploadedFile("nghi-dinh.pdf", b"%PDF-1.7")
    sent = {**wanted, "step": "send", "grounds": "Nghị định số 5", "attachment": paper}
    response = proposer.post(question(round), sent)
    correction = KeyCorrection.objects.get()
    assert response["Location"] == page(correction)
    assert (correction.accepted, correction.void, correction.grounds) == ([1], False, "Nghị định số 5")

    assert "Người đề nghị không được tự quyết định" not in text(approver.get(page(correction)))
    assert "<b>2</b> trong số 3 bài" in text(approver.get(page(correction)))
    file: Any = approver.get(reverse("admin:attempts_correction_paper", args=[correction.pk]))
    assert b"".join(file.streaming_content) == b"%PDF-1.7"
    decided = approver.post(page(correction), {"verdict": "approve", "reason": ""})
    assert decided["Location"] == page(correction)
    assert KeyCorrectionDecision.objects.get().approved
    assert "đang chấm lại" in text(approver.get(page(correction)))

    regrade_and_rank(round)
    done = text(approver.get(page(correction)))
    assert "Đã chấm lại (lần 1)" in done
    assert "2 bài có điểm khác lúc nộp" in done
    assert "Bảng xếp hạng phiên bản 2" in done
    assert reverse("admin:prizes_scope", args=[round]) in done


class TestChoosing:
    def found(self, client: Client, round: Round, typed: str) -> list[int]:
        response = client.get(reverse("admin:attempts_corrected_round", args=[round.pk]), {"q": typed})
        return [number for number, _question in response.context["questions"]]

    def test_a_question_is_found_by_number_or_words_without_accents(
        self, proposer: Client, round: Round
    ) -> None:
        assert self.found(proposer, round, "07") == [7]
        assert self.found(proposer, round, "cau hoi SO 12") == [12]
        assert self.found(proposer, round, "61") == []
        assert self.found(proposer, round, "") == list(range(1, 51))

    @pytest.mark.parametrize("number", [0, 61, 99999])
    def test_a_question_that_the_pool_has_not_is_not_found(
        self, proposer: Client, round: Round, number: int
    ) -> None:
        for response in (
            proposer.get(question(round, number)),
            proposer.post(question(round, number), {"accepted": "1", "step": "preview"}),
        ):
            assert response.status_code == 404

    def test_a_round_of_no_announced_contest_is_not_found(self, proposer: Client) -> None:
        hidden = round_of([(4, 0)] * 2, paper=1, contest=make_contest(announced=False))
        assert proposer.get(question(hidden)).status_code == 404

    def test_how_often_each_option_was_chosen_is_shown_with_the_key(
        self, proposer: Client, round: Round
    ) -> None:
        context = proposer.get(question(round)).context
        assert [(one.chosen, one.counts) for one in context["options"]] == [
            (1, True),
            (1, False),
            (0, False),
            (0, False),
        ]
        assert (context["blank"], context["total"]) == (1, 3)


class TestProposing:
    @pytest.mark.parametrize(
        "sent",
        [
            {"kind": "options"},
            {"kind": "options", "accepted": ["0"]},
            {"kind": "options", "accepted": ["7"]},
            {"kind": "options", "accepted": ["1", "x"]},
            {"kind": "options", "accepted": ["0", "1", "2", "3"]},
            {},
        ],
        ids=str,
    )
    @pytest.mark.parametrize("step", ["preview", "send"])
    def test_what_cannot_be_right_is_refused_with_the_reason(
        self, proposer: Client, round: Round, sent: dict[str, Any], step: str
    ) -> None:
        response = proposer.post(question(round), {**sent, "step": step, "grounds": "Nghị định"})
        assert 'role="alert"' in text(response, 400)
        assert not KeyCorrection.objects.exists()

    def test_without_grounds_nothing_is_sent_and_the_preview_stays(
        self, proposer: Client, round: Round
    ) -> None:
        response = proposer.post(question(round), {"kind": "void", "step": "send", "grounds": " "})
        assert "bài đã nộp thay đổi điểm" in text(response, 400)
        assert not KeyCorrection.objects.exists()

    def test_a_question_can_be_voided(self, proposer: Client, round: Round) -> None:
        proposer.post(question(round), {"kind": "void", "step": "send", "grounds": "Câu hỏi sai"})
        assert KeyCorrection.objects.get().void

    def test_an_undecided_proposal_is_pointed_at(self, proposer: Client, round: Round) -> None:
        waiting = proposed(round)
        assert page(waiting) in text(proposer.get(question(round)))
        response = proposer.post(question(round), {"kind": "void", "step": "preview"})
        assert "chờ quyết định" in text(response, 409)


class TestDeciding:
    def test_the_proposer_is_told_that_another_person_decides(self, round: Round) -> None:
        user = make_staff()
        correction = proposed(round, by=user)
        client = client_of(user)
        assert "không được tự quyết định" in text(client.get(page(correction)))
        assert client.post(page(correction), {"verdict": "approve"}).status_code == 403
        assert not KeyCorrectionDecision.objects.exists()

    def test_it_is_turned_down_only_with_a_reason(self, approver: Client, round: Round) -> None:
        correction = proposed(round)
        assert "Cần ghi lý do" in text(approver.post(page(correction), {"verdict": "turn-down"}), 400)
        approver.post(page(correction), {"verdict": "turn-down", "reason": "Đáp án cũ đúng"})
        shown = text(approver.get(page(correction)))
        assert "Không đồng ý" in shown
        assert "Đáp án cũ đúng" in shown
        assert approver.post(page(correction), {"verdict": "approve"}).status_code == 409

    def test_without_a_verdict_nothing_is_approved(self, approver: Client, round: Round) -> None:
        correction = proposed(round)
        assert approver.post(page(correction), {"reason": ""}).status_code == 400
        assert not KeyCorrectionDecision.objects.exists()

    def test_while_the_round_runs_it_says_when_the_regrade_comes(self, approver: Client) -> None:
        running = round_of([(4, 0)] * 3, paper=2, closed=False)
        correction = proposed(running)
        assert "số liệu trên là của các bài đã nộp" in text(approver.get(page(correction)))
        decide_correction(correction, approve=True, by=make_staff())
        assert "Bài thi được chấm lại khi vòng thi kết thúc" in text(approver.get(page(correction)))
        assert not Regrade.objects.exists()


@pytest.mark.parametrize(
    ("codenames", "looks", "proposes"),
    [
        ((), False, False),
        (("judge_attempts",), False, False),
        (("see_key",), False, False),
        (("approve_standings", "view_keycorrection", "change_keycorrection"), False, False),
        (("judge_attempts", "see_key"), True, True),
        (("appraise_revision", "see_key"), True, True),
        (("approve_key_correction",), True, False),
    ],
    ids=str,
)
def test_keys_are_shown_only_to_whom_they_are_for(
    round: Round, codenames: tuple[str, ...], looks: bool, proposes: bool
) -> None:
    correction = proposed(round)
    client = client_of(staff(*codenames))
    paper = reverse("admin:attempts_correction_paper", args=[correction.pk])
    assert client.get(reverse(LIST)).status_code == (200 if looks else 403)
    assert client.get(page(correction)).status_code == (200 if looks else 403)
    assert client.get(paper).status_code == (404 if looks else 403)
    round_page = reverse("admin:attempts_corrected_round", args=[round.pk])
    for address in (round_page, question(round, 2)):
        assert client.get(address).status_code == (200 if proposes else 403)
    sent = {"kind": "void", "step": "send", "grounds": "x"}
    assert client.post(question(round, 2), sent).status_code == (302 if proposes else 403)
    if "approve_key_correction" not in codenames:
        assert client.post(page(correction), {"verdict": "approve"}).status_code == 403


@pytest.mark.parametrize("corrections", [1, 4])
def test_the_list_costs_the_same_however_long(
    approver: Client, round: Round, corrections: int, django_assert_num_queries: Any
) -> None:
    for at in range(corrections):
        proposed(round, question=at)
    approver.get(reverse(LIST))
    with django_assert_num_queries(5):  # session, user, two for the permissions, corrections
        response = approver.get(reverse(LIST))
    assert len(response.context["corrections"]) == corrections
