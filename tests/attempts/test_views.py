import json
import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attempts.domain.papers import paper_questions
from attempts.domain.starting import start_attempt
from attempts.domain.submitting import submit_attempt
from attempts.models import Attempt, Disqualification, Prediction, Reinstatement
from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contests.domain.consenting import withdraw_consent
from contests.domain.rounds import close_round
from contests.models import Entry, Round
from tests.attempts.support import Pool, round_of
from tests.support.factories import (
    exclude,
    make_contest,
    make_entry,
    make_round,
    make_user,
    submitted_attempt,
)

pytestmark = pytest.mark.django_db

RECEIPT = r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b"
JSON = {"Accept": "application/json"}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


class Sitting:
    """A contestant in front of an open attempt."""

    def __init__(self, **fields: Any) -> None:
        self.round: Round = make_round(**fields)
        self.entry: Entry = make_entry(self.round.contest)
        self.client = client_of(self.entry.user)
        self.attempt = start_attempt(self.entry, self.round)

    def url(self, name: str) -> str:
        return reverse(f"attempts:{name}", args=[self.attempt.pk])

    @property
    def result_url(self) -> str:
        return reverse("result", args=[self.attempt.pk])

    def save(self, **fields: str) -> HttpResponse:
        """As the page's script sends it."""
        form = "application/x-www-form-urlencoded"
        return self.client.post(self.url("save"), urlencode(fields), content_type=form, headers=JSON)  # type: ignore[return-value]

    def stored(self) -> Attempt:
        return Attempt.objects.get(pk=self.attempt.pk)


