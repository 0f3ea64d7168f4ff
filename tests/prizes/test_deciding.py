from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Invalid, NotAllowed, NotNow, Refused
from contests.enums import PredictionTarget, RankKey, TableScope
from contests.models import Entry, Round
from prizes.domain.deciding import (
    decide_tie,
    enter_decision,
    publish_run,
    return_run,
    review_run,
)
from prizes.domain.ranking import compute_standings, is_current
from prizes.models import Award, Certificate, Publication, RunApproval, RunReview, StandingsRun
from prizes.scope import Scope
from tests.prizes.support import Office, office, over, publish, simple_round, table, take
from tests.support.factories import exclude, make_contest, make_entry, make_table, submitted_attempt
from tests.support.signals import approve_run

pytestmark = pytest.mark.django_db


def test_from_ranking_to_certificates() -> None:
    round = simple_round([("Nguyễn Văn An", 50), ("Trần Thị Bình", 60), ("Lê Văn Cường", 70)])
    table(round, ("Giải Nhất", 1), ("Giải Nhì", 1))
    run = publish(round)
    assert list(run.awards.values_list("prize_name", "entry__full_name", "rank", "amount")) == [
        ("Giải Nhất", "Nguyễn Văn An", 1, 100_000),
        ("Giải Nhì", "Trần Thị Bình", 2, 100_000),
    ]
    certificates = Certificate.objects.order_by("serial")
    assert [one.serial for one in certificates] == [1, 2]
    assert len({one.code for one in certificates}) == 2
    assert all(len(one.code) == 28 for one in certificates)
    verbs = AuditEvent.objects.filter(object_type="prizes.standingsrun").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == [
        "computed standings",
        "reviewed standings",
        "approved standings",
        "entered decision",
        "published standings",
    ]


def test_the_reviewer_cannot_approve() -> None:
    run = compute_standings(Scope.of_round(simple_round([("An", 50)])), by=None)
    people = office()
    review_run(run, by=people.preparer)
    with pytest.raises(NotAllowed):
        approve_run(run, by=people.preparer)
    assert not RunApproval.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        RunApproval.objects.create(run=run, reviewer=people.preparer, by=people.preparer)


def test_no_step_before_the_one_that_it_rests_on() -> None:
    people = office()
    run = compute_standings(Scope.of_round(simple_round([("An", 50)])), by=people.preparer)
    with pytest.raises(NotNow):
        approve_run(run, by=people.approver)
    review_run(run, by=people.preparer)
    with pytest.raises(NotNow):
        enter_decision(run, number="1/QĐ", signed_on=timezone.localdate(), by=people.preparer)
    approve_run(run, by=people.approver)
    with pytest.raises(NotNow):
        publish_run(run, by=people.preparer)
    assert not Publication.objects.exists()
    assert not Certificate.objects.exists()


def test_a_step_is_done_once() -> None:
    people = office()
    run = publish(simple_round([("An", 50)]), people)
    with pytest.raises(NotNow):
        review_run(run, by=people.approver)
    with pytest.raises(NotNow):
        approve_run(run, by=people.approver)
    with pytest.raises(NotNow):
        enter_decision(run, number="2/QĐ", signed_on=timezone.localdate(), by=people.preparer)
    with pytest.raises(NotNow):
        publish_run(run, by=people.preparer)


@pytest.mark.parametrize("days", [1, 400])
def test_a_decision_is_not_dated_in_the_future(days: int) -> None:
    run, people = _approved()
    with pytest.raises(Invalid):
        enter_decision(
            run, number="1/QĐ", signed_on=timezone.localdate() + timedelta(days=days), by=people.preparer
        )


def test_a_decision_is_not_older_than_the_result() -> None:
    run, people = _approved()
    with pytest.raises(Invalid):
        enter_decision(
            run, number="1/QĐ", signed_on=timezone.localdate() - timedelta(days=1), by=people.preparer
        )


@pytest.mark.parametrize("number", ["", "   ", "\u200b", "9" * 61])
def test_a_decision_has_a_number(number: str) -> None:
    run, people = _approved()
    with pytest.raises(Invalid):
        enter_decision(run, number=number, signed_on=timezone.localdate(), by=people.preparer)


