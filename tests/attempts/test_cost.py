"""A journey's own work must not creep up: CPU beside bare views in the same process, within a wide bound.

Exact figures, of all the servers' processes, are `bin/bench`'s (docs/performance.md).
"""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse

from contests.models import Round
from tests.support.factories import make_entry, make_round, make_user

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}
REQUESTS = 8
# Well above what was measured, well below what a forgotten template or a dozen statements would cost.
MOST = 10


def bare(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM attempts_attempt LIMIT 1")
    return HttpResponse("x" * 20_000)


urlpatterns = [path("", bare)]


def journey(client: Client, round: Round) -> None:
    """Contest page, start, paper, three saves, submission, result."""
    assert client.get(reverse("contest", args=[round.contest.slug])).status_code == 200
    start = client.post(reverse("attempts:start", args=[round.contest.slug, round.number]))
    paper = start["Location"]
    assert client.get(paper).status_code == 200
    for at in range(3):
        taps = {f"q{10 * at + one}": "1" for one in range(1, 11)}
        assert client.post(f"{paper}luu/", {**taps, "revision": str(at)}, headers=JSON).status_code == 200
    assert client.get(client.post(f"{paper}nop-bai/", {})["Location"]).status_code == 200


def cpu(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


def test_a_journey_costs_a_small_multiple_of_bare_views(settings: Any) -> None:
    settings.PAGE_CACHE_SECONDS = 60
    round = make_round()
    client = Client()  # one site for all of them, as in a web process

    def cost() -> float:
        client.force_login(make_entry(round.contest, user=make_user()).user)
        return cpu(lambda: journey(client, round))

    for _once in range(3):
        cost()  # what a process does once
    ours = min(cost() for _ in range(3))
    settings.MIDDLEWARE, settings.ROOT_URLCONF = [], "tests.attempts.test_cost"
    floor = Client()
    floor.get("/")
    least = min(cpu(lambda: [floor.get("/") for _ in range(REQUESTS)]) for _ in range(3))
    assert ours < MOST * least, f"{ours / least:.1f} times bare views"
