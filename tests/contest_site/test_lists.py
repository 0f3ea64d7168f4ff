"""Every list of the admin costs the same number of statements for one row as for three, and it is this one.

Without those for the session and the account. A new list fails until its number stands here; `MAKERS` says
how a row of it is made. On lists that are pages of their own the rows are beside those that the world has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin, auth
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support.everything import MAKERS, World, make_world

QUERIES = {
    "accounts.accountmerge": 2,
    "accounts.contactmove": 2,
    "accounts.factorrecovery": 2,
    "accounts.user": 1,
    "agency.agencyrequest": 3,
    "attempts.anomaly": 3,
    "attempts.attempt": 3,
    "attempts.disqualification": 3,
    "attempts.keycorrection": 2,
    "audit.auditevent": 2,
    "audit.change": 2,
    "auth.group": 3,
    "contests.block": 2,
    "contests.contest": 3,
    "contests.datarequest": 2,
    "contests.entry": 4,
    "contests.entryrequest": 3,
    "contests.exclusion": 3,
    "contests.headcount": 10,
    "contests.prizetable": 2,
    "contests.roster": 3,
    "contests.round": 2,
    "contests.unit": 3,
    "contests.unitchange": 3,
    "contests.unitofficer": 2,
    "prizes.standingsrun": 8,
    "questions.bank": 2,
    "questions.question": 5,
    "questions.sealedpool": 2,
    "questions.study": 2,
    "reports.report": 3,
    "watch.backup": 2,
    "watch.incident": 2,
}
# Lists that are pages of their own, without Django's filters in the address.
OWN = frozenset(
    {
        "attempts.anomaly",
        "attempts.disqualification",
        "attempts.keycorrection",
        "audit.change",
        "prizes.standingsrun",
    }
)
LISTS = sorted(model._meta.label_lower for model in admin.site._registry)
pytestmark = [pytest.mark.dear, pytest.mark.django_db]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    """Made once, gone with the transaction that it is made in."""
    light = override_settings(
        STAFF_SECOND_FACTOR=False,
        RATE_LIMITS_ENABLED=False,
        MEDIA_ROOT=tmp_path_factory.mktemp("media"),
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    )
    with light, pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        made = make_world()
        patch.setattr(auth, "get_user", lambda request: made.by)
        # What a process reads once.
        ContentType.objects.get_for_models(*admin.site._registry)
        yield made
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def browser(world: World) -> Client:
    client = Client()
    client.force_login(world.by)
    client.get(reverse("admin:index"))
    return client


def test_every_list_has_its_number_and_no_other() -> None:
    assert sorted(QUERIES) == LISTS


@pytest.mark.parametrize("label", LISTS)
def test_a_list_of_three_costs_what_a_list_of_one_costs(world: World, browser: Client, label: str) -> None:
    model = next(one for one in admin.site._registry if one._meta.label_lower == label)
    with transaction.atomic():
        before = keys(model)
        one, three = (asked(world, browser, model, before, rows) for rows in (1, 3))
        transaction.set_rollback(True)
    assert len(three) == len(one), "\n".join(three)
    assert len(one) == QUERIES[label], "\n".join(one)


def asked(world: World, browser: Client, model: type[Model], before: list[Any], rows: int) -> list[str]:
    """What the list asks the database with so many rows beside those before."""
    label = model._meta.label_lower
    while len(made := [pk for pk in keys(model) if pk not in before]) < rows:
        MAKERS[label](world)
    query = {} if label in OWN else {"id__in": ",".join(str(pk) for pk in made[:rows])}
    if label == "contests.headcount":
        query = {"contest": str(world.contest.pk)}
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    with CaptureQueriesContext(connection) as captured:
        response = browser.get(address, query)
    assert response.status_code == 200
    if "id__in" in query:
        assert len(response.context["cl"].result_list) == rows
    return [str(one["sql"]) for one in captured.captured_queries]


def keys(model: type[Model]) -> list[Any]:
    return sorted(model._default_manager.values_list("pk", flat=True))
