"""One person with two accounts: one is kept, the other's entries move to it and it is switched off; for good.

Entries move whole, with attempts, receipts and results; nothing in them changes. Two entries of one person in
one contest cannot become one account's: then the secretariat first decides which of them counts and
disqualifies the other, which stays with the switched-off account.
"""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils.translation import gettext as _

from attempts.models import Attempt, Disqualification
from contest_site.accounts.domain.helping import checked_grounds, may_help
from contest_site.accounts.domain.messages import send_code
from contest_site.accounts.domain.staff import proved_contacts
from contest_site.accounts.enums import IdentityCheck
from contest_site.accounts.models import AccountMerge, User
from contest_site.accounts.senders import Purpose
from contest_site.audit import trail
from contest_site.lib.errors import NotAllowed, NotNow, Refused
from contests.domain.excluding import record_exclusion
from contests.models import Contest, DataRequest, Entry, Exclusion, UnitOfficer


@dataclass(frozen=True)
class Merger:
    """What merging two accounts would do, and what is against it."""

    kept: User
    absorbed: User
    moving: list[Entry]
    # Entries that stay with the switched-off account: disqualified, and the kept account has one there too.
    staying: list[Entry]
    # Contests in which both would count.
    doubled: list[Contest]
    # Contacts that the kept account has afterwards, and those that lead nowhere any more.
    contacts: list[str]
    dropped: list[str]


def merger(kept: User, absorbed: User) -> Merger:
    """Look at both accounts; nothing is changed."""
    entries = list(Entry.objects.filter(user=absorbed).select_related("contest", "unit").order_by("id"))
    entered = set(Entry.objects.filter(user=kept).values_list("contest", flat=True))
    out = _wholly_disqualified(absorbed)
    both = [entry for entry in entries if entry.contest_id in entered]
    kept_contacts = proved_contacts(kept)
    mine = {"@" in one for one in kept_contacts}
    taken_over = [one for one in proved_contacts(absorbed) if ("@" in one) not in mine]
    contacts = [*kept_contacts, *taken_over]
    everything = [*kept_contacts, *proved_contacts(absorbed)]
    return Merger(
        kept=kept,
        absorbed=absorbed,
        moving=[entry for entry in entries if entry.contest_id not in entered],
        staying=[entry for entry in both if entry.pk in out],
        doubled=[entry.contest for entry in both if entry.pk not in out],
        contacts=contacts,
        dropped=[one for one in everything if one not in contacts],
    )


def _wholly_disqualified(user: User) -> set[int]:
    """Entries of the account that are out of their whole contest, be it round by round."""
    standing = Disqualification.objects.filter(entry__user=user, reinstatement=None)
    out: dict[int, set[int | None]] = {}
    for entry, round_id in standing.values_list("entry", "round"):
        out.setdefault(entry, set()).add(round_id)
    rounds = dict.fromkeys(out, frozenset[int]())
    for entry, round_id in Entry.objects.filter(pk__in=out).values_list("pk", "contest__rounds"):
        rounds[entry] |= {round_id}
    return {entry for entry, among in out.items() if None in among or rounds[entry] <= among}


@transaction.atomic
def merge_accounts(
    kept: User, absorbed: User, *, identity_check: IdentityCheck, grounds: str, by: User
) -> AccountMerge:
    """Make the two accounts one. The kept one's contacts stay, missing ones come from the other.

    Raises Invalid (grounds), NotAllowed (the own account, organisers' accounts), NotNow (the same account,
    one merged before or switched off, a paper being written, a request about personal data unanswered),
    Refused (both have entered the same contests, which it names with what to do).
    """
    grounds = checked_grounds(grounds)
    if not (may_help(by, kept) and may_help(by, absorbed)):
        raise NotAllowed(
            _("Tài khoản của cán bộ chỉ người quản trị khác gộp được; không ai tự gộp tài khoản của mình.")
        )
    locked = {
        user.pk: user
        for user in User.objects.select_for_update().filter(pk__in=[kept.pk, absorbed.pk]).order_by("pk")
    }
    if len(locked) != 2:
        raise NotNow(_("Hai tài khoản phải khác nhau. Hãy chọn tài khoản kia."))
    plan = merger(locked[kept.pk], locked[absorbed.pk])
    _check(plan)
    _keep_excluded(plan, by=by)
    _move_entries(plan)
    _move_ways_in(plan)
    made = AccountMerge.objects.create(
        kept=plan.kept,
        absorbed=plan.absorbed,
        identity_check=identity_check,
        grounds=grounds,
        entries=[entry.pk for entry in plan.moving],
        by=by,
    )
    trail.record(
        "merged accounts", plan.kept, by=by, reason=grounds, absorbed=plan.absorbed.pk,
        identity_check=identity_check.value, entries=made.entries,
        staying=[entry.pk for entry in plan.staying],
    )  # fmt: skip
    for contact in [*plan.contacts, *plan.dropped]:
        send_code(contact, "", Purpose.MERGED)
    return made


