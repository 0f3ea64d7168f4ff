"""Publishing a bank for study while rounds still draw from it: allowed, but only knowingly."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from contest_site.lib.errors import NotNow
from contests.models import Round
from questions.domain import studying
from questions.models import Bank, Study

if TYPE_CHECKING:
    from contest_site.accounts.models import User


def rounds_to_come(bank: Bank) -> QuerySet[Round]:
    """Rounds whose papers are, or will be, drawn from the bank: not closed, and not over."""
    return (
        Round.objects.filter(Q(bank=bank) | Q(seal__pool__bank=bank), closing=None, closes_at__gt=Now())
        .select_related("contest")
        .order_by("opens_at")
    )


def publish_study(
    bank: Bank,
    *,
    title: str,
    note: str = "",
    opens_at: datetime,
    topics: Collection[str] = (),
    difficulties: Collection[str] = (),
    knowingly: bool = False,
    by: User,
) -> Study:
    """As questions.domain.studying.publish_study.

    Answers that people will be asked for may be published beforehand, as some plans want it: `knowingly`
    says that the person was told of the rounds. Raises NotNow without it when there are any.
    """
    if not knowingly and rounds_to_come(bank).exists():
        raise NotNow(
            _("Ngân hàng này đang dùng cho vòng thi chưa kết thúc. Cần xác nhận việc công bố đáp án trước.")
        )
    return studying.publish_study(
        bank, title=title, note=note, opens_at=opens_at, topics=topics, difficulties=difficulties, by=by
    )
