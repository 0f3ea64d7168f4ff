"""Who may open what: every role on every address of the URLconf, by GET and by POST.

What is right stands in matrix.txt, a line for each address; an address without a line fails. The command
in MAKE_IT writes the table as things are, for somebody to look at every line that moved, and why.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.template.base import Template
from django.test import Client, override_settings
from django.utils.safestring import SafeString

from contest_site import roles
from contest_site.accounts.models import User
from contest_site.lib import work
from contest_site.preflight import pages as preflight_pages
from contest_site.preflight.checking import check_contest
from contest_site.watch import markup
from contests.models import RosterImport, UnitOfficer
from tests.support.everything import World, make_import_draft, make_world, staff
from tests.support.factories import make_user
from tests.support.urls import addresses, path_of

TABLE = Path(__file__).with_name("matrix.txt")
UPDATE = "UPDATE_MATRIX"
MAKE_IT = f"{UPDATE}=1 bin/test tests/contest_site/test_matrix.py"
# The columns: a name, and the role's group or what the world calls the person.
WHO = {
    "anon": None,
    "new": None,
    "entered": None,
    "A": None,
    "B": None,
    "writer": roles.WRITER,
    "appr": roles.APPRAISER,
    "secr": roles.SECRETARY,
    "chief": roles.CHIEF,
    "jury": roles.JURY,
    "watch": roles.WATCH,
    "audit": roles.AUDITOR,
    "super": None,
}
HEAD = """\
# Who gets what from every address. Written by {command}, then looked at line by line.
#
# 200 a page or a file · in: led to log in · to: led on to another page · 409 not now · 503 still being made
# 400 not understood · 403 not for this role · 404 not there, or not theirs · 405 not by this method
#
# anon: nobody is logged in · new: an account without an entry · entered: a contestant with an open paper
# A, B: agency officers of two wards (objects are ward A's) · then the organisers' roles, the superuser last.
# Whoever is logged in has just proved to be the owner. A POST sends nothing: what it changes is undone,
# what it asks for is refused with 400 or shown again.
"""
Found = dict[tuple[str, str], dict[str, tuple[str, frozenset[str]]]]
# The trail of what was taken, and work that is asked for by looking.
NOTED = frozenset({"audit_auditevent", "attempts_itemcounts", "questions_duplicatesearch"})
# In one process: its world and its nine thousand requests are made once.
pytestmark = [pytest.mark.dear, pytest.mark.django_db, pytest.mark.xdist_group("matrix")]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    """Made once, gone with the transaction that it is made in."""
    # Told to all who remember a setting (the storage of files does). The same persons come thousands of
    # times: no session is kept for them in the database, their rows and permissions are read once.
    light = override_settings(
        STAFF_SECOND_FACTOR=False,
        RATE_LIMITS_ENABLED=False,
        MEDIA_ROOT=tmp_path_factory.mktemp("media"),
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    )
    with light, pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(work, "PATIENCE", 0)
        patch.setattr(preflight_pages, "check_contest", cache(check_contest))
        made = make_world()
        made.people = people_of(made)
        known = {str(person.pk): person for person in made.people.values()}
        patch.setattr(
            auth,
            "get_user",
            lambda request: known.get(request.session.get(auth.SESSION_KEY)) or AnonymousUser(),
        )
        _made.append(transaction.savepoint())
        yield made
        transaction.set_rollback(True)


def people_of(world: World) -> dict[str, User]:
    found = {name: staff(role) for name, role in WHO.items() if role}
    make_import_draft(world.running.bank, found["writer"])
    found["new"], found["entered"] = make_user(), world.entry.user
    for name, ward in zip("AB", world.wards, strict=True):
        found[name] = make_user()
        UnitOfficer.objects.create(user=found[name], unit=ward)
    found["super"] = world.by
    RosterImport.objects.create(
        contest=world.contest, unit=world.wards[0], by=found["A"], name="ds.csv", content=b"", language="vi"
    )
    return found


class Asker:
    """A person at a browser; what a request changed is undone before the next."""

    def __init__(self, user: User | None, **options: Any) -> None:
        self.client = Client(raise_request_exception=False, **options)
        if user:
            self._enters(user)
        self.cookies = {name: cookie.value for name, cookie in self.client.cookies.items()}

    def _enters(self, user: User) -> None:
        """Logged in and just proved to be the owner: what is left is what the person may."""
        self.client.force_login(user)
        session = self.client.session
        session["account_authentication_methods_user"] = str(user.pk)
        session["account_authentication_methods"] = [{"method": "password", "at": time.time() + 3600}]
        session.save()
        self.client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""

    def asks(self, method: str, path: str) -> tuple[str, frozenset[str]]:
        """What comes of it, and the tables whose rows it touched."""
        self.client.cookies.clear()
        for name, value in self.cookies.items():
            self.client.cookies[name] = value
        statements: list[str] = []
        before = written()
        with connection.execute_wrapper(_noting(statements)):
            response: Any = self.client.generic(method, path)
            if response.streaming:
                b"".join(response.streaming_content)
        # A contestant's pages have connections' own statements, too, which nobody is told of.
        noted = path.startswith("/quan-tri/")
        if noted and not any(WRITES.search(statement) for statement in statements):
            if response.status_code == 500:
                _undone()
            return outcome(response), frozenset()
        _undone()
        return outcome(response), frozenset(
            table for table, rows in written(anew=True).items() if rows != before.get(table, 0)
        )


def _undone() -> None:
    """Everything since the world was made: where nothing was written there is nothing to undo."""
    connection.needs_rollback = False
    transaction.savepoint_rollback(_made[-1])


_made: list[str] = []  # the savepoint behind the world
WRITES = re.compile(
    r"\b(INSERT|UPDATE (?!SKIP|NOWAIT)\S|DELETE|TRUNCATE|COPY|CREATE|nextval)\b", re.IGNORECASE
)


def _noting(statements: list[str]) -> Any:
    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        statements.append(str(sql))
        return execute(sql, params, many, context)

    return note


_written: dict[str, int] = {}


def written(*, anew: bool = False) -> dict[str, int]:
    """How many rows of each table this transaction has written so far, undone ones too; looked up `anew`
    after a statement that may have written."""
    if anew or not _written:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
                " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
            )
            _written.clear()
            _written.update(cursor.fetchall())
    return dict(_written)


def outcome(response: Any) -> str:
    if response.status_code not in (301, 302):
        return str(response.status_code)
    path = response["Location"].partition("?")[0]
    return "in" if path in ("/tai-khoan/dang-nhap/", "/quan-tri/login/") else "to"


@pytest.fixture(scope="module")
def found(world: World) -> Found:
    """By address and method what each person gets, and the tables touched by it."""
    askers = {who: Asker(world.people.get(who)) for who in reversed(WHO)}
    lines: Found = {}
    for address in addresses():
        path = path_of(address, world)
        for method in ("GET", "POST"):
            lines[address.name, method] = _asked(askers, method, path)
    markup._frame.cache_clear()  # kept for good, and made without words
    return lines


_render = Template._render  # type: ignore[attr-defined]  # not among the types of Django


def _wordless(self: Template, context: Any) -> SafeString:
    # A question's pieces are cut at the marks in it (attempts.sheets): without words there is nothing to cut.
    return _render(self, context) if self.name == "attempts/_question.html" else SafeString()


def _asked(askers: Mapping[str, Asker], method: str, path: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Which page it is, not its words: they are most of the cost. The superuser sees them for a new table."""
    found = {}
    if os.environ.get(UPDATE):
        found["super"] = askers["super"].asks(method, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", _wordless)
        if "super" not in found:
            found["super"] = askers["super"].asks(method, path)
        if found["super"][0] == "405" and method == "POST":
            # A view that takes no POST says so to everybody whom it does not send to log in first.
            return {who: ("405", frozenset()) for who in WHO}
        found |= {who: one.asks(method, path) for who, one in askers.items() if who != "super"}
    return {who: found[who] for who in WHO}


def table() -> dict[tuple[str, str], dict[str, str]]:
    """The lines of matrix.txt."""
    lines = {}
    for line in TABLE.read_text().splitlines():
        name, *rest = line.partition("#")[0].split() or [""]
        if rest and rest[0] in ("GET", "POST"):
            lines[name, rest[0]] = dict(zip(WHO, rest[1:], strict=True))
    return lines


def write_table(found: Found) -> None:
    """As things are; what somebody has written behind a line's # stays there."""
    said = {}
    if TABLE.exists():
        for line in TABLE.read_text().splitlines():
            left, sign, words = line.partition("#")
            if sign and (start := left.split()[:2]):
                said[tuple(start)] = words.strip()
    width = max(len(name) for name, _method in found)
    text = HEAD.format(command=MAKE_IT)
    text += f"\n#{' ' * (width - 1)} {'':4} {' '.join(f'{who:7}' for who in WHO)}".rstrip() + "\n"
    for (name, method), outcomes in found.items():
        line = f"{name:{width}} {method:4} {' '.join(f'{code:7}' for code, _tables in outcomes.values())}"
        why = said.get((name, method))
        text += line.rstrip() + (f"  # {why}" if why else "") + "\n"
    TABLE.write_text(text)


def test_every_role_gets_from_every_address_what_the_table_says(found: Found) -> None:
    if os.environ.get(UPDATE):
        write_table(found)
    wanted = table()
    assert sorted(found.keys() - wanted) == [], f"These have no line in matrix.txt: {MAKE_IT}"
    assert sorted(wanted.keys() - found.keys()) == [], f"These are no more: {MAKE_IT}"
    wrong = [
        f"{name} {method} {who}: {code}, the table says {wanted[name, method][who]}"
        for (name, method), outcomes in found.items()
        for who, (code, _tables) in outcomes.items()
        if code != wanted[name, method][who]
    ]
    assert wrong == []


def test_nothing_breaks(found: Found) -> None:
    broken = [
        (*line, who)
        for line, outcomes in found.items()
        for who, (code, _tables) in outcomes.items()
        if code == "500"
    ]
    assert broken == []


def test_looking_changes_nothing(found: Found) -> None:
    """A GET may note that somebody took a file, and ask a worker for what takes long; nothing else."""
    touched = {
        (name, table)
        for (name, method), outcomes in found.items()
        if method == "GET"
        for _code, tables in outcomes.values()
        for table in tables
        if table not in NOTED
    }
    assert touched == set()


def test_who_only_reads_changes_nothing_by_posting(found: Found) -> None:
    touched = {
        (name, table)
        for (name, method), outcomes in found.items()
        if method == "POST" and name.startswith("admin:")
        for table in outcomes["audit"][1]
        if table not in NOTED
    }
    assert touched == set()


def test_only_organisers_see_anything_of_the_admin(found: Found) -> None:
    """Whatever the table says: nobody else gets a page below /quan-tri/."""
    seen = [
        (*line, who)
        for line, outcomes in found.items()
        for who in ("anon", "new", "entered", "A", "B")
        if line[0].startswith("admin:") and outcomes[who][0] == "200"
    ]
    assert seen == []


def test_nobody_but_the_own_officer_and_organisers_sees_a_units_pages(found: Found) -> None:
    seen = [
        (*line, who)
        for line, outcomes in found.items()
        for who in ("anon", "new", "entered", "B", "writer", "appr", "watch")
        if line[0].startswith("agency:") and line[0] != "agency:offices" and outcomes[who][0] == "200"
    ]
    assert seen == []
