"""Removing every rehearsal, wholly: rows in the order of their dependence, then files. The trail stays."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import FileField, ForeignObjectRel, Model, Q, QuerySet

from attempts.models import (
    Anomaly,
    AnomalyScan,
    AnomalyVerdict,
    Attempt,
    Disqualification,
    ItemCounts,
    KeyCorrection,
    KeyCorrectionDecision,
    Prediction,
    Regrade,
    RegradedScore,
    Reinstatement,
)
from contest_site.accounts.models import AccountMerge, ContactMove, FactorRecovery, User
from contest_site.agency.models import AgencyDecision, AgencyRequest
from contest_site.audit.trail import record
from contest_site.lib.immutable import erasing_rehearsal_data
from contest_site.reports.models import Report
from contest_site.watch.models import MinuteCount, RoundCount, UnitCount
from contests.models import (
    Announcement,
    Block,
    BlockUnit,
    Category,
    CertificateTemplate,
    Consent,
    ConsentText,
    ConsentWithdrawal,
    Contest,
    DataAnswer,
    DataExport,
    DataRequest,
    Document,
    Entry,
    EntryDecision,
    EntryRequest,
    Exclusion,
    Faq,
    Guardian,
    Headcount,
    HeadcountLock,
    Milestone,
    Prize,
    PrizeTable,
    Promotion,
    Quota,
    RehearsalRun,
    Roster,
    RosterImport,
    RosterMatch,
    RosterPerson,
    Round,
    RoundClosing,
    RoundSeal,
    Unit,
    UnitChange,
    UnitImport,
    UnitOfficer,
    Unsealing,
    Withdrawal,
)
from prizes.models import (
    Award,
    Certificate,
    CertificateFile,
    Decision,
    Nomination,
    NominationWithdrawal,
    ParticipationPaper,
    PressFigures,
    PromotionTie,
    Publication,
    PublishedList,
    RunApproval,
    RunReturn,
    RunReview,
    StandingsRow,
    StandingsRun,
    TieDecision,
    UnitRow,
)
from questions.models import (
    Appraisal,
    Bank,
    DuplicateSearch,
    ImportDraft,
    Picture,
    Question,
    Revision,
    SealedPool,
    Study,
    Submission,
    Topic,
)

# Each table with the way to its contest; whatever refers to a table stands above it.
BELOW_CONTEST: tuple[tuple[type[Model], str], ...] = (
    (Report, "contest"),
    (CertificateFile, "certificate__contest"),
    (Certificate, "contest"),
    (ParticipationPaper, "entry__contest"),
    (Award, "run__contest"),
    (NominationWithdrawal, "nomination__prize__table__contest"),
    (Nomination, "prize__table__contest"),
    (PromotionTie, "round__contest"),
    (TieDecision, "run__contest"),
    (PressFigures, "run__contest"),
    (PublishedList, "run__contest"),
    (Publication, "run__contest"),
    (Decision, "run__contest"),
    (RunApproval, "run__contest"),
    (RunReturn, "run__contest"),
    (RunReview, "run__contest"),
    (UnitRow, "run__contest"),
    (StandingsRow, "run__contest"),
    (StandingsRun, "contest"),
    (RegradedScore, "regrade__round__contest"),
    (Regrade, "round__contest"),
    (AnomalyVerdict, "anomaly__round__contest"),
    (Anomaly, "round__contest"),
    (AnomalyScan, "round__contest"),
    (KeyCorrectionDecision, "correction__round__contest"),
    (KeyCorrection, "round__contest"),
    (Reinstatement, "disqualification__entry__contest"),
    (Disqualification, "entry__contest"),
    (Prediction, "round__contest"),
    (Attempt, "round__contest"),
    (ItemCounts, "round__contest"),
    (MinuteCount, "round__contest"),
    (UnitCount, "round__contest"),
    (RoundCount, "round__contest"),
    # These two name each other; the database looks at such ways only when all is done.
    (Withdrawal, "promotion__round__contest"),
    (Promotion, "round__contest"),
    (ConsentWithdrawal, "entry__contest"),
    (Consent, "entry__contest"),
    (ConsentText, "contest"),
    (Guardian, "entry__contest"),
    (AgencyDecision, "request__contest"),
    (AgencyRequest, "contest"),
    (EntryDecision, "request__entry__contest"),
    (EntryRequest, "entry__contest"),
    (RosterMatch, "person__roster__contest"),
    (RosterPerson, "roster__contest"),
    (Roster, "contest"),
    (RosterImport, "contest"),
    (Entry, "contest"),
    (Exclusion, "contest"),
    (Announcement, "contest"),
    (HeadcountLock, "contest"),
    (RoundClosing, "round__contest"),
    (Unsealing, "round__contest"),
    (RoundSeal, "round__contest"),
    (Prize, "table__contest"),
    (PrizeTable, "contest"),
    (CertificateTemplate, "contest"),
    (Quota, "round__contest"),
    (Round, "contest"),
    (BlockUnit, "contest"),
    (Block, "contest"),
    (Headcount, "contest"),
    (Category, "contest"),
    (Milestone, "contest"),
    (RehearsalRun, "contest"),
    (Document, "contest"),
    (Faq, "contest"),
)
# Files that are named by a column of text, below the media folder.
NAMED_FILES: tuple[tuple[type[Model], str], ...] = (
    (CertificateFile, "certificate__contest"),
    (PublishedList, "run__contest"),
)


def erase_rehearsals() -> dict[str, int]:
    """Erase all rehearsals; how many rows of each kind (the model's name) were removed.

    A bank or unit that a rehearsal brought along and real work uses by now is kept and becomes real; so do
    the switched-off accounts that wrote such a bank.
    """
    removed: dict[str, int] = {}
    with transaction.atomic(), erasing_rehearsal_data():
        contests = list(Contest.objects.filter(is_rehearsal=True))
        files = list(_files(contests))
        for model, way in BELOW_CONTEST:
            _delete(removed, model._default_manager.filter(**{f"{way}__in": contests}))
        _delete(removed, Contest.objects.filter(pk__in=[contest.pk for contest in contests]))
        _banks(removed)
        _units(removed)
        _accounts(removed)
        for contest in contests:
            record("erased rehearsal", contest, by=None)
    for path in files:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    shutil.rmtree(settings.VAR_DIR / "rehearsal", ignore_errors=True)
    return {name: count for name, count in removed.items() if count}


def _delete(removed: dict[str, int], rows: QuerySet[Any]) -> None:
    """One DELETE statement; the database checks at the end that nothing refers to what is gone."""
    name = rows.model.__name__
    count: int | None = rows.order_by()._raw_delete(rows.db)  # None where Django knows that there is nothing
    removed[name] = removed.get(name, 0) + (count or 0)


def _files(contests: list[Contest]) -> Iterator[Path]:
    """Uploaded and rendered files of the contests, and the folders that are theirs alone."""
    for model, way in BELOW_CONTEST:
        columns = [field.name for field in model._meta.concrete_fields if isinstance(field, FileField)]
        for row in model._default_manager.filter(**{f"{way}__in": contests}) if columns else ():
            yield from (Path(file.path) for name in columns if (file := getattr(row, name)))
    for model, way in NAMED_FILES:
        rows = model._default_manager.filter(**{f"{way}__in": contests})
        yield from (settings.MEDIA_ROOT / name for name in rows.values_list("name", flat=True) if name)
    for contest in contests:
        yield from (settings.MEDIA_ROOT / folder / contest.slug for folder in ("certificates", "lists"))


def _banks(removed: dict[str, int]) -> None:
    """Pools sealed for rehearsals, and banks that a rehearsal wrote and nobody else has touched or uses."""
    _delete(
        removed,
        SealedPool.objects.filter(sealed_by__is_rehearsal=True)
        .exclude(pk__in=RoundSeal.objects.values("pool"))
        .exclude(pk__in=Unsealing.objects.values("pool"))
        .exclude(pk__in=Study.objects.values("pool")),
    )
    foreign: tuple[QuerySet[Any, Any], ...] = (
        Revision.objects.filter(writer__is_rehearsal=False).values("question__bank"),
        Submission.objects.filter(by__is_rehearsal=False).values("revision__question__bank"),
        Appraisal.objects.filter(appraiser__is_rehearsal=False).values("revision__question__bank"),
        SealedPool.objects.values("bank"),
        Round.objects.values("bank"),
    )
    banks = Bank.objects.filter(questions__revisions__writer__is_rehearsal=True)
    for used in foreign:
        banks = banks.exclude(pk__in=used)
    ids = list(banks.values_list("pk", flat=True).distinct())
    _delete(removed, Appraisal.objects.filter(revision__question__bank__in=ids))
    _delete(removed, Submission.objects.filter(revision__question__bank__in=ids))
    _delete(removed, Revision.objects.filter(question__bank__in=ids))
    _delete(removed, Question.objects.filter(bank__in=ids))
    _delete(removed, Topic.objects.filter(bank__in=ids))
    _delete(removed, ImportDraft.objects.filter(bank__in=ids))
    _delete(removed, DuplicateSearch.objects.filter(bank__in=ids))
    _delete(removed, Bank.objects.filter(pk__in=ids))


def _units(removed: dict[str, int]) -> None:
    _delete(removed, UnitOfficer.objects.filter(user__is_rehearsal=True))
    brought = dict(Unit.objects.filter(is_rehearsal=True).order_by().values_list("pk", "parent_id"))
    used: set[Any] = set(
        Unit.objects.filter(is_rehearsal=False, parent__in=brought).values_list("parent", flat=True)
    )
    for relation in Unit._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.related_model is not Unit:
            model, column = relation.related_model, relation.field.name
            found = model._default_manager.filter(**{f"{column}__in": list(brought)})
            used |= set(found.values_list(column, flat=True))
    for unit in list(used):
        above = brought.get(unit)
        while above in brought and above not in used:
            used.add(above)
            above = brought.get(above) if above else None
    Unit.objects.filter(pk__in=used & brought.keys()).update(is_rehearsal=False)
    _delete(removed, Unit.objects.filter(pk__in=brought.keys() - used))


def _accounts(removed: dict[str, int]) -> None:
    """The rehearsals' accounts with all that hangs on them, except those whose work is kept."""
    kept: tuple[QuerySet[Any, Any], ...] = (
        Revision.objects.values("writer"),
        Submission.objects.values("by"),
        Appraisal.objects.values("appraiser"),
        SealedPool.objects.values("sealed_by"),
        Picture.objects.values("by"),
        Study.objects.values("by"),
        UnitChange.objects.values("by"),
    )
    accounts = User.objects.filter(is_rehearsal=True)
    for work in kept:
        accounts = accounts.exclude(pk__in=work)
    ids = set(accounts.values_list("pk", flat=True))
    User.objects.filter(is_rehearsal=True).exclude(pk__in=ids).update(is_rehearsal=False, is_active=False)
    _delete(removed, Session.objects.filter(pk__in=_sessions(ids)))
    for export in DataExport.objects.filter(request__user__in=ids).exclude(name=""):
        (settings.MEDIA_ROOT / export.name).unlink(missing_ok=True)
    for about in (DataExport, DataAnswer):
        _delete(removed, about._default_manager.filter(request__user__in=ids))
    for model in (EmailAddress, Authenticator, SocialAccount, LogEntry, DataRequest):
        _delete(removed, model._default_manager.filter(user__in=ids))
    for helped in (ContactMove, FactorRecovery):
        _delete(removed, helped._default_manager.filter(Q(user__in=ids) | Q(by__in=ids)))
    merges = AccountMerge.objects.filter(Q(kept__in=ids) | Q(absorbed__in=ids) | Q(by__in=ids))
    _delete(removed, merges)
    _delete(removed, UnitImport.objects.filter(by__in=ids))
    for through in (User.groups.through, User.user_permissions.through):
        _delete(removed, through._default_manager.filter(Q(user__in=ids)))
    _delete(removed, User.objects.filter(pk__in=ids))


def _sessions(accounts: set[int]) -> list[str]:
    """Session keys of the accounts; a session names its account only inside its signed data."""
    names = {str(pk) for pk in accounts}
    return [
        session.session_key
        for session in Session.objects.iterator()
        if str(session.get_decoded().get(SESSION_KEY)) in names
    ]
