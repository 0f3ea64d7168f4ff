"""Freezing a bank: from then on the pool's digest proves that no question was changed."""

import hashlib
import json
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contest_site.audit.trail import record
from contest_site.lib.errors import Refused
from questions.models import Bank, Revision, SealedPool
from questions.pools import frozen
from questions.queries import approved_revisions

if TYPE_CHECKING:
    from contest_site.accounts.models import User

MAX_POOL = 32_767  # a question is named by its index, kept as PostgreSQL's smallint


@transaction.atomic
def seal_bank(bank: Bank, *, by: "User") -> SealedPool:
    """Freeze the bank's approved questions as one pool, in the order of their numbers.

    Raises Refused when nothing is approved, or more than a pool can hold.
    """
    return freeze(bank, approved_revisions(bank), by=by)


def freeze(bank: Bank, revisions: QuerySet[Revision], *, by: "User") -> SealedPool:
    """Freeze some of the bank's approved revisions as seal_bank does; call it inside a transaction."""
    questions = [frozen(revision) for revision in revisions.select_related("topic")]
    if not questions:
        raise Refused(
            _("Chưa niêm phong được ngân hàng câu hỏi."),
            [_("Ngân hàng “%(bank)s” chưa có câu hỏi nào được duyệt.") % {"bank": bank}],
        )
    if len(questions) > MAX_POOL:
        raise Refused(
            _("Chưa niêm phong được ngân hàng câu hỏi."),
            [_("Một bộ câu hỏi có tối đa %(limit)d câu.") % {"limit": MAX_POOL}],
        )
    content = canonical(questions)
    pool = SealedPool.objects.create(
        bank=bank, content=content, size=len(questions), digest=digest(content), sealed_by=by
    )
    record("sealed bank", bank, by=by, pool=pool.pk, size=pool.size, digest=pool.digest)
    return pool


def canonical(questions: list[dict[str, object]]) -> str:
    """One text for one content: keys sorted, no white space, letters as they are."""
    return json.dumps(questions, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(content: str) -> str:
    """SHA-256 (hex) of the content's UTF-8 bytes; anyone with the text can compute it again."""
    return hashlib.sha256(content.encode()).hexdigest()
