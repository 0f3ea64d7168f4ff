"""The first migrations: their operation, and databases that were made before them."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from contest_site.lib.migrating import Tables

pytestmark = pytest.mark.django_db
APPLIED = MigrationRecorder.Migration.objects
# Each refers to the other.
BOTH = Tables(
    [
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("last", models.ForeignKey("made.Attempt", models.CASCADE, null=True, related_name="+")),
            ],
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("round", models.ForeignKey("made.Round", models.CASCADE, related_name="attempts")),
                ("number", models.IntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["round", "number"], name="made_number_is_its_own")
                ]
            },
        ),
    ]
)


def plan() -> list[str]:
    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


@pytest.mark.parametrize("rendered", [False, True])
def test_tables_that_refer_to_each_other_come_and_go_together(rendered: bool) -> None:
    before = ProjectState()
    if rendered:
        assert before.apps is not None
    after = before.clone()
    BOTH.state_forwards("made", after)
    assert ("apps" in after.__dict__) is rendered
    made = {"made_round", "made_attempt"}
    with connection.schema_editor() as editor:
        BOTH.database_forwards("made", editor, before, after)
    with connection.cursor() as cursor:
        assert made <= set(connection.introspection.table_names(cursor))
        found = connection.introspection.get_constraints(cursor, "made_attempt")
        assert found["made_number_is_its_own"]["columns"] == ["round_id", "number"]
        assert ("made_round", "id") in {constraint["foreign_key"] for constraint in found.values()}
    assert after.apps.get_model("made", "Round")._meta.get_field("attempts").related_model is (
        after.apps.get_model("made", "Attempt")
    )
    with connection.schema_editor() as editor:
        BOTH.database_backwards("made", editor, after, before)
    with connection.cursor() as cursor:
        assert not made & set(connection.introspection.table_names(cursor))


def test_a_database_of_the_whole_earlier_history_has_nothing_to_apply() -> None:
    APPLIED.filter(name__endswith="_tables").delete()
    assert plan() == []


def test_a_database_of_half_the_earlier_history_is_refused_with_what_to_do() -> None:
    APPLIED.filter(name__endswith="_tables").delete()
    APPLIED.filter(app="contests", name="0014_names_searched").delete()
    with pytest.raises(CommandError, match=r"contests lacks 0014_names_searched.*bin/dev --fresh"):
        call_command("migrate", verbosity=0)


def test_an_empty_database_begins_with_the_first_migrations_and_not_with_what_they_replace() -> None:
    APPLIED.all().delete()
    ours = [name for name in plan() if name.startswith(("contests.", "questions.", "attempts.", "prizes."))]
    assert ours[:4] == [
        "questions.0001_tables",
        "contests.0001_tables",
        "attempts.0001_tables",
        "prizes.0001_tables",
    ]
