"""A key correction from its preview to the next version of the standings."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from attempts.domain.correcting import decide_correction, propose_correction
from attempts.models import Attempt, KeyCorrection, Regrade
from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotNow
from contests.enums import Combine, PredictionTarget, RankKey
from contests.models import Contest, Entry, Round, RoundClosing
from prizes import tasks
from prizes.domain.deciding import enter_decision, publish_run, review_run
from prizes.domain.ranking import compute_standings, why_not_yet
from prizes.domain.regrade_preview import PrizeChange, preview
from prizes.domain.settling import regrade_and_rank, settle
from prizes.models import StandingsRun
from prizes.scope import Scope
from prizes.tasks import close_due_rounds
from tests.attempts.support import answered, round_of
from tests.prizes.support import office, publish
from tests.support.factories import (
    exclude,
    make_contest,
    make_entry,
    make_staff,
    make_table,
    submitted_attempt,
)
from tests.support.signals import approve_run

pytestmark = pytest.mark.django_db
POOL = [(4, 0)] * 4
ORDER: dict[str, Any] = {
    "rank_order": [RankKey.SCORE, RankKey.DURATION],
    "prediction_target": PredictionTarget.NONE,
}


def sat(round: Round, name: str, *options: int, seconds: int) -> Entry:
    entry = make_entry(round.contest, full_name=name)
    paper = range(len(options))
    answered(entry, round, paper, options, duration_ms=seconds * 1000).save(force_insert=True)
    return entry


def race(**fields: Any) -> Round:
    """An is right by the old key of question 1, Bình and Chi by the new one; one prize of each kind."""
    round = round_of(POOL, paper=2, name="Tuần 1", **{**ORDER, **fields})
    sat(round, "An", 0, 0, seconds=50)
    sat(round, "Bình", 1, 0, seconds=60)
    sat(round, "Chi", 1, 1, seconds=70)
    sat(round, "Dũng", 2, 0, seconds=80)
    make_table(round.contest, [("Giải Nhất", 1, 300_000), ("Giải Nhì", 1, 200_000)], round=round)
    return round


def proposed(
    round: Round, question: int = 0, accepted: tuple[int, ...] = (1,), **fields: Any
) -> KeyCorrection:
    return propose_correction(
        round, question=question, accepted=accepted, grounds="Nghị định mới", by=make_staff(), **fields
    )


def approve(correction: KeyCorrection) -> None:
    decide_correction(correction, approve=True, by=make_staff())


def names(run: StandingsRun) -> list[tuple[int, str, int]]:
    rows = run.rows.order_by("rank").select_related("entry")
    return [(row.rank, row.entry.full_name, row.correct) for row in rows]


def everything() -> dict[str, int]:
    """How many rows every table holds."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


