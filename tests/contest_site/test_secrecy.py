"""No key and no explanation reaches anybody without questions.see_key: pages, files, logs, caches, trail.

Two nets. Every explanation holds a TOKEN, which must be nowhere to be found. And every key of the world is
turned to another option behind the product's back: whoever may not see keys must not notice.
"""

from __future__ import annotations

import io
import json
import logging
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import redis
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from lxml import html
from psycopg import sql

from attempts.domain.papers import sealed_paper
from attempts.domain.previewing import preview_papers
from attempts.domain.starting import start_attempt
from attempts.domain.submitting import submit_attempt
from attempts.models import Attempt
from attempts.tasks import finish_expired
from contest_site.accounts.models import User
from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.lib.logs import OneLineFormatter, without_rows
from contest_site.roles import ROLES
from contests.domain.rounds import seal_round
from contests.domain.unsealing import unseal_round
from contests.models import Round
from questions.domain.appraisal import appraise
from questions.domain.editing import revise_question, write_question
from questions.domain.sealing import digest
from questions.models import Appraisal, Bank, Revision, SealedPool
from questions.pools import load_pool
from questions.rules import Content
from tests.support.factories import make_contest, make_entry, make_prizes, make_round, make_user

TOKEN = "zqxgiaithichmat"
OTHER_TOKEN = "zqxloikhac"
SEE_KEY = "questions.see_key"
WITHOUT_KEY = sorted(name for name, granted in ROLES.items() if SEE_KEY not in granted)
# Of one kind of page so many are opened: the first of a list and another one.
OF_A_KIND = 2


def of_role(*names: str) -> User:
    user = make_user(username="-".join(["vai", *(str(Group.objects.get(name=name).pk) for name in names)]))
    user.is_staff = True
    user.save()
    user.groups.set(Group.objects.filter(name__in=names))
    return user


def client_of(user: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


@dataclass
class World:
    """A bank in all states, made by the product's own verbs; one round that runs, one still to come."""

    writer: User
    appraiser: User
    bank: Bank
    running: Round
    coming: Round
    open: Attempt
    done: Attempt


def content(number: int, **changes: Any) -> Content:
    values: dict[str, Any] = {
        "topic": f"Chủ đề {number % 2 + 1}",
        "text": f"Câu hỏi thứ {number} nói về việc gì?",
        "options": tuple(f"Phương án {letter} của câu {number}" for letter in "ABCD"),
        "keys": (number % 4,),
        "explanation": f"Vì {TOKEN} số {number}",
        "source": f"Điều {number} Luật A",
        **changes,
    }
    return Content(**values)


@pytest.fixture
def world(db: None, settings: Any) -> World:
    settings.STAFF_SECOND_FACTOR = False
    writer, appraiser = of_role("Tổ ra đề"), of_role("Tổ thẩm định")
    bank = Bank.objects.create(name="Ngân hàng kín")
    made = [write_question(bank, content(number), by=writer) for number in range(1, 16)]
    appraise(made[:12], Appraisal.Verdict.APPROVED, by=appraiser)
    appraise(made[12:13], Appraisal.Verdict.RETURNED, by=appraiser, comment="Xem lại câu chữ")
    revise_question(made[12].question, content(13, text="Câu 13 đã sửa?"), by=writer, base=1)
    write_question(bank, content(16), by=writer, submit=False)
    now = database_now()
    contest = make_contest(closes_at=now + timedelta(days=9))
    make_prizes(contest)
    half = now + timedelta(days=4)
    rounds: dict[str, Any] = {"bank": bank, "questions": 5, "sealed": False}
    running = make_round(contest, name="Tuần 1", closes_at=half, **rounds)
    coming = make_round(contest, name="Tuần 2", opens_at=half, **rounds)
    chief, secretary = of_role("Trưởng ban"), of_role("Thư ký")
    for one in (running, coming):
        seal_round(one, by=secretary)
    unseal_round(coming, by=chief, reason="Rà soát lại")
    seal_round(Round.objects.get(pk=coming.pk), by=chief)
    preview_papers(Round.objects.get(pk=coming.pk), papers=1, with_keys=True, by=chief)
    running = Round.objects.get(pk=running.pk)
    opened = start_attempt(make_entry(contest), running)
    other = start_attempt(make_entry(contest), running)
    done = submit_attempt(other.pk, other.entry.user_id)
    return World(writer, appraiser, bank, running, coming, opened, Attempt.objects.get(pk=done.pk))


def turn_every_key() -> None:
    """Each question's right option is the next one, and its explanation another, everywhere it is kept."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # the rows are final
        cursor.execute(
            "UPDATE questions_revision SET keys = ARRAY[(keys[1] + 1) %% 4],"
            " explanation = replace(explanation, %s, %s)",
            [TOKEN, OTHER_TOKEN],
        )
        for pool in SealedPool.objects.all():
            items = json.loads(pool.content)
            for item in items:
                item["keys"] = [(item["keys"][0] + 1) % 4]
                item["explanation"] = item["explanation"].replace(TOKEN, OTHER_TOKEN)
            text = json.dumps(items, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            cursor.execute(
                "UPDATE questions_sealedpool SET content = %s, digest = %s WHERE id = %s",
                [text, digest(text), pool.pk],
            )
        cursor.execute("SET LOCAL session_replication_role = origin")
    load_pool.cache_clear()
    sealed_paper.cache_clear()


@pytest.fixture(autouse=True)
def _fresh_memory() -> Iterator[None]:
    """What processes keep must not outlive keys that were turned."""
    yield
    load_pool.cache_clear()
    sealed_paper.cache_clear()


# --- Walking ------------------------------------------------------------------------------------------------


def words_of(response: Any) -> str:
    """What is in an answer, files unpacked; a picture or a PDF as its bytes."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = [archive.read(name) for name in archive.namelist() if "docProps" not in name]
        return "\n".join(part.decode("utf-8", "replace") for part in parts)
    return str(body.decode("utf-8", "replace"))


@dataclass
class Walk:
    """Every page that links lead to from the given ones, by GET."""

    client: Client
    found: dict[str, tuple[int, str]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)

    def over(self, *starts: str) -> Walk:
        waiting = list(starts)
        while waiting:
            address = waiting.pop(0)
            if self._goes(address):
                waiting += self._open(address)
        return self

    def _goes(self, address: str) -> bool:
        try:
            match = resolve(urlsplit(address).path)
        except Resolver404:
            return False
        # With a query and without: filters can be combined without end.
        kind = f"{match.view_name}{'?' if '?' in address else ''}"
        # A person's own settings know nothing of questions; setting the rules in print takes seconds.
        elsewhere = address.startswith(("/tai-khoan/", "/demo/")) or "pdf" in address
        if address in self.found or "logout" in kind or elsewhere:
            return False
        self.kinds[kind] += 1
        return self.kinds[kind] <= (1 if "?" in kind else OF_A_KIND)

    def _open(self, address: str) -> list[str]:
        response = self.client.get(address)
        body = words_of(response)
        self.found[address] = response.status_code, body
        if response.status_code in (301, 302):
            return [urljoin(address, response["Location"])]
        if "html" not in response["Content-Type"] or not body.strip():
            return []
        links: Any = html.document_fromstring(body).xpath("//a/@href | //iframe/@src")
        addresses = [urljoin(address, str(link)).partition("#")[0] for link in links]
        return [one for one in addresses if one.startswith("/")]


# What differs between two looks at the same page: tokens of forms, digests, the clock.
PASSING = re.compile(
    r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]*"|[0-9a-f]{12,64}|\d\d:\d\d(:\d\d(\.\d+)?)?'
    r"|\d\d giờ \d\d( phút \d\d giây)?|<meta[^>]*csrf[^>]*>|data-(now|countdown|remaining)=\"[^\"]*\""
)


