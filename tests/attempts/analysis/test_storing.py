"""Counts that a worker keeps: when they are made, when they are old, and what the page says meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db.models.functions import Now
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from attempts import tasks
from attempts.analysis import storing
from attempts.analysis.storing import rows_due, stored_analysis
from attempts.domain.correcting import decide_correction, propose_correction
from attempts.domain.disqualifying import disqualify
from attempts.models import Attempt, ItemCounts
from contest_site.celery import app
from contest_site.lib import work
from contests.domain.consenting import withdraw_consent
from contests.models import Round
from tests.attempts.analysis.support import analyse
from tests.attempts.support import answered, round_of
from tests.support.factories import exclude, make_entry, make_staff, make_user
from tests.support.screens import address

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Nobody does what is asked for; what was sent is kept."""
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr(work, "send_after_commit", lambda *task: sent.append(task))
    monkeypatch.setattr(work, "PATIENCE", 0)
    return sent


@pytest.fixture
def client() -> Client:
    client = Client()
    user = make_staff(is_superuser=False)
    user.user_permissions.set(Permission.objects.filter(codename="see_key"))
    client.force_login(user)
    return client


def sit(round: Round, *options: int) -> Attempt:
    attempt = answered(make_entry(round.contest), round, range(len(options)), list(options))
    Attempt.objects.bulk_create([attempt])
    return attempt


def page_of(client: Client, round: Round, query: str = "") -> Any:
    return client.get(address("attempts_analysis", round.pk) + query)


def row_of(round: Round) -> ItemCounts:
    return ItemCounts.objects.get(round=round, every=False)


def test_nothing_is_counted_by_looking_and_all_by_asking(client: Client, sent: list[Any]) -> None:
    round = round_of([(4, 0), (4, 1)], paper=2, closed=False)
    sit(round, 0, 1)
    page = page_of(client, round)
    assert "Chưa có số liệu" in page.content.decode()
    assert (sent, ItemCounts.objects.count()) == ([], 0)
    for name, args in (("attempts_analysis_workbook", []), ("attempts_analysis_question", [1])):
        led = client.get(address(name, round.pk, *args))
        assert led["Location"] == address("attempts_analysis", round.pk)

    client.post(address("attempts_analysis", round.pk))

    row = row_of(round)
    assert sent == [("attempts.tasks.count_items", row.pk)]
    page = page_of(client, round)
    assert "Đang đếm các bài đã nộp" in page.content.decode()
    assert page["Refresh"] == "3"
    tasks.count_items(row.pk)
    page = page_of(client, round)
    assert page.context["analysis"].papers == 1
    assert "Refresh" not in page


def test_a_page_reads_one_row_whatever_was_counted(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    round = round_of([(4, 0), (4, 1)], paper=2)
    for people in (1, 20):
        for _person in range(people):
            sit(round, 0, 1)
        analyse(round)
        page_of(client, round)
        # the session, the account, its rights (two), the round, its counts, what they hang on
        with django_assert_num_queries(7):
            page = page_of(client, round)
        assert "Số liệu đã cũ" not in page.content.decode()


def test_what_changed_since_makes_counts_old_and_the_old_key_stays_theirs(client: Client) -> None:
    round = round_of([(4, 0), (4, 1)], paper=2, closed=False)
    first, second, third = sit(round, 3, 1), sit(round, 3, 1), sit(round, 3, 1)
    analyse(round)

    def is_old() -> bool:
        return "Số liệu đã cũ" in page_of(client, round).content.decode()

    assert not is_old()
    correction = propose_correction(round, question=0, accepted=[3], grounds="Nhầm", by=make_user())
    assert not is_old()
    decide_correction(correction, approve=True, by=make_user())
    assert is_old()
    assert stored_analysis(row_of(round)).items[0].found.facility == 0
    assert analyse(round).items[0].found.facility == 1
    assert not is_old()
    disqualify(first.entry, round=round, grounds="Thi hộ", attachment=None, by=make_user())
    assert is_old()
    assert analyse(round).papers == 2
    withdraw_consent(third.entry, by=third.entry.user)
    assert is_old()
    assert analyse(round).papers == 1
    exclude(round.contest, user=second.entry.user)
    assert is_old()
    assert analyse(round).papers == 0


def test_a_closed_round_is_counted_by_itself_once(sent: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    round = round_of([(4, 0), (4, 1)], paper=2)
    round_of([(4, 0)], paper=1, closed=False)
    sit(round, 0, 1)
    monkeypatch.setattr(app.conf, "task_always_eager", True)
    tasks.count_due()
    row = row_of(round)
    assert (ItemCounts.objects.count(), row.waits) == (1, True)
    ItemCounts.objects.update(asked_at=Now() - timedelta(minutes=1))  # its task was lost
    tasks.count_due()
    row.refresh_from_db()
    assert row.basis is not None
    assert (row.papers, row.basis["submitted"], row.waits) == (1, 1, False)
    assert rows_due() == []
    sit(round, 0, 1)  # which came with the close
    assert rows_due() == [row]
    tasks.count_due()
    assert sent[-1] == ("attempts.tasks.count_items", row.pk)
    tasks.count_items(row.pk)
    row.refresh_from_db()
    assert row.papers == 2
    assert rows_due() == []


def test_a_round_with_open_attempts_is_not_counted_yet() -> None:
    round = round_of([(4, 0), (4, 1)], paper=2)
    left = answered(make_entry(round.contest), round, [0, 1], [0, 1])
    for name in ("submitted_at", "finished_by", "choices", "correct", "duration_ms", "receipt"):
        setattr(left, name, None)
    Attempt.objects.bulk_create([left])
    tasks.count_due()
    assert not ItemCounts.objects.exists()


def test_what_fails_waits_for_a_person(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    round = round_of([(4, 0), (4, 1)], paper=2)
    sit(round, 0, 1)
    client.post(address("attempts_analysis", round.pk))
    row = row_of(round)
    with monkeypatch.context() as patch:
        patch.setattr(storing, "count_choices", lambda *args, **options: 1 / 0)
        tasks.count_items(row.pk)
    assert "Chưa tính được số liệu" in page_of(client, round).content.decode()
    assert rows_due() == []
    client.post(address("attempts_analysis", round.pk))
    tasks.count_items(row.pk)
    assert page_of(client, round).context["analysis"].papers == 1


def test_new_counts_are_asked_for_while_the_old_ones_are_shown(client: Client) -> None:
    round = round_of([(4, 0), (4, 1)], paper=2)
    sit(round, 0, 1)
    analyse(round)
    client.post(address("attempts_analysis", round.pk) + "?loc=de")
    page = page_of(client, round)
    assert "Đang tính lại" in page.content.decode()
    assert page.context["analysis"].papers == 1
    assert page["Refresh"] == "3"


def test_the_row_holds_no_key() -> None:
    round = round_of([(4, 2), (4, frozenset({0, 3}))], paper=2)
    analyse(round)
    row = row_of(round)
    assert row.basis is not None
    # No paper, no figure: all that could tell the key apart is in the seal alone.
    assert (row.counts, set(row.basis)) == (
        [],
        {"corrections", "disqualified", "reinstated", "listed", "withdrawn", "closed", "submitted"},
    )
