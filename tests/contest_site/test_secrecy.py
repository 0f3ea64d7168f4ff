"""No key and no explanation reaches anybody without questions.see_key: pages, files, logs, caches, trail.

Two nets. Every explanation holds a TOKEN, which must be nowhere to be found. And every key of the world is
turned to another option behind the product's back: whoever may not see keys must not notice.
"""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from django.conf import settings as django_settings
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import resolve, reverse
from psycopg import sql

from attempts.tasks import finish_expired
from contest_site.audit.models import AuditEvent
from contest_site.lib.logs import OneLineFormatter, without_rows
from questions.models import Revision
from questions.pools import load_pool
from tests.contest_site.secret_world import (
    OTHER_TOKEN,
    TOKEN,
    WITHOUT_KEY,
    Answer,
    World,
    _fresh_memory,
    ask,
    client_of,
    lasting,
    person,
    seen_by,
    turn_every_key,
    turned,
    words_of,
    world,
)

__all__ = ["_fresh_memory", "world"]
pytestmark = [pytest.mark.django_db]

# --- Pages and files ----------------------------------------------------------------------------------------


@pytest.mark.dear
@pytest.mark.parametrize("who", [*WITHOUT_KEY, "nobody", "sitting", "finished"])
def test_who_may_not_see_keys_cannot_tell_one_key_from_another(world: World, who: str) -> None:
    found = seen_by(world, who)
    assert [address for address, answer in found.items() if TOKEN in answer.body] == []
    assert [address for address, answer in found.items() if answer.status >= 500] == []
    if who in ("Trưởng ban", "Thư ký"):
        # The control of the walk: it comes to the pages that could tell.
        pages = {view_of(address): answer for address, answer in found.items() if answer.status == 200}
        assert pages.keys() >= REACHED
        assert pages["admin:questions_question_change"].may_tell
    client = client_of(person(world, who))
    # The watch counts the walk itself. A page that has read nothing of what is turned cannot differ by it.
    asked = [one for one, answer in found.items() if answer.may_tell and view_of(one) != "watch:page"]
    assert [(one, told) for one in asked if (told := tells(client, one, found[one]))] == []


def view_of(address: str) -> str:
    return resolve(urlsplit(address).path).view_name


def tells(client: Client, address: str, before: Answer) -> list[tuple[str, str]]:
    """What is another once every key is turned. A clock may strike between two looks, but not twice."""
    found: list[tuple[str, str]] = []
    for _try in range(2):
        with turned():
            after = ask(client, address)
        assert OTHER_TOKEN not in after.body, address
        if (before.status, lasting(before.body)) == (after.status, lasting(after.body)):
            return []
        found = difference(before.body, after.body) or [(str(before.status), str(after.status))]
        before = ask(client, address)
    return found


def difference(one: str, other: str) -> list[tuple[str, str]]:
    pairs = zip(lasting(one).splitlines(), lasting(other).splitlines(), strict=False)
    return [(left, right) for left, right in pairs if left != right][:3]


REACHED = {
    "admin:index",
    "admin:questions_question_changelist",
    "admin:questions_question_change",
    "admin:questions_bank_changelist",
    "admin:contests_round_blueprint",
    "admin:contests_round_exposure",
    "admin:attempts_sample_papers",
    "admin:contests_contest_change",
    "admin:audit_auditevent_changelist",
    "contest",
}


def test_the_nets_hold_something(world: World) -> None:
    """The control of the nets: who may see keys does find the token, and does notice the turn."""
    client = client_of(world.appraiser)
    question = world.bank.questions.all()[0]
    address = reverse("admin:questions_question_change", args=[question.pk])
    before = ask(client, address)
    assert TOKEN in before.body
    assert before.may_tell
    with turned():
        after = ask(client, address)
    assert lasting(after.body.replace(OTHER_TOKEN, TOKEN)) != lasting(before.body)