class TestPreview:
    def test_it_tells_marks_ranks_and_prizes_and_writes_nothing(self) -> None:
        round = race()
        compute_standings(Scope.of_round(round), by=None)
        correction = proposed(round)
        before = everything()
        found = preview(correction)
        assert everything() == before
        assert (found.attempts, found.changed, found.marks, found.final) == (4, 3, {-1: 1, 1: 2}, True)
        (change,) = found.standings
        # An 2, Bình 1, Dũng 1, Chi 0 become Bình 2, An 1, Chi 1, Dũng 1.
        assert (change.up, change.down, change.entered, change.left) == (2, 2, 0, 0)
        assert change.prizes == [
            PrizeChange("Giải cá nhân", "Bình", str(round.contest.area), "Giải Nhì", "Giải Nhất"),
            PrizeChange("Giải cá nhân", "An", str(round.contest.area), "Giải Nhất", "Giải Nhì"),
        ]

    def test_what_it_tells_is_what_happens(self) -> None:
        round = race()
        compute_standings(Scope.of_round(round), by=None)
        correction = proposed(round, void=True)
        found = preview(correction)
        approve(correction)
        regrade = regrade_and_rank(round)
        assert regrade is not None
        assert regrade.attempts == found.changed == 3
        first, second = StandingsRun.objects.order_by("version")
        ranks = [{name: rank for rank, name, _correct in names(run)} for run in (first, second)]
        moved = [ranks[1][name] - ranks[0][name] for name in ranks[0]]
        (change,) = found.standings
        assert change.up == sum(one < 0 for one in moved)
        assert change.down == sum(one > 0 for one in moved)

    def test_a_round_without_standings_or_still_running_has_only_marks(self) -> None:
        closed = race()
        assert preview(proposed(closed)).standings == []
        running = race(closed=False)
        found = preview(proposed(running))
        assert (found.marks, found.final, found.standings) == ({-1: 1, 1: 2}, False, [])

    def test_people_who_come_in_or_drop_out_of_a_ranking_of_all_right_only_are_told(self) -> None:
        round = race(only_all_right=True)
        compute_standings(Scope.of_round(round), by=None)
        (change,) = preview(proposed(round)).standings
        assert (change.up, change.down, change.entered, change.left) == (0, 0, 1, 1)
        assert [(one.holder, one.before, one.after) for one in change.prizes] == [
            ("Bình", "", "Giải Nhất"),
            ("An", "Giải Nhất", ""),
        ]

    def test_what_something_else_has_changed_since_is_not_laid_at_its_door(self) -> None:
        round = race()
        compute_standings(Scope.of_round(round), by=None)
        exclude(round.contest, user=Entry.objects.get(full_name="An").user)
        (change,) = preview(proposed(round, question=1, accepted=(2,))).standings
        assert change.left == 0
        assert not any(one.holder == "An" for one in change.prizes)

    def test_it_counts_on_corrections_already_in_force(self) -> None:
        round = race()
        compute_standings(Scope.of_round(round), by=None)
        approve(proposed(round))  # not applied yet
        found = preview(proposed(round, accepted=(0, 1)))
        assert found.marks == {1: 1}
        regrade_and_rank(round)
        assert preview(KeyCorrection.objects.get(decision=None)).marks == {1: 1}

    def test_a_tie_that_would_have_to_be_decided_is_counted(self) -> None:
        round = race()
        sat(round, "Em", 1, 0, seconds=60)
        compute_standings(Scope.of_round(round), by=None)
        (change,) = preview(proposed(round)).standings
        assert change.undecided == 1


class TestNextVersion:
    def test_standings_get_their_next_version_with_the_reason_and_the_old_one_stays(self) -> None:
        round = race()
        published = publish(round)
        approve(proposed(round))
        regrade_and_rank(round)
        newest = StandingsRun.objects.get(version=2)
        assert names(newest) == [(1, "Bình", 2), (2, "An", 1), (3, "Chi", 1), (4, "Dũng", 1)]
        assert "Chấm lại Tuần 1 (lần 1) sau khi sửa đáp án câu 1" in newest.reason
        assert newest.by is None
        assert not hasattr(newest, "review")
        assert names(published)[0] == (1, "An", 2)
        assert StandingsRun.objects.get(publication__isnull=False) == published

    def test_once(self) -> None:
        round = race()
        compute_standings(Scope.of_round(round), by=None)
        approve(proposed(round))
        assert regrade_and_rank(round) is not None
        assert regrade_and_rank(round) is None
        assert StandingsRun.objects.count() == 2

    def test_while_the_round_runs_nothing_happens_and_its_first_standings_have_the_marks(self) -> None:
        round = race(closed=False)
        approve(proposed(round))
        assert regrade_and_rank(round) is None
        assert not Regrade.objects.exists()
        RoundClosing.objects.create(round=round)
        settle(Scope.of_round(Round.objects.get(pk=round.pk)))
        run = StandingsRun.objects.get()
        assert names(run)[0] == (1, "Bình", 2)
        close_due_rounds()
        assert StandingsRun.objects.count() == 1

    def test_what_the_broker_forgot_is_found_in_the_database(self) -> None:
        round = race()
        compute_standings(Scope.of_round(round), by=None)
        approve(proposed(round))
        close_due_rounds()
        assert Regrade.objects.get().round == round
        assert StandingsRun.objects.count() == 2
        close_due_rounds()
        assert StandingsRun.objects.count() == 2

    def test_a_regrade_whose_standings_fail_did_not_happen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        round = race()
        compute_standings(Scope.of_round(round), by=None)
        approve(proposed(round))

        def fail(*args: object, **kwargs: object) -> None:
            raise RuntimeError

        with monkeypatch.context() as patch:
            patch.setattr("prizes.domain.settling.compute_standings", fail)
            with pytest.raises(RuntimeError):
                regrade_and_rank(round)
        assert not Regrade.objects.exists()
        assert regrade_and_rank(round) is not None

    def test_the_whole_contest_is_ranked_again_and_another_week_is_not(self) -> None:
        contest, first, second = two_weeks()
        runs = {
            scope: compute_standings(scope, by=None)
            for scope in (Scope.of_round(first), Scope.of_round(second), Scope.of_contest(contest))
        }
        assert all(run.version == 1 for run in runs.values())
        approve(proposed(first))
        regrade_and_rank(first)
        versions = StandingsRun.objects.order_by("round_id", "version").values_list("round", "version")
        assert sorted(versions, key=str) == sorted(
            [(first.pk, 1), (first.pk, 2), (second.pk, 1), (None, 1), (None, 2)], key=str
        )

    def test_the_first_ranking_of_the_whole_contest_leaves_no_round_behind_its_regrade(self) -> None:
        contest, first, second = two_weeks()
        for round in (first, second):
            compute_standings(Scope.of_round(round), by=None)
        approve(proposed(first))
        settle(Scope.of_contest(contest))
        versions = StandingsRun.objects.order_by("round_id", "version").values_list("round", "version")
        assert list(versions) == [(first.pk, 1), (first.pk, 2), (second.pk, 1), (None, 1)]

    def test_corrections_of_two_rounds_lead_to_one_version_of_the_whole_contest(self) -> None:
        contest, first, second = two_weeks()
        for scope in (Scope.of_round(first), Scope.of_round(second), Scope.of_contest(contest)):
            compute_standings(scope, by=None)
        for round in (first, second):
            approve(proposed(round))
        with pytest.raises(NotNow, match="chưa được chấm lại xong"):
            compute_standings(Scope.of_contest(contest), by=None)
        close_due_rounds()
        versions = StandingsRun.objects.order_by("round_id", "version").values_list("round", "version")
        assert list(versions) == [
            *((first.pk, 1), (first.pk, 2), (second.pk, 1), (second.pk, 2), (None, 1), (None, 2))
        ]
        whole = StandingsRun.objects.get(round=None, version=2)
        assert [one["regrade"] for one in whole.configuration["rounds"]] == [1, 1]

    def test_the_task_is_known_by_the_name_it_is_sent_under(self) -> None:
        assert tasks.regrade_and_rank.name == "prizes.tasks.regrade_and_rank"