def _without_token(response: Any) -> str:
    """The page but for what differs each time: the form's token and the seconds left."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return re.sub(r'data-remaining="\d+"|role="timer">[^<]*', "", page)


def several() -> Sitting:
    """A paper of three questions: ticked, single, ticked."""
    pool: Pool = [(4, frozenset({0, 2})), (4, 1), (2, frozenset({1}))]
    round = round_of(pool, paper=3, closed=False, prediction_target="none")
    sitting = Sitting.__new__(Sitting)
    sitting.round, sitting.entry = round, make_entry(round.contest)
    sitting.client = client_of(sitting.entry.user)
    sitting.attempt = Attempt.objects.create(
        entry=sitting.entry,
        round=round,
        number=1,
        seed=b"0" * 32,
        paper=[0, 1, 2],
        orders=[0, 0, 0],
        limits=[15, 4, 3],
        answers=[0, 0, 0],
        deadline=database_now() + timedelta(minutes=30),
    )
    return sitting


def start_url(round: Round) -> str:
    return reverse("attempts:start", args=[round.contest.slug, round.number])


class TestStart:
    def test_it_explains_before_anything_starts(self) -> None:
        round = make_round()
        response = client_of(make_entry(round.contest).user).get(start_url(round))
        assert response.status_code == 200
        assert not Attempt.objects.exists()

    def test_posting_twice_leads_to_the_same_paper(self) -> None:
        round = make_round()
        client = client_of(make_entry(round.contest).user)
        first, second = client.post(start_url(round)), client.post(start_url(round))
        assert (
            first["Location"]
            == second["Location"]
            == reverse("attempts:paper", args=[Attempt.objects.get().pk])
        )

    def test_an_open_attempt_is_gone_on_with(self) -> None:
        sitting = Sitting()
        assert sitting.client.get(start_url(sitting.round))["Location"] == sitting.url("paper")

    def test_strangers_sign_in_first(self) -> None:
        round = make_round()
        assert reverse("account_login") in Client().get(start_url(round))["Location"]

    def test_who_has_not_entered_enters_first(self) -> None:
        round = make_round()
        response = client_of(make_user()).get(start_url(round))
        assert response["Location"] == reverse("contests:entry", args=[round.contest.slug])

    def test_a_contest_not_announced_is_not_found(self) -> None:
        round = make_round(make_contest(announced=False))
        assert client_of(make_entry(round.contest).user).get(start_url(round)).status_code == 404

    def test_excluded_people_get_the_reason(self) -> None:
        round = make_round()
        entry = make_entry(round.contest)
        exclude(round.contest, user=entry.user)
        client = client_of(entry.user)
        for response in (client.get(start_url(round)), client.post(start_url(round))):
            assert response.status_code == 403
            assert "Ban Tổ chức không tham gia dự thi" in response.content.decode()

    def test_who_was_not_promoted_gets_the_reason(self) -> None:
        contest = make_contest()
        middle = contest.opens_at + timedelta(minutes=1)
        first = make_round(contest, sealed=False, closes_at=middle)
        final = make_round(contest, opens_at=middle, promotes_from=first, promotes_best=3, bank=first.bank)
        client = client_of(make_entry(contest).user)
        for response in (client.get(start_url(final)), client.post(start_url(final))):
            assert response.status_code == 403
            assert "không có trong danh sách" in response.content.decode()

    def test_the_limits_are_told_beforehand(self) -> None:
        round = make_round(attempts_allowed=9, attempts_per_day=3, cooldown_minutes=90)
        page = client_of(make_entry(round.contest).user).get(start_url(round)).content.decode()
        assert "Mỗi ngày thi tối đa 3 lượt (tính theo giờ bắt đầu); hôm nay còn 3 lượt." in page
        assert "nghỉ ít nhất 1 giờ 30 phút" in page

    def test_when_none_may_begin_now_the_page_says_when_and_has_no_button(self) -> None:
        round = make_round(attempts_allowed=9, cooldown_minutes=90)
        entry = make_entry(round.contest)
        submitted_attempt(entry, round, submitted_at=database_now())
        page = client_of(entry.user).get(start_url(round)).content.decode()
        assert "Lượt tiếp theo bắt đầu được từ" in page
        assert "Bắt đầu làm bài</button>" not in page

    def test_a_closed_round_is_a_conflict(self) -> None:
        round = make_round()
        close_round(round, by=make_user(), reason="Xong")
        response = client_of(make_entry(round.contest).user).post(start_url(round))
        assert response.status_code == 409
        assert "đã kết thúc" in response.content.decode()


class TestPaper:
    def test_it_shows_30_questions_and_the_prediction(self) -> None:
        sitting = Sitting()
        page = sitting.client.get(sitting.url("paper")).content.decode()
        assert len(set(re.findall(r'name="(q\d+)"', page))) == 30
        assert 'name="prediction"' in page
        assert all(question.text in page for question in paper_questions(sitting.attempt))

    def test_it_takes_a_literal_number_of_queries(
        self, settings: Any, django_assert_num_queries: Any
    ) -> None:
        settings.PAGE_CACHE_SECONDS = 60
        sitting = Sitting()
        sitting.client.get(sitting.url("paper"))
        with django_assert_num_queries(1):  # session, account, attempt, and all that the page shows
            sitting.client.get(sitting.url("paper"))

    def test_two_people_who_share_what_is_kept_get_each_the_page_that_nobody_shares(
        self, settings: Any
    ) -> None:
        first = Sitting(prediction_target="all_right")
        second = Sitting.__new__(Sitting)
        second.round, second.entry = first.round, make_entry(first.round.contest, full_name="Đỗ Thị Ỷ")
        second.client = client_of(second.entry.user)
        second.attempt = start_attempt(second.entry, second.round)
        second.save(q1="2", q30="1", prediction="7", revision="0")
        alone = [_without_token(one.client.get(one.url("paper"))) for one in (first, second)]
        settings.PAGE_CACHE_SECONDS = 60
        sharing = [_without_token(one.client.get(one.url("paper"))) for one in (first, second, first)]
        assert sharing == [*alone, alone[0]]
        assert str(first.attempt.pk) not in sharing[1]

    def test_no_key_explanation_or_source_reaches_the_browser(self) -> None:
        """Security statement 28: crawl everything until the submission."""
        sitting = Sitting(prediction_target="all_right")
        pages: list[Any] = [
            sitting.client.get(sitting.url("paper")),
            sitting.client.get(sitting.url("review")),
            sitting.save(q1="1", revision="0"),
            sitting.save(q1="2", revision="0"),
            sitting.client.get(reverse("contest", args=[sitting.round.contest.slug])),
        ]
        text = "".join(page.content.decode() for page in pages)
        assert "Giải thích bí mật" not in text
        assert "Điều 1 Luật A" not in text
        assert not re.search(r'\bkey\b|correct|"dap-an"', re.sub(r"<(script|link)[^>]*>", "", text))

    def test_options_come_in_another_order_for_another_attempt(self) -> None:
        sitting = Sitting(attempts_allowed=3)
        other = start_attempt(make_entry(sitting.round.contest), sitting.round)
        assert (other.paper, other.orders) != (sitting.attempt.paper, sitting.attempt.orders)

    def test_anothers_attempt_is_not_found(self) -> None:
        sitting = Sitting()
        stranger = client_of(make_user())
        for name in ("paper", "review"):
            assert stranger.get(sitting.url(name)).status_code == 404
        assert stranger.get(sitting.result_url).status_code == 404
        for name in ("save", "submit", "review"):
            assert stranger.post(sitting.url(name), {"q1": "1"}).status_code == 404
        assert sitting.stored().answers == [0] * 30

    def test_a_finished_attempt_leads_to_its_result(self) -> None:
        sitting = Sitting()
        submit_attempt(sitting.attempt.pk, sitting.entry.user_id)
        assert sitting.client.get(sitting.url("paper"))["Location"] == sitting.result_url

    def test_personal_pages_are_not_stored_by_browsers(self) -> None:
        sitting = Sitting()
        assert "no-store" in sitting.client.get(sitting.url("paper"))["Cache-Control"]


class TestSave:
    def test_the_script_is_told_the_new_revision(self) -> None:
        sitting = Sitting()
        body = json.loads(sitting.save(q3="2", revision="0").content)
        assert body["revision"] == 1
        assert body["saved"] is True
        assert 1700 < body["remaining"] <= 1800
        assert sitting.stored().answers[2] == 2

    def test_a_retry_after_a_lost_answer_adopts_what_is_stored(self) -> None:
        sitting = Sitting()
        sitting.save(q3="2", prediction="1.250", revision="0")
        response = sitting.save(q3="2", q4="1", revision="0")
        assert response.status_code == 409
        body = json.loads(response.content)
        assert (body["revision"], body["answers"], body["prediction"]) == (1, {"q3": "2"}, "1250")

    def test_without_a_script_the_whole_form_is_saved(self) -> None:
        sitting = Sitting()
        fields = {f"q{at}": "1" for at in range(1, 31)} | {"prediction": "12", "revision": "0"}
        response = sitting.client.post(sitting.url("save"), fields)
        assert response["Location"] == sitting.url("paper")
        assert sitting.stored().answers == [1] * 30

    def test_what_is_ticked_without_a_script_adds_up(self) -> None:
        sitting = several()
        sitting.client.post(sitting.url("save"), {"m1": ["0", "1", "4"], "q2": "2", "m3": ["0"]})
        assert sitting.stored().answers == [5, 2, 0]
        page = sitting.client.get(sitting.url("paper")).content.decode()
        ticked = re.findall(r'<input type="checkbox" name="m1" value="(\d+)"( checked)?>', page)
        assert [int(value) for value, checked in ticked if checked] == [1, 4]
        assert [int(value) for value, _checked in ticked] == [1, 2, 4, 8]
        assert page.count("Chọn các đáp án đúng") == 2
        sitting.client.post(sitting.url("save"), {"m1": "0"})
        assert sitting.stored().answers == [0, 2, 0], "nothing ticked any more"

    def test_the_script_sends_all_ticks_of_a_question_as_one_number(self) -> None:
        sitting = several()
        assert json.loads(sitting.save(q1="15", q3="3", revision="0").content)["saved"] is True
        assert sitting.stored().answers == [15, 0, 3]
        sitting.save(q1="0", revision="1")
        assert sitting.stored().answers == [0, 0, 3]

    @pytest.mark.parametrize(
        "fields",
        [{"q1": "16"}, {"m1": ["16"]}, {"m1": ["1", "1"]}, {"m1": "3"}, {"m1": "x"}, {"q2": "5"}, {"m4": "0"},
         {"q3": "4"}, {"q1": "1000"}],
        ids=str,
    )  # fmt: skip
    def test_ticks_that_are_not_in_the_paper_are_refused_whole(self, fields: dict[str, Any]) -> None:
        sitting = several()
        response = sitting.client.post(sitting.url("save"), {"q2": "1", **fields}, headers=JSON)
        assert response.status_code == 400
        assert sitting.stored().answers == [0, 0, 0]

    @pytest.mark.parametrize(
        "fields",
        [
            {"q31": "1"},
            {"q1": "5"},
            {"q1": "x"},
            {"q1": "-1"},
            {"q1": "١"},
            {"score": "30"},
            {"user_id": "1"},
            {"q1": ["1", "2"]},
            {"revision": "a"},
            {"revision": ["1", "2"]},
        ],
        ids=str,
    )
    def test_what_is_not_in_the_paper_is_refused_whole(self, fields: dict[str, Any]) -> None:
        sitting = Sitting()
        response = sitting.client.post(sitting.url("save"), {"q2": "1", **fields}, headers=JSON)
        assert response.status_code == 400
        assert json.loads(response.content)["error"]
        assert sitting.stored().answers == [0] * 30

    @pytest.mark.parametrize("prediction", ["-1", "1e9", "١٢", "1.5", "nhiều"])
    def test_a_prediction_that_is_no_number_is_told_and_the_answers_are_kept(self, prediction: str) -> None:
        sitting = Sitting()
        response = sitting.save(q1="1", prediction=prediction, revision="0")
        body = json.loads(response.content)
        assert response.status_code == 400
        assert (body["field"], body["saved"], body["revision"]) == ("prediction", True, 1)
        assert "số nguyên" in body["error"]
        assert sitting.stored().answers[0] == 1

    def test_without_a_script_the_typed_prediction_stays_in_its_field(self) -> None:
        sitting = Sitting()
        response = sitting.client.post(sitting.url("save"), {"q1": "1", "prediction": "nhiều"})
        page = response.content.decode()
        assert response.status_code == 400
        assert "nhiều" in page
        assert "số nguyên" in page
        assert sitting.stored().answers[0] == 1

    def test_after_the_end_the_script_is_sent_to_the_result(self) -> None:
        sitting = Sitting()
        submit_attempt(sitting.attempt.pk, sitting.entry.user_id)
        response = sitting.save(q1="1", revision="0")
        assert response.status_code == 409
        body = json.loads(response.content)
        assert (body["finished"], body["url"]) == (True, sitting.result_url)

    def test_it_takes_a_literal_number_of_queries(self, django_assert_num_queries: Any) -> None:
        sitting = Sitting()
        sitting.client.get(sitting.url("paper"))
        with django_assert_num_queries(1):  # UPDATE, which finds out whose session it is
            sitting.save(q1="1", revision="0")
        with django_assert_num_queries(1):  # … and what number the round asks for
            sitting.save(q2="1", prediction="1.250", revision="1")
        assert sitting.stored().prediction_draft == 1250

    def test_getting_it_is_refused(self) -> None:
        sitting = Sitting()
        assert sitting.client.get(sitting.url("save")).status_code == 405
        assert sitting.client.get(sitting.url("submit")).status_code == 405

    def test_after_the_session_the_script_is_told_where_to_sign_in(self) -> None:
        sitting = Sitting()
        response = Client().post(sitting.url("save"), {"q1": "1"}, headers=JSON)
        assert response.status_code == 401
        assert json.loads(response.content)["login"] == reverse("account_login")

    def test_a_token_is_asked_for(self) -> None:
        sitting = Sitting()
        client = Client(enforce_csrf_checks=True)
        client.force_login(sitting.entry.user)
        assert client.post(sitting.url("save"), {"q1": "1"}).status_code == 403

    def test_too_many_saves_in_a_minute_are_slowed_down(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.RATE_LIMITS_ENABLED = True
        # One and the same minute, however slow the machine.
        monkeypatch.setattr("contest_site.lib.network.time", SimpleNamespace(time=lambda: 90.0))
        sitting = Sitting()
        statuses = {sitting.save(q1="1").status_code for _ in range(245)}
        assert statuses == {200, 429}


class TestReview:
    def test_posting_the_paper_saves_it_and_names_what_is_unanswered(self) -> None:
        sitting = Sitting()
        response = sitting.client.post(sitting.url("review"), {"q1": "1", "prediction": ""}, follow=True)
        page = response.content.decode()
        paper = sitting.url("paper")
        assert re.findall(rf'href="{paper}#cau-(\d+)"', page) == [str(at) for at in range(2, 31)]
        assert "Còn 29 câu chưa trả lời" in page
        assert f'href="{paper}#cau-du-doan"' in page
        assert sitting.stored().answers[0] == 1

    def test_who_has_answered_everything_is_told_so_and_gets_a_page_of_one_statement(
        self, settings: Any, django_assert_num_queries: Any
    ) -> None:
        settings.PAGE_CACHE_SECONDS = 60
        whole, other = Sitting(), Sitting()
        answers = {f"q{at}": "1" for at in range(1, 31)}
        page = whole.client.post(whole.url("review"), {**answers, "prediction": "5"}, follow=True)
        assert "Đã trả lời tất cả các câu" in page.content.decode()
        with django_assert_num_queries(1):  # session, account and attempt
            again = whole.client.get(whole.url("review")).content.decode()
        assert f'action="{whole.url("submit")}"' in again
        theirs = other.client.post(other.url("review"), {**answers, "prediction": "5"}, follow=True)
        assert str(whole.attempt.pk) not in theirs.content.decode()
        assert f'action="{other.url("submit")}"' in theirs.content.decode()


class TestSubmit:
    def test_it_leads_to_the_result_with_the_receipt(self) -> None:
        sitting = Sitting()
        response = sitting.client.post(sitting.url("submit"), {"q1": "1", "prediction": "5"}, follow=True)
        attempt = sitting.stored()
        assert response.redirect_chain[-1][0] == sitting.result_url
        assert attempt.receipt
        assert attempt.receipt in response.content.decode()
        assert Prediction.objects.get().value == 5

    def test_a_double_submit_and_a_replay_show_the_same_receipt(self) -> None:
        sitting = Sitting()
        pages: list[Any] = [
            sitting.client.post(sitting.url("submit"), {"q1": "1"}, follow=True) for _ in range(3)
        ]
        receipts = {receipt for page in pages for receipt in re.findall(RECEIPT, page.content.decode())}
        assert receipts == {sitting.stored().receipt}
        assert Attempt.objects.count() == 1

    def test_a_prediction_cleared_at_the_last_moment_does_not_bind(self) -> None:
        sitting = Sitting()
        sitting.save(prediction="1250", revision="0")
        sitting.client.post(sitting.url("submit"), {"prediction": ""})
        assert not Prediction.objects.exists()

    def test_a_bad_prediction_does_not_submit_and_loses_nothing(self) -> None:
        sitting = Sitting()
        response = sitting.client.post(sitting.url("submit"), {"q1": "1", "prediction": "abc"})
        assert response.status_code == 400
        assert sitting.stored().submitted_at is None
        assert sitting.stored().answers[0] == 1


class TestResult:
    def test_score_and_time_are_shown_at_once_when_the_plan_says_so(self) -> None:
        sitting = Sitting(result_shown="at_once")
        page = sitting.client.post(sitting.url("submit"), {}, follow=True)
        assert page.context["shown"] is True

    @pytest.mark.parametrize("when", ["after_close", "after_publication"])
    def test_otherwise_only_the_receipt(self, when: str) -> None:
        sitting = Sitting(result_shown=when)
        page = sitting.client.post(sitting.url("submit"), {}, follow=True)
        assert page.context["shown"] is False
        assert str(sitting.stored().receipt) in page.content.decode()
        assert not re.search(r"\b\d+/30\b", page.content.decode())  # the attempt's address may hold "/30"

    def test_after_the_close_the_score_appears(self) -> None:
        sitting = Sitting(result_shown="after_close")
        sitting.client.post(sitting.url("submit"), {})
        close_round(sitting.round, by=make_user(), reason="Xong")
        assert sitting.client.get(sitting.result_url).context["shown"] is True

    def test_another_attempt_is_offered_only_when_it_may_begin(self) -> None:
        free = Sitting(attempts_allowed=2)
        page = free.client.post(free.url("submit"), {}, follow=True)
        assert (page.context["again_url"], page.context["waiting"]) == (start_url(free.round), None)
        resting = Sitting(attempts_allowed=2, cooldown_minutes=60)
        page = resting.client.post(resting.url("submit"), {}, follow=True)
        assert page.context["again_url"] == ""
        assert "Lượt tiếp theo bắt đầu được từ" in page.content.decode()

    def test_who_came_onto_the_list_after_the_start_still_gets_a_receipt_and_is_told(self) -> None:
        sitting = Sitting()
        exclude(sitting.round.contest, phone=sitting.entry.phone)
        page = sitting.client.post(sitting.url("submit"), {"q1": "1"}, follow=True)
        attempt = sitting.stored()
        assert attempt.answers[0] == 1
        assert attempt.receipt
        assert attempt.receipt in page.content.decode()
        assert "không được xếp hạng. Theo kế hoạch, thành viên Ban Tổ chức" in page.context["uncounted"]
        assert page.context["uncounted"] in page.content.decode()

    def test_an_organisers_trial_is_told_so(self) -> None:
        sitting = Sitting()
        Entry.objects.filter(pk=sitting.entry.pk).update(unofficial=True)
        exclude(sitting.round.contest, user=sitting.entry.user)
        page = sitting.client.post(sitting.url("submit"), {}, follow=True)
        assert "thi thử của Ban Tổ chức" in page.content.decode()

    def test_who_took_the_consent_back_is_told_so(self) -> None:
        sitting = Sitting()
        sitting.client.post(sitting.url("submit"), {})
        withdraw_consent(sitting.entry, by=sitting.entry.user)
        page = sitting.client.get(sitting.result_url).content.decode()
        assert (
            f"đã được rút lại ngày {timezone.localdate():%d/%m/%Y}, nên từ đó bài thi không được tính" in page
        )

    def test_a_disqualified_person_is_told_the_day_and_not_the_grounds(self) -> None:
        sitting = Sitting()
        sitting.client.post(sitting.url("submit"), {})
        judged = Disqualification.objects.create(
            entry=sitting.entry, round=sitting.round, grounds="Biên bản mật số 7", by=make_user()
        )
        page = sitting.client.get(sitting.result_url).content.decode()
        assert f"Ban Tổ chức đã loại kết quả này ngày {timezone.localdate():%d/%m/%Y}" in page
        assert "Biên bản mật" not in page
        Reinstatement.objects.create(disqualification=judged, grounds="Nhầm người", by=make_user())
        assert "đã loại kết quả" not in sitting.client.get(sitting.result_url).content.decode()

    def test_it_takes_a_literal_number_of_queries(
        self, settings: Any, django_assert_num_queries: Any
    ) -> None:
        settings.PAGE_CACHE_SECONDS = 60
        sitting = Sitting()
        sitting.client.post(sitting.url("submit"), {}, follow=True)
        # session, account, attempt, the person's attempts and what speaks against them
        with django_assert_num_queries(1):
            sitting.client.get(sitting.result_url)

    def test_an_open_attempt_has_no_result(self) -> None:
        sitting = Sitting()
        assert sitting.client.get(sitting.result_url)["Location"] == sitting.url("paper")

    def test_an_overdue_attempt_is_finished_by_looking(self) -> None:
        sitting = Sitting()
        close_round(sitting.round, by=make_user(), reason="Xong")
        assert sitting.client.get(sitting.url("paper"))["Location"] == sitting.result_url
        assert sitting.client.get(sitting.result_url).status_code == 200
        assert sitting.stored().finished_by == "server"


class TestReceipt:
    def test_a_known_receipt_is_confirmed_without_name_or_score(self) -> None:
        sitting = Sitting()
        done = submit_attempt(sitting.attempt.pk, sitting.entry.user_id)
        assert done.receipt
        page = Client().get(reverse("attempts:receipt"), {"code": done.receipt.lower().replace("-", " ")})
        assert page.context["result"]["found"] is True
        assert sitting.entry.full_name not in page.content.decode()

    def test_an_unknown_one_is_told_politely(self) -> None:
        page = Client().get(reverse("attempts:receipt"), {"code": "0000-0000-0000-0000"})
        assert page.context["result"] == {"found": False}

    def test_what_is_no_code_is_explained(self) -> None:
        page = Client().get(reverse("attempts:receipt"), {"code": "abc"})
        assert "16 chữ và số" in page.content.decode()