def _check(plan: Merger) -> None:
    if AccountMerge.objects.filter(absorbed__in=[plan.kept, plan.absorbed]).exists():
        raise NotNow(_("Một trong hai tài khoản đã được gộp vào tài khoản khác trước đây."))
    if not (plan.kept.is_active and plan.absorbed.is_active):
        raise NotNow(
            _(
                "Một trong hai tài khoản đang bị tắt nên không gộp được. Hãy xem vì sao bị tắt và bật lại nếu"
                " đúng, rồi gộp."
            )
        )
    if Attempt.objects.filter(entry__user__in=[plan.kept, plan.absorbed], submitted_at=None).exists():
        raise NotNow(_("Một trong hai tài khoản đang làm bài. Hãy đợi nộp bài xong rồi gộp."))
    if DataRequest.objects.filter(user=plan.absorbed, answer=None).exists():
        raise NotNow(_("Tài khoản gộp vào có đề nghị về dữ liệu cá nhân chưa trả lời. Hãy trả lời trước."))
    if plan.doubled:
        raise Refused(doubled_words(), [contest.name for contest in plan.doubled])


def doubled_words() -> str:
    return _(
        "Cả hai tài khoản đều đã đăng ký cùng một cuộc thi. Tổ Thư ký quyết định đăng ký nào được tính, vào"
        " “Loại, phục hồi kết quả” loại đăng ký của tài khoản gộp vào trong cả cuộc thi, rồi gộp lại. Muốn"
        " tính đăng ký đó thì đổi vai hai tài khoản."
    )


def _keep_excluded(plan: Merger, *, by: User) -> None:
    """Who is excluded by a number that is nobody's afterwards is excluded by the account from now on."""
    lost = {plan.kept.phone, plan.absorbed.phone} - {_phone_after(plan), None}
    accounts = [plan.kept, plan.absorbed]
    known = set(Exclusion.objects.filter(user__in=accounts).values_list("contest", flat=True))
    for line in Exclusion.objects.filter(phone__in=lost).exclude(contest__in=known).order_by("pk"):
        if line.contest_id in known:
            continue
        known.add(line.contest_id)
        if line.user_id:
            # Somebody else's account, which the line goes on naming.
            line = Exclusion(contest_id=line.contest_id, full_name=line.full_name, role=line.role)
        line.user = plan.kept
        line.save()
        record_exclusion(line, by=by)


def _phone_after(plan: Merger) -> str | None:
    taken_over = plan.absorbed.phone_verified and plan.absorbed.phone in plan.contacts
    return plan.absorbed.phone if taken_over else plan.kept.phone


def _move_entries(plan: Merger) -> None:
    Entry.objects.filter(pk__in=[entry.pk for entry in plan.moving]).update(user=plan.kept)
    # Who is excluded by one account is excluded by both.
    excluded = Exclusion.objects.filter(user=plan.kept).values("contest")
    Exclusion.objects.filter(user=plan.absorbed).exclude(contest__in=excluded).update(user=plan.kept)
    offices = UnitOfficer.objects.filter(user=plan.kept).values("unit")
    UnitOfficer.objects.filter(user=plan.absorbed).exclude(unit__in=offices).update(user=plan.kept)


def _move_ways_in(plan: Merger) -> None:
    kept, absorbed = plan.kept, plan.absorbed
    phone, email = absorbed.phone if absorbed.phone_verified else None, absorbed.email
    # A key belongs to the account that made it and opens no other.
    Authenticator.objects.filter(user=absorbed).delete()
    known = SocialAccount.objects.filter(user=kept).values("provider")
    SocialAccount.objects.filter(user=absorbed).exclude(provider__in=known).update(user=kept)
    SocialAccount.objects.filter(user=absorbed).delete()
    kept.full_name, absorbed.full_name = kept.full_name or absorbed.full_name, ""
    absorbed.phone, absorbed.phone_verified, absorbed.email = None, False, ""
    absorbed.is_active = False
    absorbed.set_unusable_password()
    absorbed.save()
    if phone in plan.contacts:
        kept.phone, kept.phone_verified = phone, True
    addresses = EmailAddress.objects.filter(user=absorbed)
    if any("@" in one for one in proved_contacts(kept)):
        addresses.delete()
    else:
        EmailAddress.objects.filter(user=kept).delete()
        addresses.filter(verified=True).update(user=kept)
        addresses.delete()
        kept.email = email
    kept.save()