class TestApprovedAndNotAppliedYet:
    def test_it_is_not_ranked_before_the_marks_are_right(self) -> None:
        round = race()
        approve(proposed(round))
        waiting = why_not_yet(Scope.of_round(round))
        assert waiting is not None
        assert "chưa được chấm lại xong" in waiting
        with pytest.raises(NotNow):
            compute_standings(Scope.of_round(round), by=None)
        regrade_and_rank(round)
        assert why_not_yet(Scope.of_round(round)) is None

    def test_no_step_goes_on_with_the_old_marks(self) -> None:
        round, people = race(), office()
        run = compute_standings(Scope.of_round(round), by=people.preparer)
        first = proposed(round)
        review_run(run, by=people.preparer)
        approve(first)
        with pytest.raises(NotNow, match="chưa được chấm lại xong"):
            approve_run(run, by=people.approver)
        regrade_and_rank(round)
        again = StandingsRun.objects.get(version=2)
        review_run(again, by=people.preparer)
        approve_run(again, by=people.approver)
        enter_decision(again, number="1/QĐ", signed_on=timezone.localdate(), by=people.preparer)
        approve(proposed(round, question=1))
        with pytest.raises(NotNow, match="chưa được chấm lại xong"):
            publish_run(again, by=people.preparer)


def two_weeks() -> tuple[Contest, Round, Round]:
    """A contest of two closed weeks, ranked over both by the sum."""
    contest = make_contest(overall_combine=Combine.SUM, overall_rank_order=[RankKey.SCORE, RankKey.DURATION])
    now = database_now()
    middle = contest.opens_at + (now - contest.opens_at) / 2
    first = round_of(POOL, paper=2, contest=contest, closes_at=middle, name="Tuần 1", **ORDER)
    second = round_of(POOL, paper=2, contest=contest, opens_at=middle, name="Tuần 2", **ORDER)
    for name, option in (("An", 0), ("Bình", 1)):
        entry = sat(first, name, option, 0, seconds=60)
        submitted_attempt(entry, second, correct=1)
    assert Attempt.objects.count() == 4
    return contest, first, second
