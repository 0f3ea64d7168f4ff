from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from attempts.domain.disqualifying import disqualify, reinstate
from attempts.models import Disqualification, Reinstatement
from attempts.queries import disqualified_entries
from contest_site.audit.models import AuditEvent
from contest_site.lib.errors import Invalid, NotNow
from contests.models import Entry, Round
from tests.support.factories import make_bank, make_contest, make_entry, make_round, make_staff
from tests.support.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    return make_round(sealed=False, bank=make_bank(0))


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def paper(name: str = "Biên bản số 7.pdf", size: int = 10) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"x" * size)


def judged(round: Round, **fields: Any) -> tuple[Entry, Disqualification]:
    entry = make_entry(round.contest)
    values: dict[str, Any] = {"round": round, "grounds": "Nhờ người thi hộ", "by": make_staff(), **fields}
    return entry, disqualify(entry, **values)


def test_a_person_is_disqualified_and_reinstated_with_grounds_papers_and_trail(round: Round) -> None:
    entry, made = judged(round, attachment=paper())
    assert set(disqualified_entries(round.contest, round)) == {entry}
    assert str(made.attachment.name).startswith("grounds/")
    reinstate(made, grounds=" Biên bản số 8 ", by=make_staff())
    assert not disqualified_entries(round.contest, round).exists()
    assert Reinstatement.objects.get().grounds == "Biên bản số 8"
    trail = AuditEvent.objects.order_by("pk").values_list("verb", "reason", "object_id")
    assert list(trail) == [
        ("disqualified entry", "Nhờ người thi hộ", str(entry.pk)),
        ("reinstated entry", "Biên bản số 8", str(entry.pk)),
    ]


def test_once_at_a_time_in_each_scope(round: Round) -> None:
    entry, made = judged(round)
    with pytest.raises(NotNow):
        disqualify(entry, round=round, grounds="Lần nữa", by=make_staff())
    disqualify(entry, round=None, grounds="Cả cuộc thi", by=make_staff())
    reinstate(made, grounds="Nhầm", by=make_staff())
    with pytest.raises(NotNow):
        reinstate(made, grounds="Lần nữa", by=make_staff())
    disqualify(entry, round=round, grounds="Có chứng cứ mới", by=make_staff())
    assert Disqualification.objects.count() == 3


def test_grounds_cannot_be_left_out_and_the_round_is_the_contests_own(round: Round) -> None:
    with pytest.raises(Invalid, match="căn cứ"):
        judged(round, grounds=" \n ")
    other = make_round(make_contest(), sealed=False, bank=round.bank)
    with pytest.raises(Invalid, match="không thuộc"):
        disqualify(make_entry(round.contest), round=other, grounds="Thi hộ", by=make_staff())
    assert not Disqualification.objects.exists()
    _entry, made = judged(round)
    with pytest.raises(Invalid, match="căn cứ"):
        reinstate(made, grounds="", by=make_staff())


@pytest.mark.parametrize("name", ["a.exe", "a.html", "a.svg", "pdf", "a.pdf.js"])
def test_a_file_of_another_kind_is_refused(round: Round, name: str) -> None:
    with pytest.raises(Invalid, match="một trong các loại: pdf"):
        judged(round, attachment=paper(name))


def test_a_file_too_large_is_refused_and_a_long_name_is_cut(round: Round) -> None:
    with pytest.raises(Invalid, match="20 MB"):
        judged(round, attachment=paper(size=20 * 1024 * 1024 + 1))
    _entry, made = judged(round, attachment=paper("b" * 190 + ".PDF"))
    assert str(made.attachment.name).endswith(".pdf")
    assert len(str(made.attachment.name)) <= 100


@pytest.mark.parametrize("table", ["attempts_disqualification", "attempts_reinstatement"])
def test_both_records_are_final(round: Round, table: str) -> None:
    _entry, made = judged(round)
    reinstate(made, grounds="Nhầm", by=make_staff())
    for statement in (f"UPDATE {table} SET grounds = 'x'", f"DELETE FROM {table}"):  # noqa: S608
        with (
            pytest.raises(IntegrityError, match="final"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_disqualify_once(round: Round) -> None:
    entry, by = make_entry(round.contest), make_staff()
    results = at_once(8, lambda: disqualify(entry, round=round, grounds="Thi hộ", by=by))
    assert sum(isinstance(result, Disqualification) for result in results) == 1
    assert Disqualification.objects.count() == 1
