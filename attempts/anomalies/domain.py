"""What people say of signals. A verdict changes no mark, rank or award; disqualifying is its own act."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from attempts.anomalies.models import AnomalyKind
from attempts.anomalies.scanning import ask_for_scan as ask_for_scan
from attempts.anomalies.scanning import scan_round as scan_round
from attempts.domain.grounds import checked_grounds
from attempts.models import Anomaly, AnomalyVerdict
from contest_site.audit.trail import record
from contest_site.lib.errors import Invalid, NotNow
from contest_site.lib.locks import try_lock
from contests.models import Round

if TYPE_CHECKING:
    from contest_site.accounts.models import User

Conclusion = AnomalyVerdict.Conclusion
GROUNDS_LENGTH = 4000
NAMED = 500  # how many of the signals of one act the trail names; it counts all


def decide(anomalies: Iterable[Anomaly], *, conclusion: str, grounds: str, by: User) -> int:
    """Say the same of these signals, with the same grounds; how many they were. A later verdict replaces it.

    Raises NotNow while a scan runs; Invalid without signals, for a conclusion that is none, without grounds,
    and where what is passed on names nobody who could be disqualified.
    """
    chosen = {one.pk: one for one in anomalies}
    if not chosen:
        raise Invalid(_("Chưa chọn dấu hiệu nào. Đánh dấu ít nhất một dấu hiệu trong danh sách."))
    if conclusion not in Conclusion.values:
        raise Invalid(_("Chọn một kết luận."))
    grounds = checked_grounds(grounds)
    if len(grounds) > GROUNDS_LENGTH:
        raise Invalid(_("Căn cứ dài quá %(limit)d ký tự.") % {"limit": GROUNDS_LENGTH})
    if conclusion == Conclusion.PASSED_ON and any(not one.entries for one in chosen.values()):
        raise Invalid(
            _("Dấu hiệu “%(kind)s” không nói về người nào nên không chuyển xem xét loại kết quả được.")
            % {"kind": AnomalyKind.HEADCOUNT.label}
        )
    by_round: dict[int, list[int]] = {}
    for one in chosen.values():
        by_round.setdefault(one.round_id, []).append(one.pk)
    with transaction.atomic():
        # A scan may hold it for minutes: no page waits so long.
        if not all(try_lock(f"anomalies:{pk}") for pk in sorted(by_round)):
            raise NotNow(_("Hệ thống đang tìm dấu hiệu bất thường. Chờ tìm xong rồi ghi kết luận."))
        AnomalyVerdict.objects.bulk_create(
            AnomalyVerdict(anomaly=one, conclusion=conclusion, grounds=grounds, by=by)
            for one in sorted(chosen.values(), key=lambda one: one.pk)
        )
        for round in Round.objects.select_related("contest").filter(pk__in=by_round).order_by("pk"):
            keys = sorted(by_round[round.pk])
            record(
                "decided anomalies", round, by=by, reason=grounds,
                contest=round.contest_id, conclusion=str(conclusion), count=len(keys), anomalies=keys[:NAMED],
            )  # fmt: skip
    return len(chosen)
