"""Triggers write down what changes in the organisers' tables: who, what, before and after, from where."""

import ast
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from contest_site.accounts.models import User
from contest_site.audit import exporting
from contest_site.audit.acting import Acting, acting
from contest_site.audit.models import AuditEvent, Change
from contest_site.audit.queries import history_of
from contest_site.audit.tracked import tracked, tracked_models
from contest_site.audit.trail import record
from contest_site.audit.triggers import install, unwatched
from contest_site.audit.verbs import ACTS, VERBS
from contest_site.lib.work import Work
from contest_site.privacy.erasing import erase_person
from contests.models import Contest, Entry, Faq
from tests.support.factories import make_contest, make_entry, make_user
from tests.support.stack import ROOT

pytestmark = pytest.mark.django_db


def newest(table: str) -> Change:
    return Change.objects.filter(table_name=table).latest("id")


def said(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_an_added_a_changed_and_a_deleted_row_stand_side_by_side() -> None:
    group = Group.objects.create(name="Tổ Đề án")
    assert newest("auth_group").changes == {"id": [None, group.pk], "name": [None, "Tổ Đề án"]}
    group.name = "Tổ Đối ngoại"
    group.save()
    assert newest("auth_group").changes == {"name": ["Tổ Đề án", "Tổ Đối ngoại"]}
    history = history_of(group)
    group.delete()
    assert [row.operation for row in history] == ["D", "U", "I"]
    assert newest("auth_group").changes["name"] == ["Tổ Đối ngoại", None]


def test_a_statement_that_changes_nothing_leaves_no_line() -> None:
    group = Group.objects.create(name="Tổ A")
    before = Change.objects.count()
    group.save()
    assert Change.objects.count() == before


def test_one_statement_over_many_rows_leaves_a_line_for_each() -> None:
    for number in range(3):
        Group.objects.create(name=f"Tổ {number}")
    Group.objects.filter(name__startswith="Tổ ").update(name=Concat(F("name"), Value(" cũ")))
    lines = Change.objects.filter(table_name="auth_group", operation="U").order_by("id")[:3]
    assert {line.changes["name"][1][-3:] for line in lines} == {" cũ"}
    assert len({line.row_key for line in lines}) == 3


def test_what_somebody_does_at_a_console_bears_the_role_of_the_database() -> None:
    group = Group.objects.create(name="Tổ A")
    said("UPDATE auth_group SET name = 'Tổ B' WHERE id = %s", group.pk)
    change = newest("auth_group")
    assert (change.source, change.actor, change.actor_name) == ("database", None, "postgres")
    assert change.role == "postgres"


def test_nobody_can_pretend_by_what_a_value_holds() -> None:
    forged = Acting("command", "giả").told()
    said("INSERT INTO auth_group (name) VALUES (left(%s, 150))", forged)
    assert newest("auth_group").source == "database"


def test_erasure_leaves_no_network_address_of_a_contestant(rf: RequestFactory) -> None:
    user = make_user()
    entry = make_entry(make_contest(), user=user)
    request = rf.post("/tai-khoan/", REMOTE_ADDR="203.0.113.7")
    request.user = user
    with acting(Acting("web", request.path, request)):
        Entry.objects.filter(pk=entry.pk).update(address="Số 13")
        record("asked for own data", entry, by=user)
    erase_person(user)
    assert (newest("contests_entry").actor, AuditEvent.objects.latest("id").actor) == (None, user)
    for trail in (Change, AuditEvent):
        assert not trail.objects.filter(actor=user, address__isnull=False).exists()
    assert Change.objects.filter(actor=user, table_name="contests_entry").exists()


def test_what_an_organiser_does_in_the_admin_bears_name_address_and_request(client: Client) -> None:
    chief = User.objects.create_superuser(username="truongban", full_name="Phạm Văn Đoàn")
    client.force_login(chief)
    contest = make_contest()
    faq = Faq.objects.create(contest=contest, position=1, question="Hỏi?", answer="Đáp.")
    response = client.post(
        reverse("admin:contests_contest_change", args=[contest.pk]),
        {},
        REMOTE_ADDR="203.0.113.7",
    )
    assert response.status_code in {200, 302}
    with acting(Acting("web", "/quan-tri/", response.wsgi_request)) as who:
        faq.answer = "Đáp khác."
        faq.save()
        record("changed faq", contest, by=chief)
    change = newest("contests_faq")
    assert (change.actor_id, change.actor_name) == (chief.pk, "Phạm Văn Đoàn")
    assert (change.source, change.place, change.address) == ("web", "/quan-tri/", "203.0.113.7")
    event = AuditEvent.objects.latest("id")
    assert change.request == event.request == who.id
    assert event.address == "203.0.113.7"


def test_a_task_and_a_command_say_what_they_are() -> None:
    with acting(Acting("task", "contests.tasks.import_units")):
        Group.objects.create(name="Tổ A")
    change = newest("auth_group")
    assert (change.source, change.place, change.actor_name) == (
        "task",
        "contests.tasks.import_units",
        "Hệ thống",
    )


def test_keys_codes_numbers_and_names_of_people_are_veiled() -> None:
    contestant = make_user(full_name="Nguyễn Thị Bí Mật", phone="+84912345678")
    change = history_of(contestant).latest("id")
    assert change.changes["full_name"] == [None, f"#{contestant.pk}"]
    assert change.changes["phone"] == [None, f"#{contestant.pk}"]
    assert change.changes["password"] == [None, "•••"]
    entry = make_entry(make_contest(), user=contestant)
    whole = str([row.changes for row in history_of(entry)])
    assert "Bí Mật" not in whole
    assert "912345678" not in whole


def test_an_organisers_name_may_stand() -> None:
    organiser = User.objects.create_user(username="thuky", full_name="Lê Thị Nhung", is_staff=True)
    assert history_of(organiser).latest("id").changes["full_name"] == [None, "Lê Thị Nhung"]


def test_what_people_make_for_themselves_leaves_no_line_and_what_organisers_do_to_it_does(rf: Any) -> None:
    request = rf.post("/")
    request.user = make_user()
    with acting(Acting("web", "/", request)):
        entry = make_entry(make_contest())
    assert not history_of(entry).exists()
    request.user = User.objects.create_user(username="thuky", full_name="Lê Thị Nhung", is_staff=True)
    with acting(Acting("web", "/quan-tri/", request)):
        entry.full_name = "Tên khác"
        entry.save()
    change = history_of(entry).get()
    assert (change.actor_name, change.changes) == (
        "Lê Thị Nhung",
        {"full_name": [f"#{entry.pk}", f"#{entry.pk}"]},
    )


def test_the_trail_can_neither_be_changed_nor_deleted() -> None:
    change = Change.objects.create(
        at="2024-01-01T00:00Z", actor_name="", source="web", table_name="x", row_key="1", changes={}
    )
    for act in ("UPDATE audit_change SET place = 'x'", "DELETE FROM audit_change"):
        with pytest.raises(IntegrityError, match="the trail is final"), transaction.atomic():
            said(f"{act} WHERE id = %s", change.pk)
    said("SET LOCAL contest.erasing_rehearsal = 'on'")
    with pytest.raises(IntegrityError, match="the trail is final"), transaction.atomic():
        said("DELETE FROM audit_change")


def test_every_table_is_followed_but_for_the_hot_ones_and_what_a_worker_counts() -> None:
    names = {rule.table for rule in tracked()}
    assert {"contests_contest", "prizes_award", "prizes_standingsrun", "contests_headcount"} <= names
    assert not names & {"attempts_attempt", "attempts_prediction", "django_session", "audit_change"}
    assert not [model for model in tracked_models() if issubclass(model, Work)]
    assert unwatched() == []


def test_a_trigger_that_was_switched_off_is_noticed_and_put_back() -> None:
    said("ALTER TABLE contests_prize DISABLE TRIGGER audit_update")
    assert unwatched() == ["contests_prize"]
    install()
    assert unwatched() == []


def test_a_database_as_it_should_be_is_asked_once(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1 + 2):  # the question, and a savepoint around it
        install()


def test_the_contest_page_asks_the_trail_nothing(client: Client) -> None:
    contest = make_contest()
    client.get(f"/{contest.slug}/")
    before = Change.objects.count()
    client.get(f"/{contest.slug}/")
    assert Change.objects.count() == before
    assert Contest.objects.filter(pk=contest.pk).exists()


def test_a_file_of_the_trail_is_read_by_key_without_a_cursor_of_the_server(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    for number in range(5):
        Group.objects.create(name=f"Nhóm riêng {number}")
    monkeypatch.setattr(exporting, "CHUNK", 2)
    rows = Change.objects.filter(
        table_name="auth_group", changes__name__1__startswith="Nhóm riêng "
    ).order_by("-id")
    newest_first = [str(pk) for pk in rows.values_list("pk", flat=True)]
    list(exporting.csv_lines(rows))  # what tables are called is known from now on
    with django_assert_num_queries(3):
        lines = list(exporting.csv_lines(rows))
    assert [line.split(",")[0] for line in lines[1:]] == newest_first
    assert len(newest_first) == 5
    with patch.object(exporting, "write_workbook") as written, monkeypatch.context() as patched:
        patched.setattr(exporting, "EXCEL_ROWS", 3)
        exporting.write_excel(BytesIO(), rows, made_at=timezone.now())
        (trail, _seals) = written.call_args.args[1]
        assert [str(line[0]) for line in trail.rows] == newest_first[:3]


def test_every_verb_that_the_program_records_has_words() -> None:
    said = {
        verb for path in ROOT.glob("*/**/*.py") if path.parts[len(ROOT.parts)] in OWN for verb in _verbs(path)
    }
    assert len(said) > 70
    assert {verb for verb in said if verb not in VERBS and verb.split()[0] not in ACTS} == set()


OWN = {"contest_site", "questions", "contests", "attempts", "prizes"}


def _verbs(path: Path) -> Iterator[str]:
    """What calls of `record` in a module say, also one of two."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).split(".")[-1] == "record":
            first = node.args[0]
            for one in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    yield one.value
