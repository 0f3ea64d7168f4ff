"""Tổng số người: free before the lock, with a reason after it, never zero, summed for those who compete."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Invalid, Refused
from contests.domain.headcounts import (
    correct_headcount,
    headcount_hints,
    import_headcounts,
    is_locked,
    lock_due_headcounts,
    lock_headcounts,
    remove_headcount,
    summed_headcounts,
)
from contests.models import Contest, Headcount, HeadcountLock, Unit
from tests.support.factories import make_block, make_contest, make_staff, make_table, make_unit

pytestmark = pytest.mark.django_db
REASON = "Công văn số 12/UBND-NV"


@pytest.fixture
def chief() -> User:
    return make_staff()


@pytest.fixture
def contest() -> Contest:
    """A city of two wards (one with a school below it) and an office that competes for nobody."""
    city = make_unit("Thành phố", code="C")
    ward = make_unit("Phường A", parent=city, code="C-A")
    make_unit("Trường A", parent=ward, code="C-A-1")
    make_unit("Phường B", parent=city, code="C-B")
    make_unit("Văn phòng", parent=city, code="C-V")
    return make_contest(area=city)


def unit(code: str) -> Unit:
    found = Unit.objects.get(code=code)
    assert isinstance(found, Unit)
    return found


def test_before_the_lock_a_headcount_changes_freely_and_is_in_the_trail(
    contest: Contest, chief: User
) -> None:
    correct_headcount(contest, unit("C-A"), 40, by=chief)
    correct_headcount(contest, unit("C-A"), 45, by=chief)
    correct_headcount(contest, unit("C-A"), 45, by=chief)
    assert contest.headcounts.get().people == 45
    trail = AuditEvent.objects.filter(verb="corrected headcount").order_by("pk")
    assert [(one.data["before"], one.data["after"]) for one in trail] == [(None, 40), (40, 45)]
    remove_headcount(contest, unit("C-A"), by=chief)
    remove_headcount(contest, unit("C-B"), by=chief)
    assert not contest.headcounts.exists()
    assert trail.all().count() == 3


def test_after_the_lock_every_change_needs_its_reason(contest: Contest, chief: User) -> None:
    correct_headcount(contest, unit("C-A"), 40, by=chief)
    lock = lock_headcounts(contest, by=chief)
    assert lock_headcounts(contest, by=make_staff()) == lock
    for reason in ("", "   "):
        with pytest.raises(Refused, match="phải ghi rõ lý do"):
            correct_headcount(contest, unit("C-A"), 41, by=chief, reason=reason)
        with pytest.raises(Refused, match="phải ghi rõ lý do"):
            correct_headcount(contest, unit("C-B"), 41, by=chief, reason=reason)
        with pytest.raises(Refused, match="phải ghi rõ lý do"):
            remove_headcount(contest, unit("C-A"), by=chief, reason=reason)
        with pytest.raises(Refused, match="phải ghi rõ lý do"):
            import_headcounts(contest, {unit("C-A").pk: 41}, by=chief, reason=reason)
    assert contest.headcounts.get().people == 40
    correct_headcount(contest, unit("C-A"), 41, by=chief, reason=REASON)
    event = AuditEvent.objects.get(verb="corrected headcount", reason=REASON)
    assert (event.data["before"], event.data["after"], event.actor) == (40, 41, chief)
    assert HeadcountLock.objects.count() == 1


def test_nothing_is_locked_while_there_is_nothing(contest: Contest, chief: User) -> None:
    with pytest.raises(Refused, match="Chưa có đơn vị nào"):
        lock_headcounts(contest, by=chief)
    assert not HeadcountLock.objects.exists()


@pytest.mark.parametrize("people", [0, -1, 10_000_001])
def test_a_headcount_that_cannot_be_is_refused(contest: Contest, chief: User, people: int) -> None:
    with pytest.raises(Invalid, match="từ 1 đến"):
        correct_headcount(contest, unit("C-A"), people, by=chief)
    with pytest.raises(Invalid, match="từ 1 đến"):
        import_headcounts(contest, {unit("C-A").pk: 5, unit("C-B").pk: people}, by=chief)
    assert not Headcount.objects.exists()


def test_only_units_of_the_area_have_a_headcount(contest: Contest, chief: User) -> None:
    elsewhere = make_unit()
    with pytest.raises(Invalid, match="không thuộc địa bàn"):
        correct_headcount(contest, elsewhere, 5, by=chief)
    with pytest.raises(Invalid, match="không thuộc địa bàn"):
        import_headcounts(contest, {elsewhere.pk: 5, unit("C-A").pk: 5}, by=chief)
    assert not Headcount.objects.exists()


def test_many_at_once_change_what_is_named_and_nothing_else(contest: Contest, chief: User) -> None:
    correct_headcount(contest, unit("C-A"), 40, by=chief)
    correct_headcount(contest, unit("C-V"), 7, by=chief)
    named = {unit("C-A").pk: 41, unit("C-B").pk: 20}
    assert import_headcounts(contest, named, by=chief) == 2
    assert import_headcounts(contest, named, by=chief) == 0
    assert dict(contest.headcounts.values_list("unit__code", "people")) == {"C-A": 41, "C-B": 20, "C-V": 7}
    event = AuditEvent.objects.get(verb="imported headcounts")
    assert event.data["people"] == {"C-A": [40, 41], "C-B": [None, 20]}


def test_people_of_a_unit_below_count_for_the_one_that_competes(contest: Contest, chief: User) -> None:
    for code, people in (("C-A", 40), ("C-A-1", 30), ("C-V", 7), ("C", 3)):
        correct_headcount(contest, unit(code), people, by=chief)
    assert summed_headcounts(contest) == {}
    make_block(contest, [unit("C-A"), unit("C-B")])
    assert summed_headcounts(contest) == {unit("C-A").pk: 70}


def test_what_is_missing_is_said_only_where_a_prize_hangs_on_it(contest: Contest, chief: User) -> None:
    make_block(contest, [unit("C-A"), unit("C-B")])
    make_table(contest, [("Giải tập thể", 1, 0)], audience="unit", unit_order=["participants"])
    assert headcount_hints(contest) == []
    table = make_table(contest, [("Giải tập thể", 1, 0)], audience="unit", unit_order=["ratio"], name="Tỷ lệ")
    correct_headcount(contest, unit("C-A-1"), 30, by=chief)
    missing, unlocked = headcount_hints(contest)
    assert missing == "1 đơn vị thi đua chưa có tổng số người nên không được xếp hạng ở “Tỷ lệ”."
    assert unlocked.startswith("Chưa khóa tổng số người")
    correct_headcount(contest, unit("C-B"), 30, by=chief)
    lock_headcounts(contest, by=chief)
    assert headcount_hints(contest) == []
    for change in ({"weights": {"ratio": 40, "mean_score": 60}}, {"min_ratio_percent": 70}):
        table.unit_order = []
        table.weights = {}
        for name, value in change.items():
            setattr(table, name, value)
        table.save()
        remove_headcount(contest, unit("C-B"), by=chief, reason=REASON)
        assert len(headcount_hints(contest)) == 1
        correct_headcount(contest, unit("C-B"), 30, by=chief, reason=REASON)


@pytest.mark.django_db(transaction=True)
def test_no_change_without_a_reason_slips_in_beside_the_lock() -> None:
    contest, chief = make_contest(), make_staff()
    assert contest.area is not None
    correct_headcount(contest, contest.area, 1, by=chief)
    barrier = threading.Barrier(5)
    refused: list[int] = []

    def change(people: int) -> None:
        try:
            barrier.wait()
            assert contest.area is not None
            correct_headcount(contest, contest.area, people, by=chief)
        except Refused:
            refused.append(people)
        finally:
            connection.close()

    def lock() -> None:
        try:
            barrier.wait()
            lock_headcounts(contest, by=chief)
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=(people,)) for people in (2, 3, 4, 5)]
    threads.append(threading.Thread(target=lock))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    locked_at = HeadcountLock.objects.get().at
    changes = AuditEvent.objects.filter(verb="corrected headcount").exclude(data__after=1)
    assert changes.count() + len(refused) == 4
    lock_event = AuditEvent.objects.get(verb="locked headcounts")
    assert all(event.pk < lock_event.pk for event in changes), (locked_at, refused)


def test_numbers_lock_by_themselves_when_the_plans_day_is_over() -> None:
    contest = make_contest(area=make_unit())
    assert contest.area
    today = timezone.localdate(database_now())
    Contest.objects.filter(pk=contest.pk).update(headcounts_until=today)
    contest.refresh_from_db()
    correct_headcount(contest, contest.area, 10, by=make_staff())
    assert (lock_due_headcounts(), is_locked(contest)) == (0, False)
    Contest.objects.filter(pk=contest.pk).update(headcounts_until=today - timedelta(days=1))
    contest.refresh_from_db()
    # The day decides, not the minute in which the task comes by.
    assert is_locked(contest)
    with pytest.raises(Refused):
        correct_headcount(contest, contest.area, 11, by=make_staff())
    assert (lock_due_headcounts(), lock_due_headcounts()) == (1, 0)
    assert HeadcountLock.objects.get(contest=contest).by is None
    correct_headcount(contest, contest.area, 11, by=make_staff(), reason="Đơn vị báo lại")
