"""Where a round stands, which units belong to a contest, and how they are found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from contest_site.lib.clock import database_now
from contests.domain.rounds import close_round
from contests.models import Contest, Round, Unit
from contests.queries import (
    RoundState,
    contest_units,
    current_round,
    effective_close,
    round_state,
    subtree_ids,
)
from contests.unit_search import search_units
from tests.support.factories import make_bank, make_contest, make_round, make_staff, make_unit

pytestmark = pytest.mark.django_db
Queries = Callable[..., Any]


def test_the_opening_belongs_to_the_round_and_its_end_does_not() -> None:
    round = make_round(sealed=False)
    instant = timedelta(microseconds=1)
    assert round_state(round, round.opens_at - instant) is RoundState.NOT_OPEN
    assert round_state(round, round.opens_at) is RoundState.OPEN
    assert round_state(round, round.closes_at - instant) is RoundState.OPEN
    assert round_state(round, round.closes_at) is RoundState.CLOSED


def test_an_early_closing_ends_the_round_at_its_own_moment() -> None:
    round = make_round(sealed=False)
    closing = close_round(round, by=make_staff(), reason="Sự cố")
    round = Round.objects.get(pk=round.pk)
    assert effective_close(round) == closing.at < round.closes_at
    assert round_state(round, closing.at) is RoundState.CLOSED
    assert round_state(round, closing.at - timedelta(seconds=1)) is RoundState.OPEN


def test_the_current_round_is_the_one_that_takes_papers(django_assert_num_queries: Queries) -> None:
    now = database_now()
    contest = make_contest()
    bank = make_bank(1, topics=1)
    windows = [(-60, -30), (-30, 30), (30, 60)]
    rounds = [
        make_round(
            contest,
            bank=bank,
            sealed=False,
            opens_at=now + timedelta(minutes=start),
            closes_at=now + timedelta(minutes=end),
        )
        for start, end in windows
    ]
    with django_assert_num_queries(1):
        found = current_round(contest, now)
        assert found == rounds[1]
        assert found is not None
        assert found.contest == contest
        assert not hasattr(found, "seal")
        assert not hasattr(found, "closing")
    assert current_round(contest, rounds[1].closes_at) == rounds[2]
    assert current_round(contest, rounds[2].closes_at) is None
    close_round(rounds[1], by=make_staff(), reason="Sự cố")
    assert current_round(contest, database_now()) is None


@pytest.fixture
def city() -> Unit:
    city = make_unit("Thành phố Quảng Ngãi", code="C")
    wards = ["UBND phường Chánh Lộ", "UBND phường Nghĩa Lộ", "UBND xã Nghĩa An", "UBND xã Tịnh Ấn Đông"]
    for index, name in enumerate(wards):
        make_unit(name, parent=city, code=f"C-{index}")
    education = make_unit("Phòng Giáo dục và Đào tạo", parent=city, code="C-GD")
    make_unit("Trường THCS Nghĩa Lộ", parent=education, code="C-GD-1")
    make_unit("UBND phường Nghĩa Chánh", code="elsewhere")
    return city


@pytest.fixture
def contest(city: Unit) -> Contest:
    return make_contest(area=city)


def test_a_subtree_is_the_unit_and_everything_below_it(city: Unit) -> None:
    def names(unit: Unit) -> set[str]:
        return set(Unit.objects.filter(pk__in=subtree_ids(unit)).values_list("name", flat=True))

    education = Unit.objects.get(code="C-GD")
    assert names(education) == {"Phòng Giáo dục và Đào tạo", "Trường THCS Nghĩa Lộ"}
    assert len(subtree_ids(city)) == 7
    assert names(Unit.objects.get(code="C-0")) == {"UBND phường Chánh Lộ"}


def test_a_contest_has_the_units_of_its_area_only(contest: Contest) -> None:
    assert not contest_units(contest).filter(code="elsewhere").exists()
    assert contest_units(contest).count() == 7
    contest.area = None
    assert not contest_units(contest).exists()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("chanh lo", ["UBND phường Chánh Lộ"]),
        ("Chánh Lộ", ["UBND phường Chánh Lộ"]),
        ("lo chanh", ["UBND phường Chánh Lộ"]),
        ("CHÁNH  LỘ", ["UBND phường Chánh Lộ"]),
        ("Cha\u0301nh Lo\u0323\u0302", ["UBND phường Chánh Lộ"]),
        ("ubnd nghia", ["UBND xã Nghĩa An", "UBND phường Nghĩa Lộ"]),
        ("nghia lo", ["UBND phường Nghĩa Lộ", "Trường THCS Nghĩa Lộ"]),
        ("dong", ["UBND xã Tịnh Ấn Đông"]),
        ("giao duc & dao tao", ["Phòng Giáo dục và Đào tạo"]),
        ("cha l", ["UBND phường Chánh Lộ"]),
        ("ha noi", []),
        ("nh", []),
        ("100%", []),
        ("_", []),
        ("không có đâu", []),
        ("", []),
        ("   ", []),
    ],
)
def test_units_are_found_with_and_without_accents_in_any_order(
    contest: Contest, typed: str, found: list[str]
) -> None:
    assert [unit.name for unit in search_units(contest, typed)] == found


def test_a_search_is_two_queries_and_gives_at_most_twenty(
    contest: Contest, city: Unit, django_assert_num_queries: Queries
) -> None:
    for index in range(30):
        make_unit(f"Tổ dân phố {index}", parent=city)
    # the best names of the area · these units with what they belong to
    with django_assert_num_queries(2):
        found = search_units(contest, "to dan pho")
        assert {unit.parent.name for unit in found} == {"Thành phố Quảng Ngãi"}
    assert len(found) == 20
