"""Publishing questions with their answers for study, and taking them back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid, NotNow
from contest_site.lib.locks import lock
from contest_site.lib.queue import send_after_commit
from contest_site.lib.text import clean, fold
from questions.domain.sealing import freeze
from questions.models import Bank, Revision, Study, StudyWithdrawal
from questions.queries import approved_revisions
from questions.rules import TOPIC_SEPARATOR

if TYPE_CHECKING:
    from contest_site.accounts.models import User

SLUG_LIMIT = 70  # leaves room for a number at its end


def chosen_questions(
    bank: Bank, *, topics: Collection[str] = (), difficulties: Collection[str] = ()
) -> QuerySet[Revision]:
    """The bank's approved questions of these topics (with those under them) and difficulties; none = all."""
    wanted = Q()
    for name in topics:
        wanted |= Q(topic__name=name) | Q(topic__name__startswith=name + TOPIC_SEPARATOR)
    revisions = approved_revisions(bank).filter(wanted)
    return revisions.filter(difficulty__in=difficulties) if difficulties else revisions


@transaction.atomic
def publish_study(
    bank: Bank,
    *,
    title: str,
    note: str = "",
    opens_at: datetime,
    topics: Collection[str] = (),
    difficulties: Collection[str] = (),
    by: User,
) -> Study:
    """Freeze the chosen questions as they are now, and show them with their answers from `opens_at` on.

    A bank that a round still draws from goes through contests.domain.studying. Raises Invalid (no title) and
    Refused (nothing is approved of what was chosen).
    """
    title = clean(title)
    if not title:
        raise Invalid(_("Cần ghi tên tài liệu ôn tập."))
    lock("study")  # two of one title, published at one time, get two addresses
    pool = freeze(bank, chosen_questions(bank, topics=topics, difficulties=difficulties), by=by)
    study = Study.objects.create(
        pool=pool, slug=_free_slug(title), title=title, note=note.strip(), opens_at=opens_at, by=by
    )
    record(
        "published study", study, by=by,
        bank=bank.pk, questions=pool.size, digest=pool.digest, opens_at=opens_at.isoformat(),
        topics=sorted(topics), difficulties=sorted(difficulties),
    )  # fmt: skip
    send_after_commit("questions.tasks.print_study", study.pk)
    return study


@transaction.atomic
def withdraw_study(study: Study, *, reason: str, by: User) -> StudyWithdrawal:
    """The public no longer sees it, or never will. Raises Invalid (no reason), NotNow (withdrawn before)."""
    reason = reason.strip()
    if not reason:
        raise Invalid(_("Cần ghi lý do ngừng công bố."))
    lock(f"study:{study.pk}")
    if StudyWithdrawal.objects.filter(study=study).exists():
        raise NotNow(_("Tài liệu này đã ngừng công bố."))
    made = StudyWithdrawal.objects.create(study=study, reason=reason, by=by)
    record("withdrew study", study, by=by, reason=reason)
    return made


def _free_slug(title: str) -> str:
    base = slugify(fold(title))[:SLUG_LIMIT].strip("-") or "tai-lieu"
    taken = set(Study.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
