"""Consent: to which text, for what, by whom; for a child by a guardian; and taking it back."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from contest_site.accounts.contact import Contact, read_contact
from contest_site.accounts.domain.messages import send_code
from contest_site.accounts.senders import Purpose as CodePurpose
from contest_site.audit.trail import record
from contest_site.lib.clock import database_now
from contest_site.lib.errors import Invalid, NotNow
from contest_site.lib.identity import keyed_hash
from contest_site.lib.locks import lock
from contests.enums import Giver, Purpose, Relation
from contests.models import (
    Consent,
    ConsentText,
    ConsentWithdrawal,
    Contest,
    Entry,
    Guardian,
    GuardianCode,
)
from contests.person import person_name, plain_line
from contests.queries import waiting_for_guardian

if TYPE_CHECKING:
    from contest_site.accounts.models import User

TRIES = 5
# A school's papers; more would hold the rows of too many people for too long.
PAPERS_AT_ONCE = 500


def digest_of(text: str) -> str:
    """SHA-256 (hex) of a consent's text, in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def current_text(contest: Contest, *, read_digest: str = "") -> ConsentText:
    """The contest's text as it is agreed to now, frozen from its first consent on.

    Raises NotNow when the person was shown another text, or when the text of a version that people agreed to
    was changed without a new version.
    """
    digest = digest_of(contest.consent_text)
    if read_digest and read_digest != digest:
        raise NotNow(_("Nội dung đồng ý vừa được thay đổi. Vui lòng mở lại trang, đọc lại rồi gửi đăng ký."))
    text, _created = ConsentText.objects.get_or_create(
        contest=contest,
        version=contest.consent_version,
        defaults={"digest": digest, "text": contest.consent_text},
    )
    if text.digest != digest:
        raise NotNow(
            _("Nội dung đồng ý đang được cập nhật. Vui lòng thử lại sau, hoặc gọi %(hotline)s.")
            % {"hotline": contest.hotline}
        )
    return text


def consent_in_person(entry: Entry, text: ConsentText, *, by: User) -> Consent:
    """The box that the person ticked."""
    return Consent.objects.create(
        entry=entry, text=text, purpose=Purpose.TAKE_PART, giver=Giver.PERSON, by=by
    )


# --- A child's guardian -------------------------------------------------------------------------------------


def name_guardian(entry: Entry, *, by: User, full_name: str, relation: str, contact: str) -> Guardian:
    """The child says who may consent; a code goes to that person's own phone or address.

    Raises NotNow where no consent is waited for, Invalid for a value that cannot be right or a contact that
    is the child's own: a code sent there would prove nothing.
    """
    if not entry.needs_guardian or guardian_agreed(entry):
        raise NotNow(_("Đăng ký này không cần sự đồng ý của người giám hộ nữa."))
    found = read_contact(contact)
    if relation not in Relation.values:
        raise Invalid(_("Chọn quan hệ với người dự thi."))
    if found.value in {entry.phone, by.phone, by.email.lower()}:
        raise Invalid(
            _(
                "Đây là số điện thoại hoặc thư điện tử của chính người dự thi. Nhập của cha, mẹ hoặc người"
                " giám hộ; nếu cả nhà dùng chung một số, hãy nộp giấy đồng ý cho Ban Tổ chức hoặc nhà trường."
            )
        )
    with transaction.atomic():
        guardian = Guardian.objects.create(
            entry=entry, full_name=person_name(full_name), relation=relation, contact=found.value
        )
        _send(found)
    return guardian


def send_guardian_code(contact: Contact) -> None:
    """Send the code that opens the page of this contact's children; silently nothing where there are none."""
    if waiting_children(contact).exists():
        with transaction.atomic():
            _send(contact)


def _send(contact: Contact) -> None:
    """A new code of six digits; the one before it is worth nothing any more.

    Wrong guesses count on while a code lives, so asking anew buys no more of them; when they are used up
    nothing is sent until that time is over.
    """
    code = f"{secrets.randbelow(1_000_000):06d}"
    lock(f"guardian:{contact.value}")
    now = database_now()
    known = GuardianCode.objects.filter(contact=_contact_hash(contact), expires_at__gt=now).first()
    tries = known.tries if known else 0
    if tries >= TRIES:
        return
    GuardianCode.objects.update_or_create(
        contact=_contact_hash(contact),
        defaults={
            "code": _code_hash(contact, code),
            "tries": tries,
            "expires_at": now + timedelta(seconds=settings.CODE_LIFETIME),
        },
    )
    send_code(contact.value, code, CodePurpose.GUARDIAN)


