"""Erasing a rehearsal removes it wholly and touches nothing real."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from attempts.models import (
    Anomaly,
    AnomalyVerdict,
    Attempt,
    Disqualification,
    ItemCounts,
    KeyCorrection,
    KeyCorrectionDecision,
    Regrade,
    RegradedScore,
    Reinstatement,
)
from contest_site.accounts.models import User
from contest_site.agency.models import AgencyDecision, AgencyRequest
from contest_site.audit.models import AuditEvent, Change, Seal
from contest_site.lib.clock import database_now
from contest_site.rehearsal.erase import BELOW_CONTEST, erase_rehearsals
from contest_site.reports.models import Report
from contests.domain.consenting import consent_in_person, current_text
from contests.domain.rounds import close_round
from contests.models import (
    ConsentWithdrawal,
    Contest,
    DataAnswer,
    DataExport,
    DataRequest,
    Document,
    Entry,
    EntryDecision,
    EntryRequest,
    Faq,
    Guardian,
    Headcount,
    HeadcountLock,
    Milestone,
    Promotion,
    Quota,
    RehearsalRun,
    Roster,
    RosterImport,
    RosterMatch,
    RosterPerson,
    Round,
    Unit,
    UnitOfficer,
    Unsealing,
    Withdrawal,
)
from prizes.domain.deciding import enter_decision, publish_run, review_run
from prizes.domain.ranking import compute_standings
from prizes.models import (
    Certificate,
    CertificateFile,
    Nomination,
    NominationWithdrawal,
    ParticipationPaper,
    PressFigures,
    PromotionTie,
    PublishedList,
    RunReturn,
    StandingsRun,
    TieDecision,
    UnitRow,
)
from prizes.scope import Scope
from questions.models import Bank
from tests.support.factories import (
    exclude,
    make_bank,
    make_block,
    make_contest,
    make_entry,
    make_prizes,
    make_round,
    make_staff,
    make_table,
    make_unit,
    make_user,
    submitted_attempt,
)
from tests.support.signals import approve_run

pytestmark = pytest.mark.django_db(transaction=True)


def counts() -> dict[str, int]:
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models(include_auto_created=True)
        if model not in {AuditEvent, Change, Seal}
    }


def played(bank: Bank, area: Unit, *, is_rehearsal: bool) -> Contest:
    """A contest from the announcement to the papers, with a row in every table that hangs on it."""
    now = database_now()
    contest = make_contest(area=area, is_rehearsal=is_rehearsal)
    round = make_round(contest, bank=bank, opens_at=now - timedelta(hours=3))
    make_prizes(contest, round)
    first, second = make_staff(is_rehearsal=is_rehearsal), make_staff(is_rehearsal=is_rehearsal)
    UnitOfficer.objects.create(user=first, unit=area)
    attempts = [_sat(contest, round, number, is_rehearsal=is_rehearsal) for number in range(3)]
    _plan_rows(contest, round, area, first)
    _roster_rows(contest, area, attempts[0].entry, first)
    Unsealing.objects.create(
        round=round,
        pool=round.seal.pool,
        commitment="0" * 64,
        sealed_by=first,
        sealed_at=now,
        reason="Thử",
        by=second,
    )
    _personal_rows(attempts[0].entry, first)
    _agency_rows(contest, area, first)
    close_round(round, by=first, reason="Thử")
    _signal_rows(round, first)
    run = compute_standings(Scope.of_round(Round.objects.get(pk=round.pk)), by=None)
    review_run(run, by=first)
    approve_run(run, by=second)
    enter_decision(run, number="1/QĐ", signed_on=timezone.localdate(now), by=first)
    publish_run(run, by=first)
    _result_rows(contest, run, attempts[0], first, second)
    ConsentWithdrawal.objects.create(entry=attempts[0].entry, by=attempts[0].entry.user)
    for certificate in Certificate.objects.filter(contest=contest):
        name = _file(f"certificates/{contest.slug}/{certificate.serial}.pdf")
        CertificateFile.objects.create(certificate=certificate, name=name, digest="0" * 64)
    taken_part = Attempt.objects.filter(round__contest=contest).first()
    assert taken_part is not None
    ItemCounts.objects.create(round=round, every=False)
    ParticipationPaper.objects.create(entry=taken_part.entry, code=f"{taken_part.entry_id:028d}")
    _file(f"certificates/{contest.slug}/tham-gia/1.pdf")
    return contest


def _sat(contest: Contest, round: Round, number: int, *, is_rehearsal: bool) -> Attempt:
    user = make_user(is_rehearsal=is_rehearsal)
    EmailAddress.objects.create(user=user, email=f"{user.username}@example.com")
    Client().force_login(user)
    return submitted_attempt(
        make_entry(contest, user=user),
        round,
        correct=20 + number,
        submitted_at=database_now(),
        prediction=number,
    )


def _roster_rows(contest: Contest, unit: Unit, entry: Entry, by: User) -> None:
    roster = Roster.objects.create(contest=contest, unit=unit, by=by)
    person = RosterPerson.objects.create(roster=roster, unit=unit, full_name="Hoa", phone="+84911222444")
    RosterMatch.objects.create(person=person, entry=entry, by=by)
    RosterImport.objects.create(contest=contest, unit=unit, by=by, name="a.xlsx", content=b"", language="vi")


def _agency_rows(contest: Contest, unit: Unit, by: User) -> None:
    asked = AgencyRequest.objects.create(
        contest=contest, unit=unit, kind="headcount", people=12, reason="Thử", by=by
    )
    AgencyDecision.objects.create(request=asked, verdict="accepted", by=by)


def _personal_rows(entry: Entry, by: User) -> None:
    """What people agreed to and asked for."""
    text = current_text(entry.contest)
    consent_in_person(entry, text, by=entry.user)
    Guardian.objects.create(entry=entry, full_name="Hoa", relation="mother", contact="hoa@example.com")
    request = EntryRequest.objects.create(entry=entry, kind="missing_unit", wanted={}, by=entry.user)
    EntryDecision.objects.create(request=request, verdict="refused", grounds="Thử", by=by)
    asked = DataRequest.objects.create(user=entry.user, kind="export", due_at=database_now())
    DataAnswer.objects.create(request=asked, verdict="accepted")
    DataExport.objects.create(
        request=asked, name=_file(f"personal/{entry.pk}.zip"), digest="0" * 64, expires_at=database_now()
    )


def _signal_rows(round: Round, by: User) -> None:
    values: dict[str, Any] = {"people": 1, "papers": 1, "entries": [], "attempts": [], "evidence": {}}
    signal = Anomaly.objects.create(round=round, kind="headcount", fingerprint="0" * 64, **values)
    AnomalyVerdict.objects.create(anomaly=signal, conclusion="explained", grounds="Thử", by=by)


def _plan_rows(contest: Contest, round: Round, area: Unit, by: User) -> None:
    Headcount.objects.create(contest=contest, unit=area, people=10)
    HeadcountLock.objects.create(contest=contest, by=by)
    Milestone.objects.create(contest=contest, label="Tổng kết")
    Faq.objects.create(contest=contest, question="Thi ở đâu?", answer="Ở bất cứ đâu có mạng.")
    Document.objects.create(contest=contest, title="Thể lệ", file=_upload())
    topic = round.bank.topics.first()
    assert topic is not None
    Quota.objects.create(round=round, topic=topic, questions=1)
    make_block(contest, [area])
    exclude(contest, phone="+84911222333")


def _result_rows(contest: Contest, run: StandingsRun, attempt: Attempt, first: User, second: User) -> None:
    """What no step of a plain round leaves behind."""
    round, entry = attempt.round, attempt.entry
    PressFigures.objects.create(run=run, full=30, marks=[], units=[])
    Report.objects.create(kind="participation", contest=contest, round=round, by=first)
    RehearsalRun.objects.create(contest=contest, by=first)
    assert contest.area is not None
    unit, table = contest.area, make_table(contest, round=round, audience="unit")
    block, prize = contest.blocks.get(), table.prizes.order_by("position")[0]
    grounds: dict[str, Any] = {"grounds": "Biên bản", "by": first}
    found = Disqualification.objects.create(entry=entry, attachment=_upload(), **grounds)
    Reinstatement.objects.create(disqualification=found, attachment=_upload(), **grounds)
    correction = KeyCorrection.objects.create(
        round=round, question=1, accepted=[0], attachment=_upload(), **grounds
    )
    KeyCorrectionDecision.objects.create(correction=correction, approved=True, proposer=first, by=second)
    regrade = Regrade.objects.create(round=round, version=1, corrections=[], attempts=1)
    RegradedScore.objects.create(regrade=regrade, attempt=attempt, correct=1)
    promotion = Promotion.objects.create(
        round=round, entry=entry, unit=unit, place=1, basis="1/1/x", by=first
    )
    Withdrawal.objects.create(promotion=promotion, **grounds)
    PromotionTie.objects.create(round=round, run=run, unit=unit, rank=1, order=[entry.pk], **grounds)
    TieDecision.objects.create(run=run, table=table, rank=1, order=[unit.pk], **grounds)
    nomination = Nomination.objects.create(prize=prize, round=round, unit=unit, report=_upload(), **grounds)
    NominationWithdrawal.objects.create(nomination=nomination, reason="Nhầm", by=first)
    zeros = dict.fromkeys(
        ("participants", "attempts", "sittings", "correct", "all_right", "winners"), 0
    ) | dict.fromkeys(("best_people", "best_correct", "best_duration_ms"), 0)
    UnitRow.objects.create(run=run, table=table, block=block, unit=unit, **zeros)
    PublishedList.objects.create(run=run, name=_file(f"lists/{run.pk}.txt"), digest="0" * 64, attempts=3)
    RunReturn.objects.create(run=run, by=first, reason="Chỉ để có dòng này.")


def _upload() -> ContentFile[bytes]:
    return ContentFile(b"%PDF", name="bien-ban.pdf")


def _file(name: str) -> str:
    path = settings.MEDIA_ROOT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF")
    return name


def media() -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prizes.domain.deciding.send_after_commit", lambda *args: None)


def mark_rehearsal(contest: Contest) -> None:
    """Factories make some accounts by themselves."""
    seals = contest.rounds.values_list("seal__by", "seal__pool__sealed_by")
    ids = {pk for pair in seals for pk in pair} | {contest.announcement.by_id}
    User.objects.filter(pk__in=ids).update(is_rehearsal=True)


def test_nothing_of_a_rehearsal_is_left_and_nothing_real_is_gone() -> None:
    bank, area = make_bank(), make_unit()
    real = played(bank, area, is_rehearsal=False)
    before, files = counts(), media()
    rehearsal = played(bank, area, is_rehearsal=True)
    mark_rehearsal(rehearsal)
    # Otherwise nothing below says that this table's rows are erased.
    assert {label for label, count in counts().items() if count == before[label]} == UNTOUCHED
    assert len(media()) > len(files)
    events = AuditEvent.objects.count()

    removed = erase_rehearsals()

    assert counts() == before
    assert removed["Attempt"] == 3
    assert removed["Certificate"] == 3
    assert media() == files
    assert settings.MEDIA_ROOT / "certificates" / real.slug / "1.pdf" in files
    # The trail keeps what was done, and that it was erased.
    assert AuditEvent.objects.count() == events + 1
    assert AuditEvent.objects.filter(verb="erased rehearsal", object_id=str(rehearsal.pk)).count() == 1


# What organisers do for people's accounts and how those come in; a rehearsal has nothing of it.
HELP = {
    *("accounts.AccountMerge", "accounts.ContactMove", "accounts.FactorRecovery", "accounts.MessageCount"),
    *("socialaccount.SocialAccount", "socialaccount.SocialApp", "socialaccount.SocialToken"),
}


# What stays whatever is erased, or is removed by other ways than through the contest.
ELSEWHERE = {
    *("admin.LogEntry", "auth.Group", "auth.Group_permissions", "auth.Permission"),
    *("contenttypes.ContentType", "sessions.Session", "account.EmailAddress", "account.EmailConfirmation"),
    *("mfa.Authenticator", "audit.AuditEvent", "audit.Change", "audit.Seal"),
    *("accounts.User", "accounts.User_groups"),
    *("accounts.User_user_permissions", "contests.Contest", "contests.Unit", "contests.UnitOfficer"),
    *("questions.Bank", "questions.Topic", "questions.Question", "questions.Revision"),
    *("questions.Appraisal", "questions.SealedPool", "questions.ImportDraft", "questions.Submission"),
    *("questions.Picture", "questions.Study", "questions.StudyWithdrawal", "questions.DuplicateSearch"),
    *("contests.DataRequest", "contests.DataAnswer", "contests.DataExport", "contests.GuardianCode"),
    *("contests.UnitChange", "contests.UnitSuccession", "contests.UnitImport"),
    *("watch.Incident", "watch.Backup"),
    *HELP,
}


# Of these a rehearsal has no row of its own when its bank and units are there already.
UNTOUCHED = {
    *("watch.Incident", "watch.Backup", "watch.RoundCount", "watch.MinuteCount", "watch.UnitCount"),
    "contests.GuardianCode",
    *("contests.UnitChange", "contests.UnitSuccession", "contests.UnitImport"),
    *("admin.LogEntry", "auth.Group", "auth.Group_permissions", "auth.Permission"),
    *("contenttypes.ContentType", "account.EmailConfirmation", "mfa.Authenticator"),
    *("accounts.User_groups", "accounts.User_user_permissions", "contests.Unit"),
    *("questions.Appraisal", "questions.Bank", "questions.ImportDraft", "questions.Question"),
    *("questions.Picture", "questions.Revision", "questions.Study", "questions.StudyWithdrawal"),
    *("questions.Submission", "questions.Topic", "questions.DuplicateSearch"),
    *HELP,
}


def test_no_table_of_a_contest_is_forgotten() -> None:
    known = {model._meta.label for model, way in BELOW_CONTEST} | ELSEWHERE
    assert known == {model._meta.label for model in apps.get_models(include_auto_created=True)}


def test_whatever_refers_to_a_table_is_erased_before_it() -> None:
    order = [model for model, way in BELOW_CONTEST]
    for place, model in enumerate(order):
        for field in model._meta.concrete_fields:
            if field.related_model in order[:place] and (model, field.related_model) != (
                Promotion,
                Withdrawal,
            ):
                pytest.fail(f"{model.__name__}.{field.name} refers to a table that is erased before it")


def test_without_a_rehearsal_there_is_nothing_to_do() -> None:
    played(make_bank(), make_unit(), is_rehearsal=False)
    before = counts()
    assert erase_rehearsals() == {}
    assert counts() == before


def test_final_rows_stay_final_outside_the_erasing() -> None:
    rehearsal = played(make_bank(), make_unit(), is_rehearsal=True)
    mark_rehearsal(rehearsal)
    with pytest.raises(IntegrityError, match="the row is final"), transaction.atomic():
        Attempt.objects.filter(round__contest=rehearsal)._raw_delete("default")
    erase_rehearsals()
    played(make_bank(), make_unit(), is_rehearsal=False)
    with pytest.raises(IntegrityError, match="the row is final"), transaction.atomic():
        Attempt.objects.all()._raw_delete("default")


def test_units_that_a_rehearsal_brought_and_real_work_uses_become_real() -> None:
    top = make_unit(is_rehearsal=True)
    middle = make_unit("", top, is_rehearsal=True)
    used, unused = make_unit("", middle, is_rehearsal=True), make_unit("", top, is_rehearsal=True)
    make_entry(make_contest(area=make_unit()), unit=used)
    erase_rehearsals()
    assert not Unit.objects.filter(pk=unused.pk).exists()
    assert set(Unit.objects.filter(is_rehearsal=False)) >= {top, middle, used}


def written_by_rehearsal() -> Bank:
    bank = make_bank(5)
    people = Bank.objects.filter(pk=bank.pk).values_list(
        "questions__revisions__writer", "questions__revisions__appraisals__appraiser"
    )
    User.objects.filter(pk__in={pk for pair in people for pk in pair}).update(is_rehearsal=True)
    return bank


def test_a_bank_that_a_rehearsal_brought_goes_with_it() -> None:
    before = counts()
    written_by_rehearsal()
    erase_rehearsals()
    assert counts() == before


def test_a_bank_that_a_real_contest_uses_stays_and_its_writers_open_nothing() -> None:
    bank = written_by_rehearsal()
    make_round(bank=bank, sealed=False)
    writers = set(bank.questions.values_list("revisions__writer", flat=True))
    erase_rehearsals()
    assert Bank.objects.filter(pk=bank.pk, questions__isnull=False).exists()
    kept: Any = User.objects.filter(pk__in=writers)
    assert [(user.is_active, user.is_rehearsal) for user in kept] == [(False, False)] * len(writers)
