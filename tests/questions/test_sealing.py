import hashlib
import json

import pytest
from django.db import IntegrityError, connection, transaction

from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from contest_site.lib.errors import Refused
from questions.domain.sealing import seal_bank
from questions.models import Bank, SealedPool
from questions.pools import PoolQuestion, load_pool
from questions.queries import approved_revisions
from tests.questions.helpers import bank_with_topics, person, revision, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer() -> User:
    return person("soan")


@pytest.fixture
def appraiser() -> User:
    return person("tham-dinh")


@pytest.fixture
def bank() -> Bank:
    return bank_with_topics("Ngân hàng", "Thể chế", "Chuyển đổi số")


def test_only_the_last_word_on_the_last_revision_counts(bank: Bank, writer: User, appraiser: User) -> None:
    approved = revision(bank, 1, by=writer)
    verdict(approved, appraiser)
    edited = revision(bank, 2, by=writer)
    verdict(edited, appraiser)
    revision(bank, 2, by=writer, version=2)
    retired = revision(bank, 3, by=writer)
    verdict(retired, appraiser)
    verdict(retired, appraiser, "retired")
    again = revision(bank, 4, by=writer)
    verdict(again, appraiser, "returned")
    verdict(again, appraiser)
    verdict(revision(bank_with_topics("Khác"), 1, by=writer), appraiser)

    assert list(approved_revisions(bank)) == [approved, again]


def test_the_sealed_text_is_canonical_and_digested(bank: Bank, writer: User, appraiser: User) -> None:
    one = revision(bank, 1, by=writer, text="Cải cách “gì”?", topic="Thể chế")
    verdict(one, appraiser)

    pool = seal_bank(bank, by=appraiser)

    assert pool.content == (
        f'[{{"difficulty":"","explanation":"Giải thích bí mật","id":{one.pk},"keys":[1],"kind":"single",'
        '"options":["Một","Hai","Ba","Bốn"],"source":"Điều 1","source_link":"","text":"Cải cách “gì”?",'
        '"topic":"Thể chế"}]'
    )
    assert pool.digest == hashlib.sha256(pool.content.encode("utf-8")).hexdigest()
    assert (pool.size, pool.sealed_by) == (1, appraiser)


def test_the_digest_does_not_hang_on_the_order_of_rows(bank: Bank, writer: User, appraiser: User) -> None:
    for number in (3, 1, 2):
        verdict(revision(bank, number, by=writer), appraiser)
    first = seal_bank(bank, by=appraiser)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_indexscan = off")
        cursor.execute("SET LOCAL enable_nestloop = off")
    second = seal_bank(bank, by=writer)

    assert first.digest == second.digest
    assert [item["text"][:9] for item in json.loads(first.content)] == ["Câu hỏi 1", "Câu hỏi 2", "Câu hỏi 3"]


def test_a_bank_without_approved_questions_is_refused(bank: Bank, writer: User) -> None:
    revision(bank, 1, by=writer)
    with pytest.raises(Refused, match="chưa có câu hỏi nào được duyệt"):
        seal_bank(bank, by=writer)
    assert not bank.pools.exists()
    assert not AuditEvent.objects.exists()


def test_sealing_is_on_the_trail_without_any_content(bank: Bank, writer: User, appraiser: User) -> None:
    verdict(revision(bank, 1, by=writer), appraiser)
    pool = seal_bank(bank, by=appraiser)
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor) == ("sealed bank", appraiser)
    assert event.data == {"pool": pool.pk, "size": 1, "digest": pool.digest}


def test_a_pool_is_loaded_with_its_topics_and_then_kept_in_memory(
    bank: Bank, writer: User, appraiser: User, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    one = revision(bank, 1, by=writer, topic="Chuyển đổi số")
    two = revision(bank, 2, by=writer, topic="Thể chế", key=3)
    three = revision(bank, 3, by=writer, topic="Chuyển đổi số")
    for each in (one, two, three):
        verdict(each, appraiser)
    sealed = seal_bank(bank, by=appraiser)

    with django_assert_num_queries(1):  # type: ignore[operator]
        pool = load_pool(sealed.pk)
        assert load_pool(sealed.pk) is pool
    assert (pool.stratum("Chuyển đổi số"), pool.stratum("Thể chế"), pool.stratum("Thể")) == ((0, 2), (1,), ())
    assert pool.digest == sealed.digest
    assert pool.questions[1] == PoolQuestion(
        id=two.pk,
        kind="single",
        topic="Thể chế",
        difficulty="",
        text=two.text,
        options=("Một", "Hai", "Ba", "Bốn"),
        keys=(3,),
        explanation="Giải thích bí mật",
        source="Điều 1",
        source_link="",
    )


def test_a_pool_whose_content_has_another_digest_is_not_used(bank: Bank, writer: User) -> None:
    pool = SealedPool.objects.create(bank=bank, content="[]", size=1, digest="0" * 64, sealed_by=writer)
    with pytest.raises(ValueError, match="altered"):
        load_pool(pool.pk)


def test_a_sealed_pool_stays(bank: Bank, writer: User, appraiser: User) -> None:
    verdict(revision(bank, 1, by=writer), appraiser)
    pool = seal_bank(bank, by=appraiser)
    with pytest.raises(IntegrityError, match="final"), transaction.atomic():
        SealedPool.objects.update(content="[]")
    with pytest.raises(IntegrityError, match="final"), transaction.atomic():
        pool.delete()
