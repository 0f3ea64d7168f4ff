"""Seals over the trail: what was altered, removed or slipped in afterwards is found, whoever did it."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connection

from contest_site.audit import sealing
from contest_site.audit.models import AuditEvent, Change, Seal
from contest_site.audit.sealing import seal_trails, verify
from contest_site.audit.trail import record
from tests.support.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sealed() -> None:
    for number in range(3):
        record("changed account", make_user(), by=None)
        Group.objects.create(name=f"Tổ {number}")
    assert seal_trails() > 6


def as_owner(*statements: str) -> None:
    """As somebody who owns the database and has switched the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def damage() -> list[tuple[str, int, str]]:
    return verify().damage


def test_an_untouched_trail_is_whole_and_the_newest_rows_wait_for_the_next_seal() -> None:
    verdict = verify()
    assert verdict.whole
    assert verdict.seals == 2
    assert verdict.open_rows == 0
    Group.objects.create(name="Tổ mới")
    assert verify().open_rows == 1
    assert seal_trails() == 1
    assert verify().whole


def test_an_altered_row_is_found() -> None:
    row = Change.objects.earliest("id").pk
    as_owner(f"UPDATE audit_change SET actor_name = 'ai đó' WHERE id = {row}")  # noqa: S608
    assert damage() == [("changes", row, "altered")]


def test_a_missing_row_is_found() -> None:
    row = Change.objects.latest("id").pk
    as_owner(f"DELETE FROM audit_change WHERE id = {row}")  # noqa: S608
    assert damage() == [("changes", row, "missing")]


def test_an_altered_event_is_found() -> None:
    as_owner("UPDATE audit_auditevent SET reason = 'khác'")
    assert {(trail, what) for trail, _row, what in damage()} == {("events", "altered")}


FORGED = (
    "INSERT INTO audit_change (id, at, actor_name, source, place, role, table_name, row_key, operation, "
    "changes) VALUES ({}, now(), 'x', 'web', '', 'x', 'x', '1', 'I', '{{}}')"
)


def test_a_row_that_was_slipped_in_between_sealed_ones_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('audit_change_id_seq')")
        (gap,) = cursor.fetchone()
    Group.objects.create(name="Tổ sau")
    seal_trails()
    assert verify().whole
    as_owner(FORGED.format(gap))
    assert damage() == [("changes", gap, "inserted")]


def test_a_row_below_the_first_seal_or_far_above_the_last_is_found_and_ends_no_sealing() -> None:
    as_owner(FORGED.format(-5), FORGED.format(2**62))
    for number in range(2):
        Group.objects.create(name=f"Tổ sau {number}")
    assert seal_trails() == 2
    assert damage() == [("changes", -5, "inserted"), ("changes", 2**62, "inserted")]


def test_an_events_number_and_moment_are_not_the_writers() -> None:
    last = AuditEvent.objects.latest("id").pk
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_auditevent (id, at, actor_name, verb, object_type, object_id, object_name, "
            "reason, data) VALUES (-5, '2020-01-01', 'x', 'x', 'x', '1', 'x', '', '{}') RETURNING id"
        )
        assert cursor.fetchone()[0] > last
    assert AuditEvent.objects.latest("id").at.year > 2020
    assert seal_trails() == 1
    assert verify().whole


def test_a_seal_that_was_made_to_fit_breaks_the_chain() -> None:
    Group.objects.create(name="Tổ sau")
    seal_trails()
    first = Seal.objects.filter(trail="changes").earliest("id").pk
    row = Change.objects.earliest("id").pk
    as_owner(
        f"UPDATE audit_change SET actor_name = 'ai đó' WHERE id = {row}",  # noqa: S608
        "UPDATE audit_seal AS s SET digests = (SELECT string_agg(sha256(convert_to(audit_text(c), 'UTF8')), "  # noqa: S608
        "''::bytea ORDER BY c.id) FROM audit_change AS c WHERE c.id > s.after AND c.id <= s.upto) "
        f"WHERE id = {first}",
        f"UPDATE audit_seal SET seal = audit_seal_of(NULL, rows, digests) WHERE id = {first}",  # noqa: S608
    )
    verdict = verify()
    assert verdict.damage == []
    assert [trail for trail, _seal in verdict.broken] == ["changes"]


def test_a_trail_written_anew_does_not_hold_a_seal_noted_elsewhere() -> None:
    noted = verify().last["changes"]
    assert verify(noted).whole
    as_owner("UPDATE audit_change SET actor_name = 'ai đó'", "DELETE FROM audit_seal")
    seal_trails()
    assert verify().whole
    assert verify(noted).unknown == [noted]


def test_a_trail_that_waits_long_for_its_seal_fails_the_command_and_the_log_says_why(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    Group.objects.create(name="Tổ sau")
    assert verify().whole
    monkeypatch.setattr(sealing, "LATE", timedelta(0))
    with pytest.raises(CommandError, match="Nhật ký chưa được niêm phong từ"):
        call_command("verify_trail", stdout=StringIO())
    monkeypatch.setattr(sealing, "TRIES", 0)
    assert seal_trails() == 0
    assert "newest rows have no seal" in caplog.text


def test_the_command_names_each_row_and_fails() -> None:
    said = StringIO()
    call_command("verify_trail", stdout=said)
    assert "Nhật ký nguyên vẹn." in said.getvalue()
    row = Change.objects.earliest("id").pk
    as_owner(f"DELETE FROM audit_change WHERE id = {row}")  # noqa: S608
    with pytest.raises(CommandError, match=f"Thay đổi dữ liệu: dòng {row} bị xóa"):
        call_command("verify_trail", stdout=StringIO())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE contests_prize DISABLE TRIGGER audit_delete")
    with pytest.raises(CommandError, match="Bảng contests_prize: thay đổi không được ghi"):
        call_command("verify_trail", stdout=StringIO())
