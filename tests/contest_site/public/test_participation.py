"""Numbers of participation are public when the plan says so and nobody can guess better for seeing them."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisAway

from contest_site.lib.clock import database_now
from contest_site.public import participation as counting
from contest_site.public.participation import UnitLine, may_show, participation, unit_lines
from contests.domain.rounds import close_round
from contests.enums import PredictionTarget
from contests.models import Contest, Round
from tests.support.factories import (
    make_block,
    make_contest,
    make_entry,
    make_round,
    make_unit,
    make_user,
    submitted_attempt,
)

pytestmark = pytest.mark.django_db

TOLD = (PredictionTarget.PARTICIPANTS, PredictionTarget.ATTEMPTS)
UNTOLD = (PredictionTarget.NONE, PredictionTarget.ALL_RIGHT, PredictionTarget.ALL_RIGHT_PERCENT)


def a_round(target: str, *, allowed: bool = True, **fields: Any) -> Round:
    text = "" if target == PredictionTarget.NONE else "Bao nhiêu?"
    contest = make_contest(live_participation=allowed)
    return make_round(contest, sealed=False, prediction_target=target, prediction_text=text, **fields)


def shown(contest: Contest) -> bool:
    return may_show(contest, list(contest.rounds.select_related("closing")), database_now())


def address(contest: Contest) -> str:
    return reverse("participation", args=[contest.slug])


@pytest.mark.parametrize("target", PredictionTarget.values)
def test_a_plan_that_is_silent_shows_nothing(target: str) -> None:
    assert not shown(a_round(target, allowed=False).contest)


@pytest.mark.parametrize("target", UNTOLD)
def test_other_predictions_do_not_hide_the_numbers(target: str) -> None:
    assert shown(a_round(target).contest)


@pytest.mark.parametrize("target", TOLD)
def test_what_people_guess_is_hidden_until_the_round_is_over(target: str) -> None:
    round = a_round(target)
    assert not shown(round.contest)
    page = Client().get(reverse("contest", args=[round.contest.slug]))
    assert page.context["participation"] is None
    assert address(round.contest) not in page.content.decode()
    assert Client().get(address(round.contest)).status_code == 404
    close_round(round, by=make_user(), reason="Xong")
    assert shown(round.contest)
    assert Client().get(address(round.contest)).status_code == 200


def test_a_later_round_that_asks_hides_the_numbers_of_an_earlier_one() -> None:
    now = database_now()
    first = a_round(PredictionTarget.NONE, closes_at=now + timedelta(days=1))
    make_round(
        first.contest,
        sealed=False,
        opens_at=now + timedelta(days=2),
        prediction_target=PredictionTarget.PARTICIPANTS,
    )
    assert not shown(first.contest)


def test_units_that_compete_are_listed_with_everybody_below_them() -> None:
    area = make_unit("Tỉnh")
    first, second = make_unit("Sở Ngoại vụ", area), make_unit("Sở Nội vụ", area)
    below = make_unit("Phòng Tổ chức", first)
    contest = make_contest(area=area, live_participation=True)
    round = make_round(contest)
    make_block(contest, [first, second])
    entry = make_entry(contest, unit=below)
    submitted_attempt(entry, round)
    submitted_attempt(entry, round)
    assert unit_lines(contest) == [UnitLine("Sở Ngoại vụ", 1, 2), UnitLine("Sở Nội vụ", 0, 0)]


def numbers(contest: Contest) -> dict[str, int] | None:
    return participation(contest, list(contest.rounds.select_related("closing")), database_now())


def test_one_counts_in_a_minute_and_the_others_see_the_last_numbers(
    django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    round = make_round(make_contest(live_participation=True))
    entry = make_entry(round.contest)
    submitted_attempt(entry, round)
    now = database_now()
    assert participation(round.contest, [], now) == {"people": 1, "attempts": 1}
    submitted_attempt(entry, round)
    with django_assert_num_queries(0):
        assert participation(round.contest, [], now) == {"people": 1, "attempts": 1}
    # The minute is over: while one counts, others are shown what was kept.
    cache.delete(f"taking-part:{round.contest.pk}:counted")
    seen: list[Any] = []
    count = counting._counted

    def slowly(contest: Contest) -> dict[str, int]:
        seen.append(participation(contest, [], now))
        return count(contest)

    monkeypatch.setattr(counting, "_counted", slowly)
    assert participation(round.contest, [], now) == {"people": 1, "attempts": 2}
    assert seen == [{"people": 1, "attempts": 1}]


def test_kept_numbers_are_hidden_with_the_others() -> None:
    round = make_round(make_contest(live_participation=True))
    assert numbers(round.contest) == {"people": 0, "attempts": 0}
    Contest.objects.filter(pk=round.contest.pk).update(live_participation=False)
    assert numbers(Contest.objects.get(pk=round.contest.pk)) is None


def test_without_the_cache_nothing_is_counted(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    round = make_round(make_contest(live_participation=True))

    def away(*args: Any, **options: Any) -> None:
        raise RedisAway

    for name in ("add", "get", "set"):
        monkeypatch.setattr(cache, name, away)
    now = database_now()
    with django_assert_num_queries(0):
        assert participation(round.contest, [], now) is None
    assert Client().get(address(round.contest)).status_code == 200


# now, contest, rounds with closings, area, people, attempts, who counts nowhere (twice), units, blocks, what
# units became.
QUERIES = 11


@pytest.mark.parametrize("units", [1, 3])
def test_it_takes_a_literal_number_of_queries(units: int, django_assert_num_queries: Any) -> None:
    area = make_unit()
    contest = make_contest(area=area, live_participation=True)
    round = make_round(contest)
    for _ in range(units):
        submitted_attempt(make_entry(contest, unit=make_unit(parent=area)), round)
    cache.clear()
    with django_assert_num_queries(QUERIES):
        Client().get(address(contest))
