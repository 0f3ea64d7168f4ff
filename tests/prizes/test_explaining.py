"""The sentence on a rank says exactly what the standings were ordered by, for every order of the plans."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from attempts.models import Regrade, RegradedScore
from contest_site.lib.templatetags.vi import duration, number
from contests.domain.consenting import withdraw_consent
from contests.enums import Combine, CountingAttempt, Marking, PredictionScope, PredictionTarget, RankKey
from contests.models import Entry, Round
from contests.planfile import read_plan
from prizes.domain.deciding import decide_tie
from prizes.domain.ranking import compute_standings
from prizes.explaining import explain_rank
from prizes.models import StandingsRow, StandingsRun, TieDecision
from prizes.scope import Scope
from tests.prizes.scenes import Arena, Scene, build, examples, make_arena, rolled_back, round_numbers, scenes
from tests.prizes.support import office, over, simple_round, table, take
from tests.support.factories import make_block, make_contest, make_entry, make_unit, submitted_attempt

pytestmark = pytest.mark.django_db

SCORE, PREDICTION, DURATION, SUBMITTED = (
    RankKey.SCORE, RankKey.PREDICTION, RankKey.DURATION, RankKey.SUBMITTED,
)  # fmt: skip
PLANS = sorted((Path(settings.BASE_DIR) / "contests" / "plans").glob("*.toml"))
NOON = datetime(2024, 11, 10, 5, tzinfo=UTC)


def ranked(round: Round | Scope) -> StandingsRun:
    return compute_standings(round if isinstance(round, Scope) else Scope.of_round(round), by=None)


def test_a_prediction_decides_in_the_words_of_an_office(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    round = over(
        questions=30,
        rank_order=[SCORE, PREDICTION, DURATION, SUBMITTED],
        prediction_target=PredictionTarget.PARTICIPANTS,
    )
    round.questions = 30
    nearest = take(round, "An", correct=30, seconds=300, prediction=12)
    entry = make_entry(round.contest)
    submitted_attempt(entry, round, correct=30, duration_ms=242_315, prediction=15, submitted_at=NOON)
    worst = take(round, "Cường", correct=29, seconds=100)
    run = ranked(round)
    # The row, how many are equal, the nearest other one; found by the indexes of the rows alone.
    with django_assert_num_queries(3) as asked:
        explain_rank(run, entry)
    assert all('"contests_contest"' not in query["sql"] for query in asked.captured_queries)
    assert explain_rank(run, entry) == (
        "Hạng 2 trong số 3 người được xếp hạng: 30/30 câu đúng, dự đoán 15 lệch 12 so với 3 người,"
        " thời gian 4 phút 02,315 giây, nộp bài lúc 12 giờ 00 phút 00,000 giây ngày 10/11/2024;"
        " người hạng 1 lệch 9."
    )
    assert explain_rank(run, nearest).startswith(
        "Hạng 1 trong số 3 người được xếp hạng: 30/30 câu đúng, dự đoán 12 lệch 9 so với 3 người,"
    )
    assert explain_rank(run, nearest).endswith("; người hạng 2 lệch 12.")
    assert "29/30 câu đúng, không ghi dự đoán, thời gian 1 phút 40,000 giây" in explain_rank(run, worst)
    assert explain_rank(run, worst).endswith("; người hạng 2 đạt 30/30 câu đúng.")


def test_a_prediction_that_was_right_and_one_of_per_cent() -> None:
    round = over(rank_order=[PREDICTION], prediction_target=PredictionTarget.ALL_RIGHT_PERCENT)
    right = take(round, "An", correct=3, prediction=Decimal("33.33333"))
    near = take(round, "Bình", correct=2, prediction=Decimal("33.5"))
    take(round, "Cường", correct=2)
    run = ranked(round)
    assert explain_rank(run, right) == (
        "Hạng 1 trong số 3 người được xếp hạng: dự đoán 33,33333 đúng bằng kết quả thực tế là 33,33333%;"
        " người hạng 2 lệch 0,16667."
    )
    assert explain_rank(run, near).endswith(
        "dự đoán 33,5 lệch 0,16667 so với 33,33333%; người hạng 1 dự đoán đúng bằng kết quả thực tế."
    )


def test_equals_are_told_and_the_committees_order_among_them_without_its_grounds() -> None:
    people = office()
    round = simple_round([("An", 50), ("Bình", 50), ("Cường", 60)])
    (prize,) = table(round, ("Giải Nhất", 1))
    run = ranked(round)
    first, second, third = (row.entry for row in run.rows.order_by("rank", "entry_id"))
    assert explain_rank(run, first) == (
        "Đồng hạng 1 với 1 người khác bằng nhau ở mọi tiêu chí, trong số 3 người được xếp hạng: 3/3 câu đúng,"
        " thời gian 50,000 giây; người hạng 3 hết 1 phút 00,000 giây."
    )
    decide_tie(run, table=prize.table, rank=1, order=[second.pk], grounds="Biên bản mật", by=people.preparer)
    today = f"{timezone.localdate():%d/%m/%Y}"
    assert explain_rank(run, second).endswith(
        f"; theo quyết định ngày {today} của Ban Tổ chức, khi trao giải đứng thứ 1 trong 2 người đồng hạng."
    )
    assert explain_rank(run, first).endswith("; người hạng 3 hết 1 phút 00,000 giây.")
    assert explain_rank(run, third).endswith("2 người đồng hạng 1 hết 50,000 giây.")
    assert "Biên bản" not in "".join(explain_rank(run, one) for one in (first, second, third))


def test_the_moment_is_told_as_finely_as_it_decides() -> None:
    round = over(rank_order=[SUBMITTED], prediction_target=PredictionTarget.NONE)
    early, late = make_entry(round.contest), make_entry(round.contest)
    submitted_attempt(early, round, submitted_at=NOON)
    submitted_attempt(late, round, submitted_at=NOON + timedelta(microseconds=7))
    assert explain_rank(ranked(round), late) == (
        "Hạng 2 trong số 2 người được xếp hạng: nộp bài lúc 12 giờ 00 phút 00,000007 giây ngày 10/11/2024;"
        " người hạng 1 nộp bài lúc 12 giờ 00 phút 00,000000 giây ngày 10/11/2024."
    )


def test_marks_in_parts_and_sums_of_rounds() -> None:
    contest = make_contest(
        marking=Marking.PARTS,
        overall_combine=Combine.SUM,
        overall_rank_order=[SCORE, PREDICTION, DURATION],
    )
    order: dict[str, Any] = {"rank_order": [SCORE], "prediction_target": PredictionTarget.PARTICIPANTS}
    now = contest.opens_at
    rounds = [
        over(
            contest, opens_at=now + timedelta(seconds=at), closes_at=now + timedelta(seconds=at + 1), **order
        )
        for at in range(2)
    ]
    one, two = make_entry(contest), make_entry(contest)
    for entry, marks, guess in ((one, (150, 180), 5), (two, (180, 180), None)):
        for round, mark in zip(rounds, marks, strict=True):
            submitted_attempt(entry, round, correct=mark, duration_ms=50_000, prediction=guess)
    assert explain_rank(ranked(rounds[0]), one) == (
        "Hạng 2 trong số 2 người được xếp hạng: 2,5/3 điểm; người hạng 1 đạt 3/3 điểm."
    )
    run = ranked(Scope.of_contest(contest))
    assert explain_rank(run, one) == (
        "Hạng 2 trong số 2 người được xếp hạng: 5,5/6 điểm, tổng độ lệch dự đoán 6, tổng thời gian 1 phút"
        " 40,000 giây; người hạng 1 đạt 6/6 điểm."
    )
    assert "6/6 điểm, không ghi đủ câu dự đoán của các vòng thi, tổng thời gian" in explain_rank(run, two)


def test_each_block_has_its_own_true_answer() -> None:
    contest = make_contest()
    homes = [make_unit(parent=contest.area) for _ in range(2)]
    blocks = [make_block(contest, [home]) for home in homes]
    round = over(
        contest,
        rank_order=[PREDICTION, DURATION],
        prediction_target=PredictionTarget.PARTICIPANTS,
        prediction_scope=PredictionScope.BLOCK,
    )
    # The first block has one person, the second three: 2 is as far from either.
    alone = take(round, "An", prediction=2, unit=homes[0], seconds=1)
    many = [take(round, name, prediction=2, unit=homes[1], seconds=at) for at, name in enumerate("BCD", 2)]
    run = ranked(round)
    assert len(blocks) == 2
    assert "dự đoán 2 lệch 1 so với 1 người" in explain_rank(run, alone)
    assert "dự đoán 2 lệch 1 so với 3 người" in explain_rank(run, many[0])


def test_who_is_not_ranked_is_told_the_rule_that_says_so() -> None:
    round = over(rank_order=[DURATION], only_all_right=True, prediction_target=PredictionTarget.NONE)
    take(round, "An", correct=3)
    wrong = take(round, "Bình", correct=2)
    run = ranked(round)
    assert explain_rank(run, wrong) == (
        "Không có hạng: theo Thể lệ, chỉ xếp hạng người trả lời đúng tất cả các câu hỏi."
    )
    assert explain_rank(run, make_entry(round.contest)) == ""
    alone = StandingsRow.objects.get(run=run).entry
    assert explain_rank(run, alone) == "Hạng 1 trong số 1 người được xếp hạng: thời gian 1 phút 00,000 giây."


def test_who_is_all_right_and_not_ranked_is_not_told_of_that_rule() -> None:
    round = over(rank_order=[DURATION], only_all_right=True, prediction_target=PredictionTarget.NONE)
    right, wrong = take(round, "An", correct=3), take(round, "Bình", correct=2)
    for entry in (right, wrong):
        withdraw_consent(entry, by=entry.user)
    run = ranked(round)
    assert explain_rank(run, right) == ""
    assert "chỉ xếp hạng người trả lời đúng tất cả" in explain_rank(run, wrong)


def test_all_right_is_by_the_attempt_that_counts_with_the_marks_of_the_run() -> None:
    round = over(
        rank_order=[DURATION],
        only_all_right=True,
        counting_attempt=CountingAttempt.LAST,
        attempts_allowed=2,
        prediction_target=PredictionTarget.NONE,
    )
    entry = take(round, "An", correct=3)
    last = submitted_attempt(entry, round, correct=2, number=2)
    withdraw_consent(entry, by=entry.user)
    assert "đúng tất cả" in explain_rank(ranked(round), entry)
    regrade = Regrade.objects.create(round=round, version=1, corrections=[], attempts=1)
    RegradedScore.objects.create(regrade=regrade, attempt=last, correct=3)
    assert explain_rank(ranked(round), entry) == ""


def test_an_order_inside_a_block_says_nothing_of_how_many() -> None:
    people = office()
    contest = make_contest()
    homes = [make_unit(parent=contest.area) for _ in range(2)]
    blocks = [make_block(contest, [home]) for home in homes]
    round = over(contest, rank_order=[SCORE], prediction_target=PredictionTarget.NONE)
    one, two, other = (
        take(round, name, unit=homes[at]) for name, at in (("An", 0), ("Bình", 0), ("Cường", 1))
    )
    (prize,) = table(round, ("Giải Nhất", 1))
    run = ranked(round)
    TieDecision.objects.create(
        run=run,
        table=prize.table,
        block=blocks[0],
        rank=1,
        order=[two.pk],
        grounds="Bốc thăm",
        by=people.preparer,
    )
    assert explain_rank(run, two).endswith(
        "của Ban Tổ chức, khi trao giải đứng thứ 1 trong những người đồng hạng của khối."
    )
    assert "theo quyết định" not in explain_rank(run, one) + explain_rank(run, other)


# --- Every order of the plans, and any other ---------------------------------------------------------------
FIELD = {SCORE: "correct", PREDICTION: "distance", DURATION: "duration_ms", SUBMITTED: "submitted_at"}


def orders_of_the_plans() -> list[tuple[str, list[str]]]:
    found = {}
    for path in PLANS:
        plan = read_plan(path)
        for round in plan.rounds:
            found[f"{path.stem} {','.join(round['rank_order'])}"] = round["rank_order"]
        if plan.overall["overall_rank_order"]:
            found[f"{path.stem} overall"] = plan.overall["overall_rank_order"]
    return sorted(found.items())


def _of(row: StandingsRow, key: str) -> object:
    return getattr(row, FIELD[RankKey(key)])


def told(key: str, row: StandingsRow) -> str:
    """How a value of this key reads, by the filters that every page uses."""
    match key:
        case RankKey.SCORE:
            return f"{row.correct}/"
        case RankKey.PREDICTION:
            if row.distance is None:  # nothing predicted, or (nobody counts any more) nothing to compare with
                return "ghi" if row.prediction is None else "không có kết quả thực tế"
            return number(row.distance) if row.distance else "đúng bằng"
        case RankKey.DURATION:
            return duration(row.duration_ms)
    return f"{timezone.localtime(row.submitted_at):%H giờ %M phút}"


def check_sentences(run: StandingsRun, keys: list[str]) -> None:
    """Each sentence against the rows alone: rank, own values in order, and the neighbour's deciding one."""
    rows = list(StandingsRow.objects.filter(run=run).order_by("rank", "entry_id"))
    for row in rows:
        text = explain_rank(run, row.entry)
        assert text.count(".") == 1 + len(re.findall(r"\d\.\d", text)), text
        assert f"ạng {number(row.rank)} " in text.split(":")[0]
        equals = sum(one.rank == row.rank for one in rows) - 1
        assert (f"với {equals} người khác" in text) == bool(equals)
        own, _, beside = text.partition(": ")[2].partition("; ")
        at = -1
        for key in keys:
            at = own.find(told(key, row), at + 1)
            assert at >= 0, (key, text)
        better = [one for one in rows if one.rank < row.rank]
        other = better[-1] if better else next((one for one in rows if one.rank > row.rank), None)
        if other is None:
            assert not beside
            continue
        decided = next(key for key in keys if _of(row, key) != _of(other, key))
        assert f"hạng {number(other.rank)} " in beside
        assert told(decided, other) in beside, (decided, text)


