"""Sealing, announcing and closing: each once, each with its rule, each in the audit trail."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotNow, Refused
from contests.domain.announcing import announce
from contests.domain.check import problems
from contests.domain.rounds import close_round, seal_round
from contests.models import Announcement, Category, Contest, Quota, Round, RoundClosing, RoundSeal
from questions.models import SealedPool
from tests.contests.test_entering import race
from tests.support.factories import make_bank, make_contest, make_prizes, make_round, make_staff

pytestmark = pytest.mark.django_db


def small_round(**fields: Any) -> Round:
    return make_round(bank=make_bank(6), questions=4, sealed=False, **fields)


def future(**fields: Any) -> Contest:
    now = database_now()
    return make_contest(opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=2), **fields)


def test_a_seal_freezes_the_pool_and_commits_to_a_secret() -> None:
    round = small_round(contest=future())
    chief = make_staff()
    seal = seal_round(round, by=chief)
    seal.refresh_from_db()
    assert len(seal.secret) == 32
    assert hashlib.sha256(bytes(seal.secret)).hexdigest() == seal.commitment
    assert seal.pool.size == 6
    event = AuditEvent.objects.get(verb="sealed round")
    assert event.actor == chief
    assert event.data["digest"] == seal.pool.digest
    assert event.data["commitment"] == seal.commitment
    assert event.data["late"] is False
    # Nothing of the trail gives the secret away before the end.
    assert bytes(seal.secret).hex() not in str(event.data)


def test_two_rounds_have_two_secrets() -> None:
    assert bytes(seal_round(small_round(), by=make_staff()).secret) != bytes(
        seal_round(small_round(), by=make_staff()).secret
    )


def test_a_round_is_sealed_once() -> None:
    round = small_round()
    first = seal_round(round, by=make_staff())
    assert seal_round(Round.objects.get(pk=round.pk), by=make_staff()) == first
    assert RoundSeal.objects.count() == 1
    assert SealedPool.objects.count() == 1
    assert AuditEvent.objects.filter(verb="sealed round").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        RoundSeal.objects.filter(pk=first.pk).update(commitment="0" * 64)


@pytest.mark.django_db(transaction=True)
def test_ten_seals_at_once_make_one() -> None:
    round = small_round()
    chief = make_staff()
    seals = race(10, lambda i: seal_round(Round.objects.get(pk=round.pk), by=chief))
    assert RoundSeal.objects.count() == 1
    assert SealedPool.objects.count() == 1
    assert len({seal.pk for seal in seals if isinstance(seal, RoundSeal)}) == 1


def test_an_open_round_may_still_be_sealed_and_the_trail_says_late() -> None:
    seal_round(small_round(), by=make_staff())
    assert AuditEvent.objects.get(verb="sealed round").data["late"] is True


def test_a_round_that_is_over_is_not_sealed() -> None:
    now = database_now()
    past = make_contest(opens_at=now - timedelta(days=2), closes_at=now - timedelta(days=1))
    with pytest.raises(NotNow, match="đã kết thúc"):
        seal_round(small_round(contest=past), by=make_staff())


def test_a_bank_that_cannot_fill_the_paper_is_not_sealed() -> None:
    bank = make_bank(6)
    round = make_round(bank=bank, questions=8, sealed=False)
    first, second = bank.topics.all()
    Quota.objects.create(round=round, topic=first, questions=3)
    Quota.objects.create(round=round, topic=second, questions=5)
    with pytest.raises(Refused) as refused:
        seal_round(round, by=make_staff())
    assert refused.value.reasons == [
        "Đề thi cần 8 câu, bộ câu hỏi đã duyệt mới có 6 câu.",
        "Chủ đề “Chủ đề 2” cần 5 câu, mới có 3 câu đã duyệt.",
    ]
    assert not SealedPool.objects.exists()
    assert not AuditEvent.objects.exists()


def test_the_scheduled_end_comes_when_it_comes() -> None:
    round = small_round()
    with pytest.raises(NotNow, match="Chưa đến giờ"):
        close_round(round, by=None)
    now = database_now()
    past = make_contest(opens_at=now - timedelta(days=2), closes_at=now - timedelta(days=1))
    ended = small_round(contest=past)
    closing = close_round(ended, by=None)
    assert closing.by is None
    assert close_round(Round.objects.get(pk=ended.pk), by=make_staff(), reason="muộn") == closing
    assert RoundClosing.objects.count() == 1
    assert AuditEvent.objects.get(verb="closed round").actor_name == "Hệ thống"


def test_closing_early_needs_a_reason_and_an_open_round() -> None:
    round = small_round()
    chief = make_staff()
    for nothing in ("", "   "):
        with pytest.raises(Refused) as refused:
            close_round(round, by=chief, reason=nothing)
        assert "phải ghi rõ lý do" in str(refused.value)
    with pytest.raises(NotNow, match="chưa mở"):
        close_round(small_round(contest=future()), by=chief, reason="Sự cố")
    closing = close_round(round, by=chief, reason=" Sự cố đường truyền ")
    assert (closing.by, closing.reason) == (chief, "Sự cố đường truyền")
    assert round.closing == closing
    assert AuditEvent.objects.get(verb="closed round").reason == "Sự cố đường truyền"


@pytest.mark.django_db(transaction=True)
def test_ten_closings_at_once_make_one() -> None:
    round = small_round()
    chief = make_staff()
    race(10, lambda i: close_round(Round.objects.get(pk=round.pk), by=chief, reason=f"Sự cố {i}"))
    assert RoundClosing.objects.count() == 1
    assert AuditEvent.objects.filter(verb="closed round").count() == 1


def test_a_plan_that_can_run_is_announced_once() -> None:
    contest = small_round(contest=future(announced=False)).contest
    make_prizes(contest)
    assert problems(contest) == []
    chief = make_staff()
    first = announce(contest, by=chief)
    assert announce(Contest.objects.get(pk=contest.pk), by=make_staff()) == first
    assert Announcement.objects.get().by == chief
    assert AuditEvent.objects.filter(verb="announced contest").count() == 1


def test_a_plan_that_cannot_run_is_refused_with_every_reason() -> None:
    contest = future(announced=False, hotline="")
    contest.certificate_templates.update(issuer="")
    small_round(contest=contest, name="Tuần 1", rank_order=[], prediction_text="")
    Category.objects.all().delete()
    contest.area = None
    contest.save()
    with pytest.raises(Refused) as refused:
        announce(contest, by=make_staff())
    assert refused.value.reasons == [
        "Chưa có “đường dây nóng”.",
        "Giấy chứng nhận: Chưa có “cơ quan cấp”.",
        "Chưa chọn địa bàn, nên người dự thi không có đơn vị nào để chọn.",
        "Chưa có đối tượng dự thi nào để người dự thi chọn.",
        "Tuần 1: Có câu dự đoán nhưng chưa ghi lời của câu dự đoán.",
        "Tuần 1: Chưa có thứ tự xếp hạng nên không thể trao giải.",
    ]
    assert not Announcement.objects.exists()


def test_a_contest_that_is_over_is_not_announced() -> None:
    now = database_now()
    past = make_contest(announced=False, opens_at=now - timedelta(days=2), closes_at=now - timedelta(days=1))
    with pytest.raises(NotNow, match="đã kết thúc"):
        announce(past, by=make_staff())
