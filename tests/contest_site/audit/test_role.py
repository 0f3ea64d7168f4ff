"""The application's own role in the database cannot touch the trail, nor what writes it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from contest_site import embedded
from contest_site.audit import checks
from contest_site.audit.checks import application_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def application(services_folder: Path) -> Iterator["psycopg.Connection[Any]"]:
    name = str(connection.settings_dict["NAME"])
    url = embedded.database_url(services_folder, name, embedded.APPLICATION)
    with psycopg.connect(url) as opened:
        yield opened
        opened.rollback()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_change SET place = ''",
        "DELETE FROM audit_change",
        "TRUNCATE audit_change",
        "INSERT INTO audit_change (place) VALUES ('')",
        "UPDATE audit_seal SET seal = ''",
        "DELETE FROM audit_seal",
        "INSERT INTO audit_seal (trail) VALUES ('changes')",
        "UPDATE audit_auditevent SET reason = ''",
        "DELETE FROM audit_auditevent",
        "TRUNCATE audit_auditevent",
        "ALTER TABLE contests_contest DISABLE TRIGGER audit_update",
        "ALTER TABLE audit_change DISABLE TRIGGER ALL",
        "ALTER TABLE contests_contest ADD COLUMN x int",
        "DROP TRIGGER audit_update ON contests_contest",
        "DROP TABLE audit_change",
        "CREATE TABLE public.x (id int)",
        "TRUNCATE contests_faq",
        "SET session_replication_role = replica",
        "SELECT audit_write(NULL, 'x', '1', 'I', NULL)",
        "CREATE OR REPLACE FUNCTION audit_record_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "CREATE TEMP TABLE x (id int); CREATE TRIGGER y AFTER INSERT ON x REFERENCING NEW TABLE AS new_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_record_change('{}')",
        "SET ROLE postgres",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'x', now())",
    ],
)
def test_it_is_refused(application: "psycopg.Connection[Any]", statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute(statement.encode())


def test_it_reads_and_writes_rows_and_reads_the_trail(application: "psycopg.Connection[Any]") -> None:
    application.execute("INSERT INTO auth_group (name) VALUES ('Tổ A')")
    application.execute("UPDATE auth_group SET name = 'Tổ B' WHERE name = 'Tổ A'")
    found = application.execute(
        "SELECT operation, actor_name, role FROM audit_change WHERE table_name = 'auth_group' "
        "ORDER BY id DESC LIMIT 2"
    ).fetchall()
    assert found == [("U", "contest_app", "contest_app"), ("I", "contest_app", "contest_app")]
    assert application.execute("SELECT audit_seal_next('changes', 5000)").fetchone() != (0,)


def test_an_event_bears_the_databases_number_and_moment(application: "psycopg.Connection[Any]") -> None:
    insert = "INSERT INTO audit_auditevent ({}) VALUES ({}) RETURNING id, at > now() - interval '1 minute'"
    columns = "at, actor_name, verb, object_type, object_id, object_name, reason, data"
    values = "'2020-01-01', 'x', 'approved standings', 'x', '1', 'x', '', '{}'"
    found = application.execute(insert.format(columns, values).encode()).fetchone()
    assert found is not None
    assert found[1]
    for number in (-5, 2**62):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute(insert.format(f"id, {columns}", f"{number}, {values}").encode())
        application.rollback()


def test_a_role_that_may_change_the_trail_is_warned_of_whatever_its_name(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> list[str]:
        return [str(one.id) for one in application_role()]

    # The tests' own role owns the tables; the name of another one changes nothing.
    assert found() == ["audit.W001"]
    settings.OWNER = {**settings.APPLICATION, "USER": "administrator"}
    assert found() == ["audit.W001"]
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {embedded.APPLICATION}")
        assert found() == []
    # Where the database cannot be asked, the names are compared.
    monkeypatch.setattr(checks, "MAY", "SELECT true WHERE false")
    assert found() == []
    settings.OWNER = settings.APPLICATION
    assert found() == ["audit.W001"]