def test_a_tie_across_a_prize_boundary_blocks_until_the_jury_has_decided() -> None:
    people = office()
    round = simple_round([("An", 50), ("Bình", 50), ("Cường", 60)])
    prize, _second = table(round, ("Giải Nhất", 1), ("Giải Nhì", 2))
    run = compute_standings(Scope.of_round(round), by=people.preparer)
    with pytest.raises(Refused, match="đồng hạng"):
        review_run(run, by=people.preparer)
    first, second = run.rows.filter(rank=1).order_by("entry_id")
    decide_tie(
        run,
        table=prize.table,
        rank=1,
        order=[second.entry_id, first.entry_id],
        grounds="Biên bản họp Ban Giám khảo",
        by=people.preparer,
    )
    review_run(run, by=people.preparer)
    approve_run(run, by=people.approver)
    assert list(Award.objects.values_list("prize_name", "entry")) == [
        ("Giải Nhất", second.entry_id),
        ("Giải Nhì", first.entry_id),
        ("Giải Nhì", run.rows.get(rank=3).entry_id),
    ]


def test_the_jury_orders_only_people_of_the_tie_and_says_why() -> None:
    people = office()
    round = simple_round([("An", 50), ("Bình", 50), ("Cường", 60)])
    (prize,) = table(round, ("Giải Nhất", 1))
    run = compute_standings(Scope.of_round(round), by=people.preparer)
    first, second, other = run.rows.order_by("rank", "entry_id").values_list("entry_id", flat=True)
    for order, grounds in [
        ([first, other], "Biên bản"),
        ([first, first], "Biên bản"),
        ([], "Biên bản"),
        ([first, second], "  "),
    ]:
        with pytest.raises(Invalid):
            decide_tie(run, table=prize.table, rank=1, order=order, grounds=grounds, by=people.preparer)
    decide_tie(run, table=prize.table, rank=1, order=[second], grounds="Biên bản", by=people.preparer)
    with pytest.raises(NotNow):
        decide_tie(run, table=prize.table, rank=1, order=[first], grounds="Biên bản khác", by=people.preparer)
    review_run(run, by=people.preparer)
    approve_run(run, by=people.approver)
    assert Award.objects.get().entry_id == second


def test_someone_excluded_after_the_ranking_stops_the_approval_until_it_is_ranked_again() -> None:
    people = office()
    round = over()
    winner, second = take(round, "An", seconds=50), take(round, "Bình", seconds=60)
    table(round, ("Giải Nhất", 1))
    run = compute_standings(Scope.of_round(round), by=people.preparer)
    review_run(run, by=people.preparer)
    exclude(round.contest, user=winner.user)
    with pytest.raises(NotNow, match="xếp hạng lại"):
        approve_run(run, by=people.approver)
    again = compute_standings(Scope.of_round(round), by=people.preparer, reason="Bổ sung danh sách")
    assert again.version == 2
    with pytest.raises(NotNow, match="mới hơn"):
        approve_run(run, by=people.approver)
    review_run(again, by=people.preparer)
    approve_run(again, by=people.approver)
    assert Award.objects.get().entry == second


def test_a_changed_prize_table_needs_another_review() -> None:
    people = office()
    round = simple_round([("An", 50)])
    (prize,) = table(round, ("Giải Nhất", 1))
    run = compute_standings(Scope.of_round(round), by=people.preparer)
    review_run(run, by=people.preparer)
    prize.amount = 9_000_000
    prize.save()
    with pytest.raises(NotNow):
        approve_run(run, by=people.approver)
    again = compute_standings(Scope.of_round(round), by=people.preparer, reason="Đổi mức thưởng")
    assert again.version == 2


def test_a_run_sent_back_is_followed_by_a_new_version() -> None:
    people = office()
    round = simple_round([("An", 50)])
    run = compute_standings(Scope.of_round(round), by=people.preparer)
    with pytest.raises(NotNow):
        return_run(run, by=people.approver, reason="Chưa rà soát")
    review_run(run, by=people.preparer)
    with pytest.raises(Invalid):
        return_run(run, by=people.approver, reason=" ")
    return_run(run, by=people.approver, reason="Sai thứ tự đồng hạng")
    with pytest.raises(NotNow, match="trả lại"):
        approve_run(run, by=people.approver)
    again = compute_standings(Scope.of_round(round), by=people.preparer, reason="Rà soát lại")
    assert (again.version, again.digest) == (2, run.digest)


