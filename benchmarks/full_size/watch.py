"""Looking while 1,000,000 attempts are stored: the live page, one more viewer, and a person's own rank."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from benchmarks.full_size.setting import Clock
from benchmarks.rows import Row

if TYPE_CHECKING:
    from benchmarks.full_size.scene import Scene

VIEWS, LIMIT = 40, 20  # ms of CPU
WARM = 6  # a statement's plan is made anew five times before the server keeps one
PAGE, DATA = "/quan-tri/theo-doi/", "/quan-tri/theo-doi/so-lieu/"


def rows(scene: Scene) -> list[Row]:
    found = []
    with running(scene):
        client = viewer()
        name = "live watch with 1,000,000 attempts:"
        found += [
            _row(f"{name} the page, put together anew", lambda: anew(client, f"{PAGE}?lien-tuc=1")),
            _row(f"{name} its figures, put together anew", lambda: anew(client, DATA)),
            _row(f"{name} its figures for one more viewer", lambda: client.get(DATA)),
        ]
    with running(scene, empty=True):
        client = viewer()
        found.append(_row("live watch of a round without attempts, its figures", lambda: anew(client, DATA)))
    return [*found, own_rank(scene)]


def own_rank(scene: Scene) -> Row:
    """The sentence on a rank of many different people, of the first, the last and those between."""
    from django.db import transaction

    from contests.models import Entry
    from prizes.domain.ranking import compute_standings
    from prizes.explaining import explain_rank
    from prizes.scope import Scope

    with transaction.atomic():
        run = compute_standings(Scope.of_round(scene.several), by=None)
        ranks = [1 + (run.ranked - 2) * n // VIEWS for n in range(VIEWS)]
        ids = run.rows.filter(rank__in=ranks).values_list("entry", flat=True)
        people = iter(list(Entry.objects.filter(pk__in=ids)) * 2)
        each = _cost(lambda: explain_rank(run, next(people)), min(VIEWS, len(ids) - WARM))
        transaction.set_rollback(True)
    return Row(
        "own rank among 400,000 of 1,000,000 attempts",
        each,
        "ms CPU",
        target=f"≤ {LIMIT} ms",
        met=each <= LIMIT,
    )


@contextmanager
def running(scene: Scene, *, empty: bool = False) -> Iterator[None]:
    """The round as if it ran now and had been counted; taken back at the end."""
    from django.db import connection, transaction

    from contest_site.lib.clock import database_now
    from contest_site.watch.counting import count_round
    from contests.models import Round, RoundClosing

    round = scene.several
    with transaction.atomic():
        now = database_now()
        with connection.cursor() as cursor:
            cursor.execute(
                "SET LOCAL session_replication_role = replica"
            )  # what is final is put back as it was
            RoundClosing.objects.filter(round=round).delete()
            half = timedelta(minutes=30)
            Round.objects.filter(pk=round.pk).update(opens_at=now - half, closes_at=now + half)
            cursor.execute("SET LOCAL session_replication_role = origin")
        if not empty:
            count_round(Round.objects.select_related("contest").get(pk=round.pk))
        yield
        transaction.set_rollback(True)


def viewer() -> Any:
    from django.conf import settings
    from django.test import Client

    from contest_site.accounts.models import User

    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    user = User.objects.filter(is_superuser=True).first() or User.objects.create_superuser(username="do")
    client.force_login(user)
    assert client.get(DATA).status_code == 200
    return client


def anew(client: Any, address: str) -> None:
    from contest_site.lib import tally

    tally.client().flushdb()
    client.get(address)


def _row(name: str, view: Callable[[], object]) -> Row:
    each = _cost(view, VIEWS)
    return Row(name, each, "ms CPU", target=f"≤ {LIMIT} ms", met=each <= LIMIT)


def _cost(view: Callable[[], object], times: int) -> float:
    """Milliseconds of CPU each, in a process that has run for a while."""
    for _time in range(WARM):
        view()
    with Clock() as clock:
        for _time in range(times):
            view()
    return clock.cost.cpu * 1000 / times
