import re
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from attempts.domain import starting
from attempts.domain.papers import paper_questions
from attempts.domain.starting import start_attempt
from attempts.domain.submitting import submit_attempt
from attempts.models import Attempt
from attempts.rules.draw import attempt_seed
from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotAllowed, NotNow
from contests.domain.rounds import close_round
from contests.models import Contest, Entry, Promotion, Quota, Round, Withdrawal
from tests.support.factories import (
    exclude,
    make_bank,
    make_contest,
    make_entry,
    make_round,
    make_user,
    seal,
    submitted_attempt,
)
from tests.support.races import at_once

pytestmark = pytest.mark.django_db
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def start_of_today() -> datetime:
    today = database_now().astimezone(VIETNAM).date()
    return datetime.combine(today, time.min, VIETNAM)


def test_a_start_draws_a_paper_of_30_distinct_questions_by_the_committed_secret() -> None:
    round = make_round()
    entry = make_entry(round.contest)
    attempt = start_attempt(entry, round)
    assert len(set(attempt.paper)) == 30
    assert attempt.answers == [0] * 30
    assert bytes(attempt.seed) == attempt_seed(bytes(round.seal.secret), round.pk, entry.pk, 1)


def test_the_deadline_is_start_plus_limit() -> None:
    round = make_round(time_limit_minutes=30)
    attempt = start_attempt(make_entry(round.contest), round)
    assert attempt.deadline - attempt.started_at == timedelta(minutes=30)
    assert abs(attempt.started_at - database_now()) < timedelta(seconds=5)


def test_the_deadline_is_cut_at_the_rounds_close() -> None:
    now = database_now()
    contest = make_contest(opens_at=now - timedelta(hours=1), closes_at=now + timedelta(minutes=10))
    round = make_round(contest, time_limit_minutes=30)
    assert start_attempt(make_entry(contest), round).deadline == round.closes_at


def test_papers_follow_the_quotas_of_the_seal_whatever_the_plan_says_later() -> None:
    round = make_round(sealed=False, questions=10)
    first, second = round.bank.topics.all()
    Quota.objects.create(round=round, topic=first, questions=8)
    quota = Quota.objects.create(round=round, topic=second, questions=2)
    seal(round)
    quota.delete()
    round.questions = 30
    round.save()
    attempt = start_attempt(make_entry(round.contest), round)
    topics = [question.topic for question in paper_questions(Attempt.objects.get(pk=attempt.pk))]
    assert (topics.count(first.name), topics.count(second.name)) == (8, 2)


def test_a_second_start_leads_to_the_open_attempt() -> None:
    round = make_round()
    entry = make_entry(round.contest)
    assert start_attempt(entry, round) == start_attempt(entry, round)


def test_all_allowed_attempts_and_no_more() -> None:
    round = make_round(attempts_allowed=2)
    entry = make_entry(round.contest)
    numbers = []
    for _ in range(2):
        attempt = start_attempt(entry, round)
        numbers.append(attempt.number)
        submit_attempt(attempt.pk, entry.user_id)
    assert numbers == [1, 2]
    with pytest.raises(NotNow, match="hết số lượt"):
        start_attempt(entry, round)


@pytest.mark.parametrize(
    ("opens", "closes", "sentence"), [(5, 60, "chưa mở"), (-60, -5, "đã kết thúc")], ids=["before", "after"]
)
def test_outside_the_window_nothing_starts(opens: int, closes: int, sentence: str) -> None:
    now = database_now()
    contest = make_contest(opens_at=now + timedelta(minutes=opens), closes_at=now + timedelta(minutes=closes))
    round = make_round(contest)
    with pytest.raises(NotNow, match=sentence):
        start_attempt(make_entry(contest), round)
    assert not Attempt.objects.exists()


def test_an_early_close_stops_starts() -> None:
    round = make_round()
    close_round(round, by=make_user(), reason="Diễn tập xong")
    with pytest.raises(NotNow, match="đã kết thúc"):
        start_attempt(make_entry(round.contest), round)