def test_a_correction_goes_through_its_own_approval_and_keeps_the_old_one() -> None:
    people = office()
    round = over()
    winner, second = take(round, "An", seconds=50), take(round, "Bình", seconds=60)
    table(round, ("Giải Nhất", 1))
    first = publish(round, people)
    with pytest.raises(NotNow):
        return_run(first, by=people.approver, reason="Muộn")
    exclude(round.contest, user=winner.user)
    corrected = publish(round, people, number="124/QĐ-UBND", reason="Bổ sung danh sách")
    assert corrected.version == 2
    assert list(Publication.objects.order_by("id").values_list("run", flat=True)) == [first.pk, corrected.pk]
    assert list(Certificate.objects.order_by("serial").values_list("serial", "award__entry")) == [
        (1, winner.pk),
        (2, second.pk),
    ]


def test_a_name_that_no_font_can_show_is_named_before_the_review() -> None:
    round = simple_round([("Nguyễn 龍 An", 50)])
    table(round, ("Giải Nhất", 1))
    run = compute_standings(Scope.of_round(round), by=None)
    with pytest.raises(Refused) as refusal:
        review_run(run, by=office().preparer)
    assert "龍" in str(refusal.value)


def test_fewer_people_than_prizes_is_no_obstacle() -> None:
    round = simple_round([("An", 50)])
    table(round, ("Giải Nhất", 1), ("Giải Nhì", 2))
    assert Award.objects.filter(run=publish(round)).count() == 1


@pytest.mark.parametrize("model", [StandingsRun, RunReview, RunApproval, Publication, Award, Certificate])
def test_what_was_decided_cannot_be_changed_in_the_database(model: type[StandingsRun]) -> None:
    round = simple_round([("An", 50)])
    table(round, ("Giải Nhất", 1))
    publish(round)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.all().update(id=-1)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.all()._raw_delete("default")


def test_what_another_round_awards_after_the_approval_does_not_stop_the_publication() -> None:
    people, weeks = office(), two_weeks()
    first, second = (_approve(round, people) for round in weeks)  # the first waits to be published
    assert [run.awards.get().holder for run in (first, second)] == [
        str(one) for one in Entry.objects.order_by("pk")
    ]
    assert is_current(first)
    enter_decision(first, number="1/QĐ", signed_on=timezone.localdate(), by=people.preparer)
    publish_run(first, by=people.preparer)


def test_awards_taken_back_that_the_approval_counted_on_stop_the_publication() -> None:
    people, weeks = office(), two_weeks()
    first, second = (_approve(round, people) for round in weeks)
    return_run(first, by=people.approver, reason="Sai mức thưởng")
    assert not is_current(second)
    enter_decision(second, number="2/QĐ", signed_on=timezone.localdate(), by=people.preparer)
    with pytest.raises(NotNow, match="xếp hạng lại"):
        publish_run(second, by=people.preparer)


def two_weeks() -> list[Round]:
    """Two weeks with a first prize each, one prize per person: An is ahead in both, Bình follows."""
    now = database_now()
    contest = make_contest(
        opens_at=now - timedelta(days=30), closes_at=now - timedelta(seconds=1), prizes_per_person=1
    )
    make_table(contest, [("Giải Nhất", 1, 1000)], scope=TableScope.EACH_ROUND)
    people = [make_entry(contest, full_name=name) for name in ("An", "Bình")]
    weeks = [
        over(
            contest,
            name=f"Tuần {week}",
            rank_order=[RankKey.SCORE, RankKey.DURATION],
            prediction_target=PredictionTarget.NONE,
            opens_at=now - timedelta(days=20 - week),
            closes_at=now - timedelta(days=19 - week),
        )
        for week in (1, 2)
    ]
    for round in weeks:
        for seconds, entry in enumerate(people, 10):
            submitted_attempt(entry, round, correct=3, duration_ms=1000 * seconds)
    return weeks


def _approve(round: Round, people: Office) -> StandingsRun:
    run = compute_standings(Scope.of_round(round), by=people.preparer)
    review_run(run, by=people.preparer)
    approve_run(run, by=people.approver)
    return run


def _approved() -> tuple[StandingsRun, Office]:
    people = office()
    return _approve(simple_round([("An", 50)]), people), people
