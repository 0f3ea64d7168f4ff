"""Publishing a bank for study, taking it back, and the organisers' pages for both."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Invalid, NotNow, Refused
from contests.domain.studying import publish_study as publish_knowingly
from contests.domain.studying import rounds_to_come
from contests.models import RoundClosing
from questions.domain.studying import publish_study, withdraw_study
from questions.models import Bank, SealedPool, Study, StudyWithdrawal
from questions.pools import load_pool
from questions.studies import public_studies, studies_of_banks
from tests.questions.helpers import bank_with_topics, person, revision, verdict
from tests.support.factories import make_bank, make_contest, make_round, make_user
from tests.support.screens import address

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> User:
    return make_user()


@pytest.fixture
def bank() -> Bank:
    """Four approved questions of three topics, and one that waits."""
    bank = bank_with_topics("Ngân hàng", "Thể chế", "Chuyển đổi số › Định danh", "Chuyển đổi số mới")
    writer, appraiser = person("soan"), person("tham-dinh")
    topics = ["Thể chế", "Chuyển đổi số › Định danh", "Chuyển đổi số › Định danh", "Chuyển đổi số mới"]
    for number, topic in enumerate(topics, 1):
        verdict(revision(bank, number, by=writer, topic=topic), appraiser)
    revision(bank, 5, by=writer)
    return bank


def published(study: Study) -> list[str]:
    return [question.topic for question in load_pool(study.pool_id).questions]


def test_all_approved_questions_are_frozen_with_their_keys(bank: Bank, by: User) -> None:
    study = publish_study(bank, title="  Ôn tập  CCHC ", opens_at=database_now(), by=by)
    pool = load_pool(study.pool_id)
    assert (study.title, study.slug, len(pool.questions)) == ("Ôn tập CCHC", "on-tap-cchc", 4)
    assert pool.questions[0].keys == (1,)
    assert pool.questions[0].explanation == "Giải thích bí mật"


def test_a_topic_brings_those_under_it_and_no_namesake(bank: Bank, by: User) -> None:
    study = publish_study(bank, title="Một phần", opens_at=database_now(), topics=["Chuyển đổi số"], by=by)
    assert published(study) == ["Chuyển đổi số › Định danh"] * 2


def test_only_the_difficulties_asked_for(bank: Bank, by: User) -> None:
    with pytest.raises(Refused):
        publish_study(bank, title="Khó", opens_at=database_now(), difficulties=["hard"], by=by)
    assert not SealedPool.objects.exists()


def test_a_name_is_needed(bank: Bank, by: User) -> None:
    with pytest.raises(Invalid):
        publish_study(bank, title=" ", opens_at=database_now(), by=by)


def test_two_of_one_name_have_two_addresses(bank: Bank, by: User) -> None:
    slugs = [publish_study(bank, title="Ôn tập", opens_at=database_now(), by=by).slug for _time in range(3)]
    assert slugs == ["on-tap", "on-tap-2", "on-tap-3"]


def test_the_trail_tells_what_was_published_and_no_key(bank: Bank, by: User) -> None:
    study = publish_study(bank, title="Ôn tập", opens_at=database_now(), topics=["Thể chế"], by=by)
    event = AuditEvent.objects.get(verb="published study")
    assert event.data["digest"] == study.pool.digest
    assert event.data["questions"] == 1
    assert "keys" not in str(event.data)


def test_it_is_public_from_its_day_until_it_is_taken_back(bank: Bank, by: User) -> None:
    now = publish_study(bank, title="Nay", opens_at=database_now(), by=by)
    publish_study(bank, title="Mai", opens_at=database_now() + timedelta(days=1), by=by)
    assert list(public_studies()) == [now]
    assert list(studies_of_banks([bank.pk])) == [now]
    assert list(studies_of_banks([make_bank(0).pk])) == []
    withdraw_study(now, reason="Có câu sai", by=by)
    assert list(public_studies()) == []
    assert AuditEvent.objects.get(verb="withdrew study").reason == "Có câu sai"


def test_it_is_taken_back_once_and_with_a_reason(bank: Bank, by: User) -> None:
    study = publish_study(bank, title="Nay", opens_at=database_now(), by=by)
    with pytest.raises(Invalid):
        withdraw_study(study, reason=" ", by=by)
    withdraw_study(study, reason="Có câu sai", by=by)
    with pytest.raises(NotNow):
        withdraw_study(study, reason="Lần nữa", by=by)


class TestWhileRoundsDraw:
    def test_only_knowingly(self, bank: Bank, by: User) -> None:
        round = make_round(bank=bank, sealed=False)
        assert list(rounds_to_come(bank)) == [round]
        with pytest.raises(NotNow):
            publish_knowingly(bank, title="Ôn tập", opens_at=database_now(), by=by)
        assert not Study.objects.exists()
        assert publish_knowingly(bank, title="Ôn tập", opens_at=database_now(), knowingly=True, by=by).pk

    def test_a_closed_round_and_another_bank_do_not_matter(self, bank: Bank, by: User) -> None:
        RoundClosing.objects.create(round=make_round(bank=bank, sealed=False))
        over = make_contest(
            opens_at=database_now() - timedelta(days=3), closes_at=database_now() - timedelta(days=1)
        )
        make_round(over, bank=bank, sealed=False)
        make_round(bank=make_bank(0), sealed=False)
        assert not rounds_to_come(bank).exists()
        assert publish_knowingly(bank, title="Ôn tập", opens_at=database_now(), by=by).pk


class TestPages:
    @pytest.fixture
    def client(self) -> Client:
        client = Client()
        client.force_login(person("ban-to-chuc", "seal_bank"))
        return client

    def form(self, **fields: object) -> dict[str, object]:
        return {"title": "Ôn tập", "opens_at_0": "01/11/2024", "opens_at_1": "07:00", **fields}

    def test_only_those_who_may_seal_a_bank(self, bank: Bank, by: User) -> None:
        study = publish_study(bank, title="Nay", opens_at=database_now(), by=by)
        client = Client()
        client.force_login(person("khac", "view_bank", "see_key"))
        for name, args in (
            ("questions_study_changelist", []),
            ("questions_study_banks", []),
            ("questions_study_publish", [bank.pk]),
            ("questions_study_change", [study.pk]),
            ("questions_study_withdraw", [study.pk]),
        ):
            assert client.get(address(name, *args)).status_code == 403
        assert client.post(address("questions_study_publish", bank.pk), self.form()).status_code == 403

    def test_a_part_is_published(self, client: Client, bank: Bank) -> None:
        assert bank.name in client.get(address("questions_study_banks")).content.decode()
        page = client.get(address("questions_study_publish", bank.pk)).content.decode()
        assert "4 câu đã duyệt" in page
        assert "Chuyển đổi số › Định danh" in page
        assert 'name="knowingly"' not in page
        response = client.post(
            address("questions_study_publish", bank.pk), self.form(topics=["Thể chế"], note="Giới thiệu")
        )
        study = Study.objects.get()
        assert response["Location"] == address("questions_study_change", study.pk)
        assert (study.pool.size, study.note) == (1, "Giới thiệu")
        assert f"{study.opens_at:%Y-%m-%d %H:%M}" == "2024-11-01 00:00"  # UTC
        assert "đang công bố" in client.get(response["Location"]).content.decode()
        assert "Ôn tập" in client.get(address("questions_study_changelist")).content.decode()

    def test_rounds_to_come_are_named_and_must_be_confirmed(self, client: Client, bank: Bank) -> None:
        round = make_round(bank=bank, sealed=False, name="Tuần thi thứ 9")
        place = address("questions_study_publish", round.bank_id)
        page = client.get(place).content.decode()
        assert "Tuần thi thứ 9" in page
        assert 'name="knowingly"' in page
        assert client.post(place, self.form()).status_code == 400
        assert not Study.objects.exists()
        assert client.post(place, self.form(knowingly="on")).status_code == 302

    def test_it_is_taken_back_in_two_steps(self, client: Client, bank: Bank, by: User) -> None:
        study = publish_study(bank, title="Nay", opens_at=database_now(), by=by)
        place = address("questions_study_withdraw", study.pk)
        assert client.get(place).status_code == 200
        assert not StudyWithdrawal.objects.exists()
        assert client.post(place, {"reason": ""}).status_code == 400
        assert client.post(place, {"reason": "Có câu sai"}).status_code == 302
        assert "Có câu sai" in client.get(address("questions_study_change", study.pk)).content.decode()
        assert client.post(place, {"reason": "Lần nữa"}).status_code == 409
