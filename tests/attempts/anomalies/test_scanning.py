"""Scans add and never double; verdicts are final rows; nothing is approved before both are there."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from attempts.anomalies import scanning
from attempts.anomalies.answers import TookTooLong
from attempts.anomalies.detection import STATEMENTS
from attempts.anomalies.domain import ask_for_scan, decide, scan_round
from attempts.anomalies.gate import check_signals, why_signals_wait
from attempts.anomalies.models import AnomalyKind
from attempts.anomalies.queries import (
    ScanState,
    anomalies,
    counts_by_kind,
    every,
    running_counts,
    scan_state,
    skipped_kinds,
    undecided_passed_on,
    waiting,
)
from attempts.domain.disqualifying import disqualify, reinstate
from attempts.models import Anomaly, AnomalyScan, AnomalyVerdict
from attempts.tasks import count_signals, scan_due
from attempts.tasks import scan_round as task
from contest_site.audit.models import AuditEvent
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Invalid, NotNow
from contests.models import Entry, Headcount, Round, RoundClosing, Unit
from prizes.domain import deciding
from prizes.domain.deciding import review_run
from prizes.domain.ranking import compute_standings
from prizes.scope import Scope
from tests.prizes.support import office, simple_round
from tests.support.factories import make_contest, make_entry, make_round, make_staff, submitted_attempt

pytestmark = pytest.mark.django_db


def fast_round(people: int = 1, *, closed: bool = True, **fields: Any) -> Round:
    """A round with so many papers faster than its minimum, and one that is not."""
    round = make_round(
        make_contest(opens_at=database_now() - timedelta(hours=2)), min_plausible_seconds=60, **fields
    )
    for at in range(people + 1):
        entry = make_entry(round.contest)
        ended = database_now() - timedelta(minutes=30)
        submitted_attempt(
            entry, round, duration_ms=600_000 if at == people else 5_000 + at, submitted_at=ended
        )
    if closed:
        RoundClosing.objects.create(round=round)
    return Round.objects.select_related("contest", "seal").get(pk=round.pk)


def kinds(round: Round) -> list[str]:
    return sorted(anomalies(round).values_list("kind", flat=True))


def test_a_scan_adds_and_never_doubles() -> None:
    round = fast_round(2)
    assert scan_state(round) is ScanState.MISSING
    row = scan_round(round)
    assert scan_state(round, exact=True) is ScanState.DONE
    before = list(Anomaly.objects.order_by("pk").values())
    assert kinds(round) == ["speed", "speed"]
    scan_round(round)
    assert list(Anomaly.objects.order_by("pk").values()) == before
    assert AnomalyScan.objects.get().pk == row.pk
    assert waiting(round) == waiting(round.contest) == waiting([round]) == 2


def test_other_evidence_is_another_signal_and_what_is_no_longer_so_waits_for_nobody() -> None:
    round = fast_round(1)
    scan_round(round)
    first = Anomaly.objects.get()
    decide([first], conclusion="explained", grounds="Đã trao đổi với người dự thi.", by=make_staff())
    assert waiting(round) == 0
    entry = Entry.objects.get(pk=first.entries[0])
    ended = database_now() - timedelta(minutes=20)
    submitted_attempt(entry, round, duration_ms=4_000, submitted_at=ended, number=2)
    assert scan_state(round) is ScanState.DONE
    assert scan_state(round, exact=True) is ScanState.MISSING
    scan_round(round)
    (second,) = anomalies(round)
    assert second.pk != first.pk
    assert (second.papers, waiting(round)) == (2, 1)
    assert set(every(round)) == {first, second}
    Round.objects.filter(pk=round.pk).update(min_plausible_seconds=1)
    assert scan_state(round) is ScanState.MISSING
    scan_round(round)
    assert (list(anomalies(round)), waiting(round)) == ([], 0)


def area_of(round: Round) -> Unit:
    assert round.contest.area is not None
    return round.contest.area


def test_changed_headcounts_and_keys_make_a_scan_old() -> None:
    round = fast_round(0)
    scan_round(round)
    Headcount.objects.create(contest=round.contest, unit=area_of(round), people=1)
    assert scan_state(round) is ScanState.MISSING
    submitted_attempt(make_entry(round.contest), round, submitted_at=database_now() - timedelta(minutes=9))
    scan_round(round)
    assert kinds(round) == ["headcount"]
    with pytest.raises(Invalid, match="không nói về người nào"):
        decide(anomalies(round), conclusion="passed_on", grounds="Cần xem.", by=make_staff())


def test_signals_and_verdicts_are_final() -> None:
    round = fast_round()
    scan_round(round)
    one = Anomaly.objects.get()
    decide([one], conclusion="no_effect", grounds="Người dự thi thuộc bài.", by=make_staff())
    for rows, change in (
        (Anomaly.objects.all(), {"people": 9}),
        (AnomalyVerdict.objects.all(), {"grounds": "x"}),
    ):
        with pytest.raises(IntegrityError, match="the row is final"), transaction.atomic():
            rows.update(**change)
        with pytest.raises(IntegrityError, match="the row is final"), transaction.atomic():
            rows._raw_delete("default")
    values = {
        "round": round,
        "kind": "speed",
        "people": 1,
        "papers": 1,
        "entries": [],
        "attempts": [],
        "evidence": {},
    }
    with pytest.raises(IntegrityError, match="one_anomaly_per_evidence"), transaction.atomic():
        Anomaly.objects.create(**values, fingerprint=one.fingerprint)
    with pytest.raises(IntegrityError, match="anomaly_has_a_kind"), transaction.atomic():
        Anomaly.objects.create(**{**values, "kind": "luck"}, fingerprint="0" * 64)
    for wrong in ({"grounds": ""}, {"conclusion": "guilty"}):
        fields = {"anomaly": one, "conclusion": "explained", "grounds": "x", "by": make_staff(), **wrong}
        with pytest.raises(IntegrityError), transaction.atomic():
            AnomalyVerdict.objects.create(**fields)


def test_a_verdict_needs_grounds_and_the_newest_counts() -> None:
    round = fast_round(2)
    scan_round(round)
    by = make_staff()
    for values in ({"conclusion": "", "grounds": "x"}, {"conclusion": "explained", "grounds": "  "}):
        with pytest.raises(Invalid):
            decide(anomalies(round), **values, by=by)
    with pytest.raises(Invalid, match="Chưa chọn"):
        decide([], conclusion="explained", grounds="x", by=by)
    assert decide(anomalies(round), conclusion="passed_on", grounds="Cần xác minh.", by=by) == 2
    first = anomalies(round).order_by("pk").first()
    assert first is not None
    decide([first], conclusion="explained", grounds="Đã xác minh.", by=by)
    assert sorted(str(one.conclusion) for one in anomalies(round)) == ["explained", "passed_on"]
    assert AnomalyVerdict.objects.count() == 3
    event = AuditEvent.objects.filter(verb="decided anomalies").order_by("pk").first()
    assert event is not None
    assert (event.reason, event.data["count"], event.actor) == ("Cần xác minh.", 2, by)
    (count,) = counts_by_kind(round)
    assert (count.kind, count.found, count.waiting) == (AnomalyKind.SPEED, 2, 0)


def test_what_was_passed_on_waits_for_the_act_that_it_was_passed_on_to() -> None:
    round = fast_round()
    scan_round(round)
    (one,) = anomalies(round)
    by = make_staff()
    decide([one], conclusion="passed_on", grounds="Cần xác minh.", by=by)
    assert list(undecided_passed_on(round)) == [one]
    entry = Entry.objects.get(pk=one.entries[0])
    judged = disqualify(entry, round=round, grounds="Biên bản.", by=by)
    assert not undecided_passed_on(round).exists()
    reinstate(judged, grounds="Nhầm.", by=by)
    assert not undecided_passed_on(round).exists()


def test_a_disqualification_taken_back_earlier_is_no_answer_to_what_was_passed_on_since() -> None:
    round = fast_round()
    scan_round(round)
    (one,) = anomalies(round)
    by = make_staff()
    entry = Entry.objects.get(pk=one.entries[0])
    reinstate(disqualify(entry, round=round, grounds="Việc khác.", by=by), grounds="Nhầm.", by=by)
    decide([one], conclusion="passed_on", grounds="Cần xác minh.", by=by)
    assert list(undecided_passed_on(round)) == [one]


def test_pairs_that_take_too_long_to_judge_are_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def takes_long(*_: object) -> None:
        raise TookTooLong

    round = fast_round(0)
    monkeypatch.setattr(scanning, "equal_answers", takes_long)
    scan_round(round)
    assert AnomalyScan.objects.get(round=round).skipped == [AnomalyKind.ANSWERS]
    assert skipped_kinds([round]) == [AnomalyKind.ANSWERS]
    assert why_signals_wait(round) == ""


def test_nobody_concludes_or_approves_while_a_scan_is_on() -> None:
    round = fast_round()
    signal = Anomaly.objects.create(
        round=round,
        kind=AnomalyKind.SPEED,
        fingerprint="1" * 64,
        people=1,
        papers=1,
        entries=[1],
        attempts=[],
        evidence={},
    )
    scanner = connection.copy()
    with closing(scanner), scanner.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"anomalies:{round.pk}"])
        with pytest.raises(NotNow, match="đang tìm"):
            decide([signal], conclusion="explained", grounds="Mạng chung.", by=make_staff())
        with pytest.raises(NotNow, match="đang tìm"):
            check_signals([round])


def test_nothing_is_approved_before_the_signals_are_cleared() -> None:
    round = simple_round([("An", 5), ("Bình", 700)], min_plausible_seconds=10)
    people = office()
    run = compute_standings(Scope.of_round(round), by=None)
    review_run(run, by=people.preparer)
    with pytest.raises(NotNow, match="chưa tìm dấu hiệu"):
        deciding.approve_run(run, by=people.approver)
    scan_round(round)
    with pytest.raises(NotNow, match="chưa có kết luận"):
        deciding.approve_run(run, by=people.approver)
    decide(anomalies(round), conclusion="passed_on", grounds="Cần xác minh.", by=people.preparer)
    with pytest.raises(NotNow, match="chưa loại ai"):
        deciding.approve_run(run, by=people.approver)
    ranks = list(run.rows.order_by("pk").values_list("entry", "rank"))
    decide(anomalies(round), conclusion="explained", grounds="Đã xác minh.", by=people.preparer)
    deciding.approve_run(run, by=people.approver)
    # Signals and verdicts have moved nobody.
    assert list(run.rows.order_by("pk").values_list("entry", "rank")) == ranks
    assert compute_standings(Scope.of_round(round), by=None).pk == run.pk


def test_a_closed_round_is_looked_through_by_itself(django_capture_on_commit_callbacks: Any) -> None:
    round = fast_round()
    with django_capture_on_commit_callbacks(execute=False):
        scan_due()
    row = AnomalyScan.objects.get()
    assert row.waits
    assert scan_state(round) is ScanState.WAITS
    task(row.pk)
    assert waiting(round) == 1
    assert scanning.rows_due() == []
    submitted_attempt(make_entry(round.contest), round, duration_ms=1, submitted_at=database_now())
    assert [one.pk for one in scanning.rows_due()] == [row.pk]


def test_a_running_round_is_counted_and_nothing_waits(django_capture_on_commit_callbacks: Any) -> None:
    round = fast_round(2, closed=False)
    count_signals()
    counts, at = running_counts(round)
    assert (counts, at is not None) == ({"speed": 2}, True)
    assert not Anomaly.objects.exists()
    assert scan_state(round) is ScanState.MISSING
    with django_capture_on_commit_callbacks(execute=False):
        ask_for_scan(round, by=make_staff())
    task(AnomalyScan.objects.get().pk)
    assert waiting(round) == 2
    RoundClosing.objects.create(round=round)
    assert scan_state(round) is ScanState.MISSING


def test_what_takes_too_long_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "SECONDS", 1)
    monkeypatch.setitem(STATEMENTS, AnomalyKind.NAME, "SELECT pg_sleep(3), %(round)s")
    round = fast_round()
    row = scan_round(round)
    assert row.skipped == ["name"]
    assert kinds(round) == ["speed"]