@pytest.mark.parametrize("who", WITHOUT_KEY)
def test_what_is_sent_by_forms_gives_no_key_either(world: World, who: str) -> None:
    client = client_of(person(world, who))
    contest, bank = world.coming.contest, world.bank
    question = bank.questions.all()[0]
    sent: list[tuple[str, dict[str, str]]] = [
        (reverse("admin:attempts_sample_papers", args=[world.coming.pk]), {"papers": "10"}),
        (reverse("admin:contests_round_seal", args=[contest.pk, world.coming.number]), {}),
        (reverse("admin:questions_bank_export_file", args=[bank.pk]), {"format": "excel", "with_keys": "on"}),
        (reverse("admin:questions_question_change", args=[question.pk]), {"verdict": "approved"}),
        (reverse("admin:questions_question_change", args=[question.pk]), {"verdict": ""}),
    ]
    for address, values in sent:
        for act in (client.post, client.get):
            response = act(address, values)
            assert response.status_code < 500, (address, response.status_code)
            body = words_of(response)
            assert TOKEN not in body, address
            assert "q-right" not in body, address


def test_a_contestants_answers_to_scripts_give_no_key(world: World) -> None:
    def sitting() -> list[str]:
        client = client_of(world.open.entry.user)
        found = []
        for answer in range(1, 5):
            for name in ("save", "review", "paper"):
                address = reverse(f"attempts:{name}", args=[world.open.pk])
                headers = {"Accept": "application/json"}
                response: Any = (
                    client.post(address, {"q1": str(answer), "q2": str(answer)}, headers=headers)
                    if name == "save"
                    else client.get(address)
                )
                found.append(f"{response.status_code} {words_of(response)}")
        return found

    before = sitting()
    turn_every_key()
    after = sitting()
    assert TOKEN not in "".join(before)
    assert {one[:3] for one in before} == {"200"}
    strip = re.compile(
        r'"revision": ?\d+|data-revision="\d+"|name="revision" value="\d+"|"remaining": ?\d+'
        r"|\d+ phút( \d+ giây)?"
    )
    assert [lasting(strip.sub("", one)) for one in before] == [lasting(strip.sub("", one)) for one in after]


# --- Where the product keeps and writes things --------------------------------------------------------------


def test_keys_lie_in_their_own_tables_alone(world: World) -> None:
    """Not in the trail, in sessions, in drafts of other things: wherever a table has the token, it may."""
    exported = client_of(world.writer).get(reverse("admin:questions_bank_export_file", args=[world.bank.pk]))
    assert exported.status_code == 200
    holding = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            statement = sql.SQL("SELECT count(*) FROM {} t WHERE t::text LIKE %s").format(
                sql.Identifier(table)
            )
            cursor.execute(statement, [f"%{TOKEN}%"])
            if cursor.fetchone() != (0,):
                holding.add(table)
    assert holding == {"questions_revision", "questions_sealedpool"}


def test_the_trail_says_nothing_of_keys(world: World) -> None:
    rows = [json.dumps(event.data) + event.reason + event.object_name for event in AuditEvent.objects.all()]
    assert len(rows) > 10
    for row in rows:
        assert TOKEN not in row
        assert '"keys"' not in row
        assert "explanation" not in row


def test_neither_cache_nor_queue_holds_a_key(world: World) -> None:
    contest = world.running.contest
    seen_by(world, "sitting")
    for address in (
        reverse("admin:questions_question_change", args=[world.bank.questions.all()[0].pk]),
        reverse("admin:questions_bank_export_file", args=[world.bank.pk]),
        reverse("prizes:rules", args=[contest.slug]),
    ):
        assert client_of(world.writer).get(address).status_code == 200
    for address in {str(django_settings.CACHE_URL), str(django_settings.REDIS_URL)}:
        with redis.Redis.from_url(address) as store:
            for key in store.scan_iter(count=1_000):
                dumped = store.dump(key) or b""
                assert TOKEN.encode() not in key + dumped, key


# --- Errors and logs ----------------------------------------------------------------------------------------


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that is logged, at any level, as the site's own formatter writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLineFormatter())
    root = logging.getLogger()
    level = root.level
    # What the database driver is given is no log of the site: nobody sets it so low on a server.
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def failing(secret: Callable[[], str]) -> Callable[..., Any]:
    """A part of the product that has a key in its hands and breaks."""

    def broken(*args: Any, **values: Any) -> Any:
        explanation = secret()
        keys = {"explanation": explanation, "keys": [1, 2]}
        raise RuntimeError(f"broken with {len(keys)} things in hand")

    return broken


