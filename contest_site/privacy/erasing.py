"""Erasure: what tells who a person is goes; what published results rest on stays, without a name.

Kept, and said so on the person's page: attempts with their receipts, ranks, awards and certificates by the
number of the entry (published digests rest on them), consents (proof of what was agreed), and the organisers'
trail of acts. No digest changes, for none holds a name.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from attempts.models import Attempt
from contest_site.accounts.models import User, random_username
from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid, NotNow
from contest_site.privacy.copying import path_of
from contests.enums import DataRequestKind, Verdict
from contests.models import (
    ConsentWithdrawal,
    DataAnswer,
    DataExport,
    DataRequest,
    Entry,
    EntryDecision,
    EntryRequest,
    Guardian,
)

# In the source language, like every text that is stored.
NAMELESS = "Người đã xóa dữ liệu cá nhân"


def answer_erasure(request: DataRequest, *, by: User, accept: bool, grounds: str = "") -> DataAnswer:
    """Erase the person's data, or say why not. Once.

    Raises Invalid without grounds for a refusal, NotNow when it was answered or a paper is being taken.
    """
    if not accept and not grounds.strip():
        raise Invalid(_("Ghi lý do không xóa, để người đề nghị biết."))
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=request.user_id)
        if DataAnswer.objects.filter(request=request).exists():
            raise NotNow(_("Đề nghị này đã được trả lời."))
        answer = DataAnswer.objects.create(
            request=request,
            verdict=Verdict.ACCEPTED if accept else Verdict.REFUSED,
            grounds=grounds.strip(),
            by=by,
        )
        # Before the name is gone from the target: the trail keeps whose data it was by number alone.
        if accept:
            erase_person(user)
        request.user.refresh_from_db()
        record("erased person" if accept else "refused erasure", request, by=by, reason=grounds.strip())
    return answer


def erase_person(user: User) -> None:
    """Everything that names the person, in the caller's transaction; the account opens nothing any more.

    Raises NotNow while a paper is being taken, or for an organiser's account.
    """
    if user.is_staff:
        raise NotNow(_("Tài khoản của Ban Tổ chức chỉ xóa được sau khi thu hồi quyền."))
    entries = Entry.objects.filter(user=user)
    if Attempt.objects.filter(entry__in=entries, submitted_at=None).exists():
        raise NotNow(_("Người này đang làm bài. Xóa sau khi bài thi được nộp."))
    for entry in entries.filter(consent_withdrawal=None):
        # Nothing more is done with the data: no later ranking knows the entry.
        ConsentWithdrawal.objects.create(entry=entry, by=user)
    erase_entries(entries, name_too=True)
    for export in DataExport.objects.filter(request__user=user).exclude(name=""):
        path_of(export).unlink(missing_ok=True)
    DataExport.objects.filter(request__user=user).update(name="")
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    _end_sessions(user)
    user.username, user.full_name, user.email, user.phone = random_username(), "", "", None
    user.phone_verified = user.is_active = False
    user.set_unusable_password()
    user.save()


def erase_entries(entries: QuerySet[Entry], *, name_too: bool) -> int:
    """Take out of these entries, and of what hangs on them, what tells who the people are; how many.

    Without `name_too` the name stays: of winners, whose names were published with the decision.
    """
    ids = list(entries.filter(erased_at=None).values_list("pk", flat=True))
    rows = Entry.objects.filter(pk__in=ids)
    Guardian.objects.filter(entry__in=ids, erased_at=None).update(
        full_name=NAMELESS, contact="", erased_at=Now()
    )
    EntryDecision.objects.filter(request__entry__in=ids, erased_at=None).update(
        before={}, after={}, grounds="", erased_at=Now()
    )
    EntryRequest.objects.filter(entry__in=ids, erased_at=None).update(wanted={}, reason="", erased_at=Now())
    Attempt.objects.filter(entry__in=ids, submitted_at__isnull=False).update(address=None, device="")
    rows.update(
        full_name=NAMELESS if name_too else F("full_name"),
        birth_date=None,
        gender="",
        phone=None,
        address="",
        national_id_hash=None,
        national_id_sealed=None,
        erased_at=Now(),
    )
    return len(ids)


def _end_sessions(user: User) -> None:
    """A session names its account only inside its signed data; the password's change ends it anyway."""
    if settings.SESSION_ENGINE.endswith(("db", "cached_db")):
        for session in Session.objects.filter(expire_date__gt=Now()).iterator():
            if str(session.get_decoded().get(SESSION_KEY)) == str(user.pk):
                session.delete()


def erasure_requests() -> QuerySet[DataRequest]:
    return DataRequest.objects.filter(kind=DataRequestKind.ERASURE)
