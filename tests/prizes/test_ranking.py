"""The product's SQL against the plain Python of tests/oracles, on random plans in which ties abound."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections, transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from attempts.models import Attempt, Disqualification, Prediction, Regrade, RegradedScore, Reinstatement
from attempts.rules.predictions import read_prediction
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Invalid, NotNow, Refused
from contest_site.lib.immutable import erasing_rehearsal_data
from contest_site.privacy.erasing import erase_person
from contest_site.public.participation import participation
from contests.domain.consenting import withdraw_consent
from contests.enums import Combine, CountingAttempt, PredictionScope, PredictionTarget, RankKey, TableScope
from contests.models import Contest, Entry, Round, RoundClosing
from contests.queries import excluded_entries
from prizes.domain.ranking import compute_standings, is_current, why_not_yet
from prizes.models import StandingsRow, StandingsRun
from prizes.scope import Scope
from tests.oracles import standings as oracle
from tests.prizes.scenes import (
    NOON,
    ROUNDS,
    Arena,
    Scene,
    build,
    competing,
    examples,
    guesses,
    make_arena,
    people_numbers,
    rolled_back,
    round_numbers,
    scenes,
)
from tests.prizes.support import at_once, over, publish, simple_round, table, take
from tests.support.factories import (
    exclude,
    make_block,
    make_entry,
    make_table,
    make_unit,
    make_user,
    submitted_attempt,
)

pytestmark = pytest.mark.django_db

scopes = st.one_of(st.none(), round_numbers)


@pytest.fixture
def arena() -> Arena:
    return make_arena()


def compute(round: Round) -> StandingsRun:
    return compute_standings(Scope.of_round(round), by=None)


def rows_of(run: StandingsRun) -> list[tuple[Any, ...]]:
    return list(
        run.rows.order_by("rank", "entry_id").values_list(
            "rank",
            "entry_id",
            "attempt_id",
            "correct",
            "duration_ms",
            "submitted_at",
            "prediction",
            "distance",
        )
    )


@pytest.mark.dear
@examples(40)
@given(scene=scenes(), at=scopes)
def test_the_standings_are_those_of_the_oracle(arena: Arena, scene: Scene, at: int | None) -> None:
    with rolled_back():
        facts = build(arena, scene)
        for own in (TableScope.EACH_ROUND, TableScope.CONTEST):
            make_table(arena.contest, scope=own, unit_limit=1)
        run = compute_standings(arena.scope(at), by=None)
        right = oracle.standings(facts, arena.number(at))
        assert (run.participants, run.attempts, run.all_right) == (
            right["participants"],
            right["attempts"],
            right["all_right"],
        )
        assert rows_of(run) == [
            (
                row["rank"], row["entry"], row["id"], row["correct"], row["duration_ms"], row["submitted_at"],
                row["prediction"], row["distance"],
            )
            for row in right["rows"]
        ]  # fmt: skip
        assert run.ranked == len(right["rows"])
        assert run.configuration["places"] == oracle.places(right["rows"])
        assert run.digest == oracle.digest(run.configuration, right["rows"])
        assert _targets(run) == _true_answers(arena, scene, facts, at)


def _targets(run: StandingsRun) -> list[tuple[int, int | None, str | None]]:
    return [
        (round["number"], target["block"], target["value"])
        for round in run.configuration["rounds"]
        for target in round["targets"]
    ]


def _true_answers(
    arena: Arena, scene: Scene, facts: oracle.Facts, at: int | None
) -> list[tuple[int, int | None, str | None]]:
    found = []
    for index in range(ROUNDS) if at is None else [at]:
        plan, number = scene.rounds[index], arena.rounds[index].number
        by_block = plan["prediction_scope"] == "block"
        for block in sorted(facts.blocks) if by_block else [None]:
            value = oracle.target(facts, number, block)
            if plan["prediction_target"] != "none":
                found.append((number, block, None if value is None else f"{value:.5f}"))
    return found


@examples(20)
@given(scene=scenes(), at=scopes, seed=st.integers(0, 1000))
def test_the_order_of_insertion_changes_no_byte(
    arena: Arena, scene: Scene, at: int | None, seed: int
) -> None:
    with rolled_back():
        build(arena, scene)
        for scope in (TableScope.EACH_ROUND, TableScope.CONTEST):
            make_table(arena.contest, audience="unit", scope=scope, unit_order=["best_score"], best_of=1)
        run = compute_standings(arena.scope(at), by=None)
        assert run.unit_rows.count() == len(competing(arena))
        models = (Attempt, Prediction, Disqualification, Regrade, RegradedScore)
        rows: dict[Any, list[Any]] = {model: list(model._default_manager.order_by("pk")) for model in models}
        with transaction.atomic():
            _erase()
            shuffled = random.Random(seed)
            for model, own in rows.items():
                shuffled.shuffle(own)
                model._default_manager.bulk_create(own)
            for taken_back in Disqualification.objects.filter(grounds="Rút lại"):
                Reinstatement.objects.create(disqualification=taken_back, grounds="Xem lại", by=arena.judge)
        assert is_current(run)


def _erase() -> None:
    erased = (StandingsRow, RegradedScore, Regrade, Reinstatement, Disqualification, Prediction, Attempt)
    with erasing_rehearsal_data():
        for model in erased:
            model._default_manager.all()._raw_delete("default")


@examples(20)
@given(scene=scenes(), at=scopes, data=st.data())
def test_a_worse_attempt_never_improves_a_rank(
    arena: Arena, scene: Scene, at: int | None, data: st.DataObject
) -> None:
    # The best round may become another one, which a strange order (the earliest submission) may prefer.
    scene.overall["overall_combine"] = Combine.SUM.value
    for plan in scene.rounds:
        # A further attempt moves the target itself when attempts are what is predicted.
        if plan["prediction_target"] == PredictionTarget.ATTEMPTS:
            plan["prediction_target"] = PredictionTarget.PARTICIPANTS.value
    sat = [one for one in scene.attempts if at is None or one.round == at]
    if not sat:
        return
    again = data.draw(st.sampled_from(sat))
    entry = arena.entries[again.person]
    with rolled_back():
        build(arena, scene)
        before = _ranks(arena.scope(at))
        submitted_attempt(
            entry,
            arena.rounds[again.round],
            correct=0,
            duration_ms=9_000_000,
            submitted_at=NOON + timedelta(days=1),
            number=40,
        )
        after = _ranks(arena.scope(at))
        if entry.pk in after:
            assert after[entry.pk] >= before[entry.pk]
        assert entry.pk in before or entry.pk not in after


def _ranks(scope: Scope) -> dict[int, int]:
    return {row[1]: row[0] for row in rows_of(compute_standings(scope, by=None))}


@examples(20)
@given(
    scene=scenes(),
    at=round_numbers,
    others=st.dictionaries(st.tuples(people_numbers, round_numbers), guesses, max_size=8),
)
def test_the_prediction_never_decides_which_attempt_counts(
    arena: Arena, scene: Scene, at: int, others: dict[tuple[int, int], Decimal]
) -> None:
    counting = []
    for one in (scene, replace(scene, predictions=others)):
        with rolled_back():
            build(arena, one)
            counting.append({row[1]: row[2] for row in rows_of(compute(arena.rounds[at]))})
    assert counting[0] == counting[1]


# --- One rule at a time ------------------------------------------------------------------------------------
def test_a_perfect_answer_counts_even_when_another_attempt_is_the_counting_one() -> None:
    round = over(counting_attempt=CountingAttempt.LAST, prediction_target=PredictionTarget.ALL_RIGHT_PERCENT)
    entry = take(round, "An", correct=3)
    submitted_attempt(entry, round, correct=1)
    for name in ("Bình", "Cường"):
        take(round, name, correct=1)
    run = compute(round)
    assert (run.participants, run.attempts, run.all_right) == (3, 4, 1)
    assert run.target_value == Decimal("33.33333")
    assert run.rows.get(entry=entry).correct == 1


def test_without_participants_there_is_no_percentage() -> None:
    run = compute_standings(
        Scope.of_round(over(prediction_target=PredictionTarget.ALL_RIGHT_PERCENT)), by=None
    )
    assert (run.target_value, run.ranked, run.version) == (None, 0, 1)


def test_a_blank_prediction_is_infinitely_far() -> None:
    round = over(rank_order=[RankKey.SCORE, RankKey.PREDICTION])
    far, blank = take(round, "Xa", prediction=999_999_999), take(round, "Trống")
    assert list(compute(round).rows.order_by("rank").values_list("entry", "rank")) == [
        (far.pk, 1),
        (blank.pk, 2),
    ]


def test_people_on_the_exclusion_list_are_neither_ranked_nor_counted() -> None:
    round = over()
    listed, other = take(round, "Trưởng ban"), take(round, "An")
    exclude(round.contest, phone=listed.phone)
    run = compute(round)
    assert (run.participants, run.attempts, run.configuration["rounds"][0]["excluded"]) == (1, 1, 1)
    assert run.rows.get().entry == other


def test_ranking_again_without_a_change_gives_the_same_version() -> None:
    round = simple_round([("An", 50), ("Bình", 60)])
    first = compute(round)
    assert compute_standings(Scope.of_round(round), by=make_user(), reason="Kiểm tra lại") == first
    assert StandingsRun.objects.count() == 1


def test_a_changed_plan_makes_the_next_version_and_keeps_the_first() -> None:
    round = simple_round([("An", 50), ("Bình", 60)])
    first = compute(round)
    Round.objects.filter(pk=round.pk).update(rank_order=[RankKey.SUBMITTED])
    with pytest.raises(Invalid):
        compute_standings(Scope.of_round(round), by=make_user(), reason=" ")
    second = compute_standings(Scope.of_round(round), by=make_user(), reason="Sửa thể lệ")
    assert (second.version, second.reason) == (2, "Sửa thể lệ")
    assert first.digest != second.digest
    assert StandingsRun.objects.get(pk=first.pk).rows.count() == 2


def test_an_organisers_trial_is_neither_ranked_nor_counted() -> None:
    round = over()
    trial, other = take(round, "Thi thử"), take(round, "An")
    Entry.objects.filter(pk=trial.pk).update(unofficial=True)
    run = compute(round)
    assert (run.participants, run.configuration["rounds"][0]["unofficial"]) == (1, 1)
    assert run.rows.get().entry == other


def test_who_took_the_consent_back_is_gone_from_what_is_ranked_later() -> None:
    round = simple_round([("An", 50), ("Bình", 60)])
    winner = Entry.objects.get(full_name="An")
    table(round, ("Giải Nhất", 1))
    first = compute(round)
    assert is_current(first)
    withdraw_consent(winner, by=winner.user)
    assert not is_current(first)
    second = publish(round, reason="Rút lại sự đồng ý")
    assert list(second.rows.values_list("rank", "entry__full_name")) == [(1, "Bình")]
    assert [award.entry.full_name for award in second.awards.all() if award.entry] == ["Bình"]
    assert second.configuration["rounds"][0]["excluded"] == 1
    assert list(first.rows.order_by("rank").values_list("entry__full_name", flat=True)) == ["An", "Bình"]
    Contest.objects.filter(pk=round.contest_id).update(live_participation=True)
    contest = Contest.objects.get(pk=round.contest_id)
    shown = participation(contest, contest.rounds.select_related("closing"), database_now())
    assert (
        shown == {"people": second.participants, "attempts": second.attempts} == {"people": 1, "attempts": 1}
    )


def test_who_was_listed_by_phone_alone_and_is_erased_does_not_count_again() -> None:
    round = simple_round([("An", 50), ("Bình", 60)])
    listed = Entry.objects.get(full_name="An")
    exclude(round.contest, phone=listed.phone)
    before = compute(round)
    erase_person(listed.user)
    assert not excluded_entries(round.contest).exists()
    assert compute(round) == before
    assert is_current(before)


def test_who_is_disqualified_is_gone_until_reinstated_and_the_next_moves_up() -> None:
    round = simple_round([("An", 50), ("Bình", 60)])
    winner = Entry.objects.get(full_name="An")
    first = compute(round)
    judge = make_user()
    disqualification = Disqualification.objects.create(entry=winner, round=round, grounds="Thi hộ", by=judge)
    second = compute(round)
    assert list(second.rows.values_list("rank", "entry__full_name")) == [(1, "Bình")]
    assert (second.version, second.configuration["rounds"][0]["disqualified"]) == (2, 1)
    assert not is_current(first)
    Reinstatement.objects.create(disqualification=disqualification, grounds="Nhầm", by=judge)
    third = compute(round)
    assert (third.version, third.digest) == (3, first.digest)


def test_a_disqualification_in_another_round_changes_nothing_here() -> None:
    _contest, first, second = two_rounds()
    entry = take(first, "An")
    submitted_attempt(entry, second, correct=3)
    Disqualification.objects.create(entry=entry, round=second, grounds="Thi hộ", by=make_user())
    assert (compute(first).ranked, compute(second).ranked) == (1, 0)


def test_the_newest_regrade_is_the_mark_in_force() -> None:
    round = over(rank_order=[RankKey.SCORE], counting_attempt=CountingAttempt.BEST)
    entry = take(round, "An", correct=1)
    other = submitted_attempt(entry, round, correct=2)
    compute(round)
    for version, correct in enumerate((2, 3), 1):
        regrade = Regrade.objects.create(round=round, version=version, corrections=[], attempts=1)
        RegradedScore.objects.create(regrade=regrade, attempt=entry.attempts.get(number=1), correct=correct)
    run = compute(round)
    assert (run.version, run.configuration["rounds"][0]["regrade"], run.all_right) == (2, 2, 1)
    assert (run.rows.get().attempt_id, run.rows.get().correct) == (entry.attempts.get(number=1).pk, 3)
    Regrade.objects.create(round=round, version=3, corrections=[], attempts=0)
    assert compute(round).rows.get().attempt_id == other.pk


def test_a_prediction_counted_over_the_contest_waits_for_every_round() -> None:
    _contest, first, second = two_rounds(
        closed=False,
        prediction_target=PredictionTarget.PARTICIPANTS,
        prediction_scope=PredictionScope.CONTEST,
    )
    RoundClosing.objects.create(round=first)
    both = take(first, "An", prediction=2)
    submitted_attempt(both, second)
    take(second, "Bình")
    waiting = why_not_yet(Scope.of_round(first))
    assert waiting is not None
    assert "mọi vòng thi" in waiting
    with pytest.raises(NotNow):
        compute(first)
    RoundClosing.objects.create(round=second)
    run = compute(first)
    assert (run.participants, run.target_value) == (1, Decimal(2))
    assert run.rows.get().distance == 0


def test_a_prediction_counted_in_the_block_is_measured_by_the_persons_own_block() -> None:
    round = over(
        rank_order=[RankKey.PREDICTION],
        prediction_target=PredictionTarget.PARTICIPANTS,
        prediction_scope=PredictionScope.BLOCK,
    )
    area = round.contest.area
    assert area is not None
    town, village, elsewhere = (make_unit(name, parent=area) for name in ("Thị trấn", "Xã", "Khác"))
    make_block(round.contest, [town])
    make_block(round.contest, [village])
    near = take(round, "Một mình", unit=village, prediction=1)
    far = take(round, "Hai người", unit=town, prediction=1)
    take(round, "Không đoán", unit=town)
    nowhere = take(round, "Ngoài khối", unit=elsewhere, prediction=1)
    run = compute(round)
    found = {row.entry_id: (row.rank, row.distance) for row in run.rows.all()}
    assert (found[near.pk], found[far.pk]) == ((1, Decimal(0)), (2, Decimal(1)))
    assert found[nowhere.pk] == (3, None)
    assert run.target_value is None


def two_rounds(**fields: Any) -> tuple[Contest, Round, Round]:
    """Two rounds of one contest that are over."""
    first = over(**fields)
    second = over(
        first.contest,
        opens_at=first.opens_at - timedelta(days=9),
        closes_at=first.opens_at - timedelta(days=1),
        **fields,
    )
    return first.contest, first, second


def overall(contest: Contest, **fields: Any) -> StandingsRun:
    Contest.objects.filter(pk=contest.pk).update(**fields)
    return compute_standings(Scope.of_contest(contest), by=None)


def test_rounds_are_added_up() -> None:
    contest, first, second = two_rounds(prediction_target=PredictionTarget.NONE)
    both = take(first, "Hai tuần", correct=2, seconds=50)
    latest = submitted_attempt(
        both, second, correct=2, duration_ms=1500, submitted_at=NOON + timedelta(days=7)
    )
    once = take(first, "Một tuần", correct=3, seconds=10)
    run = overall(contest, overall_combine=Combine.SUM, overall_rank_order=[RankKey.SCORE])
    found = {row.entry_id: row for row in run.rows.all()}
    assert (found[both.pk].rank, found[once.pk].rank) == (1, 2)
    assert (found[both.pk].correct, found[both.pk].duration_ms) == (4, 51_500)
    assert (found[both.pk].attempt_id, found[both.pk].submitted_at) == (latest.pk, latest.submitted_at)
    assert (run.round, run.participants, run.attempts) == (None, 2, 3)


def test_the_largest_predictions_of_all_rounds_can_be_added_up() -> None:
    contest, *rounds = two_rounds(prediction_target=PredictionTarget.ALL_RIGHT)
    entry = make_entry(contest)
    largest = read_prediction("999999999", PredictionTarget.ALL_RIGHT)
    for one in rounds:
        submitted_attempt(entry, one, correct=3, prediction=largest)
    run = overall(contest, overall_combine=Combine.SUM, overall_rank_order=[RankKey.PREDICTION])
    assert run.rows.get().distance == 2 * (999_999_999 - 1)  # the one person is all right in each


def test_the_best_round_is_taken_whole() -> None:
    contest, first, second = two_rounds(prediction_target=PredictionTarget.NONE)
    entry = take(first, "An", correct=2, seconds=10)
    best = submitted_attempt(entry, second, correct=3, duration_ms=99_000)
    run = overall(contest, overall_combine=Combine.BEST, overall_rank_order=[RankKey.SCORE])
    row = run.rows.get()
    assert (row.attempt_id, row.correct, row.duration_ms) == (best.pk, 3, 99_000)


def test_all_right_over_several_rounds_means_in_every_one() -> None:
    contest, first, second = two_rounds()
    once, both = take(first, "Một tuần"), take(first, "Hai tuần")
    submitted_attempt(both, second, correct=3)
    run = overall(
        contest,
        overall_combine=Combine.SUM,
        overall_rank_order=[RankKey.DURATION],
        overall_only_all_right=True,
    )
    assert run.rows.get().entry == both
    assert (run.all_right, once.attempts.count()) == (2, 1)


def test_a_contest_without_overall_standings_has_none() -> None:
    contest, _first, _second = two_rounds()
    with pytest.raises(NotNow):
        compute_standings(Scope.of_contest(contest), by=None)


def test_a_contest_may_rank_units_alone() -> None:
    contest, first, _second = two_rounds()
    take(first, "An")
    make_table(contest, [("Giải tập thể", 1, 0)], audience="unit", unit_order=["attempts"])
    run = compute_standings(Scope.of_contest(contest), by=None)
    assert (run.ranked, run.participants, run.attempts) == (0, 1, 1)


def test_the_whole_contest_waits_for_its_last_round() -> None:
    contest, first, _second = two_rounds(closed=False)
    RoundClosing.objects.create(round=first)
    with pytest.raises(NotNow, match="cả cuộc thi"):
        overall(contest, overall_combine=Combine.SUM, overall_rank_order=[RankKey.SCORE])


@pytest.mark.parametrize(
    "change",
    [
        lambda round: round.contest.prize_tables.get().prizes.update(amount=1),
        lambda round: round.contest.prize_tables.update(unit_limit=2),
        lambda round: make_table(round.contest, [("Giải phụ", 1, 0)], round=round),
        lambda round: Contest.objects.filter(pk=round.contest_id).update(prizes_per_person=1),
        lambda round: Entry.objects.update(unit=make_unit(parent=round.contest.area)),
        lambda round: Round.objects.filter(pk=round.pk).update(counting_attempt=CountingAttempt.FIRST),
    ],
)
def test_whatever_decides_a_prize_is_in_the_digest(change: Any) -> None:
    round = simple_round([("An", 50)])
    make_table(round.contest, [("Giải Nhất", 1, 1_000)], round=round, unit_limit=1)
    run = compute(round)
    assert is_current(run)
    change(round)
    assert not is_current(run)


def test_no_ranking_before_the_close() -> None:
    with pytest.raises(NotNow):
        compute_standings(Scope.of_round(over(closed=False)), by=None)


def test_no_ranking_while_an_attempt_is_open() -> None:
    round = over()
    entry = make_entry(round.contest)
    Attempt.objects.create(
        entry=entry, round=round, number=1, seed=b"0" * 32, paper=[0], orders=[0], limits=[4], answers=[0],
        deadline=round.closes_at + timedelta(hours=1),
    )  # fmt: skip
    with pytest.raises(NotNow):
        compute(round)


def test_no_ranking_without_an_order() -> None:
    with pytest.raises(Refused):
        compute_standings(Scope.of_round(over(rank_order=[])), by=None)


def test_ranking_works_while_queries_are_logged(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    round = simple_round([("An", 50)])
    with django_assert_num_queries(30):
        compute(round)


def test_names_typed_by_people_never_reach_the_statement() -> None:
    round = simple_round([("'); DROP TABLE prizes_award; --", 50)])
    assert compute_standings(Scope.of_round(round), by=None, reason="'; SELECT 1; --").ranked == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_version() -> None:
    round = simple_round([("An", 50), ("Bình", 60)])
    runs = at_once(lambda: compute(round).pk, times=4)
    assert len(set(runs)) == 1
    assert StandingsRun.objects.get().rows.count() == 2
    assert connections["default"].is_usable()