@pytest.mark.parametrize(("name", "keys"), orders_of_the_plans(), ids=lambda value: str(value))
def test_every_order_of_the_plans_explains_its_rows(name: str, keys: list[str]) -> None:
    asked = PredictionTarget.PARTICIPANTS if PREDICTION in keys else PredictionTarget.NONE
    round = over(rank_order=keys, prediction_target=asked)
    people: list[dict[str, Any]] = [
        {"correct": 3, "duration_ms": 242_315, "submitted_at": NOON, "prediction": 1205},
        {"correct": 3, "duration_ms": 242_315, "submitted_at": NOON + timedelta(seconds=1), "prediction": 6},
        {"correct": 3, "duration_ms": 242_314, "submitted_at": NOON + timedelta(hours=1), "prediction": 6},
        {"correct": 3, "duration_ms": 242_314, "submitted_at": NOON + timedelta(hours=1), "prediction": 6},
        {"correct": 2, "duration_ms": 1_000, "submitted_at": NOON, "prediction": None},
        {"correct": 0, "duration_ms": 3_600_000, "submitted_at": NOON, "prediction": 7},
    ]
    for person in people:
        submitted_attempt(make_entry(round.contest), round, **person)
    check_sentences(ranked(round), keys)


@pytest.fixture
def arena() -> Arena:
    return make_arena()


@examples(15)
@given(scene=scenes(), at=st.one_of(st.none(), round_numbers))
def test_any_order_explains_its_rows(arena: Arena, scene: Scene, at: int | None) -> None:
    with rolled_back():
        build(arena, scene)
        run = ranked(arena.scope(at))
        check_sentences(run, list(run.configuration["rank_order"]))


def test_it_takes_a_literal_number_of_queries(django_assert_num_queries: Any) -> None:
    round = simple_round([("An", 50), ("Bình", 50), ("Cường", 60)])
    run = ranked(round)
    entry = Entry.objects.get(full_name="Bình")
    # the row, how many are equal, the rank before (none), the rank after, how many have it, and for equals:
    # who competes where (1), the committee's decision
    with django_assert_num_queries(7):
        explain_rank(run, entry)
