"""What is kept is kept on while nobody changes anything, and not a moment after."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from redis.exceptions import ConnectionError as AwayError

from contest_site.audit.acting import Acting, acting
from contest_site.lib import changes, hot, tally
from contests.models import Contest
from tests.support.factories import make_contest, make_entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Callable[[float], None]:
    """The time of processes, moved by hand."""
    settings.PAGE_CACHE_SECONDS = 2
    now = [1000.0]
    monkeypatch.setattr("contest_site.lib.hot.time.monotonic", lambda: now[0])

    def pass_by(seconds: float) -> None:
        now[0] += seconds

    return pass_by


def test_it_is_made_anew_only_after_a_change_or_the_longest_time(
    clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = ["a"]
    monkeypatch.setattr(changes, "sign", lambda: sign[0])
    kept: hot.Kept[int] = hot.Kept()
    numbers = count()

    def get() -> int:
        return kept.get("key", lambda: next(numbers))

    assert get() == 0
    clock(3)
    assert get() == 0
    sign[0] = "b"
    clock(1)
    assert get() == 0, "nobody asks within the moment"
    clock(2)
    assert get() == 1
    clock(2 * hot.LONGEST)
    assert get() == 2


def test_while_one_makes_it_anew_the_others_get_the_last_one(
    clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "sign", lambda: None)
    kept: hot.Kept[str] = hot.Kept()
    kept.get("key", lambda: "first")
    clock(3)
    meanwhile: list[str] = []

    def make() -> str:
        meanwhile.append(kept.get("key", lambda: "another"))
        return "second"

    assert kept.get("key", make) == "second"
    assert meanwhile == ["first"]


def test_without_a_sign_it_is_made_anew_after_its_moment(
    clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:
        raise AwayError

    monkeypatch.setattr(tally, "client", away)
    kept: hot.Kept[int] = hot.Kept()
    numbers = count()
    for _ in range(3):
        kept.get("key", lambda: next(numbers))
        clock(3)
    assert next(numbers) == 3


@pytest.mark.django_db(transaction=True)
def test_the_sign_changes_with_the_commit_of_what_an_organiser_changes() -> None:
    contest = make_contest()
    entry = make_entry(contest)
    before = changes.sign()
    with acting(Acting("web", "/")):
        with transaction.atomic():
            Contest.objects.filter(pk=contest.pk).update(name="Tên mới")
            assert changes.sign() == before
        assert changes.sign() != before
        after = changes.sign()
        entry.full_name = "Người khác"
        entry.save()
        assert changes.sign() == after, "what people do by the thousand is nobody's change of a plan"
        with transaction.atomic():
            Contest.objects.filter(pk=contest.pk).update(name="Không thành")
            transaction.set_rollback(True)
        assert changes.sign() == after
