"""The pages of the root: what they show to whom, at literal query counts."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from contest_site.lib.clock import database_now
from contests.domain.rounds import close_round
from contests.models import Contest, Promotion
from tests.support.factories import (
    exclude,
    make_bank,
    make_block,
    make_contest,
    make_entry,
    make_prizes,
    make_round,
    make_staff,
    make_table,
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

    def test_of_several_rounds_the_one_that_is_open_or_opens_next_is_named(self) -> None:
        contest = weekly()
        assert "Tuần 1 đang mở đến" in Client().get("/").content.decode()
        first = contest.rounds.get(number=1)
        close_round(first, by=make_user(), reason="Sự cố")
        page = Client().get("/").content.decode()
        assert "Tuần 2 mở lúc" in page
        assert "Tuần 1 đang mở" not in page

    @pytest.mark.parametrize("contests", [1, 3])
    def test_it_takes_a_literal_number_of_queries(
        self, contests: int, django_assert_num_queries: Any
    ) -> None:
        for _ in range(contests):
            make_round(sealed=False)
        with django_assert_num_queries(5):  # now, contests, rounds, closings, studies
            Client().get("/")


@dataclass(frozen=True)
class Action:
    url: str
    note: str


def action_on(page: Any) -> Action:
    """The one thing to do on a contest's page, as it reads."""
    found: Any = html.fromstring(page.content.decode()).xpath("//div[@class='aside act']")
    [act] = found
    notes = act.xpath(".//p[@class='muted'] | .//div[contains(@class, 'notice')]")
    return Action(
        "".join(act.xpath(".//a[contains(@class, 'large')]/@href")),
        "".join(one.text_content() for one in notes),
    )