def test_an_unsealed_round_does_not_start() -> None:
    round = make_round(sealed=False)
    with pytest.raises(NotNow, match="chưa sẵn sàng"):
        start_attempt(make_entry(round.contest), round)


@pytest.mark.parametrize("by", ["user", "phone", "national_id_hash"])
def test_excluded_people_are_refused_with_the_reason(by: str) -> None:
    round = make_round()
    entry = make_entry(round.contest, national_id_hash="a" * 64)
    exclude(round.contest, **{by: getattr(entry, by)})
    with pytest.raises(NotAllowed, match="Ban Tổ chức không tham gia dự thi"):
        start_attempt(entry, round)


# --- The plan's limits --------------------------------------------------------------------------------------
def ended(entry: Entry, round: Round, *, ago: timedelta) -> None:
    """A minute's attempt of the person that ended so long ago."""
    submitted_attempt(entry, round, duration_ms=60_000, submitted_at=database_now() - ago)


def test_so_many_a_day_and_the_next_one_tomorrow() -> None:
    round = make_round(attempts_allowed=9, attempts_per_day=1)
    entry = make_entry(round.contest)
    yesterday = start_of_today() - timedelta(hours=1)
    submitted_attempt(entry, round, submitted_at=yesterday)
    attempt = start_attempt(entry, round)
    assert attempt.number == 2
    submit_attempt(attempt.pk, entry.user_id)
    tomorrow = f"{start_of_today() + timedelta(days=1):%d/%m/%Y}"
    with pytest.raises(NotNow, match=f"hôm nay. Lượt tiếp theo bắt đầu được từ 00 giờ 00 ngày {tomorrow}"):
        start_attempt(entry, round)


def test_a_cool_down_names_the_minute_from_which_the_next_one_begins() -> None:
    round = make_round(attempts_allowed=9, cooldown_minutes=60)
    entry = make_entry(round.contest)
    ended(entry, round, ago=timedelta(minutes=59))
    with pytest.raises(NotNow, match="nghỉ giữa hai lượt thi") as refused:
        start_attempt(entry, round)
    shown = re.search(r"(\d\d) giờ (\d\d) ngày (\d\d/\d\d/\d{4})", str(refused.value))
    assert shown
    named = datetime.strptime(" ".join(shown.groups()), "%H %M %d/%m/%Y").replace(tzinfo=VIETNAM)
    assert timedelta(0) <= named - (database_now() + timedelta(minutes=1)) < timedelta(minutes=1)


def test_after_the_cool_down_the_next_one_begins() -> None:
    round = make_round(attempts_allowed=9, cooldown_minutes=60)
    entry = make_entry(round.contest)
    ended(entry, round, ago=timedelta(minutes=60))
    assert start_attempt(entry, round).number == 2


def test_a_round_that_ends_before_the_next_attempt_may_begin_says_so() -> None:
    now = database_now()
    contest = make_contest(opens_at=now - timedelta(hours=1), closes_at=now + timedelta(minutes=10))
    round = make_round(contest, attempts_allowed=9, cooldown_minutes=60)
    entry = make_entry(contest)
    ended(entry, round, ago=timedelta(minutes=1))
    with pytest.raises(NotNow, match="kết thúc trước khi lượt tiếp theo bắt đầu được"):
        start_attempt(entry, round)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("limits", [{"attempts_per_day": 1}, {"cooldown_minutes": 60}], ids=str)
def test_no_limit_is_passed_by_many_tabs_that_start_and_submit_at_once(limits: dict[str, Any]) -> None:
    """Each thread starts, submits and starts again, so a check on old attempts would let a second one in."""
    round = make_round(bank=make_bank(30), attempts_allowed=9, **limits)
    entry = make_entry(round.contest)

    def hurry() -> None:
        for _ in range(3):
            submit_attempt(start_attempt(entry, round).pk, entry.user_id)

    for result in at_once(8, hurry):
        assert isinstance(result, NotNow)
    assert Attempt.objects.count() == 1


