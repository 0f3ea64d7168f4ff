from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.factories import make_entry, make_round, make_staff, submitted_attempt

pytestmark = pytest.mark.django_db

LIST = "admin:attempts_attempt_changelist"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_a_literal_number_of_queries(
    client: Client, rows: int, django_assert_num_queries: Any
) -> None:
    round = make_round()
    for _ in range(rows):
        submitted_attempt(make_entry(round.contest), round)
    client.get(reverse(LIST))
    with django_assert_num_queries(QUERIES):
        response = client.get(reverse(LIST))
    assert response.context["cl"].result_count == rows


def test_nobody_changes_adds_or_deletes(client: Client) -> None:
    round = make_round()
    attempt = submitted_attempt(make_entry(round.contest), round, correct=7)
    change = reverse("admin:attempts_attempt_change", args=[attempt.pk])
    assert client.get(change).status_code == 200
    assert client.post(change, {"correct": 30}).status_code == 403
    assert client.get(reverse("admin:attempts_attempt_add")).status_code == 403
    assert (
        client.post(reverse("admin:attempts_attempt_delete", args=[attempt.pk]), {"post": "yes"}).status_code
        == 403
    )
    attempt.refresh_from_db()
    assert attempt.correct == 7


def test_no_answers_are_shown(client: Client) -> None:
    round = make_round()
    attempt = submitted_attempt(make_entry(round.contest), round)
    page = client.get(reverse("admin:attempts_attempt_change", args=[attempt.pk])).content.decode()
    for name in ("answers", "choices", "orders", "paper", "seed"):
        assert f"field-{name}" not in page


# session, user, count, rows, contests to filter by
QUERIES = 5