class TestContest:
    def test_a_draft_is_not_found(self) -> None:
        assert page_of(make_contest(announced=False)).status_code == 404

    def test_a_stranger_is_led_to_the_entry(self) -> None:
        contest = make_round().contest
        assert action_on(page_of(contest)).url == reverse("contests:entry", args=[contest.slug])

    def test_who_has_entered_is_led_to_the_start(self) -> None:
        round = make_round()
        action = action_on(page_of(round.contest, signed_in(make_entry(round.contest).user)))
        assert action.url == reverse("attempts:start", args=[round.contest.slug, round.number])

    def test_another_attempt_is_offered_while_there_are_some_left(self) -> None:
        round = make_round(attempts_allowed=2)
        entry = make_entry(round.contest)
        submitted_attempt(entry, round)
        assert "Còn 1 lượt" in action_on(page_of(round.contest, signed_in(entry.user))).note
        last = submitted_attempt(entry, round)
        action = action_on(page_of(round.contest, signed_in(entry.user)))
        assert action.url == reverse("result", args=[last.pk])

    def test_excluded_people_are_told_why_before_and_after_they_entered(self) -> None:
        contest = make_round().contest
        entry = make_entry(contest)
        member = make_user()
        exclude(contest, user=member)
        exclude(contest, phone=entry.phone)
        for user in (entry.user, member):
            action = action_on(page_of(contest, signed_in(user)))
            assert action.url == ""
            assert "không tham gia dự thi" in action.note

    def test_after_the_close_people_wait_for_the_results(self) -> None:
        round = make_round()
        close_round(round, by=make_user(), reason="Xong")
        for client in (Client(), signed_in(make_entry(round.contest).user)):
            action = action_on(page_of(round.contest, client))
            assert action.url == ""
            assert "đã kết thúc" in action.note

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

    def test_neither_trials_nor_excluded_people_are_in_the_live_figures(self) -> None:
        contest = make_round(make_contest(live_participation=True)).contest
        trial, out = make_entry(contest, unofficial=True), make_entry(contest)
        for entry in (trial, out, make_entry(contest)):
            submitted_attempt(entry, contest.rounds.get())
        exclude(contest, user=out.user)
        assert page_of(contest).context["participation"] == {"people": 1, "attempts": 1}

    def test_each_round_stands_with_its_window_and_the_next_one_is_named(self) -> None:
        page = page_of(weekly()).content.decode()
        assert page.count("Vòng tiếp theo") == 1
        assert page.index("Tuần 2") < page.index("Vòng tiếp theo") < page.index("Tuần 3")
        assert "mỗi người 02 lượt thi" in page

    def test_a_final_says_whom_it_takes_and_offers_nothing_to_others(self) -> None:
        now = database_now()
        contest = make_contest(opens_at=now - timedelta(days=40))
        first = make_round(
            contest, name="Vòng loại", sealed=False, closes_at=now - timedelta(days=30), bank=make_bank(30)
        )
        final = make_round(
            contest, name="Chung kết", opens_at=now - timedelta(hours=1), bank=first.bank,
            promotes_from=first, promotes_best=10,
        )  # fmt: skip
        page = page_of(contest)
        assert "Dành cho 10 người có kết quả tốt nhất của mỗi đơn vị ở Vòng loại." in page.content.decode()
        assert action_on(page).url == ""
        assert "chỉ dành cho người được chọn" in action_on(page).note
        entry = make_entry(contest)
        left_out = action_on(page_of(contest, signed_in(entry.user)))
        assert left_out.url == ""
        assert "chỉ dành cho người được chọn từ Vòng loại" in left_out.note
        Promotion.objects.create(round=final, entry=entry, unit=entry.unit, place=1, basis="1/1/x")
        start = reverse("attempts:start", args=[contest.slug, final.number])
        assert action_on(page_of(contest, signed_in(entry.user))).url == start

    def test_prizes_stand_by_round_and_contest_with_papers_blocks_and_their_sum(self) -> None:
        contest = weekly()
        assert contest.area is not None
        make_block(contest, [contest.area], name="Khối phường")
        make_table(contest, [("Giải Nhất", 1, 1_000_000)], scope="each_round", name="Giải tuần")
        make_table(
            contest, [("Giải tập thể", 2, 5_000_000)], audience="unit", unit_order=["attempts"], name="Đơn vị"
        )
        page = " ".join(page_of(contest).content.decode().split())
        assert page.index("Mỗi vòng thi") < page.index("Giải tuần") < page.index("Cả cuộc thi")
        assert "Tập thể. Xếp hạng theo: Số lượt thi" in page
        assert "Khối phường: 1 đơn vị" in page
        assert "Giấy chứng nhận" in page
        assert "13.000.000 đồng" in page  # a million in each of three weeks, and ten

    def test_age_and_what_is_asked_of_each_category_are_said(self) -> None:
        contest = make_round(make_contest(min_age=15, age_on=date(2022, 8, 22))).contest
        contest.categories.create(name="Nhân dân", participation="encouraged", position=2)
        page = " ".join(page_of(contest).content.decode().split())
        assert "Đủ 15 tuổi trở lên tính đến ngày 22/08/2022" in page
        assert "Khuyến khích dự thi" in page

    def test_an_organiser_on_the_list_may_still_try_and_is_marked(self) -> None:
        contest = make_round().contest
        organiser = make_staff()
        exclude(contest, user=organiser)
        context = page_of(contest, signed_in(organiser)).context
        assert context["trial_url"] == reverse("contests:entry", args=[contest.slug])
        entry = make_entry(contest, user=organiser, unofficial=True)
        page = page_of(contest, signed_in(entry.user))
        assert action_on(page).url != ""
        assert "Thi thử, không tính kết quả" in page.content.decode()
        member = make_user()
        exclude(contest, user=member)
        assert page_of(contest, signed_in(member)).context["trial_url"] == ""

    def test_it_takes_a_literal_number_of_queries(self, django_assert_num_queries: Any) -> None:
        contest = make_round().contest
        make_prizes(contest)
        with django_assert_num_queries(QUERIES):
            page_of(contest)


# contest, now, published rounds, rounds with seal and closing, prize tables, prizes, categories, milestones,
# documents, studies
QUERIES = 10


def weekly() -> Contest:
    """Three weeks, the first of them open."""
    now = database_now()
    contest = make_contest(closes_at=now + timedelta(days=21))
    bank = make_bank(5)
    for week in range(3):
        start = contest.opens_at + timedelta(days=7 * week)
        make_round(
            contest,
            bank=bank,
            questions=4,
            sealed=False,
            name=f"Tuần {week + 1}",
            opens_at=start,
            closes_at=start + timedelta(days=7),
        )
    return contest


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