def lasting(body: str) -> str:
    return PASSING.sub("…", body)


def starts(world: World, user: User | None) -> list[str]:
    contest = world.running.contest
    pages = ["/", reverse("contest", args=[contest.slug]), reverse("mine")]
    if user and user.is_staff:
        rounds = [[contest.pk, one.number] for one in (world.running, world.coming)]
        pages += [
            reverse("admin:index"),
            *(reverse(f"admin:contests_round_{name}", args=one) for one in rounds
              for name in ("blueprint", "exposure", "seal", "unseal")),
            *(reverse("admin:attempts_sample_papers", args=[one.pk])
              for one in (world.running, world.coming)),
            *(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
              for model in _registered()),
            *(reverse("admin:questions_question_change", args=[one.pk])
              for one in world.bank.questions.all()[:2]),
        ]  # fmt: skip
    if user == world.open.entry.user:
        pages += [reverse(f"attempts:{name}", args=[world.open.pk]) for name in ("paper", "review")]
    if user == world.done.entry.user:
        pages.append(reverse("result", args=[world.done.pk]))
    return pages


def _registered() -> list[Any]:
    from django.contrib import admin

    return list(admin.site._registry)


def person(world: World, who: str) -> User | None:
    if who in ROLES:
        return User.objects.filter(groups__name=who).first() or of_role(who)
    return {"nobody": None, "sitting": world.open.entry.user, "finished": world.done.entry.user}[who]


def seen_by(world: World, who: str) -> dict[str, tuple[int, str]]:
    user = person(world, who)
    return Walk(client_of(user)).over(*starts(world, user)).found


# --- Pages and files ----------------------------------------------------------------------------------------


@pytest.mark.dear
@pytest.mark.parametrize("who", [*WITHOUT_KEY, "nobody", "sitting", "finished"])
def test_who_may_not_see_keys_cannot_tell_one_key_from_another(world: World, who: str) -> None:
    before = seen_by(world, who)
    assert [address for address, (_status, body) in before.items() if TOKEN in body] == []
    assert [address for address, (status, _body) in before.items() if status >= 500] == []
    if who in ("Trưởng ban", "Thư ký"):
        # The control of the walk: it comes to the pages that could tell.
        paths = [urlsplit(address).path for address, (status, _body) in before.items() if status == 200]
        assert {resolve(path).view_name for path in paths} >= REACHED
    turn_every_key()
    after = seen_by(world, who)
    # The walk itself is in these, by what it did and by what was refused to it.
    own = (reverse("admin:audit_auditevent_changelist"), reverse("watch:page"))
    moved = [
        address
        for address, (status, body) in before.items()
        if not address.startswith(own)
        and (status, lasting(body)) != (after[address][0], lasting(after[address][1]))
    ]
    assert moved == [], (moved[0], difference(before[moved[0]][1], after[moved[0]][1]))
    assert not any(OTHER_TOKEN in body for _status, body in after.values())


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
    before = words_of(client.get(address))
    assert TOKEN in before
    turn_every_key()
    assert lasting(words_of(client.get(address)).replace(OTHER_TOKEN, TOKEN)) != lasting(before)


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


@pytest.mark.django_db
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
