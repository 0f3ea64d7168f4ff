"""Erasure: what tells who a person is goes; what published results rest on stays, without a name.

Kept, and said so on the person's page: attempts with their receipts, ranks, awards and certificates by the
number of the entry (published digests rest on them), consents (proof of what was agreed), and the organisers'
trail of acts. No digest changes, for none holds a name.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F, Model, QuerySet, Value
from django.db.models.functions import Concat, Now
from django.utils.translation import gettext as _

from attempts.models import Attempt
from contest_site.accounts.models import User, random_username
from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid, NotNow
from contest_site.privacy.accounts import accounts_of
from contest_site.privacy.copying import path_of
from contest_site.privacy.remembering import Erased, remember
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
    RosterPerson,
)
from contests.rosters import people_of_accounts
from prizes.domain.participation import remove_files

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
        if accept:
            erase_person(user)
        record("erased person" if accept else "refused erasure", request, by=by, reason=grounds.strip())
    return answer


def erase_person(user: User) -> None:
    """Everything that names the person, in the caller's transaction; the account opens nothing any more.

    With it go the accounts that were merged into it. Raises NotNow while a paper is being taken, or for an
    organiser's account.
    """
    accounts = list(User.objects.select_for_update().filter(pk__in=accounts_of(user)).order_by("pk"))
    if any(one.is_staff for one in accounts):
        raise NotNow(_("Tài khoản của Ban Tổ chức chỉ xóa được sau khi thu hồi quyền."))
    entries = Entry.objects.filter(user__in=accounts)
    if Attempt.objects.filter(entry__in=entries, submitted_at=None).exists():
        raise NotNow(_("Người này đang làm bài. Xóa sau khi bài thi được nộp."))
    # Found by what the entries still hold and as long as they count.
    RosterPerson.objects.filter(pk__in=people_of_accounts([one.pk for one in accounts])).delete()
    for entry in entries.filter(consent_withdrawal=None):
        # Nothing more is done with the data: no later ranking knows the entry.
        ConsentWithdrawal.objects.create(entry=entry, by=user)
    erase_entries(entries, name_too=True)
    exports = DataExport.objects.filter(request__user__in=accounts)
    for export in exports.exclude(name=""):
        path_of(export).unlink(missing_ok=True)
    exports.update(name="")
    EmailAddress.objects.filter(user__in=accounts).delete()
    Authenticator.objects.filter(user__in=accounts).delete()
    SocialAccount.objects.filter(user__in=accounts).delete()
    _forget_in_recent_acts(User, [one.pk for one in accounts])
    _forget_in_recent_acts(Entry, list(entries.values_list("pk", flat=True)))
    for account in accounts:
        account.username, account.full_name = random_username(), ""
        account.email, account.phone = "", None
        # With these two every session that is open leads nowhere.
        account.phone_verified = account.is_active = False
        account.set_unusable_password()
        account.save()
    remember([one.pk for one in accounts], entries.values_list("pk", flat=True))


def erase_again(erased: Erased, *, reason: str) -> tuple[int, list[str]]:
    """Erase whom an older backup brought back: how many accounts, and why which could not be erased."""
    count, left = 0, []
    for user in User.objects.filter(pk__in=erased.accounts).order_by("pk"):
        try:
            with transaction.atomic():
                erase_person(user)
                record("erased person", user, by=None, reason=reason)
            count += 1
        except NotNow as refusal:
            left.append(f"#{user.pk}: {refusal}")
    with transaction.atomic():
        # Those that no longer were one of these accounts' when the backup was made.
        strays = Entry.objects.filter(pk__in=erased.entries).exclude(user__in=erased.accounts)
        erase_entries(strays, name_too=True)
    return count, left


def _forget_in_recent_acts(model: type[Model], ids: list[int]) -> None:
    """The admin's own list of recent acts repeats names; as in the trail, the number stays."""
    acts = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(model), object_id__in=[str(one) for one in ids]
    )
    acts.update(object_repr=Concat(Value("#"), F("object_id")))


def erase_entries(entries: QuerySet[Entry], *, name_too: bool) -> int:
    """Take out of these entries, and of what hangs on them, what tells who the people are; how many.

    Without `name_too` the name stays: of winners, whose names were published with the decision. With it the
    name goes of those as well whose other data went before.
    """
    if name_too:
        entries.filter(erased_at__isnull=False).exclude(full_name=NAMELESS).update(full_name=NAMELESS)
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
    transaction.on_commit(lambda: remove_files(ids), robust=True)
    return len(ids)


def erasure_requests() -> QuerySet[DataRequest]:
    return DataRequest.objects.filter(kind=DataRequestKind.ERASURE)