def test_an_error_page_shows_no_key_that_the_code_had_in_its_hands(
    world: World, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert django_settings.DEBUG is False
    assert not django_settings.ADMINS  # nobody is sent what a form held
    revision = Revision.objects.filter(explanation__contains=TOKEN).first()
    assert revision is not None
    text = revision.explanation
    monkeypatch.setattr("contests.admin.blueprints.blueprint_of", failing(lambda: text))
    for who in ("Thư ký", "Trưởng ban"):
        address = reverse(
            "admin:contests_round_blueprint", args=[world.coming.contest_id, world.coming.number]
        )
        response = client_of(person(world, who)).get(address)
        assert response.status_code == 500
        assert TOKEN not in words_of(response)
        assert "RuntimeError" not in words_of(response)
    assert "broken with 2 things in hand" in written.getvalue()
    assert TOKEN not in written.getvalue()


def test_a_task_that_breaks_logs_no_key(
    world: World, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = load_pool(world.running.seal.pool_id)
    secret = pool.questions[0].explanation
    monkeypatch.setattr("attempts.tasks.finish_open_attempts", failing(lambda: secret))
    finish_expired.apply()
    assert "broken with 2 things in hand" in written.getvalue()
    assert TOKEN not in written.getvalue()


def test_a_row_that_the_database_refuses_is_not_written_into_the_log(
    world: World, written: io.StringIO
) -> None:
    """PostgreSQL tells the whole row in its error: text, keys, explanation."""
    revision = Revision.objects.select_related("question", "topic").first()
    assert revision is not None
    bad = {"number": 9, "keys": [0, 1], "text": "x", "fingerprint": "x", "options": ["a", "b"]}
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Revision.objects.create(
            question=revision.question, topic=revision.topic, writer=world.writer,
            explanation=f"Dòng một\nDòng hai {TOKEN}).\nDòng ba", **bad,
        )  # fmt: skip
    error = refused.value
    assert TOKEN in str(error)  # the control: the driver's own words do hold it
    logging.getLogger("test").error("A task failed", exc_info=error)
    logging.getLogger("test").error("%s: %s", type(error).__name__, error)
    assert "Failing row contains (…)." in written.getvalue()
    assert TOKEN not in written.getvalue()
    assert "Dòng ba" not in written.getvalue()
    # What helps to find the fault stays.
    assert "revision_has_one_key_unless_multiple" in written.getvalue()
    assert "IntegrityError" in written.getvalue()


def test_what_is_no_row_of_the_database_stays_in_the_log() -> None:
    error = (
        "ERROR: x\nDETAIL:  Failing row contains (1, bí mật, ,\n).\nCONTEXT:  PL/pgSQL function f() line 3"
    )
    assert without_rows(error) == (
        "ERROR: x\nDETAIL:  Failing row contains (…).\nCONTEXT:  PL/pgSQL function f() line 3"
    )
    for text in (
        "",
        "DETAIL:  Key (question_id, number)=(3, 1) already exists.",
        "Failing row contains (1).",
    ):
        assert without_rows(text) == text


def test_the_databases_own_log_holds_no_statement_and_no_row() -> None:
    """On a laptop (and in these tests), and in Docker: a statement is written with the values in it."""
    wanted = {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}
    compose = (django_settings.BASE_DIR / "docker-compose.yml").read_text(encoding="utf-8")
    for name, value in wanted.items():
        with connection.cursor() as cursor:
            cursor.execute("SELECT setting FROM pg_settings WHERE name = %s", [name])
            assert cursor.fetchone() == (value,)
        assert f"- {name}={value}" in compose
    assert "log_min_duration_statement" not in compose
    assert "log_statement" not in compose


def test_organisers_without_the_right_are_those_who_run_the_contest() -> None:
    assert [
        *("Ban Giám khảo", "Cán bộ đầu mối", "Kiểm tra, giám sát", "Thư ký", "Trưởng ban", "Trực kỹ thuật")
    ] == WITHOUT_KEY
