"""Setting a rehearsal up: a copy of the plan that is open now, or nothing."""

from pathlib import Path

import pytest

from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Refused
from contest_site.rehearsal import stage
from contests.models import Contest, Unit
from contests.queries import RoundState, announced_contests, round_state, seal_of
from questions.models import Bank
from questions.queries import approved_revisions
from tests.support.factories import exclude, make_bank, make_contest, make_entry, make_user

BANK = "Cải cách hành chính, chuyển đổi số và Đề án 06"
PLAN = stage.plan_path("quang-ngai-2024")


def test_a_plan_is_found_by_name_or_path(tmp_path: Path) -> None:
    assert stage.plan_path(str(PLAN)) == PLAN
    with pytest.raises(FileNotFoundError):
        stage.plan_path("khong-co")
    with pytest.raises(FileNotFoundError):
        stage.plan_path("../../pyproject")


@pytest.mark.django_db
def test_the_copy_is_open_sealed_announced_and_marked() -> None:
    make_bank(60, name=BANK)
    found = stage.set_up(PLAN)
    assert found.contest.is_rehearsal
    assert found.contest.slug.startswith("cai-cach-hanh-chinh-quang-ngai-2024-tong-duyet-")
    assert announced_contests().get() == found.contest
    [round] = found.rounds
    assert round_state(round, database_now()) is RoundState.OPEN
    assert seal_of(round) is not None
    keys = stage.keys_of(round)
    assert len(keys) == 60
    assert keys["Câu hỏi số 1 của " + BANK + "?"] == "Đúng 0"
    assert set(found.units) == set(Unit.objects.values_list("pk", "name"))
    staff = {found.secretary, found.chair, found.officer, found.other_officer}
    assert all(user.is_rehearsal and user.check_password(found.password) for user in staff)
    assert [user.is_superuser for user in (found.officer, found.other_officer)] == [False, False]
    assert Unit.objects.filter(is_rehearsal=False).count() == 0


@pytest.mark.django_db
def test_two_rehearsals_stand_side_by_side() -> None:
    make_bank(60, name=BANK)
    assert stage.set_up(PLAN).contest.slug != stage.set_up(PLAN).contest.slug


@pytest.mark.django_db(transaction=True)
def test_a_plan_that_cannot_run_leaves_nothing_behind() -> None:
    make_bank(10, name=BANK)
    users = User.objects.count()
    with pytest.raises(Refused):
        stage.set_up(PLAN)
    assert (User.objects.count(), Contest.objects.count(), Unit.objects.count()) == (users, 0, 0)


@pytest.mark.django_db
def test_without_any_bank_it_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "WORKBOOK", tmp_path / "khong-co.xlsx")
    with pytest.raises(Refused) as refusal:
        stage.set_up(PLAN)
    assert refusal.value.reasons == [f"Chưa có ngân hàng câu hỏi “{BANK}”."]
    assert Bank.objects.count() == 0


@pytest.mark.django_db
def test_a_missing_bank_is_brought_along_written_and_approved_by_two() -> None:
    found = stage.set_up(PLAN)
    bank = Bank.objects.get(name=BANK)
    assert approved_revisions(bank).count() == len(stage.keys_of(found.rounds[0])) >= 150
    people = set(approved_revisions(bank).values_list("writer", "appraisals__appraiser"))
    assert people == {(found.secretary.pk, found.chair.pk)}


@pytest.mark.django_db
def test_a_phone_is_free_when_nobody_has_it() -> None:
    contest = make_contest()
    make_user(phone="+84592000001")
    make_entry(contest, phone="+84592000002")
    exclude(contest, phone="+84592000003")
    free = [stage.phone_is_free(f"+8459200000{number}") for number in range(1, 5)]
    assert free == [False, False, False, True]


@pytest.mark.django_db
def test_organisers_accounts_open_nothing_after_the_rehearsal() -> None:
    organiser, real = make_user(is_rehearsal=True), make_user()
    stage.switch_off([organiser, real])
    assert list(User.objects.order_by("pk").values_list("is_active", flat=True)) == [False, True]