def check_guardian_code(contact: Contact, code: str) -> None:
    """Raises Invalid unless this is the code sent to the contact: once, within its time, five tries."""
    wrong = Invalid(_("Mã chưa đúng hoặc đã hết hạn. Kiểm tra lại mã, hoặc bấm “Gửi lại mã”."))
    with transaction.atomic():
        known = GuardianCode.objects.select_for_update().filter(contact=_contact_hash(contact)).first()
        if known is None or known.expires_at <= database_now() or known.tries >= TRIES:
            raise wrong
        right = secrets.compare_digest(known.code, _code_hash(contact, "".join(code.split())))
        if right:
            known.delete()
        else:
            known.tries += 1
            known.save(update_fields=["tries"])
    if not right:
        raise wrong


def _contact_hash(contact: Contact) -> str:
    return keyed_hash("guardian contact", contact.value)


def _code_hash(contact: Contact, code: str) -> str:
    return keyed_hash("guardian code", f"{contact.value}|{code}")


def waiting_children(contact: Contact) -> QuerySet[Guardian]:
    """The guardians' rows, newest of each entry, that name this contact: one for each child."""
    newer = Guardian.objects.filter(entry=OuterRef("entry"), pk__gt=OuterRef("pk"))
    return Guardian.objects.filter(~Exists(newer), contact=contact.value, entry__erased_at=None)


def consent_for_child(guardian: Guardian, *, read_digest: str) -> Consent:
    """The guardian, who has given the code of the own contact, agrees to the text that was shown.

    Doing it twice gives the first consent. Raises NotNow after a withdrawal or for another text.
    """
    entry = guardian.entry
    if withdrawn(entry):
        raise NotNow(_("Sự đồng ý đã được rút lại nên không thể đồng ý lại cho đăng ký này."))
    text = current_text(entry.contest, read_digest=read_digest)
    consent, _created = Consent.objects.get_or_create(
        entry=entry,
        text=text,
        purpose=Purpose.CHILD_TAKES_PART,
        defaults={"giver": Giver.GUARDIAN, "guardian": guardian},
    )
    return consent


def record_paper_consents(entries: Sequence[Entry], *, by: User, paper: str) -> int:
    """An organiser has the guardians' signed papers: consents for these children; how many are new.

    `paper` says which papers and where they are kept. Entries that need none, have one already, were
    withdrawn or erased are passed over. Recorded in the trail, one event for each child.
    Raises Invalid for more than PAPERS_AT_ONCE entries or a paper that is not named.
    """
    line = plain_line(paper, limit=300, least=_("Ghi số, ngày của giấy đồng ý và nơi lưu giữ."))
    if len(entries) > PAPERS_AT_ONCE:
        raise Invalid(too_many_papers())
    chosen = Entry.objects.filter(pk__in=[entry.pk for entry in entries])
    with transaction.atomic():
        # No paper is recorded twice, none beside a withdrawal: both take the rows first.
        list(chosen.select_for_update().order_by("pk").values_list("pk"))
        waiting = list(
            waiting_for_guardian()
            .filter(pk__in=chosen.values("pk"), consent_withdrawal=None)
            .select_related("contest")
            .order_by("pk")
        )
        texts = {contest: current_text(contest) for contest in {entry.contest for entry in waiting}}
        given = {"purpose": Purpose.CHILD_TAKES_PART, "giver": Giver.PAPER, "by": by, "paper": line}
        # A guardian may agree with a code at this very moment: that consent stands, and is not recorded here.
        Consent.objects.bulk_create(
            (Consent(entry=entry, text=texts[entry.contest], **given) for entry in waiting),
            ignore_conflicts=True,
        )
        new = set(
            Consent.objects.filter(entry__in=waiting, giver=Giver.PAPER).values_list("entry", flat=True)
        )
        for entry in waiting:
            if entry.pk in new:
                record("recorded guardian's paper", entry, by=by, contest=entry.contest_id, paper=line)
    return len(new)


def too_many_papers() -> str:
    return _(
        "Mỗi lần ghi tối đa %(most)d người. Hãy chọn ít hơn, ví dụ lọc theo đơn vị, ghi xong rồi chọn tiếp."
    ) % {"most": PAPERS_AT_ONCE}


def guardian_agreed(entry: Entry) -> bool:
    return Consent.objects.filter(entry=entry, purpose=Purpose.CHILD_TAKES_PART).exists()


# --- Taking it back -----------------------------------------------------------------------------------------


def withdraw_consent(entry: Entry, *, by: User | None = None, guardian: Guardian | None = None) -> None:
    """The person (`by`) or the `guardian` takes the consent back, for good.

    From now on no attempt begins, and no ranking or report made later knows the entry; what was published
    stays as it was published. Doing it twice changes nothing.
    """
    with transaction.atomic():
        Entry.objects.select_for_update().get(pk=entry.pk)
        if not withdrawn(entry):
            ConsentWithdrawal.objects.create(entry=entry, by=by, guardian=guardian)
            record("withdrew consent", entry, by=by, contest=entry.contest_id, guardian=guardian is not None)


def withdrawn(entry: Entry) -> bool:
    return ConsentWithdrawal.objects.filter(entry=entry).exists()
