"""Tables of people and units, by round and over the contest, along real standings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import DjangoAssertNumQueries

from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotNow, Refused
from contests.enums import (
    Audience,
    AwardMethod,
    Combine,
    PredictionTarget,
    RankKey,
    TableScope,
    UnitMetric,
)
from contests.models import Block, Contest, Entry, PrizeTable, Round, Unit
from prizes.domain.awarding import awarded, propose_awards
from prizes.domain.deciding import decide_tie, return_run, review_run
from prizes.domain.nominating import nominate
from prizes.domain.proposals import Proposal
from prizes.domain.ranking import compute_standings
from prizes.models import Award, StandingsRun
from prizes.queries import awards_in_force
from prizes.scope import Scope
from tests.prizes.support import Office, office, over, take
from tests.support.factories import (
    exclude,
    make_block,
    make_contest,
    make_table,
    make_unit,
    submitted_attempt,
)
from tests.support.signals import approve_run

pytestmark = pytest.mark.django_db


@dataclass
class Weekly:
    """A contest of weekly rounds that are over, with four units in two blocks."""

    contest: Contest
    rounds: list[Round]
    units: list[Unit]
    blocks: list[Block]
    people: Office
    entries: dict[str, Entry] = field(default_factory=dict)

    def sits(self, name: str, unit: int, seconds: int, week: int = 0) -> Entry:
        """`name` of the unit takes part in the week, all right."""
        if name not in self.entries:
            self.entries[name] = take(self.rounds[week], name, unit=self.units[unit], seconds=seconds)
        else:
            submitted_attempt(self.entries[name], self.rounds[week], correct=3, duration_ms=seconds * 1000)
        return self.entries[name]

    def ranked(self, week: int = 0, reason: str = "") -> StandingsRun:
        scope = Scope.of_round(self.rounds[week])
        return compute_standings(scope, by=self.people.preparer, reason=reason)

    def approve(self, run: StandingsRun) -> StandingsRun:
        review_run(run, by=self.people.preparer)
        approve_run(run, by=self.people.approver)
        return StandingsRun.objects.get(pk=run.pk)


def weekly(rounds: int = 2, **fields: Any) -> Weekly:
    now = database_now()
    area = make_unit("Tỉnh")
    contest = make_contest(
        area=area, opens_at=now - timedelta(days=60), closes_at=now - timedelta(seconds=1), **fields
    )
    weeks = [
        over(
            contest,
            name=f"Tuần {at + 1}",
            rank_order=[RankKey.SCORE, RankKey.DURATION],
            prediction_target=PredictionTarget.NONE,
            opens_at=now - timedelta(days=50 - 10 * at),
            closes_at=now - timedelta(days=44 - 10 * at),
        )
        for at in range(rounds)
    ]
    units = [make_unit(f"Sở {letter}", area) for letter in "ABCD"]
    blocks = [make_block(contest, units[:2], "Khối sở"), make_block(contest, units[2:], "Khối huyện")]
    return Weekly(contest, weeks, units, blocks, office())


def each_round(contest: Contest, *prizes: tuple[str, int, int], **fields: Any) -> PrizeTable:
    return make_table(contest, prizes, scope=TableScope.EACH_ROUND, **fields)


def won(proposal: Proposal) -> list[tuple[str, str]]:
    return [(award.prize_name, award.holder) for award in proposal.awards]


def test_people_and_units_are_awarded_in_one_proposal() -> None:
    scene = weekly()
    each_round(scene.contest, ("Giải Nhất", 1, 1000), ("Giải Nhì", 1, 500))
    each_round(
        scene.contest, ("Giải tập thể", 1, 2000), audience=Audience.UNIT,
        unit_order=[UnitMetric.PARTICIPANTS],
    )  # fmt: skip
    for name, unit, seconds in (("An", 0, 50), ("Bình", 1, 60), ("Cường", 1, 70)):
        scene.sits(name, unit, seconds)
    run = scene.ranked()
    proposal = propose_awards(run)
    assert won(proposal) == [("Giải Nhất", "An"), ("Giải Nhì", "Bình"), ("Giải tập thể", "Sở B")]
    assert [section.total for section in proposal.sections] == [1500, 2000]
    assert (proposal.total, proposal.budget) == (3500, 3500)
    award = proposal.awards[2]
    assert award.unit_row is not None
    assert award.unit_row.participants == 2
    scene.approve(run)
    kept = list(Award.objects.values_list("prize_name", "entry__full_name", "unit__name", "rank"))
    assert kept == [
        ("Giải Nhất", "An", None, 1),
        ("Giải Nhì", "Bình", None, 2),
        ("Giải tập thể", None, "Sở B", 1),
    ]
    assert won(awarded(run)) == won(proposal)


def test_each_block_has_the_whole_table() -> None:
    scene = weekly()
    each_round(
        scene.contest, ("Giải Nhất", 1, 1000), ("Giải Nhì", 1, 500), audience=Audience.UNIT,
        unit_order=[UnitMetric.PARTICIPANTS], by_block=True,
    )  # fmt: skip
    for name, unit in (("An", 0), ("Bình", 1), ("Cường", 1), ("Dung", 2)):
        scene.sits(name, unit, 50)
    run = scene.ranked()
    sections = propose_awards(run).sections
    assert [section.block for section in sections] == scene.blocks
    assert [won(Proposal(run, (section,))) for section in sections] == [
        [("Giải Nhất", "Sở B"), ("Giải Nhì", "Sở A")],
        [("Giải Nhất", "Sở C")],
    ]
    assert [(prize.name, count) for prize, count in sections[1].unawarded] == [("Giải Nhì", 1)]
    scene.approve(run)
    assert [section.block for section in awarded(run).sections] == scene.blocks
    assert Award.objects.filter(block=scene.blocks[0]).count() == 2


def test_people_of_each_block_are_awarded_by_themselves() -> None:
    scene = weekly()
    each_round(scene.contest, ("Giải Nhất", 1, 1000), by_block=True)
    for name, unit, seconds in (("An", 0, 50), ("Bình", 1, 40), ("Dung", 3, 90)):
        scene.sits(name, unit, seconds)
    awards = propose_awards(scene.ranked()).awards
    assert [(one.block, one.holder, one.rank) for one in awards] == [
        (scene.blocks[0], "Bình", 1),
        (scene.blocks[1], "Dung", 3),
    ]


def test_a_tie_of_units_is_decided_like_one_of_people() -> None:
    scene = weekly()
    table = each_round(
        scene.contest, ("Giải tập thể", 1, 2000), audience=Audience.UNIT,
        unit_order=[UnitMetric.PARTICIPANTS], by_block=True,
    )  # fmt: skip
    scene.sits("An", 0, 50)
    scene.sits("Bình", 1, 60)
    run = scene.ranked()
    (tie,) = propose_awards(run).undecided
    assert (tie.block, set(tie.keys)) == (scene.blocks[0], {one.pk for one in scene.units[:2]})
    with pytest.raises(Refused):
        review_run(run, by=scene.people.preparer)
    with pytest.raises(NotNow):
        decide_tie(run, table=table, rank=1, order=[scene.units[1].pk], grounds="B", by=scene.people.preparer)
    decide_tie(
        run,
        table=table,
        block=scene.blocks[0],
        rank=1,
        order=[scene.units[1].pk],
        grounds="Biên bản",
        by=scene.people.preparer,
    )
    assert won(propose_awards(run)) == [("Giải tập thể", "Sở B")]
    scene.approve(run)
    (section, _other) = awarded(run).sections
    assert [tie.decision.grounds for tie in section.ties if tie.decision] == ["Biên bản"]


def test_a_unit_wins_a_weekly_prize_once() -> None:
    scene = weekly()
    each_round(
        scene.contest, ("Giải tập thể tuần", 1, 2000), audience=Audience.UNIT,
        unit_order=[UnitMetric.PARTICIPANTS], winner_limit=1,
    )  # fmt: skip
    for week in (0, 1):
        for name, unit in (("An", 0), ("Bình", 0), ("Cường", 1)):
            scene.sits(name, unit, 50, week)
    first, second = scene.ranked(0), scene.ranked(1)
    assert won(propose_awards(second)) == [("Giải tập thể tuần", "Sở A")]
    scene.approve(first)
    with pytest.raises(NotNow, match="Cần xếp hạng lại"):
        review_run(second, by=scene.people.preparer)
    again = scene.ranked(1, "Đã phê duyệt tuần 1")
    assert won(propose_awards(again)) == [("Giải tập thể tuần", "Sở B")]


def test_a_person_has_no_more_prizes_than_the_plan_says() -> None:
    scene = weekly(prizes_per_person=1)
    each_round(scene.contest, ("Giải Nhất", 1, 1000))
    for week in (0, 1):
        for name, unit, seconds in (("An", 0, 50), ("Bình", 1, 60)):
            scene.sits(name, unit, seconds, week)
    scene.approve(scene.ranked(0))
    run = scene.ranked(1)
    assert [(one.holder, one.rank) for one in propose_awards(run).awards] == [("Bình", 2)]


def test_only_what_is_in_force_counts_for_a_limit() -> None:
    scene = weekly(prizes_per_person=1)
    each_round(scene.contest, ("Giải Nhất", 1, 1000))
    for week in (0, 1):
        for name, unit, seconds in (("An", 0, 50), ("Bình", 1, 60)):
            scene.sits(name, unit, seconds, week)
    first = scene.approve(scene.ranked(0))
    whole = awards_in_force(scene.contest, apart_from=None)
    assert [award.holder for award in whole] == ["An"]
    assert not awards_in_force(scene.contest, apart_from=Scope.of_round(scene.rounds[0])).exists()
    return_run(first, by=scene.people.approver, reason="Sai biên bản")
    assert not whole.all().exists()
    exclude(scene.contest, user=scene.entries["An"].user)
    scene.approve(scene.ranked(0, "Bổ sung danh sách"))
    assert [award.holder for award in whole.all()] == ["Bình"]


@pytest.mark.parametrize(
    "rule",
    [
        {"unit_order": [UnitMetric.WINNERS, UnitMetric.PARTICIPANTS]},
        {"weights": {UnitMetric.WINNERS: 70, UnitMetric.PARTICIPANTS: 30}, "unit_order": []},
    ],
)
def test_prizes_by_the_number_of_winners_wait_until_every_round_has_its_winners(rule: dict[str, Any]) -> None:
    scene = weekly()
    each_round(scene.contest, ("Giải Nhất", 1, 1000))
    make_table(scene.contest, [("Đơn vị xuất sắc", 1, 1000)], audience=Audience.UNIT, **rule)
    for week in (0, 1):
        for name, unit, seconds in (("An", 0, 50), ("Bình", 1, 60), ("Cường", 1, 70)):
            scene.sits(name, unit, seconds, week)
    weeks, whole = [scene.ranked(week) for week in (0, 1)], Scope.of_contest(scene.contest)
    run = compute_standings(whole, by=None)
    assert won(propose_awards(run)) == [("Đơn vị xuất sắc", "Sở B")]  # nobody has won anything yet
    with pytest.raises(NotNow, match="Cần phê duyệt kết quả của Tuần 1, Tuần 2 trước"):
        scene.approve(run)
    scene.approve(weeks[0])
    with pytest.raises(NotNow, match="kết quả của Tuần 2 trước"):
        scene.approve(compute_standings(whole, by=None))
    scene.approve(weeks[1])
    run = scene.approve(compute_standings(whole, by=None))
    assert [award.holder for award in run.awards.all()] == ["Sở A"]


def test_a_unit_has_so_many_winners_in_one_table() -> None:
    scene = weekly()
    each_round(scene.contest, ("Giải", 3, 1000), unit_limit=1)
    below = make_unit("Phòng của A", scene.units[0])
    scene.units.append(below)
    for name, unit, seconds in (("An", 0, 50), ("Bình", 4, 55), ("Cường", 1, 60), ("Dung", 2, 70)):
        scene.sits(name, unit, seconds)
    awards = propose_awards(scene.ranked()).awards
    assert [(one.holder, one.rank) for one in awards] == [("An", 1), ("Cường", 3), ("Dung", 4)]


def test_the_whole_contest_has_its_own_tables() -> None:
    scene = weekly(overall_combine=Combine.SUM, overall_rank_order=[RankKey.SCORE, RankKey.DURATION])
    each_round(scene.contest, ("Giải tuần", 1, 100))
    make_table(scene.contest, [("Giải Nhất chung cuộc", 1, 1000)])
    for week, seconds in ((0, 50), (1, 60)):
        scene.sits("An", 0, seconds, week)
    scene.sits("Bình", 1, 40, 0)
    assert won(propose_awards(scene.ranked(0))) == [("Giải tuần", "Bình")]
    run = compute_standings(Scope.of_contest(scene.contest), by=None)
    assert won(propose_awards(run)) == [("Giải Nhất chung cuộc", "An")]


def test_who_was_chosen_stands_beside_who_was_ranked() -> None:
    scene = weekly(rounds=1)
    table = make_table(
        scene.contest, [("Đơn vị tổ chức tốt", 2, 1000)], audience=Audience.UNIT, method=AwardMethod.CHOSEN
    )
    each_round(scene.contest, ("Giải Nhất", 1, 500))
    scene.sits("An", 0, 50)
    (prize,) = table.prizes.all()
    nominate(
        prize,
        round=None,
        unit=scene.units[2],
        grounds="Tổ chức sơ khảo tốt",
        report=SimpleUploadedFile("bao-cao.pdf", b"%PDF-1.4"),
        by=scene.people.preparer,
    )
    run = scene.ranked()
    proposal = propose_awards(run)
    assert won(proposal) == [("Đơn vị tổ chức tốt", "Sở C"), ("Giải Nhất", "An")]
    assert [award.rank for award in proposal.awards] == [None, 1]
    assert [(prize.name, count) for prize, count in proposal.unawarded] == [("Đơn vị tổ chức tốt", 1)]
    scene.approve(run)
    assert won(awarded(run)) == won(proposal)


def test_rows_are_read_only_as_far_as_the_prizes_reach(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr("prizes.domain.awarding.CHUNK", 2)
    scene = weekly(rounds=1)
    each_round(scene.contest, ("Giải Nhất", 3, 1000))
    for at in range(9):
        scene.sits(f"Người {at}", 0, 50 + at)
    run = scene.ranked()
    # contest's rounds · tables · their prizes · tie decisions · two chunks of rows · the winners
    with django_assert_num_queries(7):
        assert len(propose_awards(run).awards) == 3