def test_a_start_decided_on_attempts_that_are_no_longer_all_is_decided_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another device starts and submits between this one's look at the limits and its INSERT."""
    round = make_round(attempts_allowed=9, attempts_per_day=1)
    entry = make_entry(round.contest)
    insert = starting._insert
    meanwhile = iter([timedelta(0)])

    def late(*args: Any) -> Attempt | None:
        for ago in meanwhile:
            ended(entry, round, ago=ago)
        return insert(*args)

    monkeypatch.setattr(starting, "_insert", late)
    with pytest.raises(NotNow, match="hôm nay"):
        start_attempt(entry, round)
    assert Attempt.objects.count() == 1


# --- Who may ------------------------------------------------------------------------------------------------
def final_of(contest: Contest) -> Round:
    """A final that is open now, after a preliminary that is over."""
    start = contest.opens_at
    middle = start + timedelta(minutes=1)
    first = make_round(contest, sealed=False, closes_at=middle, name="Vòng sơ khảo")
    return make_round(contest, bank=first.bank, opens_at=middle, promotes_from=first, promotes_best=10)


def promote(entry: Entry, round: Round) -> Promotion:
    return Promotion.objects.create(round=round, entry=entry, unit=entry.unit, place=1, basis="1/1/abc")


def test_a_final_takes_only_who_was_promoted() -> None:
    contest = make_contest()
    final = final_of(contest)
    promoted, other = make_entry(contest), make_entry(contest)
    promote(promoted, final)
    assert start_attempt(promoted, final).number == 1
    with pytest.raises(NotAllowed, match="chỉ dành cho người được chọn từ Vòng sơ khảo"):
        start_attempt(other, final)


def test_who_withdrew_from_a_final_does_not_start() -> None:
    contest = make_contest()
    final = final_of(contest)
    entry = make_entry(contest)
    Withdrawal.objects.create(promotion=promote(entry, final), grounds="Bận công tác", by=make_user())
    with pytest.raises(NotAllowed):
        start_attempt(entry, final)


def test_an_organisers_trial_starts_although_excluded_and_not_promoted() -> None:
    contest = make_contest()
    final = final_of(contest)
    entry = make_entry(contest, unofficial=True)
    exclude(contest, user=entry.user)
    assert start_attempt(entry, final).number == 1


def test_a_start_is_one_insert_and_reads_no_question(django_assert_num_queries: object) -> None:
    round = make_round()
    start_attempt(make_entry(round.contest), round)  # the pool is in memory now
    entry = make_entry(round.contest)
    with connection.execute_wrapper(_refuse_questions), django_assert_num_queries(3):  # type: ignore[operator]
        start_attempt(entry, round)  # round, attempts, INSERT


def _refuse_questions(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
    assert "questions_" not in sql
    return execute(sql, params, many, context)


@pytest.mark.django_db(transaction=True)
def test_20_parallel_starts_make_one_attempt() -> None:
    """F1: the partial unique constraint decides; everybody is led to the same attempt."""
    round = make_round(bank=make_bank(30), attempts_allowed=1)
    entry = make_entry(round.contest)
    results = at_once(20, lambda: start_attempt(entry, round).pk)
    assert Attempt.objects.count() == 1
    assert set(results) == {Attempt.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_without_the_constraints_parallel_starts_would_double() -> None:
    """F1's negative control: the race is real, so the test above means something."""
    round = make_round(bank=make_bank(30), attempts_allowed=1)
    entry = make_entry(round.contest)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE attempts_attempt DROP CONSTRAINT one_attempt_per_number")
        cursor.execute("DROP INDEX one_open_attempt_per_round")
    try:
        most = 0
        for _ in range(20):
            at_once(20, lambda: start_attempt(entry, round).pk)
            if (most := Attempt.objects.count()) > 1:
                break
            with connection.cursor() as cursor:
                cursor.execute("TRUNCATE attempts_attempt CASCADE")
        assert most > 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE attempts_attempt CASCADE")
            cursor.execute(
                "ALTER TABLE attempts_attempt ADD CONSTRAINT one_attempt_per_number"
                " UNIQUE (entry_id, round_id, number)"
            )
            cursor.execute(
                "CREATE UNIQUE INDEX one_open_attempt_per_round ON attempts_attempt (entry_id, round_id)"
                " WHERE submitted_at IS NULL"
            )
