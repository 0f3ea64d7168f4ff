"""The pages of the root: what they show to whom, at literal query counts."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contest_site.lib.clock import database_now
from contests.domain.rounds import close_round
from contests.models import Contest
from tests.support.factories import (
    exclude,
    make_contest,
    make_entry,
    make_prizes,
    make_round,
    make_user,
    submitted_attempt,
)

pytestmark = pytest.mark.django_db


def page_of(contest: Contest, client: Client | None = None) -> Any:
    return (client or Client()).get(reverse("contest", args=[contest.slug]))


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


class TestHealth:
    def test_it_answers_while_the_database_does(self) -> None:
        assert Client().get("/healthz").content == b"ok"


def test_the_icon_is_found_under_the_name_that_browsers_guess() -> None:
    assert Client().get("/favicon.ico")["Location"].endswith("img/favicon.svg")


class TestHome:
    def test_contests_are_sorted_by_where_they_are(self) -> None:
        now = database_now()
        open_one, coming, past = (
            make_round(
                make_contest(opens_at=now + timedelta(days=a), closes_at=now + timedelta(days=b)),
                sealed=False,
            )
            for a, b in ((-1, 1), (1, 2), (-2, -1))
        )
        context = Client().get("/").context
        assert [card.contest for card in context["open_contests"]] == [open_one.contest]
        assert [card.contest for card in context["coming_contests"]] == [coming.contest]
        assert [card.contest for card in context["past_contests"]] == [past.contest]

    def test_drafts_and_rehearsals_are_not_shown(self) -> None:
        make_round(make_contest(announced=False), sealed=False)
        make_round(make_contest(is_rehearsal=True), sealed=False)
        assert Client().get("/").context["open_contests"] == []

    @pytest.mark.parametrize("contests", [1, 3])
    def test_it_takes_a_literal_number_of_queries(
        self, contests: int, django_assert_num_queries: Any
    ) -> None:
        for _ in range(contests):
            make_round(sealed=False)
        with django_assert_num_queries(4):  # now, contests, rounds, closings
            Client().get("/")


class TestContest:
    def test_a_draft_is_not_found(self) -> None:
        assert page_of(make_contest(announced=False)).status_code == 404

    def test_a_stranger_is_led_to_the_entry(self) -> None:
        contest = make_round().contest
        assert page_of(contest).context["action"]["url"] == reverse("contests:entry", args=[contest.slug])

    def test_who_has_entered_is_led_to_the_start(self) -> None:
        round = make_round()
        action = page_of(round.contest, signed_in(make_entry(round.contest).user)).context["action"]
        assert action["url"] == reverse("attempts:start", args=[round.contest.slug, round.number])

    def test_another_attempt_is_offered_while_there_are_some_left(self) -> None:
        round = make_round(attempts_allowed=2)
        entry = make_entry(round.contest)
        submitted_attempt(entry, round)
        assert "Còn 1 lượt" in page_of(round.contest, signed_in(entry.user)).context["action"]["note"]
        last = submitted_attempt(entry, round)
        action = page_of(round.contest, signed_in(entry.user)).context["action"]
        assert action["url"] == reverse("result", args=[last.pk])

    def test_excluded_people_are_told_why_before_and_after_they_entered(self) -> None:
        contest = make_round().contest
        entry = make_entry(contest)
        member = make_user()
        exclude(contest, user=member)
        exclude(contest, phone=entry.phone)
        for user in (entry.user, member):
            context = page_of(contest, signed_in(user)).context
            assert context["action"]["url"] == ""
            assert "không tham gia dự thi" in context["action"]["note"]

    def test_after_the_close_people_wait_for_the_results(self) -> None:
        round = make_round()
        close_round(round, by=make_user(), reason="Xong")
        for client in (Client(), signed_in(make_entry(round.contest).user)):
            action = page_of(round.contest, client).context["action"]
            assert action["url"] == ""
            assert "đã kết thúc" in action["note"]

    def test_participation_is_hidden_unless_the_plan_shows_it(self) -> None:
        hidden, shown = make_round().contest, make_round(make_contest(live_participation=True)).contest
        round = shown.rounds.get()
        entry = make_entry(shown)
        submitted_attempt(entry, round)
        submitted_attempt(entry, round)
        assert page_of(hidden).context["participation"] is None
        assert page_of(shown).context["participation"] == {"people": 1, "attempts": 2}

    def test_digest_and_commitment_are_public_before_the_opening(self) -> None:
        now = database_now()
        contest = make_contest(opens_at=now + timedelta(hours=1), closes_at=now + timedelta(hours=2))
        seal = make_round(contest).seal
        page = page_of(contest).content.decode()
        assert seal.pool.digest in page
        assert seal.commitment in page
        assert bytes(seal.secret).hex() not in page

    def test_after_the_close_the_secret_of_the_draw_is_public(self) -> None:
        round = make_round()
        secret = bytes(round.seal.secret)
        assert secret.hex() not in page_of(round.contest).content.decode()
        close_round(round, by=make_user(), reason="Xong")
        assert secret.hex() in page_of(round.contest).content.decode()
        assert hashlib.sha256(secret).hexdigest() == round.seal.commitment

    def test_it_takes_a_literal_number_of_queries(self, django_assert_num_queries: Any) -> None:
        contest = make_round().contest
        make_prizes(contest)
        with django_assert_num_queries(QUERIES):
            page_of(contest)


# contest, now, published rounds, rounds with seal and closing, prize tables, prizes, categories, milestones,
# documents
QUERIES = 9


class TestMine:
    def test_it_lists_own_contests_only(self) -> None:
        round = make_round()
        mine, other = make_entry(round.contest), make_entry(round.contest)
        submitted_attempt(mine, round)
        context = signed_in(mine.user).get(reverse("mine")).context
        assert [one["entry"] for one in context["entries"]] == [mine]
        assert signed_in(other.user).get(reverse("mine")).context["entries"][0]["attempts"] == []

    def test_strangers_sign_in_first(self) -> None:
        assert Client().get(reverse("mine")).status_code == 302


def test_an_unknown_page_is_a_designed_404() -> None:
    response = Client().get("/khong-co/")
    assert response.status_code == 404
    assert "Không tìm thấy" in response.content.decode()
