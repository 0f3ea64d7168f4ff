"""The world of tests.contest_site.test_secrecy, and the walk over all that a person can open in it.

Every explanation in it holds the TOKEN; every key can be turned to another option behind the product's back.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import Resolver404, resolve, reverse
from lxml import html

from attempts import sheets
from attempts.domain.papers import sealed_paper
from attempts.domain.previewing import preview_papers
from attempts.domain.starting import start_attempt
from attempts.domain.submitting import submit_attempt
from attempts.models import Attempt
from contest_site.accounts.models import User
from contest_site.lib.clock import database_now
from contest_site.roles import ROLES
from contests.domain.rounds import seal_round
from contests.domain.unsealing import unseal_round
from contests.models import Round
from questions.domain.appraisal import appraise
from questions.domain.editing import revise_question, write_question
from questions.domain.sealing import digest
from questions.models import Appraisal, Bank, SealedPool
from questions.pools import load_pool
from questions.rules import Content
from questions.studies import contents_of
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


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once, gone with its transaction; what a test does in it is gone before the next one."""
    with override_settings(STAFF_SECOND_FACTOR=False), django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


def make_world() -> World:
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
    forget()


@contextmanager
def turned() -> Iterator[None]:
    """Inside, every key is turned; nothing of it is left, nor of what was done meanwhile."""
    with transaction.atomic():
        turn_every_key()
        yield
        transaction.set_rollback(True)
    forget()


def forget() -> None:
    """What a process keeps of the tables that hold keys."""
    for kept in (load_pool, sealed_paper, contents_of, sheets._pieces):
        kept.cache_clear()


@pytest.fixture(autouse=True)
def _fresh_memory() -> Iterator[None]:
    """What processes keep must not outlive keys that were turned."""
    yield
    forget()


# --- Walking ------------------------------------------------------------------------------------------------


def words_of(response: Any) -> str:
    """What is in an answer, files unpacked; a picture or a PDF as its bytes."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = [archive.read(name) for name in archive.namelist() if "docProps" not in name]
        return "\n".join(part.decode("utf-8", "replace") for part in parts)
    return str(body.decode("utf-8", "replace"))


@dataclass(frozen=True)
class Answer:
    """What came of a GET. `may_tell`: it may have come from where keys lie."""

    status: int
    body: str
    may_tell: bool
    further: tuple[str, ...] = ()


# Where keys lie (test_keys_lie_in_their_own_tables_alone), and anything that is no plain reading.
TELLING = re.compile(
    r"questions_revision|questions_sealedpool|^(?!\s*(SELECT|SAVEPOINT|RELEASE|SET)\b)", re.IGNORECASE
)


def ask(client: Client, address: str) -> Answer:
    """By a process that remembers nothing of keys. Only of the admin's pages it is known what they read:
    files are copied by the driver, and a contestant's pages have connections' own statements."""
    forget()
    read: list[str] = []

    def note(execute: Any, statement: Any, *others: Any) -> Any:
        read.append(str(statement))
        return execute(statement, *others)

    with connection.execute_wrapper(note):
        response: Any = client.get(address)
        body = words_of(response)
    page = "html" in response.get("Content-Type", "") and address.startswith("/quan-tri/")
    may_tell = not page or any(TELLING.search(statement) for statement in read)
    return Answer(response.status_code, body, may_tell, tuple(_links(address, response, body)))


def _links(address: str, response: Any, body: str) -> list[str]:
    if response.status_code in (301, 302):
        return [urljoin(address, response["Location"])]
    if "html" not in response["Content-Type"] or not body.strip():
        return []
    links: Any = html.document_fromstring(body).xpath("//a/@href | //iframe/@src")
    addresses = [urljoin(address, str(link)).partition("#")[0] for link in links]
    return [one for one in addresses if one.startswith("/")]


@dataclass
class Walk:
    """Every page that links lead to from the given ones, by GET."""

    client: Client
    found: dict[str, Answer] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)

    def over(self, *starts: str) -> Walk:
        waiting = list(starts)
        while waiting:
            address = waiting.pop(0)
            if self._goes(address):
                self.found[address] = ask(self.client, address)
                waiting += self.found[address].further
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


def seen_by(world: World, who: str) -> dict[str, Answer]:
    user = person(world, who)
    return Walk(client_of(user)).over(*starts(world, user)).found
